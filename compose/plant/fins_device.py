"""The plant's FINS controller: its answers are the plant's own (no device stack exists), after Omron W342 and W227.

It listens on UDP and as FINS/TCP, port 9600.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from compose.plant.addresses import FINS_PORT, ip
from compose.plant.lab import Lab

MODEL, VERSION = b"CJ2M-CPU33", b"02.01"
PROGRAM = bytes(number * 11 % 253 for number in range(1000))
PASSWORD = b"MARSH-07"
_RESPONSE = 0xC0
_OK, _UNDEFINED, _AREA, _RANGE = b"\0\0", b"\x04\x01", b"\x11\x01", b"\x11\x04"
_WRONG_MODE, _NO_FILE, _HELD, _PASSWORD, _PROTECTED = b"\x22\x06", b"\x20\x06", b"\x30\x01", b"\x26\x02", b"\x20\x02"
_RUN, _MONITOR, _STOPPED = 4, 2, 0
_DISK = struct.pack(">12sIIIH", b"CARD", 0x5C6A0800, 8_000_000, 7_000_000, 2)


@dataclass
class Controller:
    """What the controller holds. words: areas by the code of their words."""

    host: str
    mode: int = _RUN
    program: bytearray = field(default_factory=lambda: bytearray(PROGRAM))
    protected: bytes = b""
    holder: bytes = b""
    name: bytes = b""
    clock: bytes = bytes.fromhex("26112809301506")
    words: dict[int, bytearray] = field(default_factory=dict)
    files: dict[bytes, bytearray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.words = {code: bytearray(range(200)) * 4 for code in (0x82, 0xB0, 0xB1, 0xB2, 0xB3, 0x89, 0xA1)}
        self.files = {b"RECIPE  .IOM": bytearray(range(250)) * 3, b"AUTOEXEC.OBJ": bytearray(b"\x55" * 90)}

    def answer(self, message: bytes) -> bytes | None:
        """The response to a command; None where none is wanted, or to a broken one."""
        if len(message) < 12 or message[0] & 0x40 or message[0] & 1:
            return None
        text = self._text(message[10] << 8 | message[11], message[12:], message[6:9])
        # Who is asked as node 0 answers with its own node address.
        mine = bytes([message[3], message[4] or int(ip(self.host).rsplit(".", 1)[1]), message[5]])
        return bytes([_RESPONSE, 0, 2]) + message[6:9] + mine + message[9:12] + text

    def _text(self, command: int, text: bytes, source: bytes) -> bytes:
        work = getattr(self, f"_of_{command:04x}", None)
        if work is None:
            return _UNDEFINED
        if command in (0x0C01, 0x0C02, 0x0C03):
            text = source
        try:
            done: bytes = work(text)
        except (struct.error, IndexError):
            return b"\x10\x02"
        return done

    def _place(self, text: bytes) -> tuple[bytearray, int, int] | None:
        """Words of an area, offset in bytes, width of an element (0: bits)."""
        code, word = text[0], int.from_bytes(text[1:3], "big")
        if code in self.words:
            return self.words[code], (word & 0x7FFF) * 2, 2
        words = {0x02: 0x82, 0x30: 0xB0, 0x31: 0xB1, 0x32: 0xB2, 0x33: 0xB3}.get(code)
        return None if words is None else (self.words[words], word * 16 + text[3], 0)

    def _of_0101(self, text: bytes) -> bytes:
        place, count = self._place(text), int.from_bytes(text[4:6], "big")
        if place is None:
            return _AREA
        held, at, width = place
        if width:
            return _OK + held[at : at + width * count] if at + width * count <= len(held) else _RANGE
        return _OK + bytes(held[bit // 16 * 2 + (1 - bit % 16 // 8)] >> bit % 8 & 1 for bit in range(at, at + count))

    def _of_0102(self, text: bytes) -> bytes:
        place, count, data = self._place(text), int.from_bytes(text[4:6], "big"), text[6:]
        if place is None:
            return _AREA
        held, at, width = place
        if width:
            if at + width * count > len(held):
                return _RANGE
            held[at : at + width * count] = data
            return _OK
        for bit, value in zip(range(at, at + count), data, strict=True):
            byte = bit // 16 * 2 + (1 - bit % 16 // 8)
            held[byte] = held[byte] & ~(1 << bit % 8) | value << bit % 8
        return _OK

    def _of_0103(self, text: bytes) -> bytes:
        return self._of_0102(text[:6] + text[6:8] * int.from_bytes(text[4:6], "big"))

    def _of_0104(self, text: bytes) -> bytes:
        found = b""
        for at in range(0, len(text), 4):
            one = self._of_0101(text[at : at + 4] + b"\0\1")
            if one[:2] != _OK:
                return one
            found += text[at : at + 1] + one[2:]
        return _OK + found

    def _of_0105(self, text: bytes) -> bytes:
        found = self._of_0101(text[:4] + text[8:10])
        return found if found[:2] != _OK else self._of_0102(text[4:10] + found[2:])

    def _of_0201(self, text: bytes) -> bytes:
        return _OK + text[:4] + struct.pack(">H", 0x8004) + bytes(range(8))

    def _of_0202(self, text: bytes) -> bytes:
        return _WRONG_MODE if self.mode == _RUN else _OK

    _of_0203 = _of_0202

    def _of_0304(self, text: bytes) -> bytes:
        self.protected = text[11:19]
        return _OK

    def _of_0305(self, text: bytes) -> bytes:
        if text[11:19] != self.protected:
            return _PASSWORD
        self.protected = b""
        return _OK

    def _of_0306(self, text: bytes) -> bytes:
        if self.protected:
            return _PROTECTED
        begin, count = struct.unpack(">IH", text[2:8])
        part = bytes(self.program[begin : begin + count])
        last = 0x8000 if begin + count >= len(self.program) else 0
        return _OK + text[:6] + struct.pack(">H", len(part) | last) + part

    def _of_0307(self, text: bytes) -> bytes:
        if self.mode != _STOPPED:
            return _WRONG_MODE
        begin = int.from_bytes(text[2:6], "big")
        self.program[begin : begin + len(text) - 8] = text[8:]
        return _OK + text[:8]

    def _of_0308(self, text: bytes) -> bytes:
        return _WRONG_MODE if self.mode == _RUN else _OK

    def _of_0401(self, text: bytes) -> bytes:
        self.mode = text[2] if len(text) > 2 else _MONITOR
        return _OK

    def _of_0402(self, text: bytes) -> bytes:
        self.mode = _STOPPED
        return _OK

    def _of_0403(self, text: bytes) -> bytes:
        self.mode = _RUN
        return _OK

    def _of_0501(self, text: bytes) -> bytes:
        version = VERSION.ljust(10, b"\0") + b"02.10".ljust(10, b"\0")
        area = struct.pack(">HBHBBHBH", 20, 0x17, 32768, 8, 4, 0, 0, 0)
        whole = MODEL.ljust(20) + version + bytes(40) + area
        units = struct.pack(">16H", 0, 0x8015, *([0] * 14)) + bytes(37)
        return _OK + {b"\0": whole, b"\1": units}.get(text, whole + units)

    def _of_0502(self, text: bytes) -> bytes:
        return _OK + b"\x82" + b"\x11" + b"CJ1W-EIP21".ljust(20) + b"\x21" + b"CJ1W-AD081".ljust(20)

    def _of_0601(self, text: bytes) -> bytes:
        return _OK + bytes([self.mode != _STOPPED, self.mode]) + bytes(8) + b" " * 16

    def _of_0620(self, text: bytes) -> bytes:
        return _OK + (b"" if text == b"\0" else struct.pack(">III", 12, 31, 9))

    def _of_0701(self, text: bytes) -> bytes:
        return _OK + self.clock

    def _of_0702(self, text: bytes) -> bytes:
        self.clock = text.ljust(7, b"\0")
        return _OK

    def _of_0801(self, text: bytes) -> bytes:
        return _OK + text

    def _of_0920(self, text: bytes) -> bytes:
        return _OK if text[0] & 0x40 else _OK + b"\0\0"

    def _of_0c01(self, source: bytes) -> bytes:
        if self.holder not in (b"", source):
            return _HELD + bytes(reversed(self.holder))
        self.holder = source
        return _OK

    def _of_0c02(self, source: bytes) -> bytes:
        self.holder = source
        return _OK

    def _of_0c03(self, source: bytes) -> bytes:
        self.holder = b""
        return _OK

    def _of_2101(self, text: bytes) -> bytes:
        return _OK

    def _of_2102(self, text: bytes) -> bytes:
        return _OK + struct.pack(">HHH", 20, 1, 1) + bytes.fromhex("00f700003015280926 11".replace(" ", ""))

    _of_2103 = _of_2101

    def _of_2201(self, text: bytes) -> bytes:
        entries = b"".join(struct.pack(">12sII", name, 0x5C6A0800, len(held)) for name, held in self.files.items())
        return _OK + _DISK + struct.pack(">H", len(self.files) | 0x8000) + entries

    def _of_2202(self, text: bytes) -> bytes:
        name, (begin, count) = text[2:14], struct.unpack(">IH", text[14:20])
        if name not in self.files:
            return _NO_FILE
        held = self.files[name]
        part = bytes(held[begin : begin + count])
        return _OK + struct.pack(">IIH", len(held), begin, len(part)) + part

    def _of_2203(self, text: bytes) -> bytes:
        name, begin = text[4:16], int.from_bytes(text[16:20], "big")
        held = self.files.setdefault(name, bytearray())
        held[begin:] = text[22:]
        return _OK

    def _of_2205(self, text: bytes) -> bytes:
        self.files.pop(text[4:16], None)
        return _OK + b"\0\1"

    def _of_2207(self, text: bytes) -> bytes:
        self.files[text[16:28]] = self.files.get(text[2:14], bytearray())
        return _OK

    def _of_220a(self, text: bytes) -> bytes:
        return _OK + b"\0\1"

    _of_2204 = _of_2206 = _of_2208 = _of_2209 = _of_2301 = _of_2302 = _of_2602 = _of_2101
    _of_220b = _of_220a

    def _of_220c(self, text: bytes) -> bytes:
        return _OK + struct.pack(">I", len(self.program))

    def _of_230a(self, text: bytes) -> bytes:
        return _OK + text[:6] + bytes(int.from_bytes(text[4:6], "big"))

    def _of_2601(self, text: bytes) -> bytes:
        self.name = text[:8]
        return _OK

    def _of_2603(self, text: bytes) -> bytes:
        return _OK + self.name.ljust(8)


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


def frame(command: int, error: int, body: bytes = b"") -> bytes:
    """A FINS/TCP message."""
    return b"FINS" + struct.pack(">III", len(body) + 8, command, error) + body


async def _converse(device: Controller, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = await reader.readexactly(16)
            length, command, _ = struct.unpack(">III", head[4:])
            body = await reader.readexactly(length - 8)
            if command == 0:
                wanted = int.from_bytes(body, "big")
                server = int(ip(device.host).rsplit(".", 1)[1])
                client = wanted or int(writer.get_extra_info("peername")[0].rsplit(".", 1)[1])
                refused = 0x24 if client == server else 0
                writer.write(frame(1, refused, struct.pack(">II", client, server)))
            elif command == 2 and (answer := device.answer(body)) is not None:
                writer.write(frame(2, 0, answer))
            elif command not in (2, 6):
                writer.write(frame(3, 3))
    writer.close()


@contextlib.contextmanager
def controller(lab: Lab, host: str = "plc5") -> Iterator[Controller]:
    """A running controller on a host of the lab."""
    device = Controller(host)

    async def serve() -> tuple[asyncio.DatagramTransport, asyncio.Server]:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(device), (ip(host), FINS_PORT))
        server = await asyncio.start_server(lambda r, w: _converse(device, r, w), ip(host), FINS_PORT)
        return transport, server

    async def stop() -> None:
        transport.close()
        server.close()

    transport, server = lab[host].run(serve())
    try:
        yield device
    finally:
        lab[host].run(stop())
