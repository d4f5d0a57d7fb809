"""ROC Plus by hand: no stack is to be had. A flow computer that answers, a host that asks."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from compose.plant.addresses import ROC_PORT, ip
from compose.plant.lab import Lab

Station = tuple[int, int]
Tlp = tuple[int, int, int]
ROC, HOST = (1, 2), (3, 1)
CONFIGURATION, READ_CLOCK, SET_CLOCK, READ_TABLE, WRITE_TABLE, LOGIN = 6, 7, 8, 10, 11, 17
STORE_AND_FORWARD, SET_POINT, READ_POINT, READ, WRITE, FILE, SRBX, ACKNOWLEDGE, ERROR = (
    24, 166, 167, 180, 181, 203, 224, 225, 255,
)  # fmt: skip
PASSWORD = 1000
_TIME = bytes([0, 5, 13, 30, 6]) + struct.pack("<H", 2024)


def crc(data: bytes, begin: int = 0xFFFF) -> int:
    """CRC-16 with the polynomial 8005, reflected."""
    for byte in data:
        begin ^= byte
        for _ in range(8):
            begin = (begin >> 1) ^ 0xA001 if begin & 1 else begin >> 1
    return begin


def message(to: Station, source: Station, opcode: int, data: bytes = b"", begin: int = 0xFFFF) -> bytes:
    """A whole message."""
    head = bytes([*to, *source, opcode, len(data)]) + data
    return head + struct.pack("<H", crc(head, begin))


def text(words: str, size: int = 20) -> bytes:
    """Text of a parameter."""
    return words.encode().ljust(size)


@dataclass
class Computer:
    """What a flow computer holds. `signals`: messages that it sends by itself when a connection begins."""

    parameters: dict[Tlp, bytes] = field(default_factory=dict)
    signals: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        self.parameters = {
            (91, 0, 2): text("Gas Station 4"), (91, 0, 3): text("W68139 Ver 3.80"), (91, 0, 5): text("Emerson"),
            (91, 0, 6): text("ROC809 Series 2"), (91, 0, 26): b"\0", (91, 0, 27): b"\0", (91, 0, 19): b"\0",
            (103, 0, 2): b"\1", (103, 0, 21): struct.pack("<f", 42.5), (103, 1, 21): struct.pack("<f", 17.25),
            (102, 0, 2): b"\1", (102, 0, 8): b"\0", (114, 0, 5): struct.pack("<f", 1234.5), (92, 0, 1): bytes(2),
        }  # fmt: skip

    def answer(self, opcode: int, data: bytes) -> tuple[int, bytes] | None:
        """Opcode and data of the answer."""
        if opcode == CONFIGURATION:
            return opcode, bytes([1]) + struct.pack("<H", 4) + bytes([0, 1, 1, 1]) + bytes(11) + b"\6" + bytes(196)
        if opcode == READ_CLOCK:
            return opcode, _TIME + b"\1"
        if opcode == LOGIN:
            return self._login(data)
        if opcode == READ_TABLE:
            return opcode, data + struct.pack("<f", 1.0) + struct.pack("<f", 42.5)
        if opcode in (SET_CLOCK, WRITE_TABLE, ACKNOWLEDGE):
            return opcode, b""
        if opcode in (READ, WRITE, SET_POINT, READ_POINT):
            return self._parameters(opcode, data)
        if opcode == FILE:
            return opcode, self._file(data)
        return _LOGS.get(opcode, (ERROR, bytes([1, 4])))

    def _login(self, data: bytes) -> tuple[int, bytes]:
        if len(data) == 13:
            return LOGIN, bytes(range(24))
        good = len(data) > 11 or data[3:5] == struct.pack("<H", PASSWORD)
        return (LOGIN, b"") if good else (ERROR, bytes([21, 6]))

    def _parameters(self, opcode: int, data: bytes) -> tuple[int, bytes]:
        if opcode == READ:
            asked = [(data[at], data[at + 1], data[at + 2]) for at in range(1, len(data), 3)]
            unknown = next((number for number, tlp in enumerate(asked) if tlp not in self.parameters), None)
            if unknown is not None:
                return ERROR, bytes([4, 7 + unknown * 3])
            return opcode, bytes([len(asked)]) + b"".join(bytes(tlp) + self.parameters[tlp] for tlp in asked)
        if opcode == READ_POINT:
            block = range(data[3], data[3] + data[2])
            found = [self.parameters.get((data[0], data[1], number)) for number in block]
            if None in found:
                return ERROR, bytes([2, 9])
            return opcode, data + b"".join(value for value in found if value is not None)
        first = (data[1], data[2], data[3]) if opcode == WRITE else (data[0], data[1], data[3])
        if first[0] == 91 and first[2] in (2, 3):
            return ERROR, bytes([19, 9])
        self.parameters[first] = data[4:]
        return opcode, b""

    def _file(self, data: bytes) -> bytes:
        answers = {1: struct.pack("<I", 7), 2: struct.pack("<IIIB", 7, 4, 0, 4) + b"data", 3: struct.pack("<II", 7, 0)}
        return {6: b"\6\0\1a.bin\0\0"}.get(data[0], data[:1] + answers.get(data[0], b"")) if len(data) != 126 else b"\5"


_LOGS = {
    50: (50, bytes([103, 102, 0])), 100: (100, bytes([11, 0, 1, 254])), 105: (105, bytes(50)),
    108: (108, bytes([0, 1, 0, 0, 1]) + text("FLOW", 10)), 118: (118, bytes([1, 0, 0, 1, 0]) + bytes(23)),
    119: (119, bytes([1, 0, 0, 1, 0]) + bytes(22)), 135: (135, bytes(10)), 136: (136, bytes(12)), 137: (137, bytes(8)),
    138: (138, bytes(9)), 139: (139, bytes([0, 0, 1, 1])), 206: (206, bytes([1, 1, 0]) + bytes(18)),
    STORE_AND_FORWARD: (STORE_AND_FORWARD, b""), 205: (205, bytes([1, 0, 0, 0, 7, 180, 0])),
}  # fmt: skip


async def _converse(device: Computer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = await reader.readexactly(6)
            rest = await reader.readexactly(head[5] + 2)
            answer = device.answer(head[4], rest[:-2])
            if answer is not None and head[0] != 0:
                writer.write(message((head[2], head[3]), (head[0], head[1]), *answer))
            if head[4] == READ_CLOCK:
                for signal in device.signals:
                    writer.write(signal)
    writer.close()


@contextlib.contextmanager
def computer(lab: Lab, host: str = "flow", signals: tuple[bytes, ...] = ()) -> Iterator[Computer]:
    """A running flow computer on a host of the lab."""
    device = Computer(signals=signals)

    async def serve() -> asyncio.Server:
        return await asyncio.start_server(lambda r, w: _converse(device, r, w), ip(host), ROC_PORT)

    async def stop() -> None:
        server.close()

    server = lab[host].run(serve())
    try:
        yield device
    finally:
        lab[host].run(stop())


class Client:
    """A host on one connection: one message after another."""

    def __init__(self, end: socket.socket, station: Station = HOST) -> None:
        self._end = end
        self._station = station

    def send(self, data: bytes) -> None:
        """Send what nothing answers."""
        self._end.sendall(data)

    def raw(self, data: bytes) -> bytes:
        """Send what is given; return the answer."""
        self._end.sendall(data)
        return self._end.recv(4096)

    def ask(self, opcode: int, data: bytes = b"", to: Station = ROC) -> bytes:
        """A request and its answer."""
        return self.raw(message(to, self._station, opcode, data))

    def read(self, *tlps: Tlp) -> None:
        """Read parameters."""
        self.ask(READ, bytes([len(tlps)]) + b"".join(map(bytes, tlps)))

    def write(self, tlp: Tlp, data: bytes) -> None:
        """Write one parameter."""
        self.ask(WRITE, b"\1" + bytes(tlp) + data)

    def login(self, operator: str, password: int = PASSWORD) -> None:
        """Log in, standard."""
        self.ask(LOGIN, operator.encode() + struct.pack("<HB", password, 5))

    def file(self, command: int, path: str, name: str | None = None, options: bytes = b"", end: bytes = b"") -> None:
        """A file command with a path."""
        named = b"" if name is None else name.encode().ljust(25, b"\0")
        self.ask(FILE, bytes([command]) + options + path.encode().ljust(100, b"\0") + named + end)


Work = Callable[[Client], None]


def work_as(lab: Lab, host: str, work: Work, server: str = "flow", station: Station = HOST) -> None:
    """Do the work from `host`."""

    def talk() -> None:
        with socket.create_connection((ip(server), ROC_PORT), timeout=5) as end:
            work(Client(end, station))
            time.sleep(0.05)

    lab[host].call(talk)
