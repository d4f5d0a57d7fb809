"""Golden captures of J1939: stations of the `can-j1939` library, and what it lacks by hand."""

from __future__ import annotations

import time

from compose.plant.can_bus import joined, recorded, say
from compose.plant.catalogue import capture
from compose.plant.j1939_machine import DISPLAY, ENGINE, TROUBLE, drive, stations, trouble
from compose.plant.lab import Lab

CLAIM, ACTIVE, CLEAR, SOFTWARE = 60_928, 65_226, 65_235, 65_242
NAME = bytes.fromhex("0102030405068890")


@capture(
    "j1939/machine.pcap",
    "Stations claim their addresses, an engine sends its groups in their cycle, one trouble code and then three (in"
    " packets to all), a display asks for groups and is sent a long one (with RTS and CTS).",
    "",
    kind="golden",
    check={"can.flags.xtd == 1": 60},
)
def machine(lab: Lab) -> None:
    """A machine that runs."""
    with recorded(lab), stations((ENGINE, 1001, 0), (DISPLAY, 2002, 60)) as (engine, display):
        drive(engine, 0.6)
        display.ask(CLAIM)
        display.ask(SOFTWARE, ENGINE)
        engine.say(0xEF, DISPLAY, b"calibration set 7, written at the works")
        time.sleep(0.5)
        codes = TROUBLE[:1]
        trouble(engine, codes)
        time.sleep(0.5)
        display.ask(CLEAR, ENGINE)
        codes[:] = TROUBLE
        drive(engine, 1.0)


@capture(
    "j1939/odd.pcap",
    "By hand, for the library has none of it: another station claims a taken address, one finds none, an address is"
    " commanded, broadcast is stopped, memory is read, written and erased, a test and a torque are commanded; transfers"
    " that are aborted, out of order, never finished; lengths that are wrong.",
    "",
    kind="golden",
    check={"can.flags.xtd == 1": 20},
)
def odd(lab: Lab) -> None:
    """Each flag once at least."""
    with recorded(lab):
        bus = joined()
        for identifier, data in (
            (0x18EEFF00, NAME), (0x18EEFF28, NAME[::-1][:6] + b"\x88\x90"), (0x18EEFF00, b"\x09" + NAME[1:]),
            (0x18EEFFFE, b"\x0a" + NAME[1:]), (0x18EAFFFE, b"\x00\xee\x00"), (0x18EAFFF9, b"\x00\xee"),
            (0x18EEFF28, b"\x01\x02"), (0x18DFFFF9, b"\x00\x00\x00\xff\xff\xff\xff\xff"),
            (0x18DFFFF9, b"\x55\x55\x55\xff\xff\xff\xff\xff"), (0x18DFFFF9, b"\xff\xff\xff\xff\xff\xff\xff\xff"),
            (0x18D900F9, b"\x10\x13\x00\x10\x00\x00\xff\xff"), (0x18D900F9, b"\x10\x15\x00\x10\x00\x00\x34\x12"),
            (0x18D900F9, b"\x10\x11\x00\x10\x00\x00\x34\x12"), (0x18D900F9, b"\x10\x1d\x00\x10\x00\x00\x34\x12"),
            (0x18D8F900, b"\x10\x11\xff\xff\xff\xff\x55\xaa"), (0x18E300F9, b"\xff\xff\xff\xff\xff\x01\x02\x03"),
            (0x0C0000F9, b"\x01\x20\x4e\xff\xff\xff\xff\xff"), (0x18C300F9, b"\x11\xff\xff\xff\xff\x6e\x00\x00"),
            (0x18EA00F9, b"\xcc\xfe\x00"), (0x18EA00F9, b"\xd3\xfe\x00"),
            # A commanded address, to all: nine bytes in two packets.
            (0x18ECFFF9, b"\x20\x09\x00\x02\xff\xd8\xfe\x00"), (0x18EBFFF9, b"\x01" + NAME[:7]),
            (0x18EBFFF9, b"\x02" + NAME[7:] + b"\x80\xff\xff\xff\xff\xff"),
            # Aborted; out of order; sizes that do not fit; a control that there is not; never finished.
            (0x18EC28F9, b"\x10\x14\x00\x03\xff\x00\xef\x00"), (0x18ECF928, b"\xff\x02\xff\xff\xff\x00\xef\x00"),
            (0x18ECFFF9, b"\x20\x14\x00\x03\xff\xca\xfe\x00"), (0x18EBFFF9, b"\x01abcdefg"),
            (0x18EBFFF9, b"\x03abcdefg"),
            (0x18ECFFF9, b"\x20\x14\x00\x09\xff\xca\xfe\x00"), (0x18ECFFF9, b"\x55\x14\x00\x03\xff\xca\xfe\x00"),
            (0x18ECFFF9, b"\x20\x14\x00\x03\xff\xca\xfe\x00"), (0x18EBFFF9, b"\x01abcdefg"),
        ):  # fmt: skip
            say(bus, identifier, data, is_extended_id=True)
        say(bus, 0x123, b"\x01")
        time.sleep(11)
        say(bus, 0x18FEEE00, bytes(8), is_extended_id=True)
        bus.shutdown()
