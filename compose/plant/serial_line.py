"""A serial line of two pseudo-terminals with a tap between them, which writes what it hears as an automation controller
does (LINKTYPE_RTAC_SERIAL): a record for what a wire carried, with its time, wire and control lines.

Octets keep their values and their order; a pseudo-terminal has no bit rate, parity or break.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import select
import struct
import threading
import time
import tty
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from compose.plant.lab import Lab

LINKTYPE_RTAC_SERIAL = 250
STATUS, TX, RX, TX_GOES_ON, RX_GOES_ON, LOST, COMPLETE, FRAMING, PARITY, BREAK, OVERFLOW = range(11)
CTS, DCD, DSR, RTS, DTR = 1, 2, 4, 8, 16
READY = CTS | DSR | RTS | DTR
_RUN_ENDS = 0.02  # seconds of silence after which a wire's next octets begin a new run
_PIECE = 256


def header(link_type: int) -> bytes:
    """Head of a capture file of a link type, in microseconds."""
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link_type)


def record(moment: float, data: bytes) -> bytes:
    """A record of a capture file."""
    seconds, microseconds = divmod(round(moment * 1_000_000), 1_000_000)
    return struct.pack("<IIII", seconds, microseconds, len(data), len(data)) + data


def told(moment: float, event: int, octets: bytes = b"", lines: int = READY) -> bytes:
    """What a tap writes of an event."""
    seconds, microseconds = divmod(round(moment * 1_000_000), 1_000_000)
    return record(moment, struct.pack(">IIBBH", seconds, microseconds, event, lines, 0) + octets)


@dataclass
class Line:
    """A line with its tap. near: device file of the tapped port, far: that of the other end.

    one_wire: the tap hears both directions on its receiver, as on a two-wire line; piece: most octets of a record.
    """

    file: BinaryIO
    one_wire: bool = False
    piece: int = _PIECE
    near: str = ""
    far: str = ""
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _heard: dict[int, float] = field(default_factory=dict)

    def tell(self, event: int, octets: bytes = b"", lines: int = READY) -> None:
        """Write an event."""
        with self._lock:
            self.file.write(told(time.time(), event, octets, lines))

    def run(self) -> None:
        """Carry octets both ways until stopped."""
        self._ends = [os.openpty() for _ in range(2)]
        for end in (end for pair in self._ends for end in pair):
            tty.setraw(end)
        self.near, self.far = (os.ttyname(other) for _, other in self._ends)
        self._thread = threading.Thread(target=self._carry, args=(self._ends[0][0], self._ends[1][0]))
        self._thread.start()

    def stop(self) -> None:
        """End the line."""
        self._stop.set()
        self._thread.join()
        for own, other in self._ends:
            os.close(own)
            os.close(other)

    def _carry(self, near: int, far: int) -> None:
        while not self._stop.is_set():
            ready, _, _ = select.select([near, far], [], [], 0.05)
            for end in ready:
                octets = os.read(end, self.piece)
                self._note(RX if self.one_wire or end == far else TX, octets)
                os.write(far if end == near else near, octets)

    def _note(self, wire: int, octets: bytes) -> None:
        now = time.time()
        goes_on = now - self._heard.get(wire, 0.0) < _RUN_ENDS
        self._heard[wire] = now
        self.tell(wire + 2 if goes_on else wire, octets)


@contextlib.contextmanager
def tapped(lab: Lab, one_wire: bool = False, piece: int = _PIECE) -> Iterator[Line]:
    """Record a line, in place of the mirror port, while the block runs."""
    path = lab.folder / "line.pcap"
    with path.open("wb") as file:
        file.write(header(LINKTYPE_RTAC_SERIAL))
        line = Line(file, one_wire, piece)
        line.run()
        line.tell(STATUS)
        try:
            yield line
            time.sleep(0.2)
        finally:
            line.stop()
            line.tell(COMPLETE)
    lab.recorded = path


async def streams(device: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Both directions of a device file."""
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    # The transports close them.
    into, out = (io.FileIO(device, mode) for mode in ("r", "w"))
    await loop.connect_read_pipe(lambda: protocol, into)
    transport, flow = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, out)
    return reader, asyncio.StreamWriter(transport, flow, reader, loop)


def written(lab: Lab, link_type: int, records: list[bytes]) -> None:
    """A capture of records made by hand, in place of what a mirror port shows."""
    path: Path = lab.folder / "made.pcap"
    path.write_bytes(header(link_type) + b"".join(records))
    lab.recorded = path
