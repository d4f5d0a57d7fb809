"""The plant's controller behind an A-compatible Ethernet module: its answers in 1E frames are the plant's own.

No device stack exists; after Mitsubishi SH-080008 18 and the FX3U-ENET-ADP User's Manual 7. What it holds is the SLMP
controller's.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import cast

from compose.plant.addresses import MELSEC_1E_PORT, ip
from compose.plant.lab import Lab
from compose.plant.slmp_device import Controller, written, written_bits, written_words

_CODES = {0x4420: 0xA8, 0x4D20: 0x90, 0x5820: 0x9C, 0x5920: 0x9D, 0x4220: 0xA0, 0x5720: 0xB4, 0x5220: 0xAF,
          0x544E: 0xC2, 0x434E: 0xC5}  # fmt: skip
_FX3U = 0xF3
_COMMAND, _DEVICE, _POINTS, _NUMBER, _ABNORMAL, _PC_NUMBER = 0x50, 0x56, 0x57, 0x58, 0x5B, 0x10
_BODIES = {0x00: 8, 0x01: 8, 0x02: 8, 0x03: 8, 0x0E: 6, 0x0F: 6, 0x17: 10, 0x18: 10, 0x3B: 8, 0x3C: 8}
_EACH = {0x04: 7, 0x05: 8, 0x06: 6, 0x07: 6, 0x19: 10, 0x1A: 8}
_SLOTS = {0x06: 0x08, 0x07: 0x09, 0x1A: 0x1B}


class Cut(Exception):
    """There is less than the request needs."""


class Body:
    """The fields of a request behind its header, in order; how many bytes were taken."""

    def __init__(self, data: bytes, ascii_code: bool) -> None:
        self.data = data
        self.ascii_code = ascii_code
        self.taken = 0

    def raw(self, count: int) -> bytes:
        """The next bytes as they are."""
        if self.taken + count > len(self.data):
            raise Cut
        self.taken += count
        return self.data[self.taken - count : self.taken]

    def number(self, size: int) -> int:
        """A number of `size` bytes."""
        return int(self.raw(2 * size), 16) if self.ascii_code else int.from_bytes(self.raw(size), "little")

    def device(self) -> tuple[int, int]:
        """Code (of 3E frames) and number of a device."""
        if self.ascii_code:
            code = self.number(2)
            return _CODES.get(code, 0), self.number(4)
        number = self.number(4)
        return _CODES.get(self.number(2), 0), number

    def count(self) -> int:
        """Points and the zero behind them."""
        count = self.number(1) or 256
        self.number(1)
        return count

    def bits(self, count: int) -> list[int]:
        """Bit devices as they are packed."""
        if self.ascii_code:
            return [int(digit == 0x31) for digit in self.raw(count + count % 2)[:count]]
        return [half for byte in self.raw((count + 1) // 2) for half in (byte >> 4 & 1, byte & 1)][:count]


class Refused(Exception):
    """A complete code that is not 0."""


class Module:
    """The Ethernet module before a controller."""

    def __init__(self, device: Controller) -> None:
        self.device = device
        self._blocks: dict[tuple[int, int], int] = {}
        self._entered: dict[int, list[tuple[int, ...]]] = {}

    def answer(self, data: bytes) -> tuple[bytes, int]:
        """The response to the request at the head of `data`, and that one's length. Raises Cut when it is not whole."""
        ascii_code = 0x30 <= data[0] <= 0x33
        body = Body(data, ascii_code)
        command, pc = body.number(1), body.number(1)
        body.number(2)
        try:
            told = self._do(command, body)
            if pc != 0xFF:
                raise Refused(_ABNORMAL)
            code = 0
        except Refused as refusal:
            code = int(refusal.args[0])
            told = written(_PC_NUMBER, 1, ascii_code) + written(0, 1, ascii_code) if code == _ABNORMAL else b""
        head = written(command | 0x80, 1, ascii_code) + written(code, 1, ascii_code)
        return head + told, body.taken

    def _do(self, command: int, body: Body) -> bytes:
        if command in (0x13, 0x14):
            self.device.running = command == 0x13
            return b""
        if command == 0x15:
            return written(_FX3U, 1, body.ascii_code) + written(0, 1, body.ascii_code)
        if command == 0x16:
            count = body.number(1)
            return written(count, 1, body.ascii_code) + body.raw(count * (2 if body.ascii_code else 1))
        if command in _SLOTS:
            return self._enter(command, body)
        if command in _SLOTS.values():
            return self._monitor(command, body)
        if command in (0x0E, 0x0F):
            return self._buffer(command, body)
        if command in _EACH:
            return self._test(command, body)
        if command in _BODIES:
            return self._range(command, body)
        body.taken = len(body.data)
        raise Refused(_COMMAND)

    def _range(self, command: int, body: Body) -> bytes:
        code, number = body.device()
        block = body.number(2) if command in (0x17, 0x18) else None
        count = body.count()
        in_bits = command in (0x00, 0x02)
        values: list[int] | None = None
        if command in (0x02, 0x03, 0x18, 0x3C):
            values = body.bits(count) if in_bits else [body.number(2) for _ in range(count)]
        if block is not None:
            if values is not None:
                self._blocks |= {(block, number + at): value for at, value in enumerate(values)}
                return b""
            return written_words([self._blocks.get((block, number + at), 0) for at in range(count)], body.ascii_code)
        return self._points((code, number, count), values, in_bits, body.ascii_code)

    def _points(self, place: tuple[int, int, int], values: list[int] | None, in_bits: bool, ascii_code: bool) -> bytes:
        code, number, count = place
        if code == 0:
            raise Refused(_DEVICE)
        try:
            if values is not None:
                self.device.write(code, number, values, not in_bits)
                return b""
            found = self.device.read(code, number, count, not in_bits)
        except IndexError:
            raise Refused(_NUMBER) from None
        if not in_bits:
            return written_words(found, ascii_code)
        return written_bits(found, ascii_code) + (b"0" if ascii_code and count % 2 else b"")

    def _test(self, command: int, body: Body) -> bytes:
        for _ in range(body.count()):
            code, number = body.device()
            if command == 0x19:
                self._blocks[body.number(2), number] = body.number(2)
            else:
                value = body.number(1 if command == 0x04 else 2)
                self._points((code, number, 1), [value], command == 0x04, body.ascii_code)
        return b""

    def _enter(self, command: int, body: Body) -> bytes:
        entered: list[tuple[int, ...]] = []
        for _ in range(body.count()):
            place = body.device()
            entered.append((*place, body.number(2)) if command == 0x1A else place)
        self._entered[_SLOTS[command]] = entered
        return b""

    def _monitor(self, command: int, body: Body) -> bytes:
        entered = self._entered.get(command)
        if entered is None:
            raise Refused(_POINTS)
        if command == 0x1B:
            found = [self._blocks.get((block, number), 0) for _, number, block in entered]
            return written_words(found, body.ascii_code)
        values = [self.device.read(code, number, 1, command == 0x09)[0] for code, number in entered]
        if command == 0x09:
            return written_words(values, body.ascii_code)
        return written_bits(values, body.ascii_code) + (b"0" if body.ascii_code and len(values) % 2 else b"")

    def _buffer(self, command: int, body: Body) -> bytes:
        start = body.number(3) if body.ascii_code else int.from_bytes(body.raw(3), "little")
        count = body.number(1) or 256
        body.number(2)
        if command == 0x0F:
            self.device.buffer[start : start + count] = [body.number(1) for _ in range(count)]
            return b""
        held = self.device.buffer[start : start + count]
        return b"".join(written(value & 0xFF, 1, body.ascii_code) for value in held)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, module: Module) -> None:
        self._module = module
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        if self._transport is not None:
            with contextlib.suppress(Cut):
                self._transport.sendto(self._module.answer(data)[0], address)


async def _converse(module: Module, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    held = b""
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(4096):
            held += data
            with contextlib.suppress(Cut):
                while held:
                    told, taken = module.answer(held)
                    held = held[taken:]
                    writer.write(told)
    writer.close()


@contextlib.contextmanager
def module(lab: Lab, host: str = "plc6") -> Iterator[Module]:
    """A running module on a host of the lab."""
    running = Module(Controller(host))

    async def serve() -> tuple[asyncio.DatagramTransport, asyncio.Server]:
        loop = asyncio.get_running_loop()
        place = (ip(host), MELSEC_1E_PORT)
        transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(running), place)
        return transport, await asyncio.start_server(lambda r, w: _converse(running, r, w), *place)

    async def stop() -> None:
        transport.close()
        server.close()

    transport, server = lab[host].run(serve())
    try:
        yield running
    finally:
        lab[host].run(stop())
