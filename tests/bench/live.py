"""The live sensor on a wire of its own: `python -m tests.bench.live --rate 50000` (needs root).

Sends cyclic Modbus between two network namespaces and says what the sensor dropped and what it cost. On veth the
sender pays for delivery; both share the machine's cores with whatever else runs.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import socket
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.captures import CAPTURES, generated
from tests.bench.crowds import CROWDS
from tests.live.sensing import events, segments, sensor
from tests.live.wire import frames as frames_of
from tests.live.wire import wire

LONGEST = 9_000
"""Octets of the longest frame that the wire takes."""
BURST = 64
"""Frames handed to the kernel by one call."""
SESSIONS = 200


class Piece(ctypes.Structure):
    """`struct iovec`."""

    _fields_ = [("base", ctypes.c_char_p), ("length", ctypes.c_size_t)]


class Header(ctypes.Structure):
    """`struct msghdr`."""

    _fields_ = [
        ("name", ctypes.c_void_p), ("name_length", ctypes.c_uint32), ("pieces", ctypes.POINTER(Piece)),
        ("count", ctypes.c_size_t), ("control", ctypes.c_void_p), ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    ]  # fmt: skip


class Message(ctypes.Structure):
    """`struct mmsghdr`."""

    _fields_ = [("header", Header), ("sent", ctypes.c_uint32)]


assert ctypes.sizeof(Message) == 64, "the kernel writes into each of them"


@dataclass(frozen=True)
class Measured:
    """Of one run; CPU in seconds per million packets, memory in MiB."""

    traffic: str
    packets: int
    packets_s: int
    mbit_s: float
    drops: int
    fill_permille: int
    given_up: int
    """Packets whose values, or which altogether, were given up under overload."""
    cpu_s_per_million: float
    rss_mib: int
    segments: int
    evidence_lost: int | None
    """Frames that were not kept; None where none are."""


class Volley:
    """Frames as the kernel takes many at once; made once, sent as often as is wanted."""

    def __init__(self, frames: list[bytes]) -> None:
        self._pieces = (Piece * len(frames))(*[Piece(frame, len(frame)) for frame in frames])
        self._messages = (Message * len(frames))()
        for message, piece in zip(self._messages, self._pieces, strict=True):
            message.header.pieces, message.header.count = ctypes.pointer(piece), 1
        self._frames = frames
        self._call = ctypes.CDLL(None, use_errno=True).sendmmsg

    def send(self, sender: socket.socket, rate: int, seconds: float = float("inf")) -> tuple[int, float]:
        """Sends them once, `rate` a second, or those that go in so many seconds; how many went, how long it took."""
        begun, at = time.monotonic(), 0
        while at < len(self._frames) and (passed := time.monotonic() - begun) < seconds:
            if (ahead := at / rate - passed) > 0:
                time.sleep(ahead)
            burst = min(BURST, len(self._frames) - at)
            at += max(0, self._call(sender.fileno(), ctypes.byref(self._messages[at]), burst, 0))
        return at, time.monotonic() - begun


def flood(sender: socket.socket, frames: list[bytes], rate: int) -> float:
    """Sends the frames, `rate` a second, and gives the seconds it took."""
    return Volley(frames).send(sender, rate)[1]


def cpu_and_memory(process: int) -> tuple[float, int]:
    """Seconds of CPU so far, and the highest resident memory, MiB."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    status = Path(f"/proc/{process}/status").read_text().splitlines()
    (highest,) = [int(line.split()[1]) for line in status if line.startswith("VmHWM")]
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), highest // 1024


def traffic(name: str) -> list[bytes]:
    """Frames of cyclic polling, of the mix of real captures (those that fit the wire), or of a crowd."""
    if name == "cyclic":
        capture = generated("cyclic.pcap", 1_000_000, SESSIONS)
    elif name == "mix":
        capture = CAPTURES["mix"]() or sys.exit("the mix needs the project's shared folder beside the checkout")
    else:
        capture = CROWDS[name].written(name)
    return [frame for _, frame in frames_of(capture) if 14 <= len(frame) <= LONGEST]


def measured(name: str, frames: list[bytes], rate: int, *, keep: bool) -> Measured:
    """One run at a rate; with `keep` the sensor keeps all packets."""
    volley = Volley(frames)
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as ring,
        wire() as made,
        sensor(made, Path(folder), *(["--packets", ring] if keep else [])) as running,
    ):
        running.wait_for("listens to")
        time.sleep(1)
        before, _ = cpu_and_memory(running.process.pid)
        with made.sender_socket() as sender:
            _, seconds = volley.send(sender, rate)
        time.sleep(1)
        after, memory = cpu_and_memory(running.process.pid)
        running.stop()
        counted: Counter[str] = Counter()
        told = events(Path(folder), "capture")
        assert told is not None
        for counter, count in told.select("ot.counter", "ot.count").rows():
            counted[counter] += count
        octets = sum(map(len, frames))
        return Measured(
            traffic=name,
            packets=len(frames),
            packets_s=round(len(frames) / seconds),
            mbit_s=round(octets * 8 / seconds / 1e6, 1),
            drops=counted["kernel_drops"],
            fill_permille=counted["ring_fill_permille"],
            given_up=counted["reads_given_up"] + counted["frames_given_up"],
            cpu_s_per_million=round((after - before) * 1e6 / len(frames), 2),
            rss_mib=memory,
            segments=len(segments(Path(folder))),
            evidence_lost=counted["evidence_lost"] if keep else None,
        )


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--packets", type=int, default=500_000)
    reader.add_argument("--rate", type=int, default=50_000, help="packets a second")
    reader.add_argument("--keep", action="store_true", help="the sensor keeps all packets")
    reader.add_argument("--traffic", choices=("cyclic", "mix", *CROWDS), default="cyclic")
    asked = reader.parse_args()
    frames = traffic(asked.traffic)[: asked.packets]
    print(json.dumps(asdict(measured(asked.traffic, frames, asked.rate, keep=asked.keep))))


if __name__ == "__main__":
    main()
