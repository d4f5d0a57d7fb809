"""Proof captures of the DeviceNet rules (DV01 to DV04), made by hand: a line at work, and what a laptop on it does."""

from __future__ import annotations

import time

from compose.plant.can_bus import joined, recorded, say
from compose.plant.catalogue import capture
from compose.plant.devicenet_line import DRIVE, GET, RESET, SET, STOP, VALVES, Line, group2
from compose.plant.lab import Lab

NORMAL = "devicenet/normal.pcap"
RULES = "DV01 DV02 DV03 DV04"
STRANGER, LAPTOP = 62, "CAN-62"


def _normal(lab: Lab, seconds: float) -> None:
    with recorded(lab):
        bus = joined()
        line = Line(bus)
        line.start()
        line.poll(seconds)
        line.ask(DRIVE, GET, (0x2A, 1), b"\x08")
        line.told(DRIVE, GET, b"\x10\x27")
        bus.shutdown()


@capture(
    NORMAL,
    "A line at work, by hand: stations come up, are allocated and polled. Learn the baseline from it.",
    "",
    rules=RULES,
    kind="benign",
    check={"can": 100},
)
def normal(lab: Lab) -> None:
    """Four seconds of normal work."""
    _normal(lab, 4)


@capture(
    "devicenet/normal-later.pcap",
    "The same line later, by hand. With the baseline learned, nothing may fire.",
    "",
    rules=RULES,
    kind="benign",
    learn=NORMAL,
    check={"can": 60},
)
def normal_later(lab: Lab) -> None:
    """Two seconds of the same."""
    _normal(lab, 2)


@capture(
    "devicenet/laptop.pcap",
    "A laptop on the line, by hand: takes a number that is in use, stops and resets the drive, sets its number and a"
    " parameter, sends messages that break the rules.",
    "",
    rules=RULES,
    check={"can": 60},
)
def laptop(lab: Lab) -> None:
    """Services that any station can send."""
    with recorded(lab):
        bus = joined()
        line = Line(bus)
        line.start()
        line.poll(0.5)
        with lab.step("number", LAPTOP, "CAN-5", ["T0830"], ["DV03"]):
            line.check(VALVES)
            line.check(VALVES, taken=True)
        with lab.step("stop", LAPTOP, "CAN-9", ["T0858", "T0816"], ["DV01"]):
            line.ask(DRIVE, STOP, (0x29, 1), client=STRANGER)
            line.told(DRIVE, STOP, client=STRANGER)
            line.ask(DRIVE, RESET, (1, 1), b"\x01", client=STRANGER)
            line.told(DRIVE, RESET, client=STRANGER)
        with lab.step("set", LAPTOP, "CAN-9", ["T0836"], ["DV02"]):
            line.ask(DRIVE, SET, (3, 1), b"\x01\x07", client=STRANGER)
            line.told(DRIVE, SET, client=STRANGER)
            line.ask(DRIVE, SET, (0x2A, 1), b"\x08\xff\x7f", client=STRANGER)
            line.told(DRIVE, SET, client=STRANGER)
        with lab.step("malformed", LAPTOP, "CAN-9", ["T0814"], ["DV04"]):
            say(bus, group2(DRIVE, 4), bytes([STRANGER]))
            say(bus, group2(DRIVE, 4), bytes([STRANGER, 0x8E, 1, 1, 1]))
        time.sleep(0.3)
        bus.shutdown()
