"""TriStation by hand: no stack exists. Frames after published analyses of TRITON, and a controller that answers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

from compose.plant.addresses import TRISTATION_PORT, ip
from compose.plant.lab import Lab

CONNECT, CONNECTED, DISCONNECTED, DISCONNECT, COMMAND, PING, NOT_CONNECTED, DENIED = 1, 2, 3, 4, 5, 6, 8, 10
(START_ALL, START_CHANGE, SET_CALENDAR, END_CHANGE, CANCEL_CHANGE, RUN, HALT, CHASSIS, SET_POINTS, GET_POINTS,
 MP_STATUS, DISABLE_OVDS, MODULES, ALLOCATE, CLEAR_RETENTIVES, INFORMATION, UPLOAD, DOWNLOAD_MODE) = (
    0, 1, 7, 11, 12, 20, 21, 24, 27, 28, 29, 40, 47, 55, 57, 64, 65, 80)  # fmt: skip
_REJECTED, _KEY, _NOT_HALTED, _SEQUENCE, _UNKNOWN = 100, 212, 203, 214, 200
# What each command is answered with.
_REPLIES = {
    START_ALL: 101, START_CHANGE: 102, SET_CALENDAR: 122, END_CHANGE: 103, CANCEL_CHANGE: 104, RUN: 109, HALT: 110,
    CHASSIS: 119, SET_POINTS: 121, GET_POINTS: 121, MP_STATUS: 127, DISABLE_OVDS: 134, MODULES: 142, ALLOCATE: 153,
    CLEAR_RETENTIVES: 155, INFORMATION: 161, UPLOAD: 162, DOWNLOAD_MODE: 101,
}  # fmt: skip
# What the key switch forbids while it stands on RUN.
_LOCKED = (START_ALL, START_CHANGE, HALT, RUN, SET_POINTS, ALLOCATE, DOWNLOAD_MODE, DISABLE_OVDS, CLEAR_RETENTIVES)


def crc(data: bytes) -> int:
    """CRC-16/ARC."""
    state = 0
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = (state >> 1) ^ 0xA001 if state & 1 else state >> 1
    return state


def framed(kind: int, inside: bytes = b"") -> bytes:
    """A frame of the communication module."""
    frame = struct.pack("<HH", kind, len(inside)) + inside
    return frame + struct.pack("<H", crc(frame))


def packet(code: int, number: int, data: bytes = b"", direction: int = 0) -> bytes:
    """What the controller is told (0) or tells (1)."""
    size = len(data) + 10
    blank = struct.pack("<BBBBHHH", direction, 0, code, number, 0, 0, size) + data
    return blank[:6] + struct.pack("<H", (sum(blank) + size) & 0xFFFF) + blank[8:]


@dataclass
class Controller:
    """A safety controller. `key`: what the key switch stands on."""

    key: str = "program"
    running: bool = True
    connected: bool = False

    def answer(self, frame: bytes) -> bytes | None:
        """The answer to a frame; None to a broken one."""
        if len(frame) < 6 or crc(frame[:-2]) != struct.unpack("<H", frame[-2:])[0]:
            return None
        kind, inside = struct.unpack("<H", frame[:2])[0], frame[4:-2]
        if kind == PING:
            return framed(PING)
        if kind in (CONNECT, DISCONNECT):
            self.connected = kind == CONNECT
            return framed(CONNECTED if self.connected else DISCONNECTED)
        if kind != COMMAND or len(inside) < 10:
            return None
        if not self.connected:
            return framed(NOT_CONNECTED)
        code, data = self._reply(inside[2], inside[10:])
        return framed(COMMAND, packet(code, inside[3], data, direction=1))

    def _reply(self, code: int, data: bytes) -> tuple[int, bytes]:
        if code not in _REPLIES:
            return _REJECTED, bytes([_UNKNOWN])
        if self.key == "run" and code in _LOCKED:
            return _REJECTED, bytes([_KEY])
        if code == START_ALL and self.running:
            return _REJECTED, bytes([_NOT_HALTED])
        if code in (RUN, HALT):
            self.running = code == RUN
        told = {CHASSIS: bytes(24), MP_STATUS: bytes(36), MODULES: bytes(16), INFORMATION: b"REACTOR1".ljust(40, b"\0"),
                GET_POINTS: data[:2] + b"\0\1" * 8, UPLOAD: bytes(range(200))}  # fmt: skip
        return _REPLIES[code], told.get(code, b"")


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, device: Controller) -> None:
        self._device = device
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        answer = self._device.answer(data)
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, address)


@contextlib.contextmanager
def controller(lab: Lab, host: str = "sis", key: str = "program") -> Iterator[Controller]:
    """A running controller on a host of the lab."""
    device = Controller(key)

    async def serve() -> asyncio.DatagramTransport:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(device), (ip(host), TRISTATION_PORT))
        return transport

    async def stop() -> None:
        transport.close()

    transport = lab[host].run(serve())
    try:
        yield device
    finally:
        lab[host].run(stop())


class Client:
    """A programming station: one command after another."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._number = 0

    def raw(self, frame: bytes, answered: bool = True) -> bytes:
        """Send what is given; return the answer."""
        self._end.send(frame)
        return self._end.recv(2048) if answered else b""

    def connect(self) -> None:
        """Ask the module for a connection."""
        self.raw(framed(CONNECT))

    def disconnect(self) -> None:
        """Give it up."""
        self.raw(framed(DISCONNECT))

    def ping(self) -> None:
        """Whether somebody is there."""
        self.raw(framed(PING))

    def ask(self, code: int, data: bytes = b"") -> int:
        """Send a command; return the code of the reply, of the refusal's reason where it was refused."""
        self._number = self._number % 255 + 1
        answer = self.raw(framed(COMMAND, packet(code, self._number, data)))
        if len(answer) < 16:
            return 0
        return answer[14] if answer[6] == _REJECTED else answer[6]


Work = Callable[[Client], None]


def work_as(lab: Lab, host: str, work: Work, server: str = "sis") -> None:
    """Do the work from `host`."""

    def talk() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.settimeout(5)
            end.connect((ip(server), TRISTATION_PORT))
            work(Client(end))
            time.sleep(0.05)

    lab[host].call(talk)
