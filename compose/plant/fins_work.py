"""Clients of the FINS controller: the connections of `fins`, and every command that they have no function for."""

from __future__ import annotations

import itertools
import struct
import time
from collections.abc import Callable

from fins.fins_common import FinsConnection, FinsPLCMemoryAreas  # type: ignore[import-untyped]  # a stack without types
from fins.tcp import TCPFinsConnection  # type: ignore[import-untyped]
from fins.udp import UDPFinsConnection  # type: ignore[import-untyped]

from compose.plant.addresses import FINS_PORT, ip
from compose.plant.lab import Lab

AREAS = FinsPLCMemoryAreas()
WHOLE_PROGRAM = b"\xff\xff"
Work = Callable[["Client"], None]


class Client:
    """A connection of the library, with service IDs that count up."""

    def __init__(self, connection: FinsConnection, node: int, counting: bool = True) -> None:
        self.own = connection
        self.own.srce_node_add = node
        self._numbers = itertools.cycle(range(1, 256)) if counting else itertools.repeat(0x60)

    def ask(self, command: int, text: bytes = b"", icf: int = 0x80) -> bytes:
        """Send a command with its text; return what follows the response's command code."""
        number = bytes([next(self._numbers)])
        message = self.own.fins_command_frame(struct.pack(">H", command), text, number, bytes([icf]))
        answer: bytes = self.own.execute_fins_command_frame(message)
        return answer[12:]

    def say(self, command: int, text: bytes = b"") -> None:
        """Send a command that wants no response."""
        number = bytes([next(self._numbers)])
        message = self.own.fins_command_frame(struct.pack(">H", command), text, number, b"\x81")
        if isinstance(self.own, UDPFinsConnection):
            self.own.fins_socket.sendto(message, (self.own.ip_address, self.own.fins_port))

    def read(self, area: bytes, word: int, count: int, bit: int = 0) -> bytes:
        """MEMORY AREA READ."""
        return self.ask(0x0101, place(area, word, bit) + struct.pack(">H", count))

    def write(self, area: bytes, word: int, data: bytes, count: int, bit: int = 0) -> bytes:
        """MEMORY AREA WRITE."""
        return self.ask(0x0102, place(area, word, bit) + struct.pack(">H", count) + data)


def place(area: bytes, word: int, bit: int = 0) -> bytes:
    """Area, word and bit."""
    return area + struct.pack(">HB", word, bit)


def work_as(
    lab: Lab,
    host: str,
    work: Work,
    server: str = "plc5",
    tcp: bool = False,
    port: int = FINS_PORT,
    counting: bool = True,
) -> None:
    """Do the work from `host`, over UDP from `port` or over FINS/TCP."""

    def talk() -> None:
        connection = TCPFinsConnection() if tcp else UDPFinsConnection()
        connection.connect(ip(server), FINS_PORT, port)
        node = int(ip(host).rsplit(".", 1)[1])
        try:
            work(Client(connection, connection.srce_node_add or node, counting))
        finally:
            connection.fins_socket.close()
            time.sleep(0.05)

    lab[host].call(talk)


def load(client: Client, program: bytes, size: int = 200) -> None:
    """Write a program as the library does, in parts of `size` bytes; the last one is marked."""
    for begin in range(0, len(program), size):
        part = program[begin : begin + size]
        last = 0x8000 if begin + size >= len(program) else 0
        client.ask(0x0307, WHOLE_PROGRAM + struct.pack(">IH", begin, len(part) | last) + part)


def fetch(client: Client, size: int = 200) -> bytes:
    """Read the program out."""
    found, begin, last = b"", 0, False
    while not last:
        text = client.ask(0x0306, WHOLE_PROGRAM + struct.pack(">IH", begin, size))
        if text[:2] != b"\0\0":
            break
        last = bool(text[8] & 0x80)
        found, begin = found + text[10:], begin + size
    return found
