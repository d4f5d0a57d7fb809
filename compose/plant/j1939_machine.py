"""A machine's J1939 bus: stations of the `can-j1939` library on python-can's virtual bus."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import j1939  # type: ignore[import-untyped]  # a stack without types

from compose.plant.can_bus import CHANNEL

ENGINE, DISPLAY, TOOL = 0x00, 0x28, 0xF9
GROUPS = [
    (0xF0, 0x04, b"\xf0\x7d\x7d\x00\x19\xff\xff\xff"), (0xFE, 0xEE, b"\x6e\xff\xff\xff\xff\xff\xff\xff"),
    (0xFE, 0xEF, b"\xff\xff\xff\x64\xff\xff\xff\xff"), (0xFE, 0xF7, b"\xff\xff\xff\xff\x0e\x01\xff\xff"),
]  # fmt: skip
TROUBLE = [{"spn": 110, "fmi": 0, "oc": 3}, {"spn": 100, "fmi": 1, "oc": 1}, {"spn": 520_192, "fmi": 14, "oc": 9}]


class Station:
    """One control unit with an address that it claims."""

    def __init__(self, address: int, identity: int, function: int) -> None:
        self.unit: Any = j1939.ElectronicControlUnit()
        self.unit.connect(interface="virtual", channel=CHANNEL)
        name = j1939.Name(
            arbitrary_address_capable=1, industry_group=j1939.Name.IndustryGroup.Industrial, vehicle_system=1,
            function=function, manufacturer_code=666, identity_number=identity,
        )  # fmt: skip
        self.application: Any = j1939.ControllerApplication(name, address)
        self.unit.add_ca(controller_application=self.application)
        self.application.start()

    def say(self, form: int, specific: int, data: bytes, priority: int = 6) -> None:
        """Send a group; more than eight bytes go in packets."""
        self.application.send_pgn(0, form, specific, priority, list(data))

    def ask(self, group: int, address: int = 255) -> None:
        """Request a group."""
        self.application.send_request(0, group, address)


@contextlib.contextmanager
def stations(*wanted: tuple[int, int, int]) -> Iterator[list[Station]]:
    """Stations (address, identity, function) that have claimed their addresses."""
    made = [Station(*each) for each in wanted]
    time.sleep(0.7)
    try:
        yield made
    finally:
        for station in made:
            station.application.stop()
            station.unit.disconnect()
            station.unit.stop()


def drive(engine: Station, seconds: float) -> None:
    """An engine's groups in their cycle."""
    for turn in range(round(seconds / 0.1)):
        for form, specific, data in GROUPS:
            engine.say(form, specific, data[:3] + bytes([data[3] ^ turn % 2]) + data[4:], 3)
        time.sleep(0.1)


def trouble(station: Station, codes: list[dict[str, int]]) -> None:
    """Send active trouble codes (DM1) every 200 milliseconds from now on."""
    lamps = {"pl": j1939.DtcLamp.OFF, "awl": j1939.DtcLamp.ON, "rsl": j1939.DtcLamp.OFF, "mil": j1939.DtcLamp.OFF}

    def told() -> tuple[dict[str, int], list[dict[str, int]]]:
        return lamps, codes

    j1939.Dm1(station.application).start_send(callback=told, cycletime=0.2)
