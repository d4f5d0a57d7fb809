"""CODESYS V2.3 by hand, after published tools (Project Basecamp): no free stack exists. A controller and a client."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Callable, Iterator

from compose.plant.addresses import CODESYS_V2_PORT, ip
from compose.plant.lab import Lab

IDENTIFY, INITIALISE = b"\1", b"\x51\x10"
_WRITE, _WRITE_BLOCK, _READ, _READ_BLOCK, _SHELL = 0x2F, 0x30, 0x31, 0x32, 0x92
SYSTEM, TYPE, PRODUCT = "Nucleus PLUS", "Nucleus PLUS version Unknown", "WAGO 750-849 PFC"


def plain(inside: bytes) -> bytes:
    """A plain frame."""
    return b"\xbb\xbb" + struct.pack("<I", len(inside)) + inside


def wrapped(inside: bytes) -> bytes:
    """A wrapped frame."""
    length = struct.pack("<I", len(inside))
    return b"\xcc\xcc\1\0" + length + bytes(8) + b"\1\0\0\0\x23" + length[:2] + b"\0" + inside


SYNCHRONISE = b"\x66\x66\1\0" + bytes(12) + b"\1\0\0\0\6\0\0\0"


def answer(frame: bytes) -> bytes:
    """What a controller answers to a frame."""
    if frame[:2] == b"\x66\x66":
        return SYNCHRONISE
    if frame[:2] == b"\xcc\xcc":
        command = frame[24]
        if command == _SHELL:
            return wrapped(bytes([_SHELL, 0, 0, 4, 1, 0, 0]) + b"[OK]\0")
        return wrapped(bytes([command, 0, 0, 0]) + struct.pack("<H", 12) + b"\x10\x20\x30" * 4)
    if frame[6] == IDENTIFY[0]:
        texts = b"".join(text.encode().ljust(32, b"\0") for text in (SYSTEM, TYPE, PRODUCT))
        return plain(b"\1" + bytes(57) + texts)
    return plain(frame[6:7] + bytes(3))


@contextlib.contextmanager
def controller(lab: Lab, host: str = "plc8") -> Iterator[None]:
    """A running controller on a host of the lab."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readexactly(6)
                size = struct.unpack("<I", head[2:6])[0]
                if head[:2] != b"\xbb\xbb":
                    head += await reader.readexactly(18)
                    size = struct.unpack("<I", head[4:8])[0]
                frame = head + await reader.readexactly(size)
                writer.write(answer(frame))
                await writer.drain()
        writer.close()

    async def serve() -> asyncio.AbstractServer:
        return await asyncio.start_server(talk, ip(host), CODESYS_V2_PORT)

    async def stop() -> None:
        server.close()

    server = lab[host].run(serve())
    try:
        yield
    finally:
        lab[host].run(stop())


class Client:
    """What the published tools send, one after another."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def raw(self, frame: bytes) -> None:
        """Send a frame; wait for its answer."""
        self._end.sendall(frame)
        self._end.recv(2048)
        time.sleep(0.002)

    def begin(self) -> None:
        """How each connection begins."""
        self.raw(plain(IDENTIFY))
        self.raw(plain(INITIALISE))

    def write(self, name: str, data: bytes) -> None:
        """Store a file: the first block with its name."""
        first, rest = data[:1024], data[1024:]
        text = name.encode() + b"\0\xcd" + first
        self.raw(plain(bytes([_WRITE, 1, 0]) + struct.pack(">H", len(text) + 1) + b"\0" + text))
        while rest:
            block, rest = rest[:1024], rest[1024:]
            self.raw(plain(bytes([_WRITE_BLOCK, bool(rest)]) + struct.pack("<H", len(block)) + block))

    def read(self, name: str) -> None:
        """Read a file, and a block more."""
        text = name.encode() + b"\0"
        frame = wrapped(bytes([_READ, 0]) + struct.pack("<H", len(text)) + text)
        self.raw(frame[:21] + b"\x10\0" + frame[23:])
        self.raw(SYNCHRONISE)
        self.raw(wrapped(bytes([_READ_BLOCK])))

    def shell(self, line: str) -> None:
        """A line for the shell, and an acknowledgement of what it says."""
        self.raw(wrapped(bytes([_SHELL, 0, 0, 0, 0]) + line.encode() + b"\0"))
        self.raw(SYNCHRONISE)
        self.raw(wrapped(bytes([_SHELL, 1, 0, 1, 0, 0])))


Work = Callable[[Client], None]


def work_as(lab: Lab, host: str, work: Work, server: str = "plc8") -> None:
    """Do the work from `host`."""

    def talk() -> None:
        with socket.create_connection((ip(server), CODESYS_V2_PORT), timeout=5) as end:
            work(Client(end))
            time.sleep(0.05)

    lab[host].call(talk)
