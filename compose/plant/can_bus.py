"""A CAN bus inside the process: python-can's virtual one, for kernels without virtual CAN interfaces, and its recorder.

The recorder writes what Linux would (LINKTYPE_CAN_SOCKETCAN): identifier and flags in network byte order, length, data.
"""

from __future__ import annotations

import contextlib
import itertools
import struct
import time
from collections.abc import Iterator

import can

from compose.plant.lab import Lab

CHANNEL = "plant"
LINKTYPE_CAN_SOCKETCAN = 227
_FILE_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, LINKTYPE_CAN_SOCKETCAN)
_EXTENDED, _REMOTE, _ERROR = 1 << 31, 1 << 30, 1 << 29
_FD = 0x04


def joined() -> can.BusABC:
    """A station of the bus."""
    return can.Bus(interface="virtual", channel=CHANNEL)


def record(message: can.Message) -> bytes:
    """A frame as Linux hands it to a capture."""
    flags = (_EXTENDED if message.is_extended_id else 0) | (_REMOTE if message.is_remote_frame else 0)
    flags |= _ERROR if message.is_error_frame else 0
    head = struct.pack(">IBBBB", message.arbitration_id | flags, message.dlc, _FD if message.is_fd else 0, 0, 0)
    return head + bytes(message.data)


@contextlib.contextmanager
def recorded(lab: Lab) -> Iterator[None]:
    """Record the bus, in place of the mirror port, while the block runs."""
    path = lab.folder / "bus.pcap"
    bus = joined()
    with path.open("wb") as file:
        file.write(_FILE_HEADER)

        def write(message: can.Message) -> None:
            seconds, microseconds = divmod(round(message.timestamp * 1_000_000), 1_000_000)
            data = record(message)
            file.write(struct.pack("<IIII", seconds, microseconds, len(data), len(data)) + data)

        notifier = can.Notifier(bus, [write])
        try:
            yield
            time.sleep(0.3)
        finally:
            notifier.stop()
            bus.shutdown()
    lab.recorded = path


def say(bus: can.BusABC, identifier: int, data: bytes = b"", pause: float = 0.002, **kind: bool) -> None:
    """Send one frame. kind: python-can's words for it (is_extended_id, is_remote_frame, is_fd, is_error_frame)."""
    kind.setdefault("is_extended_id", False)
    bus.send(can.Message(arbitration_id=identifier, data=data, **kind))
    time.sleep(pause)


def cycle(bus: can.BusABC, seconds: float, period: float, frames: list[tuple[int, list[bytes]]]) -> None:
    """Send frames of each identifier in turn, every `period` seconds."""
    turns = [(identifier, itertools.cycle(contents)) for identifier, contents in frames]
    for _ in range(round(seconds / period)):
        for identifier, contents in turns:
            say(bus, identifier, next(contents), 0)
        time.sleep(period)
