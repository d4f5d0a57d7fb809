"""Look at a capture: frames and span of a pcap file, and how often tshark's filters match."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_MAGIC = 0xA1B2C3D4  # microseconds, written by tcpdump on a little-endian machine
_HEADER, _RECORD = 24, 16


@dataclass(frozen=True)
class Extent:
    """Frames, first and last moment (seconds since the epoch) and size in bytes of a capture."""

    frames: int
    first: float
    last: float
    size: int


def extent(path: Path) -> Extent:
    """Return the extent of a pcap file. Raises ValueError when it is none or has no frame."""
    data = path.read_bytes()
    if len(data) < _HEADER or struct.unpack_from("<I", data)[0] != _MAGIC:
        raise ValueError(f"{path}: not a pcap file with microseconds")
    position, frames, first, last = _HEADER, 0, 0.0, 0.0
    while position + _RECORD <= len(data):
        seconds, fraction, kept, _ = struct.unpack_from("<IIII", data, position)
        last = seconds + fraction / 1e6
        first = last if frames == 0 else first
        frames += 1
        position += _RECORD + kept
    if frames == 0:
        raise ValueError(f"{path}: no frame was captured")
    return Extent(frames, first, last, len(data))


def drop_frames(path: Path, every: int) -> int:
    """Take every n-th frame out of a pcap file, as a mirror port that loses packets does; return how many went."""
    data = path.read_bytes()
    kept_frames, position, number, dropped = [data[:_HEADER]], _HEADER, 0, 0
    while position + _RECORD <= len(data):
        length = _RECORD + struct.unpack_from("<I", data, position + 8)[0]
        number += 1
        if number % every == 0:
            dropped += 1
        else:
            kept_frames.append(data[position : position + length])
        position += length
    path.write_bytes(b"".join(kept_frames))
    return dropped


def retime(path: Path, begin: float | None, stretch: int) -> Callable[[float], float]:
    """Move the first frame of a pcap file to `begin` (seconds since the epoch, None: where it is) and make every pause
    `stretch` times longer; return what does the same to other times."""
    data = bytearray(path.read_bytes())
    first = extent(path).first
    start = first if begin is None else begin

    def moved(moment: float) -> float:
        return start + (moment - first) * stretch

    position = _HEADER
    while position + _RECORD <= len(data):
        seconds, fraction, kept, _ = struct.unpack_from("<IIII", data, position)
        moment = round(moved(seconds + fraction / 1e6) * 1e6)
        struct.pack_into("<II", data, position, *divmod(moment, 1_000_000))
        position += _RECORD + kept
    path.write_bytes(data)
    return moved


def matches(path: Path, display_filter: str, decode_as: tuple[str, ...] = ()) -> int:
    """Return how many frames a tshark display filter matches. Raises RuntimeError when tshark refuses the filter."""
    words = ["tshark", "-n", "-r", str(path), "-Y", display_filter, "-T", "fields", "-e", "frame.number"]
    for rule in decode_as:
        words += ["-d", rule]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"tshark on {path}: {done.stderr.strip()}")
    return len(done.stdout.splitlines())


def tshark_present() -> bool:
    """Say whether captures can be checked with tshark here."""
    return shutil.which("tshark") is not None
