"""GOOSE publishers of the plant: open61850 on a host's interface, and frames of its making sent out of turn."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from open61850.data import BitStringData, BoolData, FloatData, IECData, IntData, StructureData
from open61850.goose_publisher import GooseControl, GoosePublisher

from compose.plant.addresses import mac
from compose.plant.lab import Lab

GROUP = "01:0c:cd:01:00:01"
TRIP = GooseControl(
    "BAY1LD0/LLN0$GO$gcbTrip", "BAY1LD0/LLN0$dsTrip", app_id=1, dst_mac=GROUP, src_mac=mac("plc1"), go_id="trip",
    conf_rev=3, min_time_ms=20, max_time_ms=500,
)  # fmt: skip
METER = GooseControl(
    "BAY1LD0/LLN0$GO$gcbMeter", "BAY1LD0/LLN0$dsMeter", app_id=2, dst_mac="01:0c:cd:01:00:02", src_mac=mac("plc1"),
    min_time_ms=50, max_time_ms=400,
)  # fmt: skip


def breaker(closed: bool, tripped: bool) -> list[IECData]:
    """Position (Dbpos: 10 on, 01 off) with its quality, and the trip."""
    position = BitStringData(bytes([0x80 if closed else 0x40]), 6)
    return [StructureData([position, BitStringData(b"\0\0", 3)]), BoolData(tripped)]


def meter(current: float, steps: int) -> list[IECData]:
    """A measured value and a counter."""
    return [FloatData(current), IntData(steps)]


def publish(lab: Lab, host: str, control: GooseControl, states: Sequence[list[IECData]], pause: float = 1.2) -> None:
    """Publishes the states one after the other from a host, `pause` seconds each, repeated as the standard says."""

    def work() -> None:
        with GoosePublisher("eth0", replace(control, src_mac=mac(host)), states[0]) as publisher:
            publisher.start()
            time.sleep(pause)
            for state in states[1:]:
                publisher.publish(state)
                time.sleep(pause)

    lab[host].call(work)


Alter = Callable[[GoosePublisher], None]


def inject(lab: Lab, host: str, control: GooseControl, values: list[IECData], alters: Sequence[Alter]) -> None:
    """Sends single frames of the publisher's own making from a host, each after an alteration of its counters."""

    def work() -> None:
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
            raw.bind(("eth0", 0))
            publisher = GoosePublisher("eth0", control, values, send=raw.send)
            for alter in alters:
                alter(publisher)
                raw.send(publisher.frame(1500))
                time.sleep(0.1)

    lab[host].call(work)


def counters(state: int, sequence: int) -> Alter:
    """Sets state and sequence number of the next frame."""

    def alter(publisher: GoosePublisher) -> None:
        publisher.st_num, publisher.sq_num = state, sequence

    return alter
