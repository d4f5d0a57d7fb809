"""A dosing controller and its terminal that speak Dosewire 1, the invented protocol of docs/dissectors.md.

Both are real: a server and a client over TCP. Nothing here is shared with the dissector, which finds out for itself.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

PORT = 9470
PIN = b"4711"
REQUEST, REPLY, REPORT = 1, 2, 3
OK, UNKNOWN, RANGE, SEALED, NO_LOGIN, BUSY, WRONG_PIN = range(7)


def frame(kind: int, sequence: int, station: int, function: int, body: bytes = b"") -> bytes:
    """One message."""
    head = b"DW\x01" + struct.pack(">BHHBB", kind, len(body), sequence, station, function) + body
    return head + struct.pack(">H", sum(head) & 0xFFFF)


async def read_frame(reader: asyncio.StreamReader) -> bytes:
    """One whole message. Raises IncompleteReadError when the other side is gone."""
    head = await reader.readexactly(10)
    return head + await reader.readexactly(int.from_bytes(head[4:6], "big") + 2)


def texts(*words: str) -> bytes:
    """Texts, each behind its length."""
    return b"".join(bytes([len(word)]) + word.encode("ascii") for word in words)


@dataclass
class Controller:
    """Two scales with a setpoint each, a batch, a seal that keeps calibrations away."""

    station: int = 7
    sealed: bool = True
    running: bool = False
    setpoints: dict[int, float] = field(default_factory=lambda: {1: 25.0, 2: 5.0})
    weights: dict[int, float] = field(default_factory=lambda: {1: 0.0, 2: 12.5})
    recipes: dict[int, bytes] = field(default_factory=lambda: {3: b"old"})
    silent: bool = False

    async def serve(self) -> None:
        """Listens until it is cancelled."""
        server = await asyncio.start_server(self._connected, "0.0.0.0", PORT)
        async with server:
            await server.serve_forever()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reports = asyncio.ensure_future(self._report(writer))
        logged_in = False
        try:
            while True:
                data = await read_frame(reader)
                sequence, station, function = struct.unpack(">HBB", data[6:10])
                body = self._answer(function, data[10:-2], logged_in)
                logged_in = logged_in or (function == 0x50 and body[0] == OK)
                if not self.silent:
                    writer.write(frame(REPLY, sequence, station, function, body))
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            reports.cancel()
            writer.close()

    async def _report(self, writer: asyncio.StreamWriter) -> None:
        """While a batch runs, the weight of scale 1 is told twice a second."""
        while True:
            await asyncio.sleep(0.5)
            if self.running:
                self.weights[1] = min(self.weights[1] + 2.5, self.setpoints[1])
                writer.write(frame(REPORT, 0, self.station, 0x70, struct.pack(">Bf", 1, self.weights[1])))

    def _answer(self, function: int, body: bytes, logged_in: bool) -> bytes:
        work: Callable[[bytes], bytes] | None = getattr(self, f"_of_{function:02x}", None)
        if work is None:
            return bytes([UNKNOWN])
        if function in (0x41, 0x60) and not logged_in:
            return bytes([NO_LOGIN])
        try:
            return work(body)
        except struct.error:
            return bytes([RANGE])

    def _of_01(self, body: bytes) -> bytes:
        return bytes([OK]) + texts("Riverbank Scales", "DC-200", "2.14", "RS-20418")

    def _of_10(self, body: bytes) -> bytes:
        first, count = struct.unpack(">BB", body)
        asked = range(first, first + count)
        if not set(asked) <= set(self.weights):
            return bytes([RANGE])
        return bytes([OK]) + struct.pack(f">{count}f", *(self.weights[scale] for scale in asked))

    def _of_20(self, body: bytes) -> bytes:
        scale, value = struct.unpack(">Bf", body)
        if scale not in self.setpoints or not 0 <= value <= 60:
            return bytes([RANGE])
        self.setpoints[scale] = value
        return bytes([OK])

    def _of_30(self, body: bytes) -> bytes:
        (recipe,) = struct.unpack(">H", body)
        if recipe not in self.recipes:
            return bytes([RANGE])
        self.running = True
        return bytes([OK])

    def _of_31(self, body: bytes) -> bytes:
        self.running = False
        return bytes([OK])

    def _of_32(self, body: bytes) -> bytes:
        (scale,) = struct.unpack(">B", body)
        self.weights[scale] = 0.0
        return bytes([OK])

    def _of_40(self, body: bytes) -> bytes:
        struct.unpack(">BI", body)
        return bytes([SEALED if self.sealed else OK])

    def _of_41(self, body: bytes) -> bytes:
        self.sealed = False
        return bytes([OK])

    def _of_50(self, body: bytes) -> bytes:
        return bytes([OK if body.endswith(bytes([len(PIN)]) + PIN) else WRONG_PIN])

    def _of_60(self, body: bytes) -> bytes:
        self.recipes[int.from_bytes(body[:2], "big")] = body[2:]
        return bytes([OK])


class Terminal:
    """Asks a controller."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, station: int) -> None:
        self._reader, self._writer, self._station = reader, writer, station
        self._sequence = 0

    def request(self, function: int, body: bytes = b"") -> bytes:
        """The next request as bytes."""
        self._sequence += 1
        return frame(REQUEST, self._sequence, self._station, function, body)

    async def send(self, data: bytes) -> None:
        """Sends bytes as they are."""
        self._writer.write(data)
        await self._writer.drain()

    async def reply(self) -> bytes:
        """The next reply; reports are passed over."""
        while (data := await asyncio.wait_for(read_frame(self._reader), 5))[3] != REPLY:
            pass
        return data

    async def ask(self, function: int, body: bytes = b"") -> int:
        """One request; the status of its reply."""
        await self.send(self.request(function, body))
        return (await self.reply())[10]


@asynccontextmanager
async def terminal(host: str, station: int = 7) -> AsyncIterator[Terminal]:
    """A terminal connected to the controller at an address."""
    for _ in range(50):
        await asyncio.sleep(0.2)  # a refused connection has no place in a capture of something else
        try:
            reader, writer = await asyncio.open_connection(host, PORT)
            break
        except ConnectionRefusedError:
            continue
    else:
        raise ConnectionRefusedError(host)
    try:
        yield Terminal(reader, writer, station)
    finally:
        writer.close()
        await writer.wait_closed()
