"""The captures the benchmark runs on: made by the core's generator, and a mix of third-party ones where they are."""

from __future__ import annotations

import csv
import heapq
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from tests.needs import PROJECT, SHARED

FOLDER = PROJECT / "build" / "bench"
CORE = PROJECT / "sensors" / "core"
MIX_REPEATS = 60
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


def mix() -> Path | None:
    """Real captures with our protocols side by side, as behind one mirror port, and again and again.

    Each begins at the same moment and keeps its own times, but no gap is longer than a second: some were recorded over
    years. None without the shared folder.
    """
    manifest = SHARED / "captures" / "manifest.csv"
    if not manifest.exists():
        return None
    target = FOLDER / "mix.pcap"
    if target.exists():
        return target
    FOLDER.mkdir(parents=True, exist_ok=True)
    with manifest.open(newline="", encoding="utf-8") as rows:
        chosen = [
            r for r in csv.DictReader(rows) if any(p in r["ot_protocols"] for p in ("modbus:", "mqtt:", "opcua:"))
        ]
    records = sorted(_timed(SHARED / "captures" / row["file"]) for row in chosen)
    merged = list(heapq.merge(*records, key=lambda record: record[0]))
    if not merged:
        return None
    with target.open("wb") as out:
        out.write(bytes.fromhex("4d3cb2a1020004000000000000000000ffff000001000000"))
        clock = 1_700_000_000_000_000_000
        for _ in range(MIX_REPEATS):
            for time, head, data in merged:
                seconds, rest = divmod(clock + time, NANOSECONDS)
                out.write(seconds.to_bytes(4, "little") + rest.to_bytes(4, "little") + head + data)
            clock += merged[-1][0] + NANOSECONDS
    return target


def _timed(path: Path) -> list[tuple[int, bytes, bytes]]:
    """Records with the time since the first one, ns, no gap longer than a second."""
    found, clock = [], 0
    for gap, head, data in _records(path):
        clock += min(gap, NANOSECONDS)
        found.append((clock, head, data))
    return found


def _records(path: Path) -> list[tuple[int, bytes, bytes]]:
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
    while at + 16 <= len(data):
        time = _number(data, at, order) * 1_000_000_000 + _number(data, at + 4, order) * 1000
        length, wire = _number(data, at + 8, order), _number(data, at + 12, order)
        gap = 0 if before is None else max(time - before, 0)
        found.append((gap, length.to_bytes(4, "little") + wire.to_bytes(4, "little"), data[at + 16 : at + 16 + length]))
        before, at = time, at + 16 + length
    return found


def _number(data: bytes, at: int, order: Literal["little", "big"]) -> int:
    return int.from_bytes(data[at : at + 4], order)


CAPTURES: dict[str, Callable[[], Path | None]] = {
    "cyclic": lambda: generated("cyclic.pcap", 1_000_002, 200),
    "mix": mix,
    "many": lambda: generated("many.pcap", 1_500_000, 100_000),
}
"""The captures by name: cyclic polling, a mix of real ones, and 100,000 sessions."""
