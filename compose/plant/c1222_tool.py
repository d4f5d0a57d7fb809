"""ANSI C12.22 by hand: no stack exists. Messages after IEEE 1703-2012, a meter that answers, a head-end that asks."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from compose.plant.addresses import C1222_PORT, ip
from compose.plant.lab import Lab

IDENTIFY, TERMINATE, DISCONNECT, DEREGISTER, RESOLVE, TRACE, REGISTER = 0x20, 0x21, 0x22, 0x24, 0x25, 0x26, 0x27
READ, READ_OFFSET, WRITE, WRITE_OFFSET = 0x30, 0x3F, 0x40, 0x4F
LOGON, SECURITY, LOGOFF, NEGOTIATE, WAIT = 0x50, 0x51, 0x52, 0x60, 0x70
METER, HEAD_END = bytes.fromhex("06072b060104018563"), bytes.fromhex("80028f7f")
PASSWORD = b"reed warbler".ljust(20, b"\0")
_PATIENCE = 3.0  # seconds


def tlv(tag: int, contents: bytes) -> bytes:
    """An element."""
    size = len(contents)
    return bytes([tag]) + (bytes([size]) if size < 128 else b"\x82" + struct.pack(">H", size)) + contents


def length(service: bytes) -> bytes:
    """A service behind its length."""
    return tlv(0, service)[1:]


def epsem(services: Sequence[bytes], flags: int = 0x80) -> bytes:
    """Services of a message; a MAC of zeros where they are secured."""
    return bytes([flags]) + b"".join(map(length, services)) + bytes(4 if flags & 0x0C else 0)


def message(
    inside: bytes, called: bytes, calling: bytes, number: int, answers: int | None = None, key: bool = False
) -> bytes:
    """A message of ACSE. `answers`: number of the message that this one answers; `key`: it names one."""
    fields = tlv(0xA2, called)
    if answers is not None:
        fields += tlv(0xA4, tlv(2, struct.pack(">I", answers)))
    fields += tlv(0xA6, calling) + tlv(0xA8, tlv(2, struct.pack(">I", number)))
    if key:
        fields += tlv(0xAC, tlv(0xA2, tlv(0xA0, tlv(0xA1, tlv(0x80, b"\1") + tlv(0x81, b"\0\0\0\1")))))
    return tlv(0x60, fields + tlv(0xBE, tlv(0x28, tlv(0x81, inside))))


def summed(data: bytes) -> bytes:
    """Table data with their count and checksum."""
    return struct.pack(">H", len(data)) + data + bytes([-sum(data) & 0xFF])


@dataclass
class Meter:
    """What a meter holds."""

    trusted: bool = False
    number: int = 1000
    tables: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tables = {
            0: bytes(range(24)), 1: b"REEDKV2c    " + bytes([1, 2, 4, 7]) + b"0000000012345678",
            5: b"METER 17".ljust(20), 8: bytes(4), 23: bytes(range(40)), 52: bytes(7), 2053: b"own table",
        }  # fmt: skip

    def answer(self, data: bytes) -> bytes:
        """The answer to a whole message."""
        number = struct.unpack(">I", data[data.index(b"\xa8\x06\x02\x04") + 4 :][:4])[0]
        inside = data[data.index(b"\xbe") :]
        for _ in range(3):  # user information, external, octets
            inside = inside[2:] if inside[1] < 128 else inside[4:]
        self.number += 1
        if inside[0] & 0x08:  # enciphered: what came goes back
            return message(inside, HEAD_END, METER, self.number, number, key=True)
        responses, rest = [], inside[1:]
        if inside[0] & 0x04:
            rest = rest[:-4]
        while rest:
            size, behind = (rest[0], 1) if rest[0] < 128 else (struct.unpack(">H", rest[1:3])[0], 3)
            responses.append(self._one(rest[behind : behind + size]))
            rest = rest[behind + size :]
        return message(epsem(responses, inside[0]), HEAD_END, METER, self.number, number, key=bool(inside[0] & 0x0C))

    def _one(self, service: bytes) -> bytes:
        code = service[0]
        if code in (READ, READ_OFFSET) and len(service) < 3:
            return b"\x01"
        if code == IDENTIFY:
            return bytes([0, 3, 1, 0, 0])
        if code in (READ, READ_OFFSET):
            table = self.tables.get(struct.unpack(">H", service[1:3])[0])
            if table is None:
                return b"\x05"
            if code == READ_OFFSET:
                offset, count = int.from_bytes(service[3:6], "big"), struct.unpack(">H", service[6:8])[0]
                table = table[offset : offset + count]
            return b"\0" + summed(table)
        if code == SECURITY:
            self.trusted = service[1:21] == PASSWORD
            return b"\0" if self.trusted else b"\x03"
        if code in (WRITE, WRITE_OFFSET):
            return b"\0" if self.trusted else b"\x03"
        return b"\0" if 0x20 <= code <= 0x71 else b"\x02"


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        if self._transport is not None:
            self._transport.sendto(self._meter.answer(data), address)


async def _converse(meter: Meter, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, ValueError):
        while True:
            head = await reader.readexactly(2)
            more = await reader.readexactly(2) if head[1] == 0x82 else b""
            size = struct.unpack(">H", more)[0] if more else head[1]
            writer.write(meter.answer(head + more + await reader.readexactly(size)))
    writer.close()


@contextlib.contextmanager
def meter(lab: Lab, host: str = "mtr4") -> Iterator[Meter]:
    """A running meter on a host of the lab."""
    device = Meter()

    async def serve() -> tuple[asyncio.DatagramTransport, asyncio.Server]:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(device), (ip(host), C1222_PORT))
        return transport, await asyncio.start_server(lambda r, w: _converse(device, r, w), ip(host), C1222_PORT)

    async def stop() -> None:
        transport.close()
        server.close()

    transport, server = lab[host].run(serve())
    try:
        yield device
    finally:
        lab[host].run(stop())


class Client:
    """A head-end: one message after another."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._number = 0

    def raw(self, data: bytes) -> bytes:
        """Send what is given; return the answer."""
        self._end.sendall(data)
        return self._end.recv(4096)

    def send(self, data: bytes) -> None:
        """Send what nothing answers."""
        self._end.sendall(data)

    def ask(self, *services: bytes, flags: int = 0x80) -> bytes:
        """Send services in one message; return the answer."""
        self._number += 1
        return self.raw(message(epsem(services, flags), METER, HEAD_END, self._number, key=bool(flags & 0x0C)))

    def logon(self, user: str, password: bytes = PASSWORD) -> None:
        """Log on with a name and a password."""
        self.ask(struct.pack(">BH", LOGON, 2) + user.encode().ljust(10) + struct.pack(">H", 60))
        self.ask(bytes([SECURITY]) + password + struct.pack(">H", 2))

    def read(self, table: int) -> None:
        """Read a whole table."""
        self.ask(struct.pack(">BH", READ, table))

    def write(self, table: int, data: bytes) -> None:
        """Write a whole table."""
        self.ask(struct.pack(">BH", WRITE, table) + summed(data))

    def procedure(self, number: int, data: bytes = b"") -> None:
        """Have a procedure run, and read what came of it."""
        self.write(7, struct.pack("<HB", number, self._number % 256) + data)
        self.read(8)


Work = Callable[[Client], None]


def work_as(lab: Lab, host: str, work: Work, udp: bool = False, server: str = "mtr4") -> None:
    """Do the work from `host`."""

    def talk() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM) as end:
            end.settimeout(_PATIENCE)
            end.connect((ip(server), C1222_PORT))
            work(Client(end))
            time.sleep(0.05)

    lab[host].call(talk)
