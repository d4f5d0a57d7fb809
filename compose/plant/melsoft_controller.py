"""A MELSEC controller of our own that speaks MELSOFT: over TCP, and to everybody in datagrams. No stack exists."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from compose.plant import melsoft as ms
from compose.plant.addresses import ip
from compose.plant.lab import Lab

DIGEST = hashlib.sha256(b"wrapper").digest()


def _project() -> dict[str, bytes]:
    names = {"SYSTEM.PRM": 184, "CPU.PRM": 780, "GLBLINF.IFG": 672, "MAIN.PRG": 2_120}
    return {ms.PROJECT + name: bytes(at * 7 & 0xFF for at in range(size)) for name, size in names.items()}


@dataclass
class Controller:
    """Devices by code and number, files by path."""

    devices: dict[tuple[int, int], int] = field(default_factory=lambda: {(0x20, 200): 1000, (0x20, 0): 17})
    files: dict[str, bytes] = field(default_factory=_project)
    opened: dict[int, str] = field(default_factory=dict)
    secret: bytes = DIGEST
    title: str = "Wrapper"

    def answer(self, message: bytes, asker: str) -> bytes | None:
        """What is said to one message."""
        if message[:3] == b"\x5a\0\0":
            return self._greet(message[3], asker)
        call = ms.Call.read(message)
        try:
            return call.response(self._do(call))
        except (KeyError, struct.error, IndexError):
            return call.response(end_code=ms.NO_FILE)
        except PermissionError:
            return call.response(bytes(12), ms.REFUSED)

    def _greet(self, kind: int, asker: str) -> bytes:
        head = bytes([0xDA, 0, 0, kind])
        if kind == 0xFF:
            return head + struct.pack("<H", ms.MODEL_CODE) + bytes(22)
        address = socket.inet_aton(asker)
        return head + b"\x14\0" + address + address

    def _do(self, call: ms.Call) -> bytes:
        data = call.data
        match call.command:
            case ms.TYPE_NAME:
                return ms.Q_MODEL.ljust(16) + struct.pack("<H", ms.Q_MODEL_CODE) + bytes(16)
            case ms.TYPE_NAME_LONG:
                return ms.MODEL.ljust(16, b"\0") + struct.pack("<H", ms.MODEL_CODE) + b"\0\x08\0\0\0\0"
            case ms.CHALLENGE:
                return hashlib.sha256(data).digest()[:4]
            case ms.SEARCH:
                title, comment = self.title.encode("utf-16-le"), "Line 1".encode("utf-16-le")
                sizes = struct.pack("<HHH", len(title), len(comment), 0)
                return bytes(6) + ms.MODEL.ljust(16) + sizes + title + comment
            case ms.UNNAMED:
                return b"\1\0\x40" + bytes(9)
            case ms.READ | ms.WRITE | ms.RANDOM_READ | ms.RANDOM_WRITE | ms.Q_WRITE:
                return self._devices(call.command, data)
            case ms.RUN | ms.STOP | ms.PAUSE | ms.RESET | ms.CHANGE | ms.CHANGE_DATA | ms.CHANGE_STEP:
                return b""
            case ms.DRIVE_INFORMATION:
                return struct.pack("<IIHII", 0x30001, 46, 16, 978_532, 1_044_244)
            case _:
                return self._files(call)

    def _devices(self, command: int, data: bytes) -> bytes:
        if command in (ms.READ, ms.WRITE):
            code, number, _, points = struct.unpack_from("<HIIH", data, 10)
            if command == ms.READ:
                found = [self.devices.get((code, number + at), 0) for at in range(points)]
                return ms.values_of(code, found)
            told = data[22:]
            for at in range(points):
                self.devices[code, number + at] = ms.value_at(code, told, at)
            return b""
        if command == ms.RANDOM_READ:
            count, size = data[10], 10 if data[16] else 16
            places = [struct.unpack_from("<HI", data, 20 + size * at) for at in range(count)]
            return b"\0\0" + ms.words([self.devices.get(place, 0) for place in places])
        return b""

    def _files(self, call: ms.Call) -> bytes:
        data = call.data
        match call.command:
            case ms.LIST:
                entries = [
                    ms.long_entry(path.removeprefix(ms.PROJECT)) + ms.entry(path.removeprefix(ms.PROJECT), len(held))
                    for path, held in self.files.items()
                ]
                count = 2 * len(entries)
                return struct.pack("<HHH", count, count, 0) + b"".join(entries)
            case ms.CHECKS:
                names = [path.removeprefix(ms.PROJECT) for path in self.files]
                told = [hashlib.sha256(name.encode()).digest()[:8] + ms.text(name) for name in names]
                return struct.pack("<HHH", len(names), len(names), 0) + b"".join(told)
            case ms.FIND:
                path = _path(data, 6)
                return ms.entry(path.rpartition("\\")[2], len(self.files[path]))
            case ms.DELETE:
                del self.files[_path(data, 6)]
                return b""
            case ms.ATTRIBUTES:
                return b"\x04\0" * int(struct.unpack_from("<H", data)[0])
            case ms.OPEN:
                return self._open(call)
            case ms.FILE_READ:
                handle, offset, size = struct.unpack("<HIH", data)
                part = self.files[self.opened[handle]][offset : offset + size]
                return struct.pack("<H", len(part)) + part
            case ms.FILE_WRITE:
                handle, offset, size = struct.unpack_from("<HIH", data)
                self.files[self.opened[handle]] = self.files[self.opened[handle]][:offset] + data[8:]
                return struct.pack("<H", size)
            case ms.CLOSE:
                del self.opened[struct.unpack_from("<H", data)[0]]
                return b""
        raise KeyError(call.command)

    def _open(self, call: ms.Call) -> bytes:
        path, writes = _path(call.data, 12), call.data[5]
        if call.extension and call.extension[7:] != self.secret:
            raise PermissionError
        if writes:
            self.files[path] = b""
        handle = 1 + list(self.files).index(path)
        self.opened[handle] = path
        return struct.pack("<H", handle)


def _path(data: bytes, at: int) -> str:
    size = struct.unpack_from("<H", data, at)[0]
    return data[at + 2 : at + size].decode("utf-16-le")


class _ToAll(asyncio.DatagramProtocol):
    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        if self._transport is not None and data[:1] in (b"\x57", b"\x5a"):
            with contextlib.suppress(IndexError, struct.error):
                told = self._controller.answer(data, address[0])
                self._transport.sendto(told or b"", (ms.EVERYBODY, address[1]))


async def _converse(controller: Controller, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, IndexError, struct.error):
        while True:
            message = await reader.readexactly(21)
            message += await reader.readexactly(struct.unpack_from("<H", message, 19)[0])
            writer.write(controller.answer(message, "") or b"")
            await writer.drain()
    writer.close()


def to_all() -> socket.socket:
    """A socket that may speak to everybody on the plant's network."""
    end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
    return end


@contextlib.contextmanager
def serving(lab: Lab, *hosts: str) -> Iterator[None]:
    """A running controller on each host of the lab."""
    names = hosts or ("plc6",)

    async def serve(host: str) -> tuple[asyncio.Server, list[asyncio.DatagramTransport]]:
        controller = Controller(title=host.upper())
        loop = asyncio.get_running_loop()
        transports = []
        for port in (ms.DIRECT_PORT, ms.SEARCH_PORT):
            end = to_all()
            end.bind(("", port))
            end.setblocking(False)
            transports.append((await loop.create_datagram_endpoint(lambda: _ToAll(controller), sock=end))[0])
        return await asyncio.start_server(lambda r, w: _converse(controller, r, w), ip(host), ms.TCP_PORT), transports

    async def stop(server: asyncio.Server, transports: list[asyncio.DatagramTransport]) -> None:
        server.close()
        for transport in transports:
            transport.close()

    running = [(host, lab[host].run(serve(host))) for host in names]
    try:
        yield
    finally:
        for host, (server, transports) in running:
            lab[host].run(stop(server, transports))
