"""The captures the benchmark runs on: made by the core's generator, and a mix of third-party ones where they are."""

from __future__ import annotations

import csv
import heapq
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from sensors.fields import protocols
from tests.needs import PROJECT, SHARED

FOLDER = PROJECT / "build" / "bench"
CORE = PROJECT / "sensors" / "core"
PACKETS = 1_000_000
ETHERNET = 1
NANOSECONDS = 1_000_000_000


def generated(name: str, packets: int, sessions: int) -> Path:
    """A cyclic Modbus capture of the core's generator; made once."""
    target = FOLDER / name
    if not target.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = ["cargo", "run", "--quiet", "--release", "--locked", "-p", "wire", "--example", "cyclic", "--"]
        numbers = [str(target), "--packets", str(packets), "--sessions", str(sessions)]
        subprocess.run([*command, *numbers], cwd=CORE, check=True)
    return target


def one_packet() -> Path:
    """A capture of one frame, to measure how long a program takes to start and end."""
    target = FOLDER / "one.pcap"
    FOLDER.mkdir(parents=True, exist_ok=True)
    head = bytes.fromhex("4d3cb2a1020004000000000000000000ffff000001000000")
    arp = "ffffffffffff 000e8c000101 0806 0001 0800 06 04 0001 000e8c000101 0a010001 000000000000 0a010002"
    frame = bytes.fromhex(arp) + bytes(18)
    target.write_bytes(head + bytes(8) + len(frame).to_bytes(4, "little") * 2 + frame)
    return target


Row = dict[str, str]


def of_many_protocols(row: Row) -> bool:
    """Captures of OT traffic of any protocol, neither a handful of packets nor so many that one decides."""
    return row["group"] == "ot" and 300 <= int(row["packets"]) <= 15_000


def of_our_protocols(row: Row) -> bool:
    """Every capture in which there is something for our parsers; many are attacks or tests of a few packets."""
    return any(f"{word}:" in row["ot_protocols"] for protocol in protocols().values() for word in protocol.seen_as)


def mixed(name: str, chosen: Callable[[Row], bool]) -> Path | None:
    """Real captures side by side, as behind one mirror port, and again and again to a million packets.

    Each begins at the same moment and keeps its own times, but no gap is longer than a second: some were recorded over
    years. None without the shared folder.
    """
    manifest = SHARED / "captures" / "manifest.csv"
    if not manifest.exists():
        return None
    target = FOLDER / name
    if target.exists():
        return target
    FOLDER.mkdir(parents=True, exist_ok=True)
    with manifest.open(newline="", encoding="utf-8") as rows:
        files = sorted(row["file"] for row in csv.DictReader(rows) if chosen(row))
    merged = list(heapq.merge(*(_timed(SHARED / "captures" / file) for file in files), key=lambda record: record[0]))
    if not merged:
        return None
    with target.open("wb") as out:
        out.write(bytes.fromhex("4d3cb2a1020004000000000000000000ffff000001000000"))
        clock = 1_700_000_000_000_000_000
        for _ in range(PACKETS // len(merged) + 1):
            for time, head, data in merged:
                seconds, rest = divmod(clock + time, NANOSECONDS)
                out.write(seconds.to_bytes(4, "little") + rest.to_bytes(4, "little") + head + data)
            clock += merged[-1][0] + NANOSECONDS
    return target


def _timed(path: Path) -> list[tuple[int, bytes, bytes]]:
    """Records with the time since the first one, ns, no gap longer than a second."""
    found, clock = [], 0
    for gap, head, data in records(path):
        clock += min(gap, NANOSECONDS)
        found.append((clock, head, data))
    return found


def records(path: Path) -> list[tuple[int, bytes, bytes]]:
    """(ns since the record before; lengths as in the file; frame) of an Ethernet pcap file."""
    data = path.read_bytes()
    order: Literal["little", "big"]
    match data[:4]:
        case b"\xd4\xc3\xb2\xa1":
            order = "little"
        case b"\xa1\xb2\xc3\xd4":
            order = "big"
        case _:
            return []
    if _number(data, 20, order) != ETHERNET:
        return []
    found: list[tuple[int, bytes, bytes]] = []
    at, before = 24, None
    while at + 16 <= len(data) and at + 16 + _number(data, at + 8, order) <= len(data):
        time = _number(data, at, order) * 1_000_000_000 + _number(data, at + 4, order) * 1000
        length, wire = _number(data, at + 8, order), _number(data, at + 12, order)
        gap = 0 if before is None else max(time - before, 0)
        found.append((gap, length.to_bytes(4, "little") + wire.to_bytes(4, "little"), data[at + 16 : at + 16 + length]))
        before, at = time, at + 16 + length
    return found


def _number(data: bytes, at: int, order: Literal["little", "big"]) -> int:
    return int.from_bytes(data[at : at + 4], order)


CAPTURES: dict[str, Callable[[], Path | None]] = {
    "cyclic": lambda: generated("cyclic.pcap", PACKETS + 2, 200),
    "mix": lambda: mixed("mix.pcap", of_many_protocols),
    "parsed": lambda: mixed("parsed.pcap", of_our_protocols),
    "many": lambda: generated("many.pcap", 1_500_000, 100_000),
}
"""The captures by name: cyclic polling, real ones of all OT protocols, those with ours, and 100,000 sessions."""
