"""Evidence: the packets behind an alert, if the capture is kept; cut out, hashed, decoded to a tree.

A kept capture is a classic pcap file (`sensors.replay` has the byte table) beside `<name>.json`, which says what it was
when it was kept. tshark (GPL-2.0) decodes as a program of its own, with bounded time and output; where it is missing
there is the hex dump.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import shutil
import struct
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from sensors.replay import HEADER, LARGEST_PACKET, MAGIC, RECORD, NotReplayable
from sensors.whole_files import write_whole

MOST_PACKETS = 200
LONGEST_DECODING = 20.0
MOST_OUTPUT = 16 * 1024 * 1024
DEEPEST = 40
TSHARK = "tshark"


@dataclass(frozen=True)
class Kept:
    """Whether a capture's packets can be had: `state` available, not_kept, gone or changed; `sha256` of the capture
    when it was kept."""

    state: str
    path: Path | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Node:
    """One line of a decoded packet: the field's `name` as the decoder calls it, its text, its bytes in the packet."""

    name: str
    text: str
    position: int
    size: int
    children: tuple[Node, ...] = ()


@dataclass(frozen=True)
class DecodedPacket:
    """A packet: frame number in its capture, ns since the epoch, bytes as hex, and the tree (empty without decoder)."""

    frame: int
    time: int
    data: str
    tree: tuple[Node, ...] = field(default=())


def keep(capture: Path, folder: Path) -> None:
    """Copy a capture into the folder of kept ones, with what it is."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / capture.name
    shutil.copyfile(capture, target)
    about = {"sha256": file_hash(target), "bytes": target.stat().st_size}
    write_whole(target.with_name(target.name + ".json"), json.dumps(about).encode())


def look_for(folder: Path, capture: str) -> Kept:
    """Whether the capture called so (as events name it) is there, as it was when it was kept."""
    path = folder / capture
    if Path(capture).name != capture or not capture:
        return Kept("not_kept")
    about = path.with_name(path.name + ".json")
    try:
        known = json.loads(about.read_text(encoding="utf-8"))
        sha256, size = str(known["sha256"]), int(known["bytes"])
    except (OSError, ValueError, KeyError, TypeError):
        return Kept("not_kept")
    if not path.is_file():
        return Kept("gone", None, sha256)
    if path.stat().st_size != size or file_hash(path) != sha256:
        return Kept("changed", None, sha256)
    return Kept("available", path, sha256)


def file_hash(path: Path) -> str:
    """SHA-256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def carve(path: Path, spans: Iterable[tuple[int, int]], most: int = MOST_PACKETS) -> tuple[bytes, list[int]]:
    """The frames of inclusive spans (from 1) as a capture of their own, and their numbers; at most `most`.

    The file is looked through from its beginning, never held in memory. Raises NotReplayable, OSError.
    """
    wanted = sorted({n for first, last in spans for n in range(first, min(last, first + most) + 1)})[:most]
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:4] not in MAGIC:
            raise NotReplayable(path, "not_pcap")
        order, _ = MAGIC[data[:4]]
        found, numbers, place, number = [data[:HEADER]], [], HEADER, 0
        left = iter(wanted)
        target = next(left, None)
        while target is not None and place + RECORD <= len(data):
            number += 1
            (captured,) = struct.unpack_from(f"{order}I", data, place + 8)
            end = place + RECORD + captured
            if captured > LARGEST_PACKET or end > len(data):
                raise NotReplayable(path, "cut_off")
            if number == target:
                found.append(data[place:end])
                numbers.append(number)
                target = next(left, None)
            place = end
    return b"".join(found), numbers


def decode(capture: bytes, numbers: Sequence[int]) -> list[DecodedPacket]:
    """Every packet of a carved capture; with a tree each where tshark is there and could decode it."""
    order, unit = MAGIC[capture[:4]]
    packets, place = [], HEADER
    for number in numbers:
        seconds, fraction, captured, _ = struct.unpack_from(f"{order}IIII", capture, place)
        data = capture[place + RECORD : place + RECORD + captured]
        packets.append((number, seconds * 1_000_000_000 + fraction * unit, data.hex()))
        place += RECORD + captured
    trees = _trees(capture)
    padded = [*trees, *[()] * (len(packets) - len(trees))]
    return [DecodedPacket(n, time, data, tree) for (n, time, data), tree in zip(packets, padded, strict=False)]


def _trees(capture: bytes) -> list[tuple[Node, ...]]:
    program = shutil.which(TSHARK)
    if program is None:
        return []
    try:
        done = subprocess.run(
            [program, "-r", "-", "-n", "-T", "pdml"],
            input=capture,
            capture_output=True,
            timeout=LONGEST_DECODING,
            check=False,
            env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    if len(done.stdout) > MOST_OUTPUT:
        return []
    try:
        document = ElementTree.fromstring(done.stdout)
    except ElementTree.ParseError:
        return []
    return [
        tuple(_node(proto, 0) for proto in packet if proto.get("name") not in ("geninfo", "fake-field-wrapper"))
        for packet in document.iter("packet")
    ]


def _node(element: ElementTree.Element, depth: int) -> Node:
    shown = element.get("showname") or element.get("show") or element.get("name") or ""
    inner = () if depth >= DEEPEST else tuple(_node(e, depth + 1) for e in element if e.get("hide") != "yes")
    return Node(element.get("name") or "", shown, int(element.get("pos") or 0), int(element.get("size") or 0), inner)
