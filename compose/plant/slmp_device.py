"""The plant's SLMP controller: its answers are the plant's own (no device stack exists), after Mitsubishi SH-080956.

It takes frames 3E and 4E, binary and ASCII, over TCP and UDP.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from compose.plant.addresses import SLMP_PORT, ip
from compose.plant.lab import Lab

MODEL, MODEL_CODE = b"Q03UDVCPU", 0x0366
PASSWORD = "Reed"
_HEADS = {b"\x50\0": (False, False), b"\x54\0": (False, True), b"50": (True, False), b"54": (True, True)}
_HEXADECIMAL = ("X", "Y", "B", "W", "SB", "SW", "DX", "DY")
_BITS = (0x90, 0x91, 0x92, 0x93, 0x94, 0x98, 0x9C, 0x9D, 0xA0, 0xA1, 0xA2, 0xA3)
_LETTERS = {"M": 0x90, "SM": 0x91, "X": 0x9C, "Y": 0x9D, "B": 0xA0, "D": 0xA8, "SD": 0xA9, "R": 0xAF, "W": 0xB4}
_HELD = 4096  # numbers of each device
_WRONG_COMMAND, _RANGE, _RUNNING, _PASSWORD, _LENGTH = 0xC059, 0x4031, 0x4010, 0xC200, 0xC061


class Fields:
    """Fields of a request, one after another."""

    def __init__(self, data: bytes, ascii_code: bool) -> None:
        self.data = data
        self.ascii_code = ascii_code

    def take(self, count: int) -> bytes:
        """The next bytes as they are."""
        if count > len(self.data):
            raise ValueError("cut")
        head, self.data = self.data[:count], self.data[count:]
        return head

    def number(self, size: int) -> int:
        """A number of `size` bytes."""
        if self.ascii_code:
            return int(self.take(2 * size), 16)
        return int.from_bytes(self.take(size), "little")

    def device(self) -> tuple[int, int]:
        """Code and number of a device in the form of a Q controller."""
        if not self.ascii_code:
            number = self.number(3)
            return self.number(1), number
        letters = self.take(2).decode().rstrip("*")
        return _LETTERS[letters], int(self.take(6), 16 if letters in _HEXADECIMAL else 10)


@dataclass
class Controller:
    """What the controller holds: points by device code, buffer memory, state."""

    host: str
    running: bool = True
    locked: bool = False
    points: dict[int, list[int]] = field(default_factory=dict)
    buffer: list[int] = field(default_factory=lambda: list(range(4096)))
    monitored: list[tuple[int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for code in (*_LETTERS.values(), 0xC2, 0xC5):
            self.points[code] = [number % 2 if code in _BITS else number * 3 % 65536 for number in range(_HELD)]

    def answer(self, frame: bytes) -> bytes:
        """The response to a whole frame."""
        ascii_code, serial = _HEADS[frame[:2]]
        fields = Fields(frame[4 if ascii_code else 2 :], ascii_code)
        width = 2 if ascii_code else 1
        kept = fields.take(4 * width) if serial else b""
        target = fields.take(5 * width)
        fields.take(4 * width)  # length and timer
        asked = fields.data[: 4 * width]
        command, subcommand = fields.number(2), fields.number(2)
        try:
            code, told = self._do(command, subcommand, fields)
        except (ValueError, KeyError):
            code, told = _LENGTH, b""
        except IndexError:
            code, told = _RANGE, b""
        head = (b"D400" if serial else b"D000") if ascii_code else (b"\xd4\0" if serial else b"\xd0\0")
        body = written(code, 2, ascii_code) + (told if code == 0 else target + asked)
        return head + kept + target + written(len(body), 2, ascii_code) + body

    def _do(self, command: int, subcommand: int, fields: Fields) -> tuple[int, bytes]:
        work = getattr(self, f"_of_{command:04x}", None)
        if work is None or subcommand > 1:
            return _WRONG_COMMAND, b""
        done = work(fields, bool(subcommand))
        return (done, b"") if isinstance(done, int) else (0, done)

    def read(self, code: int, number: int, count: int, words: bool) -> list[int]:
        """Values of a device from a number on, as words if so asked. Raises IndexError beyond the last one."""
        held = self.points[code]
        if words and code in _BITS:
            if number + 16 * count > _HELD:
                raise IndexError
            return [sum(held[number + 16 * at + bit] << bit for bit in range(16)) for at in range(count)]
        if number + count > _HELD:
            raise IndexError
        return held[number : number + count]

    def write(self, code: int, number: int, values: list[int], words: bool) -> None:
        """Set values of a device from a number on. Raises IndexError beyond the last one."""
        wide = words and code in _BITS
        flat = [value >> bit & 1 for value in values for bit in range(16)] if wide else values
        if number + len(flat) > _HELD:
            raise IndexError
        self.points[code][number : number + len(flat)] = flat

    def _of_0401(self, fields: Fields, bits: bool) -> bytes:
        (code, number), count = fields.device(), fields.number(2)
        values = self.read(code, number, count, not bits)
        return written_bits(values, fields.ascii_code) if bits else written_words(values, fields.ascii_code)

    def _of_1401(self, fields: Fields, bits: bool) -> bytes:
        (code, number), count = fields.device(), fields.number(2)
        if not bits:
            values = [fields.number(2) for _ in range(count)]
        elif fields.ascii_code:
            values = [int(digit == 0x31) for digit in fields.take(count)]
        else:
            halves = [half for byte in fields.take((count + 1) // 2) for half in (byte >> 4 & 1, byte & 1)]
            values = halves[:count]
        self.write(code, number, values, not bits)
        return b""

    def _of_0403(self, fields: Fields, bits: bool) -> bytes:
        words, doubles = fields.number(1), fields.number(1)
        places = [fields.device() for _ in range(words + doubles)]
        return self._monitor([(code, at, 1 + (n >= words)) for n, (code, at) in enumerate(places)], fields.ascii_code)

    def _monitor(self, places: list[tuple[int, int, int]], ascii_code: bool) -> bytes:
        found = b""
        for code, number, size in places:
            values = self.read(code, number, size, True)
            whole = sum(value << 16 * at for at, value in enumerate(values))
            found += written(whole, 2 * size, ascii_code)
        return found

    def _of_1402(self, fields: Fields, bits: bool) -> bytes:
        if bits:
            for _ in range(fields.number(1)):
                code, number = fields.device()
                self.write(code, number, [fields.number(1)], False)
            return b""
        words, doubles = fields.number(1), fields.number(1)
        for at in range(words + doubles):
            code, number = fields.device()
            value = fields.number(2 if at < words else 4)
            self.write(code, number, [value & 0xFFFF] if at < words else [value & 0xFFFF, value >> 16], True)
        return b""

    def _of_0406(self, fields: Fields, bits: bool) -> bytes:
        found = b""
        for _ in range(fields.number(1) + fields.number(1)):
            (code, number), count = fields.device(), fields.number(2)
            found += written_words(self.read(code, number, count, True), fields.ascii_code)
        return found

    def _of_1406(self, fields: Fields, bits: bool) -> bytes:
        for _ in range(fields.number(1) + fields.number(1)):
            (code, number), count = fields.device(), fields.number(2)
            self.write(code, number, [fields.number(2) for _ in range(count)], True)
        return b""

    def _of_0801(self, fields: Fields, bits: bool) -> bytes:
        words, doubles = fields.number(1), fields.number(1)
        self.monitored = [(*fields.device(), 1 + (at >= words)) for at in range(words + doubles)]
        return b""

    def _of_0802(self, fields: Fields, bits: bool) -> bytes:
        return self._monitor(self.monitored, fields.ascii_code)

    def _of_0613(self, fields: Fields, bits: bool) -> bytes:
        address, count = fields.number(4), fields.number(2)
        return written_words(self.buffer[address : address + count], fields.ascii_code)

    def _of_1613(self, fields: Fields, bits: bool) -> bytes:
        address, count = fields.number(4), fields.number(2)
        self.buffer[address : address + count] = [fields.number(2) for _ in range(count)]
        return b""

    def _of_0101(self, fields: Fields, bits: bool) -> bytes:
        return MODEL.ljust(16) + written(MODEL_CODE, 2, fields.ascii_code)

    def _of_0619(self, fields: Fields, bits: bool) -> bytes:
        return fields.data

    def _of_1001(self, fields: Fields, bits: bool) -> bytes:
        self.running = True
        return b""

    def _of_1002(self, fields: Fields, bits: bool) -> bytes:
        self.running = False
        return b""

    _of_1003 = _of_1002

    def _of_1005(self, fields: Fields, bits: bool) -> bytes | int:
        return _RUNNING if self.running else b""

    _of_1006 = _of_1005

    def _of_1617(self, fields: Fields, bits: bool) -> bytes:
        return b""

    def _of_1630(self, fields: Fields, bits: bool) -> bytes | int:
        given = fields.take(fields.number(2))
        return b"" if given == PASSWORD.encode() else _PASSWORD

    _of_1631 = _of_1630


def written(value: int, size: int, ascii_code: bool) -> bytes:
    """A number of `size` bytes, in binary or in hexadecimal digits."""
    return f"{value:0{2 * size}X}".encode() if ascii_code else value.to_bytes(size, "little")


def written_words(values: list[int], ascii_code: bool) -> bytes:
    """Words one after another."""
    return b"".join(written(value, 2, ascii_code) for value in values)


def written_bits(values: list[int], ascii_code: bool) -> bytes:
    """Bit devices: half a byte each, or a digit."""
    if ascii_code:
        return "".join(str(value) for value in values).encode()
    pairs = zip(values[::2], [*values[1::2], 0], strict=False)
    return bytes(high << 4 | low for high, low in pairs)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, device: Controller) -> None:
        self._device = device
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        if self._transport is not None:
            self._transport.sendto(self._device.answer(data), address)


async def _converse(device: Controller, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = await reader.readexactly(2)
            if head not in _HEADS:
                break
            ascii_code, serial = _HEADS[head]
            size = (11 if serial else 7) * (2 if ascii_code else 1) + (4 if ascii_code else 2)
            head += await reader.readexactly(size - 2)
            length = int(head[-4:], 16) if ascii_code else struct.unpack("<H", head[-2:])[0]
            writer.write(device.answer(head + await reader.readexactly(length)))
    writer.close()


@contextlib.contextmanager
def controller(lab: Lab, host: str = "plc6") -> Iterator[Controller]:
    """A running controller on a host of the lab."""
    device = Controller(host)

    async def serve() -> tuple[asyncio.DatagramTransport, asyncio.Server]:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(device), (ip(host), SLMP_PORT))
        return transport, await asyncio.start_server(lambda r, w: _converse(device, r, w), ip(host), SLMP_PORT)

    async def stop() -> None:
        transport.close()
        server.close()

    transport, server = lab[host].run(serve())
    try:
        yield device
    finally:
        lab[host].run(stop())
