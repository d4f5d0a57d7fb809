"""A DeviceNet line made by hand, for no stack is to be had: a scanner and a station on python-can's virtual bus."""

from __future__ import annotations

import struct
import time

import can

from compose.plant.can_bus import say

SCANNER, VALVES, DRIVE = 1, 5, 9
VENDOR, SERIAL = 47, 0x00C0_FFEE
GET, SET, RESET, STOP, ALLOCATE, RELEASE = 0x0E, 0x10, 0x05, 0x07, 0x4B, 0x4C


def group2(station: int, message: int) -> int:
    """The identifier of a message of group 2."""
    return 0x400 | station << 3 | message


class Line:
    """What scanner and stations say."""

    def __init__(self, bus: can.BusABC) -> None:
        self.bus = bus

    def check(self, station: int, taken: bool = False) -> None:
        """Look for a station's own number."""
        data = struct.pack("<BHI", 0x80 if taken else 0, VENDOR, SERIAL + station)
        say(self.bus, group2(station, 7), data)

    def ask(self, station: int, service: int, path: tuple[int, int], data: bytes = b"", client: int = SCANNER) -> None:
        """An explicit request to a station; unconnected to allocate and release."""
        message = 6 if service in (ALLOCATE, RELEASE) else 4
        say(self.bus, group2(station, message), bytes([client, service, *path]) + data)

    def told(self, station: int, service: int, data: bytes = b"", client: int = SCANNER) -> None:
        """The station's answer."""
        say(self.bus, group2(station, 3), bytes([client, service | 0x80]) + data)

    def refused(self, station: int, status: int, client: int = SCANNER) -> None:
        """The station's refusal."""
        say(self.bus, group2(station, 3), bytes([client, 0x94, status, 0xFF]))

    def start(self) -> None:
        """Stations come up, are allocated and identified."""
        for _ in range(2):
            for station in (SCANNER, VALVES, DRIVE):
                self.check(station)
        for station in (VALVES, DRIVE):
            self.ask(station, ALLOCATE, (3, 1), bytes([3, SCANNER]))
            self.told(station, ALLOCATE, b"\x00")
            self.ask(station, GET, (1, 1), b"\x01")
            self.told(station, GET, struct.pack("<H", VENDOR))
            self.ask(station, GET, (1, 1), b"\x06")
            self.told(station, GET, struct.pack("<I", SERIAL + station))
            self.ask(station, SET, (5, 2), b"\x09\xc8\x00")
            self.told(station, SET, b"\xc8\x00")

    def poll(self, seconds: float) -> None:
        """Poll commands and their responses in a cycle."""
        for turn in range(round(seconds / 0.05)):
            for station in (VALVES, DRIVE):
                say(self.bus, group2(station, 5), bytes([turn % 4, 0]), 0)
                say(self.bus, 15 << 6 | station, bytes([turn % 2, 1, 0]), 0)
            time.sleep(0.05)
