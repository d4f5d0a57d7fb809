"""A CODESYS V3 controller, by hand: no free stack exists. Frames: codesys_wire."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from compose.plant import codesys_wire as wire
from compose.plant.addresses import CODESYS_TCP_PORT, CODESYS_UDP_PORT, ip
from compose.plant.lab import Lab

DEVICE, APP, LOG, SETTINGS, FILES, VARIABLES, USERS, SHELL, FORCE, MONITOR = 1, 2, 5, 6, 8, 9, 12, 0x11, 0x13, 0x1B
NAMES = ("MIXER-01", "CODESYS Control for PFC200 SL", "3S - Smart Software Solutions GmbH")
SERIAL = "SN-0080-77"
APPLICATION = "Mixer"
_OK, _NO_RIGHTS, _UNKNOWN, _NO_SESSION = 0, 0x19, 0x302, 0x1C
_APP_SESSION = 0x51AB0007
OPEN, OPENED, CLOSE, INFO, INFORMED = 0xC3, 0x83, 0xC4, 0xC2, 0x82


def short(value: int) -> bytes:
    """A number of two bytes."""
    return struct.pack("<H", value)


def word(value: int) -> bytes:
    """A number of four bytes."""
    return struct.pack("<I", value)


@dataclass
class Controller:
    """A controller with one application. `password`: of the user admin; None: whoever comes may do all."""

    password: bytes | None = None
    running: bool = True
    session: int = 0
    memory: dict[int, bytes] = field(default_factory=dict)

    def answer(self, group: int, number: int, session: int, content: bytes) -> wire.Tags:
        """Tags of the reply."""
        tags = dict(wire.read_tags(content))
        if group == DEVICE:
            return self._device(number, tags)
        if session != self.session:
            return ((wire.RESULT, short(_NO_SESSION)),)
        replies = {APP: self._app, FILES: self._files, SETTINGS: self._settings, MONITOR: self._monitor}
        if group in replies:
            return replies[group](number, tags)
        if group == SHELL:
            return ((0x82, ((0x20, wire.text("[OK]")),)),)
        if group in (LOG, VARIABLES, USERS, FORCE):
            return ((wire.RESULT, short(_OK)),)
        return ((wire.RESULT, short(_UNKNOWN)),)

    def _device(self, number: int, tags: dict[int, bytes]) -> wire.Tags:
        if number == 1:
            version = struct.pack("<II", 4096, 0x00010005) + bytes([40, 19, 5, 3])
            names = ((2, wire.wide(NAMES[1])), (3, wire.wide(NAMES[2])), (4, wire.wide(NAMES[0])))
            return ((1, version), *names, (9, wire.text(SERIAL)))
        if number == 2:
            credentials = dict(wire.read_tags(tags[0x81])) if 0x81 in tags else None
            if credentials is None:
                return ((0x22, word(2)), (0x27, bytes(64)), (0x82, ((0x20, short(0x0A)),)))
            if self.password is not None and credentials.get(0x11) != self.password:
                return ((0x82, ((0x20, short(_NO_RIGHTS)),)),)
            self.session = 0x7C3B01F4
            return ((0x82, ((0x20, short(_OK)), (0x21, word(self.session)))),)
        if number == 7:
            return ((0x54, word(0)),)
        return ((wire.RESULT, short(_OK)),)

    def _app(self, number: int, _tags: dict[int, bytes]) -> wire.Tags:
        if number == 0x18:
            return ((0x81, ((3, wire.text(APPLICATION)),)),)
        if number == 0x01:
            return ((0x81, ((0x10, short(_OK) + word(_APP_SESSION) + bytes(20)),)),)
        if number == 0x02:
            return ((0x00, short(_OK)),)
        if number == 0x14:
            state = 1 if self.running else 2
            return ((0x82, ((0x13, struct.pack("<HII", _OK, state, 0x1001)),)),)
        if number in (0x10, 0x11):
            self.running = number == 0x10
        return ((0x01, short(_OK)),)

    def _files(self, number: int, tags: dict[int, bytes]) -> wire.Tags:
        if number == 0x02:
            return ((0x84, ((0x01, tags[1]), (0x03, word(3)), (0x08, short(_OK)))),)
        if number == 0x05:
            info = struct.pack("<II", 0, 900)
            return ((0x84, ((0x01, tags[1]), (0x02, info), (0x03, word(3)), (0x08, short(_OK)))),)
        if number == 0x07:
            return ((0x05, bytes(900)), (0x06, word(900)))
        if number == 0x0C:
            names = ("PlcLog.csv", "Mixer/Mixer.app", "Mixer/Mixer.crc")
            return ((0x8D, tuple((0x90, ((0x0E, wire.text(name)),)) for name in names)),)
        return ((0x08, short(_OK)),)

    def _settings(self, number: int, _tags: dict[int, bytes]) -> wire.Tags:
        if number == 0x01:
            return ((0x81, ((0x12, word(8)),)),)
        return ((wire.RESULT, short(_OK)),)

    def _monitor(self, number: int, tags: dict[int, bytes]) -> wire.Tags:
        if number == 0x01:
            values = b""
            for name, data in wire.read_tags(tags[0x81]):
                if name == 0x82:
                    asked = dict(wire.read_tags(data))
                    size = struct.unpack("<I", asked[2])[0]
                    place = struct.unpack("<I", asked[5][1:5])[0]
                    values += asked[1][:2] + word(size) + self.memory.get(place, b"").ljust(size, b"\0")[:size]
            return ((0x40, values + bytes(-len(values) % 4)),)
        change = tags[0x03]
        size = struct.unpack("<I", change[2:6])[0]
        place = struct.unpack("<I", change[size + 12 : size + 16])[0]
        self.memory[place] = change[6 : 6 + size]
        return ()


@dataclass
class Ends:
    """What a client's datagrams are answered with, on one connection."""

    device: Controller
    here: bytes
    there: bytes
    number: int = 1
    kept: bytes = b""
    size: int = 0

    def answers(self, data: bytes) -> list[bytes]:
        """Datagrams that answer one."""
        service, lengths = data[3], data[5]
        head = (data[1] & 7) * 2 + ((lengths & 15) + (lengths >> 4)) * 2
        payload = data[head + -head % 4 :]
        if service == wire.NAMES:
            message = struct.unpack("<I", payload[4:8])[0]
            return [self._framed(wire.NODE, wire.identification(message, NAMES, SERIAL))]
        if service == wire.ADDRESS:
            return [self._framed(wire.ADDRESSED, payload)]
        return [self._framed(wire.CHANNEL, packet) for packet in self._packets(payload)]

    def _framed(self, service: int, payload: bytes) -> bytes:
        return wire.datagram(service, payload, self.there, self.here)

    def _packets(self, payload: bytes) -> list[bytes]:
        kind = payload[0]
        if kind == OPEN:
            message = struct.unpack("<I", payload[8:12])[0]
            return [wire.meta(OPENED, struct.pack("<IHHII", message, 0, 0x2C07, 0x1F4000, 4))]
        if kind == INFO:
            return [wire.meta(INFORMED, struct.pack("<HH", 8, 0))]
        if kind != 1:
            return []
        channel, number = struct.unpack("<HI", payload[2:8])
        if payload[1] & 1:
            self.size, self.kept = struct.unpack("<I", payload[12:16])[0], payload[20:]
        else:
            self.kept += payload[12:]
        if len(self.kept) < self.size:
            return [wire.acknowledged(channel, number, client=False)]
        group, service, session = struct.unpack("<HHI", self.kept[4:12])
        content = wire.tags(self.device.answer(group, service, session, self.kept[20:]))
        message = wire.service(group, service, session, content, reply=True)
        packets = wire.blocks(channel, self.number, number, message, client=False)
        self.number += len(packets)
        return packets


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, device: Controller, here: str) -> None:
        self._device, self._here = device, here
        self._ends: dict[str, Ends] = {}
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        if len(data) < 8 or data[0] != 0xC5:
            return
        new = Ends(self._device, wire.local(self._here), wire.local(address[0]))
        ends = self._ends.setdefault(address[0], new)
        for answer in ends.answers(data):
            if self._transport is not None:
                self._transport.sendto(answer, address)


@contextlib.contextmanager
def controller(lab: Lab, host: str = "plc7", password: bytes | None = None) -> Iterator[Controller]:
    """A running controller on a host of the lab."""
    device = Controller(password)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("peername")
        ends = Ends(device, wire.node(ip(host), CODESYS_TCP_PORT), wire.node(peer[0], peer[1]))
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                size = struct.unpack("<II", await reader.readexactly(8))[1]
                for answer in ends.answers(await reader.readexactly(size - 8)):
                    writer.write(wire.framed(answer))
                await writer.drain()
        writer.close()

    async def serve() -> tuple[asyncio.AbstractServer, asyncio.DatagramTransport]:
        loop = asyncio.get_running_loop()
        server = await asyncio.start_server(talk, ip(host), CODESYS_TCP_PORT)
        made = lambda: _Datagrams(device, ip(host))  # noqa: E731 - a factory, used once
        transport, _ = await loop.create_datagram_endpoint(made, ("0.0.0.0", CODESYS_UDP_PORT), allow_broadcast=True)
        return server, transport

    async def stop() -> None:
        server.close()
        transport.close()

    server, transport = lab[host].run(serve())
    try:
        yield device
    finally:
        lab[host].run(stop())
