"""What went in and what came out: packets in the sensor's ring against events in the store."""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from api.storage import open_store
from response.ports import EventQuery
from sensors.packet_ring import PacketRing
from sensors.replay import HEADER, RECORD
from tests.faults.traffic import MODBUS, WRITE_SINGLE_REGISTER

REGISTER = 14 + 20 + 20 + 8
"""Where the register stands in a request: behind Ethernet, IPv4, TCP, MBAP and the function code."""
PAGE = 5_000


@dataclass(frozen=True)
class Counted:
    """Registers that were written: in packets the sensor heard, in the store, more than once there, and missing."""

    heard: int
    stored: int
    twice: int
    missing: tuple[int, ...]

    @property
    def is_exact(self) -> bool:
        return not self.twice and not self.missing and self.heard > 0


def heard(ring: Path) -> set[int]:
    """Registers of the requests that the sensor kept."""
    data = PacketRing(ring).passing(f"dst port {MODBUS}").data
    found, place = set(), HEADER
    while place < len(data):
        (captured,) = struct.unpack_from("<I", data, place + 8)
        frame = data[place + RECORD : place + RECORD + captured]
        if frame[REGISTER - 1] == WRITE_SINGLE_REGISTER:
            found.add(struct.unpack_from(">H", frame, REGISTER)[0])
        place += RECORD + captured
    return found


def stored(data: Path) -> Counter[int]:
    """Registers of the writes in the store, and how often each is there."""
    found: Counter[int] = Counter()
    with open_store(f"embedded:{data / 'store'}") as store:
        cursor = None
        while True:
            page = store.events(EventQuery("transaction", limit=PAGE, cursor=cursor))
            writes = page.frame.filter(pl.col("ot.function.code") == WRITE_SINGLE_REGISTER)
            found.update(writes["ot.object.start"].to_list())
            cursor = page.cursor
            if cursor is None:
                return found


def counted(data: Path) -> Counted:
    went_in, came_out = heard(data / "packets"), stored(data)
    return Counted(
        len(went_in), len(came_out), sum(n - 1 for n in came_out.values()), tuple(sorted(went_in - came_out.keys()))
    )
