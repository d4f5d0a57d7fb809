"""Golden capture of DeviceNet, made by hand: no stack is to be had."""

from __future__ import annotations

import time

from compose.plant.can_bus import joined, recorded, say
from compose.plant.catalogue import capture
from compose.plant.devicenet_line import (
    ALLOCATE,
    DRIVE,
    GET,
    RELEASE,
    RESET,
    SET,
    STOP,
    VALVES,
    Line,
    group2,
)
from compose.plant.lab import Lab


@capture(
    "devicenet/line.pcap",
    "By hand, for no stack is to be had: stations look for their numbers, are allocated, identified and polled; a"
    " value and a bit rate set, one refused, a number that is taken, a station stopped, reset and released; fragments,"
    " a request without an answer, messages that break the rules.",
    "",
    kind="golden",
    check={"can": 60},
)
def line_of_two(lab: Lab) -> None:
    """Each service and each flag once at least."""
    with recorded(lab):
        bus = joined()
        line = Line(bus)
        line.start()
        line.poll(0.4)
        line.ask(DRIVE, SET, (0x2A, 1), b"\x08\x10\x27")
        line.told(DRIVE, SET)
        line.ask(DRIVE, SET, (3, 1), b"\x02\x00")
        line.refused(DRIVE, 0x0E)
        line.check(VALVES, taken=True)
        line.ask(DRIVE, STOP, (0x29, 1))
        line.told(DRIVE, STOP)
        line.ask(DRIVE, RESET, (1, 1), b"\x01")
        line.told(DRIVE, RESET)
        line.ask(VALVES, RELEASE, (3, 1), b"\x03")
        line.told(VALVES, RELEASE)
        say(bus, group2(DRIVE, 4), b"\x81\x00\x10\x2a\x01\x09\x41\x42")
        say(bus, group2(DRIVE, 4), b"\x81\x81\x43\x44")
        line.told(DRIVE, SET)
        for identifier, data in (
            (group2(DRIVE, 4), b"\x01"), (group2(DRIVE, 4), b"\x01\x8e\x01\x01\x01"),
            (group2(DRIVE, 3), b"\x01\x0e\x00"),
            (group2(DRIVE, 7), b"\x00\x01"), (0x785, b"\x01\x4b\x02"), (0x7EC, b"\x00\x00"), (0x7F5, b"\x01"),
        ):  # fmt: skip
            say(bus, identifier, data)
        line.told(DRIVE, ALLOCATE, b"\x00")
        line.ask(DRIVE, GET, (1, 1), b"\x07")
        time.sleep(11)
        line.poll(0.1)
        bus.shutdown()
