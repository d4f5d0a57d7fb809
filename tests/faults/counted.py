"""What went in and what came out: packets in the sensor's ring against events in the store."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from api.segment_files import segment_from
from api.storage import open_store
from api.storage.admission import stored_datasets
from response.ports import EventQuery, Store
from sensors.packet_ring import PacketRing
from sensors.replay import HEADER, RECORD
from sensors.segment_file import read_segment
from tests.faults.plant import Plant
from tests.faults.rows import Row
from tests.faults.traffic import MODBUS, WRITE_SINGLE_REGISTER

REGISTER = 14 + 20 + 20 + 8
"""Where the register stands in a request: behind Ethernet, IPv4, TCP, MBAP and the function code."""
PAGE = 5_000
LOST = ("spool_rows_lost", "spool_segments_missing")
"""Counters by which the product tells that events did not reach the store."""


def writes(at: Plant, moments: int) -> Row:
    """Registers that were written: in packets the sensor kept, against events in the store."""
    went_in, came_out = heard(at.packets), stored(at.url)
    twice = sum(n - 1 for n in came_out.values())
    missing = len(went_in - came_out.keys())
    lost = told(at.url)
    return Row(moments, at.sent, "writes", len(went_in), len(came_out), missing, twice, sum(lost[n] for n in LOST))


def writes_sent(at: Plant, moments: int) -> Row:
    """Registers that were written, as the test sent them, against events in the store: where packets are not kept."""
    came_out, lost = stored(at.url), told(at.url)
    missing = len(set(range(at.sent)) - came_out.keys())
    twice = sum(n - 1 for n in came_out.values())
    return Row(moments, at.sent, "writes", at.sent, len(came_out), missing, twice, sum(lost[n] for n in LOST))


def frames_kept(at: Plant, moments: int) -> Row:
    """Frames that were sent against those in the ring of packets, and what is told as not kept."""
    went_in, kept = 2 * at.sent, PacketRing(at.packets).passing(f"port {MODBUS}").frames
    return Row(moments, at.sent, "frames", went_in, kept, went_in - kept, 0, told(at.url)["evidence_lost"])


def rows(at: Plant, moments: int, handed_over: Iterable[Path]) -> Row:
    """Events of all kinds in the segments as the sensor made them, against events in the store. An event is its id and
    its time: a sensor that lost what it knew learns anew, and says so under the same ids."""
    went_in = Counter(made_of(handed_over))
    with open_store(at.url) as store:
        came_out = Counter(each for name in stored_datasets() for frame in pages(store, name) for each in named(frame))
    missing = sum(each not in came_out for each in went_in)
    twice = sum(n - 1 for n in came_out.values())
    return Row(
        moments, at.sent, "events", len(went_in), len(went_in) - missing, missing, twice,
        told(at.url)["spool_rows_lost"],
    )  # fmt: skip


def made_of(segments: Iterable[Path]) -> Iterator[tuple[str, int]]:
    """The events in files of segments."""
    for path in segments:
        segment, _ = segment_from(read_segment(path))
        for frame in segment.datasets.values():
            yield from named(frame)


def named(frame: pl.DataFrame) -> Iterator[tuple[str, int]]:
    """Ids and times of events."""
    return zip(frame["event.id"].to_list(), frame["@timestamp"].cast(pl.Int64).to_list(), strict=True)


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


def stored(url: str) -> Counter[int]:
    """Registers of the writes in the store, and how often each is there."""
    found: Counter[int] = Counter()
    with open_store(url) as store:
        for frame in pages(store, "transaction"):
            its = frame.filter(pl.col("ot.function.code") == WRITE_SINGLE_REGISTER)
            found.update(its["ot.object.start"].to_list())
    return found


def told(url: str) -> Counter[str]:
    """What the product itself counts as lost, by counter."""
    found: Counter[str] = Counter()
    with open_store(url) as store:
        for frame in pages(store, "capture"):
            for name, number in frame.group_by("ot.counter").agg(pl.col("ot.count").sum()).rows():
                found[name] += number
    return found


def pages(store: Store, dataset: str) -> Iterator[pl.DataFrame]:
    """All events of a dataset."""
    cursor = None
    while True:
        page = store.events(EventQuery(dataset, limit=PAGE, cursor=cursor))
        if len(page.frame):
            yield page.frame
        cursor = page.cursor
        if cursor is None:
            return
