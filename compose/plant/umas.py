"""UMAS in a Modbus server (pymodbus): a controller of Schneider's kind and its programming station.

No stack speaks UMAS: the layouts are those of open research, the answers are the plant's own (lab: "answers are ours").
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from pymodbus.pdu import ModbusPDU

from compose.plant.modbus_master import BareMaster

FUNCTION = 90
_DONE, _REFUSED = 0xFE, 0xFD
_BLOCK = 200  # bytes of a program block
PROGRAM = bytes(number * 7 % 251 for number in range(900))


@dataclass
class Programming:
    """What the programming side of a controller keeps: its program, who reserved it, whether it runs."""

    program: bytes = PROGRAM
    incoming: bytes = b""
    key: int = 0
    running: bool = True
    memory: dict[int, bytearray] = field(default_factory=lambda: {2: bytearray(range(64))})

    def answer(self, key: int, function: int, data: bytes) -> tuple[int, bytes]:
        """What is answered to a request: done or refused, and the data."""
        work = getattr(self, f"_of_{function:02x}", None)
        needs_key = function in (0x11, 0x12, 0x23, *range(0x30, 0x36), 0x40, 0x41)
        if work is None or (needs_key and key != self.key) or (needs_key and key == 0):
            return _REFUSED, b"\x83"
        found: bytes = work(data)
        return _DONE, found

    def _of_01(self, data: bytes) -> bytes:
        return bytes.fromhex("fd00010400003200000000000000")[:13]

    def _of_02(self, data: bytes) -> bytes:
        name = b"BMX P34 2020"
        head = struct.pack("<HIHHHHHIH", 0xFF10, 0x0001015A, 0, 0x0270, 0, 0x27, 9, 8, 0)
        return head + bytes([len(name)]) + name + bytes(1)

    def _of_03(self, data: bytes) -> bytes:
        version = bytes.fromhex("020500009888010000")
        changed = b"\x02" + struct.pack("<BBBBBH", 12, 59, 12, 14, 9, 2026)
        name = b"conveyor\0"
        return version * 2 + changed * 2 + bytes.fromhex("08000000") + bytes([len(name)]) + name

    def _of_04(self, data: bytes) -> bytes:
        return bytes.fromhex("028280") + bytes(7) + bytes([2 if self.running else 1])

    def _of_0a(self, data: bytes) -> bytes:
        return data

    def _of_10(self, data: bytes) -> bytes:
        self.key = 0x5D
        return bytes([self.key])

    def _of_11(self, data: bytes) -> bytes:
        self.key = 0
        return b""

    def _of_12(self, data: bytes) -> bytes:
        return b""

    def _of_20(self, data: bytes) -> bytes:
        _, block, offset, size = struct.unpack("<BHIH", data[:9])
        held = self.memory.get(block, bytearray(512))[offset : offset + size]
        return b"\0" + struct.pack("<H", len(held)) + bytes(held)

    def _of_22(self, data: bytes) -> bytes:
        found, at = b"", 5
        for _ in range(data[4]):
            flags, block, _, base, low = struct.unpack("<BHBHB", data[at : at + 7])
            width, offset = 1 << ((flags & 15) - 1), base * 256 + low
            found += bytes(self.memory.get(block, bytearray(512))[offset : offset + width])
            at += 7
        return found

    def _of_23(self, data: bytes) -> bytes:
        at = 5
        for _ in range(data[4]):
            flags, block, low, high = struct.unpack("<BHHH", data[at : at + 7])
            width, offset = 1 << ((flags & 15) - 1), high * 65536 + low
            self.memory.setdefault(block, bytearray(512))[offset : offset + width] = data[at + 7 : at + 7 + width]
            at += 7 + width
        return b""

    def _of_30(self, data: bytes) -> bytes:
        self.incoming = b""
        return bytes.fromhex("000137300000")

    def _of_31(self, data: bytes) -> bytes:
        self.incoming += data[6:]
        return b"\0\1"

    def _of_32(self, data: bytes) -> bytes:
        self.program = self.incoming
        return b""

    def _of_33(self, data: bytes) -> bytes:
        return bytes.fromhex("000137300000")

    def _of_34(self, data: bytes) -> bytes:
        (number,) = struct.unpack("<H", data[2:4])
        part = self.program[(number - 1) * _BLOCK : number * _BLOCK]
        return b"\0\0" + struct.pack("<H", len(part)) + part

    def _of_35(self, data: bytes) -> bytes:
        return b""

    def _of_40(self, data: bytes) -> bytes:
        self.running = True
        return b""

    def _of_41(self, data: bytes) -> bytes:
        self.running = False
        return b""


def messages(programming: Programming) -> tuple[type[ModbusPDU], type[ModbusPDU]]:
    """Request and reply of function 90 for pymodbus's table, answered by `programming`."""

    class Reply(ModbusPDU):
        function_code = FUNCTION
        body = b""

        def encode(self) -> bytes:
            return self.body

    class Request(ModbusPDU):
        function_code = FUNCTION
        body = b""

        def decode(self, data: bytes) -> None:
            self.body = data

        async def datastore_update(self, context: object, device_id: int) -> ModbusPDU:
            reply = Reply(dev_id=device_id, transaction_id=self.transaction_id)
            result, data = programming.answer(self.body[0], self.body[1], self.body[2:])
            reply.body = bytes([self.body[0], result]) + data
            return reply

    return Request, Reply


class Station:
    """A programming station on an open connection. Use as a context manager inside the station's namespace."""

    def __init__(self, server: str, name: str) -> None:
        self._bare = BareMaster(server)
        self._name = name.encode()
        self._key = 0

    async def __aenter__(self) -> Station:
        await self._bare.__aenter__()
        return self

    async def __aexit__(self, *unused: object) -> None:
        await self._bare.__aexit__(*unused)

    async def ask(self, function: int, data: bytes = b"", key: int | None = None) -> bytes:
        """Send one request; return the data of its answer."""
        wanted = self._key if key is None else key
        answer = await self._bare.request(bytes([FUNCTION, wanted, function]) + data, unit=0)
        return answer[10:]

    async def greet(self) -> None:
        """What a station asks first: version, project, state."""
        await self.ask(0x02)
        await self.ask(0x01, b"\0")
        await self.ask(0x0A, b"\0" + b"T" * 40)
        await self.ask(0x03, b"\0")
        await self.ask(0x04)

    async def reserve(self) -> None:
        """Take the controller for this station alone."""
        self._key = 0
        self._key = (await self.ask(0x10, b"CL\0\0" + bytes([len(self._name)]) + self._name))[0]

    async def release(self) -> None:
        """Give it back."""
        await self.ask(0x11)
        self._key = 0

    async def load(self, program: bytes) -> None:
        """Write a program into the controller, block by block ("upload" in the maker's words)."""
        await self.ask(0x30, b"\0\1\xfb\0")
        blocks = [program[at : at + _BLOCK] for at in range(0, len(program), _BLOCK)]
        for number, part in enumerate(blocks, 1):
            await self.ask(0x31, b"\0\1" + struct.pack("<HH", number, len(part)) + part)
        await self.ask(0x32, b"\0\1")

    async def fetch(self) -> bytes:
        """Read the program out of the controller ("download")."""
        await self.ask(0x33, b"\0\1\xfb\0")
        found, number, part = b"", 1, b"-"
        while part:
            part = (await self.ask(0x34, b"\0\1" + struct.pack("<H", number)))[4:]
            found, number = found + part, number + 1
        await self.ask(0x35, b"\0\1")
        return found


def read_of(*places: tuple[int, int, int]) -> bytes:
    """Data of READ_VARIABLES: (block, offset, size index 1 to 4) each."""
    parts = [struct.pack("<BHBHB", index, block, 1, offset >> 8, offset & 255) for block, offset, index in places]
    return struct.pack("<IB", 0x1BD5B006, len(parts)) + b"".join(parts)


def write_of(block: int, offset: int, index: int, value: int) -> bytes:
    """Data of WRITE_VARIABLES for one variable of 2^(index - 1) bytes."""
    head = struct.pack("<IBBHHH", 0x1BD5B006, 1, index, block, offset & 0xFFFF, offset >> 16)
    return head + value.to_bytes(1 << (index - 1), "little")
