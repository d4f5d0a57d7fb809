"""A programming station for CODESYS V3, by hand: no free stack exists. Frames: codesys_wire."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable

from compose.plant import codesys_wire as wire
from compose.plant.addresses import CODESYS_TCP_PORT, CODESYS_UDP_PORT, ip
from compose.plant.codesys_controller import (
    APP,
    APPLICATION,
    CLOSE,
    DEVICE,
    FILES,
    FORCE,
    INFO,
    LOG,
    MONITOR,
    OPEN,
    SETTINGS,
    SHELL,
    USERS,
    VARIABLES,
    controller,
    short,
    word,
)
from compose.plant.lab import Lab

__all__ = [
    "APP", "APPLICATION", "DEVICE", "FILES", "FORCE", "LOG", "MONITOR", "SETTINGS", "SHELL", "USERS", "VARIABLES",
    "Client", "Work", "controller", "search", "short", "word", "work_as", "work_by_datagrams",
]  # fmt: skip

# The program of an expression: what stands before and behind a variable's place, as the programming system sends it.
_BEFORE, _PLACE = b"\x1b\x00\x15\x10\x00", b"\x02"
_BEHIND = bytes.fromhex("17100904 1b060001 0000 17080908 170c0904 0400 0000")


class Client:
    """A programming station: one service after another."""

    def __init__(self, end: socket.socket, here: bytes, there: bytes) -> None:
        self._end, self._here, self._there = end, here, there
        self._stream = end.type == socket.SOCK_STREAM
        self.channel = self._ack = self.session = self.app = 0
        self._number = self._messages = 1

    def send(self, data: bytes) -> None:
        """Send what is given, as it is."""
        self._end.sendall(data)

    def packet(self, payload: bytes, service: int = wire.CHANNEL) -> None:
        """Send one datagram."""
        inside = wire.datagram(service, payload, self._there, self._here)
        self.send(wire.framed(inside) if self._stream else inside)

    def receive(self) -> bytes:
        """Payload of the next datagram."""
        if self._stream:
            head = self._exactly(8)
            data = self._exactly(struct.unpack("<II", head)[1] - 8)
        else:
            data = self._end.recv(2048)
        head_size = (data[1] & 7) * 2 + ((data[5] & 15) + (data[5] >> 4)) * 2
        return data[head_size + -head_size % 4 :]

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self._end.recv(size - len(data))
            if not more:
                raise ConnectionError("the controller hung up")
            data += more
        return data

    def who(self) -> None:
        """Ask the name service who is there."""
        self._messages += 1
        self.packet(struct.pack("<HHI", 0xC202, 0x0400, self._messages), wire.NAMES)
        self.receive()

    def open(self) -> None:
        """Open a channel."""
        self.packet(wire.meta(OPEN, struct.pack("<III", 0x8321D481, 0x1F4000, 5)))
        self.channel = struct.unpack("<H", self.receive()[14:16])[0]

    def close(self) -> None:
        """Close it."""
        self.packet(wire.meta(CLOSE, struct.pack("<HH", self.channel, 0)))

    def info(self) -> None:
        """Ask for how many channels there are."""
        self.packet(wire.meta(INFO, bytes(4)))
        self.receive()

    def alive(self) -> None:
        """Keep the channel alive."""
        self.packet(struct.pack("<BBH", 3, 0, self.channel))

    def ask(self, group: int, number: int, *tags: tuple[int, bytes | wire.Tags]) -> dict[int, bytes]:
        """Ask for a service; return the tags of the reply."""
        message = wire.service(group, number, self.session or 0x11, wire.tags(tags))
        for packet in wire.blocks(self.channel, self._number, self._ack, message, client=True):
            self._number += 1
            self.packet(packet)
        kept, size = b"", 1
        while len(kept) < size:
            payload = self.receive()
            if payload[0] != 1:
                continue
            self._ack = struct.unpack("<I", payload[4:8])[0]
            if payload[1] & 1:
                size, kept = struct.unpack("<I", payload[12:16])[0], payload[20:]
            else:
                kept += payload[12:]
            self.packet(wire.acknowledged(self.channel, self._ack, client=True))
        return dict(wire.read_tags(kept[20:]))

    def login(self, user: str = "", password: bytes = b"", asymmetric: bool = False) -> bool:
        """Log in to the device."""
        credentials = [(0x10, wire.text(user))] + ([(0x11, password)] if password else [])
        reply = self.ask(DEVICE, 2, (0x22, word(2 if asymmetric else 1)), (0x81, tuple(credentials)))
        answer = dict(wire.read_tags(reply[0x82]))
        if 0x21 in answer:
            self.session = struct.unpack("<I", answer[0x21])[0]
        return 0x21 in answer

    def application(self, name: str = APPLICATION) -> None:
        """Log in to an application."""
        reply = self.ask(APP, 1, (1, wire.text(name)))
        answer = dict(wire.read_tags(reply[0x81]))
        self.app = struct.unpack("<I", answer[0x10][2:6])[0]

    def on_app(self, number: int, *more: tuple[int, bytes | wire.Tags], group: int = APP) -> None:
        """A service on the application."""
        self.ask(group, number, (0x81, ((0x11, word(self.app)), *more)))

    def read(self, *places: tuple[int, int, int]) -> None:
        """Read variables: place, size, type class."""
        asked = tuple(
            (0x82, ((1, word(50 + at)), (2, word(size)), (3, word(kind)), (4, word(5)), (5, _PLACE + word(place))))
            for at, (place, size, kind) in enumerate(places)
        )
        self.ask(MONITOR, 1, (1, word(self.app) + bytes(16)), (0x81, asked))

    def write(self, place: int, value: bytes, force: bool = False) -> None:
        """Write or force a variable."""
        change = b"\0\0" + word(len(value)) + value + _BEFORE + _PLACE + word(place) + _BEHIND
        self.ask(MONITOR, 3 if force else 2, (1, word(self.app) + bytes(16)), (3, change))


Work = Callable[[Client], None]


def work_as(lab: Lab, host: str, work: Work, server: str = "plc7") -> None:
    """Do the work from `host` over TCP."""

    def talk() -> None:
        with socket.create_connection((ip(server), CODESYS_TCP_PORT), timeout=5) as end:
            own = end.getsockname()
            work(Client(end, wire.node(*own), wire.node(ip(server), CODESYS_TCP_PORT)))
            time.sleep(0.05)

    lab[host].call(talk)


def work_by_datagrams(lab: Lab, host: str, work: Work, server: str = "plc7") -> None:
    """Do the work from `host` over UDP."""

    def talk() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.settimeout(5)
            end.bind((ip(host), CODESYS_UDP_PORT))
            end.connect((ip(server), CODESYS_UDP_PORT))
            work(Client(end, wire.local(ip(host)), wire.local(ip(server))))
            time.sleep(0.05)

    lab[host].call(talk)


def search(lab: Lab, host: str, networks: tuple[str, ...] = ("10.9.1.255",), wait: float = 0.3) -> None:
    """Ask all nodes of the network who they are."""

    def talk() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            end.bind(("", CODESYS_UDP_PORT))
            for number, network in enumerate(networks, 1):
                payload = struct.pack("<HHI", 0xC202, 0x0400, number)
                end.sendto(wire.datagram(wire.NAMES, payload, sender=wire.local(ip(host))), (network, CODESYS_UDP_PORT))
            time.sleep(wait)

    lab[host].call(talk)
