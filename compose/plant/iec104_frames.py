"""APDUs of IEC 60870-5-104 by hand, and both ends of a TCP connection that speak them: for what no free stack sends."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

from compose.plant.addresses import IEC104_PORT, ip

STARTDT_ACT, STARTDT_CON = 0x07, 0x0B
STOPDT_ACT, STOPDT_CON = 0x13, 0x23
TESTFR_ACT, TESTFR_CON = 0x43, 0x83
_CONFIRMED_BY = {STARTDT_ACT: STARTDT_CON, STOPDT_ACT: STOPDT_CON, TESTFR_ACT: TESTFR_CON}
ACT, ACT_CON, DEACT, DEACT_CON, ACT_TERM = 6, 7, 8, 9, 10
SPONTANEOUS, REQUEST, FILE, STATION = 3, 5, 13, 20


def unnumbered(function: int) -> bytes:
    """Return a U format APDU."""
    return bytes([0x68, 4, function, 0, 0, 0])


def supervisory(received: int) -> bytes:
    """Return an S format APDU."""
    return struct.pack("<BBHH", 0x68, 4, 1, (received << 1) & 0xFFFF)


def information(sent: int, received: int, asdu: bytes, length: int | None = None) -> bytes:
    """Return an I format APDU; length: a wrong one on purpose."""
    numbers = struct.pack("<HH", (sent << 1) & 0xFFFF, (received << 1) & 0xFFFF)
    return bytes([0x68, 4 + len(asdu) if length is None else length]) + numbers + asdu


def ioa(address: int) -> bytes:
    """Return an information object address: three octets, low one first."""
    return struct.pack("<I", address)[:3]


def asdu(
    code: int, cause: int, *objects: tuple[int, bytes], station: int = 1, negative: bool = False, origin: int = 0
) -> bytes:
    """Return a data unit with SQ = 0: objects are (address, element with time tag)."""
    body = b"".join(ioa(address) + element for address, element in objects)
    flags = cause | (0x40 if negative else 0)
    return struct.pack("<BBBBH", code, len(objects), flags, origin, station) + body


def row(code: int, cause: int, first: int, *elements: bytes, station: int = 1) -> bytes:
    """Return a data unit with SQ = 1: elements of addresses that count up from `first`."""
    head = struct.pack("<BBBBH", code, 0x80 | len(elements), cause, 0, station)
    return head + ioa(first) + b"".join(elements)


def cp56(moment: tuple[int, int, int, int, int, int, int]) -> bytes:
    """Return CP56Time2a of (year, month, day, hour, minute, second, millisecond)."""
    year, month, day, hour, minute, second, milliseconds = moment
    return struct.pack("<HBBBBB", second * 1000 + milliseconds, minute, hour, day, month, year % 100)


def cp24(minute: int, second: int, milliseconds: int) -> bytes:
    """Return CP24Time2a."""
    return struct.pack("<HB", second * 1000 + milliseconds, minute)


@dataclass
class Link:
    """One end of a connection that counts its own sequence numbers."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    sent: int = 0
    received: int = 0
    heard: list[bytes] = field(default_factory=list)

    async def send(self, *units: bytes, pause: float = 0.03) -> None:
        """Send data units, each in an APDU of its own, in one segment."""
        out = b""
        for unit in units:
            out += information(self.sent, self.received, unit)
            self.sent += 1
        await self.raw(out, pause)

    async def raw(self, data: bytes, pause: float = 0.03) -> None:
        """Send bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()
        await asyncio.sleep(pause)

    async def next(self) -> bytes:
        """Read one APDU and count it. Raises asyncio.IncompleteReadError at the end."""
        head = await self.reader.readexactly(2)
        apdu = head + await self.reader.readexactly(head[1])
        if not apdu[2] & 1:
            self.received = (struct.unpack_from("<H", apdu, 2)[0] >> 1) + 1
        return apdu

    async def acknowledge(self) -> None:
        """Send an S format APDU."""
        await self.raw(supervisory(self.received))


class Master:
    """A controlling station of bytes. Use as an asynchronous context manager."""

    def __init__(self, server: str, start: bool = True) -> None:
        self._server = server
        self._start = start

    async def __aenter__(self) -> Link:
        reader, writer = await asyncio.open_connection(ip(self._server), IEC104_PORT)
        self._link = Link(reader, writer)
        self._listening = asyncio.create_task(self._listen())
        if self._start:
            await self._link.raw(unnumbered(STARTDT_ACT), 0.1)
        return self._link

    async def _listen(self) -> None:
        try:
            while True:
                self._link.heard.append(await self._link.next())
        except (asyncio.IncompleteReadError, ConnectionError):
            return

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.sleep(0.1)
        self._link.writer.close()
        self._listening.cancel()


Answer = Callable[[bytes], list[bytes]]


class Responder:
    """An outstation of bytes: confirms U functions; `answer` gives the data units that follow a received one."""

    def __init__(self, host: str, answer: Answer) -> None:
        self._host = host
        self._answer = answer
        self._server: asyncio.Server | None = None

    async def serve(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._speak, ip(self._host), IEC104_PORT)

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    async def _speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = Link(reader, writer)
        try:
            while True:
                apdu = await link.next()
                if apdu[2] in _CONFIRMED_BY:
                    await link.raw(unnumbered(_CONFIRMED_BY[apdu[2]]), 0)
                elif not apdu[2] & 1:
                    for unit in self._answer(apdu[6:]):
                        await link.send(unit, pause=0.01)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def mirror(unit: bytes, cause: int, negative: bool = False) -> bytes:
    """Return the data unit as its confirmation: the same with another cause."""
    return unit[:2] + bytes([cause | (0x40 if negative else 0)]) + unit[3:]


def confirm(unit: bytes) -> list[bytes]:
    """Confirm whatever asks, and tell the end of what has one."""
    cause = unit[2] & 0x3F
    if cause == DEACT:
        return [mirror(unit, DEACT_CON)]
    if cause != ACT:
        return []
    done = unit[0] in range(45, 65) or unit[0] in (100, 101)
    return [mirror(unit, ACT_CON), *([mirror(unit, ACT_TERM)] if done and not _selects(unit) else [])]


def _selects(unit: bytes) -> bool:
    last = {45: 9, 46: 9, 47: 9, 58: 9, 59: 9, 60: 9, 48: 11, 49: 11, 61: 11, 62: 11, 50: 13, 63: 13}.get(unit[0])
    return last is not None and bool(unit[last] & 0x80)
