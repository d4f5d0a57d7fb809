"""The plant's HART I/O system: HART-IP over UDP and TCP, a gateway of its own and transmitters behind it.

Its answers are the plant's own (no device stack exists), after FCG TS20085, TS20127 and TS20151.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from compose.plant.addresses import HART_PORT, ip
from compose.plant.hart_instrument import INVALID, OK, Instrument
from compose.plant.lab import Lab

GATEWAY = bytes.fromhex("2676000777")
RADAR, PRESSURE = bytes.fromhex("263b012345"), bytes.fromhex("260600beef")
KEY = bytes.fromhex("445553544e4554574f524b53524f434b")
SESSIONS = 2
_REQUEST, _RESPONSE, _PUBLISH = 0, 1, 2
_IN_USE, _TOO_FEW = 15, 5
_AUDIT = struct.Struct(">4s16sHHQQHHHIII")


def message(kind: int, identifier: int, sequence: int, body: bytes, status: int = 0, version: int = 1) -> bytes:
    """A HART-IP message."""
    return struct.pack(">BBBBHH", version, kind, identifier, status, sequence, len(body) + 8) + body


def frame(delimiter: int, address: bytes, command: int, data: bytes) -> bytes:
    """A token-passing PDU with its check byte."""
    out = bytes([delimiter]) + address + bytes([command, len(data)]) + data
    check = 0
    for byte in out:
        check ^= byte
    return out + bytes([check])


def _listed(number: int, told: bytes) -> bytes:
    """A reply in a list of commands: without its device status."""
    return struct.pack(">HB", number, len(told) - 1) + told[:1] + told[2:]


@dataclass
class System:
    """The I/O system: itself, and the transmitters behind it by card and channel."""

    own: Instrument = field(default_factory=lambda: Instrument(GATEWAY, "MUX-1", "Tank farm I/O system"))
    behind: dict[tuple[int, int], Instrument] = field(default_factory=dict)
    sessions: set[object] = field(default_factory=set)
    published: int = 0

    def __post_init__(self) -> None:
        self.behind = {
            (0, 0): Instrument(RADAR, "LT-101", "LT-101 Tank 1 level", polling=1),
            (0, 1): Instrument(PRESSURE, "PT-204", "PT-204 Header pressure", 312.0, unit=12, upper=600.0, polling=2),
        }

    def answer(self, data: bytes, peer: object) -> list[bytes]:
        """What is sent back for a message."""
        version, kind, identifier, _, sequence, _ = struct.unpack(">BBBBHH", data[:8])
        body = data[8:]
        if kind != _REQUEST:
            return []
        told, status = b"", 0
        if identifier == 0:
            if peer not in self.sessions and len(self.sessions) >= SESSIONS:
                told, status = body, _IN_USE
            else:
                self.sessions.add(peer)
                told = body
        elif identifier == 1:
            self.sessions.discard(peer)
        elif identifier == 3:
            told = self._frame(body)
            if not told:
                return []
        elif identifier == 4:
            told = self._direct(body)
        elif identifier == 5:
            told = self._audit(body)
        burst = []
        if identifier in (2, 3) and self.own.burst:
            self.published += 1
            own = bytes([GATEWAY[0] | 0xC0]) + GATEWAY[1:]
            burst = [
                message(_PUBLISH, 3, self.published, frame(0x81, own, 3, self.own.answer(3, b"")), version=version)
            ]
        return [*burst, message(_RESPONSE, identifier, sequence, told, status, version)]

    def _addressed(self, address: bytes) -> Instrument | None:
        every = (self.own, *self.behind.values())
        if len(address) == 1:
            return next((one for one in every if one.polling == address[0] & 0x3F), None)
        wanted = bytes([address[0] & 0x3F]) + address[1:]
        return next((one for one in every if one.unique == wanted), None)

    def _frame(self, body: bytes) -> bytes:
        long = body[0] & 0x80
        address, rest = (body[1:6], body[6:]) if long else (body[1:2], body[2:])
        instrument = self._addressed(address)
        if instrument is None:
            return b""
        command, data = rest[0], rest[2 : 2 + rest[1]]
        if command == 31 and len(data) > 1:
            told = instrument.answer(int.from_bytes(data[:2], "big"), data[2:])
            told = told[:2] + data[:2] + told[2:]
        elif instrument is self.own and command in (74, 75, 77, 78, 84):
            told = self._system(command, data)
        else:
            told = instrument.answer(command, data)
        return frame(0x86 if long else 0x06, address, command, told)

    def _system(self, command: int, data: bytes) -> bytes:
        head = OK + bytes([self.own.status])
        if command == 74:
            return head + bytes([1, 2, 1]) + struct.pack(">H", len(self.behind)) + bytes([2, 1, 3])
        if command == 84:
            index = int.from_bytes(data[:2], "big")
            if not 0 < index <= len(self.behind):
                return INVALID + head[1:]
            (card, channel), one = list(self.behind.items())[index - 1]
            tag = one.long_tag.encode("latin-1").ljust(32, b"\0")
            return head + data[:2] + bytes([card, channel]) + b"\0\x26" + one.unique + b"\7" + tag + b"\2\1\0\x26"
        if command == 78:
            parts = b""
            for number in (3, 48):
                parts += _listed(number, self.own.answer(number, b""))
            return head + bytes([0, 2]) + parts
        chosen = self.behind.get((data[0], data[1]))
        if chosen is None:
            return b"\x15" + head[1:]
        if command == 75:
            return head + chosen.identity
        at = 4 + (5 if data[3] & 0x80 else 1)
        inner = chosen.answer(data[at], data[at + 2 :])
        return head + data[:2] + bytes([data[3] | 4]) + data[4:at] + bytes([data[at], len(inner)]) + inner

    def _direct(self, body: bytes) -> bytes:
        told, rest = bytes([self.own.status, 0]), body[2:]
        while len(rest) > 2:
            number, count = struct.unpack(">HB", rest[:3])
            told += _listed(number, self.own.answer(number, rest[3 : 3 + count]))
            rest = rest[3 + count :]
        return told

    def _audit(self, body: bytes) -> bytes:
        records = [
            _AUDIT.pack(
                bytes([10, 9, 1, 31]), bytes(16), 50000, HART_PORT, 1795910400, 1795914000, 0x11, 16, 17, 0, 40, 40
            ),
            _AUDIT.pack(bytes([10, 9, 1, 66]), bytes(16), 40100, HART_PORT, 1795920000, 0, 0x14, 17, 17, 0, 3, 3),
        ]
        head = struct.pack(">BBQQHH", body[0], len(records), 1795900000, 1795800000, 1, _AUDIT.size)
        return head + b"".join(records)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, system: System) -> None:
        self._system = system
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        if len(data) < 8 or self._transport is None:
            return
        for told in self._system.answer(data, address):
            self._transport.sendto(told, address)


async def _converse(system: System, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    peer = writer.get_extra_info("peername")
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, IndexError):
        while True:
            head = await reader.readexactly(8)
            body = await reader.readexactly(max(0, int.from_bytes(head[6:8], "big") - 8))
            for told in system.answer(head + body, peer):
                writer.write(told)
    system.sessions.discard(peer)
    writer.close()


@contextlib.contextmanager
def io_system(lab: Lab, host: str = "mux") -> Iterator[System]:
    """A running I/O system on a host of the lab."""
    system = System()

    async def serve() -> tuple[asyncio.DatagramTransport, asyncio.Server]:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(system), (ip(host), HART_PORT))
        server = await asyncio.start_server(lambda r, w: _converse(system, r, w), ip(host), HART_PORT)
        return transport, server

    async def stop() -> None:
        transport.close()
        server.close()

    transport, server = lab[host].run(serve())
    try:
        yield system
    finally:
        lab[host].run(stop())
