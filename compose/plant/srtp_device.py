"""The plant's GE SRTP controllers: their answers are the plant's own (no device stack exists), after Denton 2017, the
manuals of SNP (GFK-0529, GFK-0582) and frames of FANUC robots that others published.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from compose.plant.addresses import SNPX_PORT, SRTP_PORT, ip
from compose.plant.lab import Lab

HEADER = 56
PASSWORD = b"Reed"
OPEN, OPENED, REQUEST, REPLY, HELLO = 0, 1, 2, 3, 8
SHORT, WITH_TEXT, DONE, DONE_WITH_TEXT, REFUSED = 0xC0, 0x80, 0xD4, 0x94, 0xD1
WORDS = {0x08: "R", 0x0A: "AI", 0x0C: "AQ"}
BYTES = {0x10: "I", 0x12: "Q", 0x14: "T", 0x16: "M", 0x18: "SA", 0x1A: "SB", 0x1C: "SC", 0x1E: "S", 0x38: "G"}
BITS = {0x46: "I", 0x48: "Q", 0x4A: "T", 0x4C: "M", 0x4E: "SA", 0x50: "SB", 0x52: "SC", 0x54: "S", 0x56: "G"}
RUN, RUN_DISABLED, STOP, STOP_ENABLED = 0, 1, 2, 6
_HELD = 4096  # bytes of each memory
# Least privilege level of a service; others need none.
_LEVELS = {0x07: 2, 0x08: 2, 0x23: 2, 0x24: 2, 0x39: 2, 0x44: 2, 0x09: 3, 0x22: 3, 0x40: 3}
_ILLEGAL, _PRIVILEGE, _PASSWORD, _PARAMETER, _SELECTOR = (1, 0), (2, 0), (5, 0xF5), (5, 0xF4), (5, 0xE9)


@dataclass
class Session:
    """What one connection may do."""

    level: int = 2
    program: int = 0xFF


@dataclass
class Controller:
    """What a controller holds."""

    state: int = RUN
    cpu_id: bytes = b"PAC1"
    clock: bytes = bytes.fromhex("003014291126")
    faults: bool = True
    memory: dict[str, bytearray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in (*WORDS.values(), *BYTES.values()):
            self.memory[name] = bytearray(number * 7 % 251 for number in range(_HELD))

    def answer(self, frame: bytes, session: Session) -> bytes:
        """The reply to a whole message."""
        if frame[0] == OPEN:
            return bytes([OPENED, *bytes(7), 1, *bytes(47)])
        at = 50 if frame[31] == WITH_TEXT else 42
        try:
            data, error = self._serve(frame[at : at + 14], frame[HEADER:], session), (0, 0)
        except _RefusedError as refused:
            data, error = b"", refused.status
        long = len(data) > 6
        out = bytearray(HEADER)
        out[0], out[2:4], out[4:6] = REPLY, frame[2:4], struct.pack("<H", len(data) if long else 0)
        out[9] = out[17] = 1
        out[30], out[31] = frame[30], REFUSED if error != (0, 0) else DONE_WITH_TEXT if long else DONE
        out[32:36], out[36:40], out[40], out[41] = frame[36:40], bytes.fromhex("303a0000"), 1, 1
        out[42], out[43] = error
        if not long:
            out[44:50] = data.ljust(6, b"\0")
        word = self.state << 12 | 0x0100 * (self.state in (RUN, RUN_DISABLED)) | 0x0030 * self.faults
        out[50:56] = struct.pack("<BBHH", session.program, session.level, 87, word)
        return bytes(out) + (data if long else b"")

    def _serve(self, body: bytes, text: bytes, session: Session) -> bytes:
        service, selector, offset, length = struct.unpack("<BBHH", body[:6])
        if session.level < _LEVELS.get(service, 0):
            raise _RefusedError((2, _LEVELS[service]))
        if service in (0x04, 0x07, 0x44):
            return self._places(service, selector, offset, length, text or body[6:12])
        program = b"LINE1".ljust(16, b"\0")
        listed = self.cpu_id.ljust(8, b"\0") + bytes([16, 35, 1, 0]) + bytes(6) + program
        fixed = {0x00: b"", 0x01: listed, 0x02: b"MAIN\0\0\0\0", 0x03: b"MAIN\0\0\0\0LINE1\0\0\0",
                 0x05: bytes(length), 0x06: bytes(range(256))[:length], 0x08: b"", 0x09: b"", 0x25: self.clock,
                 0x38: bytes(42), 0x3F: bytes(64), 0x40: b"", 0x43: listed, 0x4F: b""}  # fmt: skip
        if service in fixed:
            return fixed[service]
        return self._manage(service, selector, body, text, session)

    def _manage(self, service: int, first: int, body: bytes, text: bytes, session: Session) -> bytes:
        if service == 0x20:
            session.program = 0
        elif service == 0x21:
            if first in (3, 4) and body[2:10].rstrip(b"\0") != PASSWORD:
                raise _RefusedError(_PASSWORD)
            session.level = 2 if first == 0xFF else first
        elif service == 0x22:
            self.cpu_id = text.rstrip(b"\0")
        elif service == 0x23:
            self.state = first
        elif service == 0x24:
            self.clock = body[6:12]
        elif service == 0x39:
            self.faults = False
        else:
            raise _RefusedError(_ILLEGAL)
        return b""

    def _places(self, service: int, selector: int, offset: int, length: int, data: bytes) -> bytes:
        bits = selector in BITS
        name = BITS.get(selector) or BYTES.get(selector) or WORDS.get(selector)
        if name is None:
            raise _RefusedError(_SELECTOR)
        size = length * 2 if selector in WORDS else length
        at = offset * 2 if selector in WORDS else offset
        if bits:
            at, size = offset // 8, (offset % 8 + length + 7) // 8
        held = self.memory[name]
        if at + size > len(held):
            raise _RefusedError(_PARAMETER)
        if service == 0x04:
            return bytes(held[at : at + size])
        if service == 0x07 and not bits:
            held[at : at + size] = data[:size]
        elif service == 0x07:
            for number in range(offset, offset + length):
                mask, to = 1 << number % 8, number // 8
                held[to] = held[to] & ~mask | data[to - at] & mask
        return b""


class _RefusedError(Exception):
    def __init__(self, status: tuple[int, int]) -> None:
        super().__init__(status)
        self.status = status


async def _converse(device: Controller, level: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    session = Session(level)
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = await reader.readexactly(HEADER)
            text = await reader.readexactly(struct.unpack("<H", head[4:6])[0])
            writer.write(device.answer(head + text, session))
    writer.close()


@contextlib.contextmanager
def controller(lab: Lab, host: str = "pac", level: int = 2) -> Iterator[Controller]:
    """A running controller on a host of the lab, a robot's on its own port; clients begin with this level."""
    robot = host == "robot"
    device = Controller(state=STOP, cpu_id=b"ROBOT") if robot else Controller()
    port = SNPX_PORT if robot else SRTP_PORT

    async def serve() -> asyncio.Server:
        return await asyncio.start_server(lambda r, w: _converse(device, level, r, w), ip(host), port)

    async def stop() -> None:
        server.close()

    server = lab[host].run(serve())
    try:
        yield device
    finally:
        lab[host].run(stop())
