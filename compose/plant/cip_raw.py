"""Encapsulation messages written by hand, over TCP and UDP: what no client sends, and what must lie in odd pieces."""

from __future__ import annotations

import asyncio
import struct
from typing import cast

from compose.plant.addresses import ip
from compose.plant.cip_device import PORT
from compose.plant.cip_stack import EipAdapter

_HEADER = struct.Struct("<HHIIQI")


def message(
    command: int, session: int = 0, data: bytes = b"", context: int = 0, status: int = 0, options: int = 0
) -> bytes:
    """One encapsulation message."""
    return _HEADER.pack(command, len(data), session, status, context, options) + data


def rr_data(session: int, context: int, request: bytes, overrun: int = 0) -> bytes:
    """SendRRData with one CIP request; overrun: bytes that the data item claims beyond its end."""
    items = struct.pack("<IHHHHHH", 0, 0, 2, 0, 0, 0xB2, len(request) + overrun) + request
    return message(0x6F, session, items, context)


def unit_data(session: int, connection: int, sequence: int, request: bytes) -> bytes:
    """SendUnitData with one CIP request."""
    items = struct.pack("<IHHHHIHHH", 0, 0, 2, 0xA1, 4, connection, 0xB1, len(request) + 2, sequence) + request
    return message(0x70, session, items)


class Raw:
    """A TCP connection or UDP port to a controller that sends any bytes."""

    def __init__(self, server: str, udp: bool = False) -> None:
        self._server, self._udp = server, udp
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self._answers: asyncio.Queue[bytes] = asyncio.Queue()

    async def __aenter__(self) -> Raw:
        if self._udp:
            loop = asyncio.get_running_loop()
            self._transport, _ = await loop.create_datagram_endpoint(
                lambda: _Answers(self._answers), remote_addr=(ip(self._server), PORT)
            )
        else:
            self._reader, self._writer = await asyncio.open_connection(ip(self._server), PORT)
        return self

    async def __aexit__(self, *unused: object) -> None:
        if self._transport is not None:
            self._transport.close()
        if self._writer is not None:
            self._writer.close()
            await asyncio.sleep(0.05)

    async def exchange(self, data: bytes, timeout: float = 0.3) -> bytes:
        """Send bytes as they are; return what comes back within `timeout` seconds (b"" = nothing)."""
        try:
            if self._transport is not None:
                self._transport.sendto(data)
                return await asyncio.wait_for(self._answers.get(), timeout)
            assert self._reader is not None
            assert self._writer is not None
            self._writer.write(data)
            await self._writer.drain()
            return await asyncio.wait_for(self._reader.read(4096), timeout)
        except (TimeoutError, ConnectionError):
            return b""

    async def ask(self, command: int, session: int = 0, data: bytes = b"") -> bytes:
        """Send one command and wait for the answer."""
        return await self.exchange(message(command, session, data, context=command))

    async def send(self, command: int, session: int, data: bytes = b"", status: int = 0, options: int = 0) -> None:
        """Send one command; the answer, if there is one, is not looked at."""
        await self.exchange(message(command, session, data, status=status, options=options), 0.1)

    @staticmethod
    async def answer_datagrams(adapter: EipAdapter, host: str, port: int) -> None:
        """Carry the stack's own answers over UDP."""
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: _Datagrams(adapter), local_addr=(ip(host), port))


async def register(raw: Raw) -> int:
    """Register a session; return its handle."""
    answer = await raw.ask(0x65, data=struct.pack("<HH", 1, 0))
    return cast(int, struct.unpack_from("<I", answer, 4)[0])


class _Answers(asyncio.DatagramProtocol):
    def __init__(self, answers: asyncio.Queue[bytes]) -> None:
        self._answers = answers

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._answers.put_nowait(data)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, adapter: EipAdapter) -> None:
        self._adapter = adapter
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        asked, _ = self._adapter._manager.try_parse(data, addr)
        answer = self._adapter._dispatch_message(asked, 0, "") if asked is not None else None
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, addr)
