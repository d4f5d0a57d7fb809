"""Lines of IEC 60870-5-101 behind a serial device server, unbalanced: a primary station and what it polls.

The link (FT1.2 and its services) is by hand, for no free stack of it was found; data units are lib60870's.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

from compose.plant.addresses import IEC101_PORT, ip
from compose.plant.serial_line import streams

SINGLE = b"\xe5"
RESET, USER_DATA, STATUS, CLASS_1, CLASS_2 = 0, 3, 9, 10, 11
COUNTED = (2, USER_DATA, CLASS_1, CLASS_2)
_PRIMARY, _COUNT, _VALID, _MORE = 0x40, 0x20, 0x10, 0x20


def fixed(control: int, address: int, width: int = 1) -> bytes:
    """A frame of fixed length."""
    body = bytes([control]) + address.to_bytes(width, "little")
    return b"\x10" + body + bytes([sum(body) & 0xFF, 0x16])


def variable(control: int, address: int, unit: bytes, width: int = 1) -> bytes:
    """A frame of variable length with a data unit."""
    body = bytes([control]) + address.to_bytes(width, "little") + unit
    return bytes([0x68, len(body), len(body), 0x68]) + body + bytes([sum(body) & 0xFF, 0x16])


async def read(reader: asyncio.StreamReader, width: int) -> bytes:
    """The next frame. Raises asyncio.IncompleteReadError at the end."""
    head = await reader.readexactly(1)
    if head == b"\x10":
        return head + await reader.readexactly(width + 3)
    if head == b"\x68":
        length = await reader.readexactly(3)
        return head + length + await reader.readexactly(length[0] + 2)
    return head


Answers = Callable[[int, bytes], list[bytes]]


@dataclass
class Station:
    """One secondary station: what waits to be fetched, and the frame count bit that came last."""

    class_1: list[bytes] = field(default_factory=list)
    cyclic: Callable[[], bytes | None] = lambda: None
    count: int | None = None
    last: bytes = b""


class Line:
    """Stations behind a serial device server. `answers` gives the data units that a received one leads to."""

    def __init__(self, host: str, stations: dict[int, Station], answers: Answers, width: int = 1) -> None:
        self.stations = stations
        self._host = host
        self._answers = answers
        self._width = width
        self._server: asyncio.Server | None = None

    async def serve(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._converse, ip(self._host), IEC101_PORT)

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    async def serve_line(self, device: str) -> None:
        """Answer on a serial line until cancelled."""
        await self._converse(*await streams(device))

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                frame = await read(reader, self._width)
                answer = self.answer(frame)
                if answer:
                    writer.write(answer)
                    await writer.drain()
        writer.close()

    def answer(self, frame: bytes) -> bytes | None:
        """What a station says to a frame."""
        at = 4 if frame[0] == 0x68 else 1
        end = 5 + self._width + (frame[1] - 1 - self._width if frame[0] == 0x68 else 0)
        if sum(frame[at:-2]) & 0xFF != frame[-2]:
            return None
        control = frame[at]
        address = int.from_bytes(frame[at + 1 : at + 1 + self._width], "little")
        station = self.stations.get(address)
        if station is None:
            return None
        function, count = control & 0x0F, control & _COUNT
        if function in COUNTED and station.count == count:
            return station.last
        if function in COUNTED:
            station.count = count
        elif function == RESET:
            station.count = 0
        station.last = self._service(function, address, station, frame[5 + self._width : end])
        return station.last

    def _service(self, function: int, address: int, station: Station, unit: bytes) -> bytes:
        if function == USER_DATA:
            station.class_1 += self._answers(address, unit)
        said: bytes | None = None
        if function == CLASS_1 and station.class_1:
            said = station.class_1.pop(0)
        elif function == CLASS_2:
            said = station.cyclic()
        more = _MORE if station.class_1 else 0
        if said is not None:
            return variable(8 | more, address, said, self._width)
        if function in (CLASS_1, CLASS_2):
            return fixed(9 | more, address, self._width)
        return fixed((11 if function == STATUS else 0) | more, address, self._width)


class Primary:
    """A primary station over TCP, or on the serial line whose device file is `line`. Use as an asynchronous context
    manager; it fetches what a station demands to tell."""

    def __init__(self, server: str, width: int = 1, line: str = "") -> None:
        self._server = server
        self._line = line
        self._width = width
        self._count: dict[int, int] = {}
        self.heard: list[bytes] = []

    async def __aenter__(self) -> Primary:
        if self._line:
            self._reader, self._writer = await streams(self._line)
        else:
            self._reader, self._writer = await asyncio.open_connection(ip(self._server), IEC101_PORT)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    async def raw(self, data: bytes, wait: float = 0.5) -> bytes:
        """Send bytes; return the frame that answers, or nothing."""
        self._writer.write(data)
        await self._writer.drain()
        with contextlib.suppress(asyncio.TimeoutError):
            return await asyncio.wait_for(read(self._reader, self._width), wait)
        return b""

    def _control(self, function: int, address: int) -> int:
        if function not in COUNTED:
            return _PRIMARY | function
        self._count[address] = self._count.get(address, 0) ^ _COUNT
        return _PRIMARY | _VALID | self._count[address] | function

    async def ask(self, function: int, address: int) -> bytes:
        """A service without user data."""
        if function == RESET:
            self._count[address] = 0
        return await self.raw(fixed(self._control(function, address), address, self._width))

    async def open(self, address: int) -> None:
        """Status and reset of a link."""
        await self.ask(STATUS, address)
        await self.ask(RESET, address)

    async def send(self, address: int, unit: bytes) -> None:
        """User data, then all that comes of it."""
        answer = await self.raw(variable(self._control(USER_DATA, address), address, unit, self._width))
        await self.fetch(address, answer)

    async def poll(self, address: int) -> None:
        """Class 2, and class 1 while the station demands it."""
        answer = await self.ask(CLASS_2, address)
        await self.fetch(address, answer)

    async def fetch(self, address: int, answer: bytes) -> None:
        """Class 1 while the station demands it (ACD)."""
        while answer and answer != SINGLE:
            self.heard.append(answer)
            if not answer[4 if answer[0] == 0x68 else 1] & _MORE:
                return
            answer = await self.ask(CLASS_1, address)
