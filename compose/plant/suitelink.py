"""SuiteLink by hand: an I/O server with tags, and a client. No stack is to be had; the bytes are its dissector's."""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from compose.plant.addresses import ip
from compose.plant.lab import Lab

SUITELINK_PORT = 5413
QUERY = bytes.fromhex("cafe8bbafe8bd311aa0500a0c9ecfd9f")
QUERY_OLD = bytes.fromhex("605fc3b12d05d111bf0800a0c9723e82")
REGISTER = bytes.fromhex("d5cfc7f80bcdd311aa1000a0c9ecfd9f")
REGISTERED = bytes.fromhex("d4cfc7f80bcdd311aa1000a0c9ecfd9f")
CONNECT, ADVISE, UNADVISE, POKE, PING, PONG = 0x8001, 0x8010, 0x8004, 0x800B, 0x4024, 0x4023
HANDSHAKE_ACK, ADVISE_ACK, UNADVISE_ACK, TIME, UPDATE, POKE_ACK = 0x0001, 0x0003, 0x0004, 0x0008, 0x0009, 0x000B
GOOD, BAD = 0x00C0, 0x0008
Value = bool | int | float | str


def message(kind: int, body: bytes = b"", end: int = 0xA5) -> bytes:
    """One message of the tag service."""
    return struct.pack("<HH", len(body) + 3, kind) + body + bytes([end])


def letters(text: str) -> bytes:
    """A text behind its length in letters."""
    return bytes([len(text)]) + text.encode("utf-16-le")


def ended(text: str) -> bytes:
    """A text that a letter 0 ends."""
    return text.encode("utf-16-le") + b"\0\0"


def value(told: Value) -> bytes:
    """A value behind its type."""
    if isinstance(told, bool):
        return bytes([1, told])
    if isinstance(told, int):
        return b"\2" + struct.pack("<i", told)
    if isinstance(told, float):
        return b"\3" + struct.pack("<f", told)
    text = told.encode("cp1252")
    return b"\4" + struct.pack("<H", len(text)) + text


def handshake(application: str, node: str, user: str) -> bytes:
    """A client that asks for an application and says who it is."""
    body = QUERY + bytes(16) + struct.pack("<I", 1) + ended(application) + ended(node) + ended(user)
    return bytes([len(body)]) + body


def connect(application: str, topic: str, client: str, node: str, user: str, server: str) -> bytes:
    """A connection to a topic."""
    names = letters(application) + letters(topic) + bytes(3) + letters(client) + letters(node) + letters(user)
    zones = bytes(20) + ended("Central Standard Time") + bytes(38) + ended("Central Daylight Time") + bytes(30)
    return message(CONNECT, names + letters(server) + zones)


@dataclass
class Server:
    """An I/O server. tags: the values it holds by name."""

    tags: dict[str, Value] = field(default_factory=lambda: {
        "Tank.Level": 62.5, "Tank.Pump": True, "Tank.Count": 17, "Tank.Recipe": "cleaning"})  # fmt: skip
    known: dict[int, str] = field(default_factory=dict)

    def update(self, quality: int = GOOD) -> bytes:
        """The values of all tags that are asked for."""
        items = (
            struct.pack("<IHH", number, 3, quality) + value(self.tags[name])
            for number, name in self.known.items() if name in self.tags
        )  # fmt: skip
        return message(UPDATE, b"".join(items))

    def answer(self, kind: int, body: bytes) -> list[bytes]:
        """What is said to a message of the tag service."""
        if kind == CONNECT:
            return [message(TIME, struct.pack("<Q", 133_800_000_000_000_000))]
        if kind == ADVISE:
            numbers = self._learn(body)
            return [message(ADVISE_ACK, b"".join(struct.pack("<IB", n, 0) for n in numbers)), self.update()]
        if kind == UNADVISE:
            self.known.pop(struct.unpack("<I", body[:4])[0], None)
            return [message(UNADVISE_ACK, body[:4] + b"\0")]
        if kind == POKE:
            return [message(POKE_ACK, body[:4] + b"\0"), self._poke(body)]
        return [message(PONG)] if kind == PING else []

    def _learn(self, body: bytes) -> list[int]:
        numbers = []
        while body:
            number, length = struct.unpack("<IB", body[:5])
            self.known[number] = body[5 : 5 + 2 * length].decode("utf-16-le")
            numbers.append(number)
            body = body[5 + 2 * length :]
        return numbers

    def _poke(self, body: bytes) -> bytes:
        name = self.known.get(struct.unpack("<I", body[:4])[0], "")
        forms = {1: "<?", 2: "<i", 3: "<f"}
        if body[4] in forms:
            self.tags[name] = struct.unpack_from(forms[body[4]], body, 5)[0]
        return self.update()


async def _converse(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, struct.error):
        length = (await reader.readexactly(1))[0]
        if length == QUERY_OLD[0]:
            await reader.readexactly(47)
        else:
            told = await reader.readexactly(length)
            if told.startswith(REGISTER):
                body = REGISTERED + struct.pack("<I", 1)
                writer.write(bytes([len(body)]) + body)
                await reader.read(4096)
                writer.close()
                return
        writer.write(message(HANDSHAKE_ACK, bytes(6)))
        while True:
            length = struct.unpack("<H", await reader.readexactly(2))[0]
            told = await reader.readexactly(length)
            for said in server.answer(struct.unpack("<H", told[:2])[0], told[2:-1]):
                writer.write(said)
            await writer.drain()
    writer.close()


@contextlib.contextmanager
def serving(lab: Lab, host: str = "hist") -> Iterator[None]:
    """A running I/O server on a host of the lab."""

    async def serve() -> asyncio.Server:
        return await asyncio.start_server(lambda r, w: _converse(Server(), r, w), ip(host), SUITELINK_PORT)

    async def stop() -> None:
        running.close()

    running = lab[host].run(serve())
    try:
        yield
    finally:
        lab[host].run(stop())


class Client:
    """An operator station on one connection."""

    def __init__(self, end: socket.socket, node: str, user: str) -> None:
        self._end = end
        self._node, self._user = node, user
        self._tags = 0

    def raw(self, data: bytes) -> None:
        """What is given, and a moment for the answers."""
        self._end.sendall(data)
        time.sleep(0.03)
        if select.select([self._end], [], [], 0)[0]:
            self._end.recv(65536)

    def greet(self, application: str = "DASABTCP", topic: str = "Tank") -> None:
        """Handshake and connection."""
        self.raw(handshake(application, self._node, self._user))
        self.raw(connect(application, topic, "View", self._node, self._user, "HISTORIAN"))

    def advise(self, *names: str) -> None:
        """Ask for tags, in one message."""
        first = self._tags + 1
        self._tags += len(names)
        self.raw(message(ADVISE, b"".join(struct.pack("<I", first + i) + letters(n) for i, n in enumerate(names))))

    def unadvise(self, number: int) -> None:
        """No more of a tag."""
        self.raw(message(UNADVISE, struct.pack("<I", number)))

    def poke(self, number: int, told: Value) -> None:
        """Write a tag."""
        self.raw(message(POKE, struct.pack("<I", number) + value(told)))

    def ping(self) -> None:
        """Keep the connection alive."""
        self.raw(message(PING))


Work = Callable[[Client], None]


def work_as(lab: Lab, host: str, work: Work, server: str = "hist", user: str = "operator") -> None:
    """Do the work from `host`."""

    def talk() -> None:
        with socket.create_connection((ip(server), SUITELINK_PORT), timeout=5) as end:
            work(Client(end, host.upper(), user))
            time.sleep(0.05)

    lab[host].call(talk)
