"""Proof captures of the J1939 rules (JN01 to JN08): a machine at work, and what a laptop on its bus does."""

from __future__ import annotations

import time

from compose.plant.can_bus import joined, recorded, say
from compose.plant.catalogue import capture
from compose.plant.j1939_machine import DISPLAY, ENGINE, TROUBLE, drive, stations, trouble
from compose.plant.lab import Lab

NORMAL = "j1939/normal.pcap"
RULES = "JN01 JN02 JN03 JN04 JN05 JN06 JN07 JN08"
SOFTWARE, ACTIVE, CLEAR = 65_242, 65_226, 65_235
STRANGER, MOTOR, BUS = "CAN-249", "CAN-0", "CAN-BUS"


def _normal(lab: Lab, seconds: float) -> None:
    with recorded(lab), stations((ENGINE, 1001, 0), (DISPLAY, 2002, 60)) as (engine, display):
        display.ask(SOFTWARE, ENGINE)
        display.ask(ACTIVE, ENGINE)
        trouble(engine, TROUBLE[:1])
        drive(engine, seconds)
        engine.say(0xEF, DISPLAY, b"hours 1234, next service at 1500")
        time.sleep(0.4)


@capture(
    NORMAL,
    "A machine at work: addresses claimed, groups in their cycle, a trouble code, groups asked for, a long group. Learn"
    " the baseline from it.",
    "",
    rules=RULES,
    kind="benign",
    check={"can.flags.xtd == 1": 100},
)
def normal(lab: Lab) -> None:
    """Six seconds of normal work."""
    _normal(lab, 6)


@capture(
    "j1939/normal-later.pcap",
    "The same machine later. With the baseline learned, nothing may fire.",
    "",
    rules=RULES,
    kind="benign",
    learn=NORMAL,
    check={"can.flags.xtd == 1": 80},
)
def normal_later(lab: Lab) -> None:
    """Three seconds of the same."""
    _normal(lab, 3)


@capture(
    "j1939/laptop.pcap",
    "A laptop on the machine's bus reads, erases and writes the engine's memory, clears its trouble codes, commands"
    " torque and a test, stops broadcast, takes the engine's address and commands it another, and sends transfers out"
    " of step. Its frames are made by hand: the library has none of these commands.",
    "",
    rules=RULES,
    check={"can.flags.xtd == 1": 50},
)
def laptop(lab: Lab) -> None:
    """Commands that any station can send."""
    with recorded(lab), stations((ENGINE, 1001, 0), (DISPLAY, 2002, 60)) as (engine, _):
        drive(engine, 1)
        bus = joined()

        def send(*frames: tuple[int, bytes]) -> None:
            for identifier, data in frames:
                say(bus, identifier, data, 0.02, is_extended_id=True)

        with lab.step("read-memory", STRANGER, MOTOR, ["T0845"], ["JN08"]):
            send((0x18D900F9, b"\x10\x13\x00\x10\x00\x00\xff\xff"))
        with lab.step("write-memory", STRANGER, MOTOR, ["T0843", "T0857"], ["JN01"]):
            send((0x18D900F9, b"\x10\x11\x00\x10\x00\x00\x34\x12"), (0x18D900F9, b"\x10\x15\x00\x10\x00\x00\x34\x12"))
        with lab.step("clear", STRANGER, MOTOR, ["T0872"], ["JN05"]):
            send((0x18EA00F9, CLEAR.to_bytes(3, "little")))
        with lab.step("torque", STRANGER, MOTOR, ["T0855"], ["JN06"]):
            send((0x0C0000F9, b"\x01\x20\x4e\xff\xff\xff\xff\xff"))
        with lab.step("stop", STRANGER, BUS, ["T0814"], ["JN02"]):
            send((0x18DFFFF9, b"\x00\x00\x00\xff\xff\xff\xff\xff"), (0x18E300F9, b"\xff\xff\xff\xff\xff\x01\x02\x03"))
        with lab.step("address", STRANGER, MOTOR, ["T0830"], ["JN03", "JN04"]):
            name = bytes.fromhex("0102030405068890")
            send(
                (0x18EEFF00, name), (0x18ECFFF9, b"\x20\x09\x00\x02\xff\xd8\xfe\x00"), (0x18EBFFF9, b"\x01" + name[:7])
            )
            send((0x18EBFFF9, b"\x02" + name[7:] + b"\x80\xff\xff\xff\xff\xff"))
        with lab.step("malformed", STRANGER, BUS, ["T0814"], ["JN07"]):
            # To an address that nobody has: the library does not bear it.
            send((0x18EA66F9, b"\x00\xee"), (0x18ECFFF9, b"\x20\x14\x00\x09\xff\xca\xfe\x00"))
        time.sleep(0.3)
        bus.shutdown()
