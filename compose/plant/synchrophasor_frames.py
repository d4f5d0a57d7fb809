"""IEEE C37.118.2 frames made by hand: what pyc37 has not (datagrams, configuration 3, several PMUs, odd frames)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

DATA, HEADER, CFG1, CFG2, COMMAND, CFG3 = range(6)
OFF, ON, SEND_HEADER, SEND_CFG1, SEND_CFG2, SEND_CFG3 = range(1, 7)
EXTENDED = 8
TIME_BASE = 1_000_000
START = 1_795_910_400  # 2026-11-29T00:00:00Z
NOT_SYNCHRONISED, TRIGGER, CHANGE, MODIFIED, TEST, ERROR = 0x2000, 0x0800, 0x0400, 0x0200, 0x8000, 0x4000


def check(data: bytes) -> int:
    """Return the CRC-CCITT of a frame (annex B)."""
    value = 0xFFFF
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def frame(kind: int, stream: int, contents: bytes, moment: float = 0.0, quality: int = 0, version: int = 2) -> bytes:
    """Return a whole frame. moment: seconds after START; quality: time quality flags and code."""
    fraction = round(moment % 1 * TIME_BASE)
    second = START + int(moment // 1)
    size = 16 + len(contents)
    head = struct.pack(">BBHHII", 0xAA, kind << 4 | version, size, stream, second, quality << 24 | fraction)
    body = head + contents
    return body + struct.pack(">H", check(body))


def command(stream: int, code: int, extra: bytes = b"", moment: float = 0.0) -> bytes:
    """Return a command frame."""
    return frame(COMMAND, stream, struct.pack(">H", code) + extra, moment)


@dataclass(frozen=True)
class Bay:
    """One PMU of a stream. Floating point when `floating`, polar when `polar`; nominal: 50 or 60 Hz."""

    name: str
    number: int
    phasors: tuple[str, ...] = ("VA", "VB", "VC", "IA")
    analogs: tuple[str, ...] = ("P",)
    inputs: tuple[str, ...] = tuple(f"CB{number:02} CLOSED" for number in range(16))
    floating: bool = True
    polar: bool = True
    nominal: int = 50
    changes: int = 1

    @property
    def format(self) -> int:
        """The FORMAT word."""
        return (14 if self.floating else 0) | (1 if self.polar else 0)

    def _described(self, third: bool) -> bytes:
        names = [*self.phasors, *self.analogs, *self.inputs]
        words = len(self.inputs) // 16
        counts = struct.pack(">HHHH", self.format, len(self.phasors), len(self.analogs), words)
        masks = struct.pack(">HH", 0, 0xFFFF) * words
        tail = struct.pack(">HH", 1 if self.nominal == 50 else 0, self.changes)
        if not third:
            head = self.name.encode().ljust(16) + struct.pack(">H", self.number) + counts
            units = struct.pack(">I", 915_527) * len(self.phasors) + struct.pack(">I", 1) * len(self.analogs)
            return head + b"".join(name.encode().ljust(16) for name in names) + units + masks + tail
        said = [bytes([len(text.encode())]) + text.encode() for text in (self.name, *names)]
        head = said[0] + struct.pack(">H", self.number) + bytes(range(16)) + counts
        scales = struct.pack(">Iff", 0, 9.155_27, 0.0) * len(self.phasors)
        scales += struct.pack(">ff", 0.5, 10.0) * len(self.analogs)
        place = struct.pack(">fffcII", 52.37, 4.89, 3.0, b"M", 20_000, 1_000)
        return head + b"".join(said[1:]) + scales + masks + place + tail

    def changed(self) -> Bay:
        """The same with an input renamed and the change counted."""
        return replace(self, inputs=("SPARE", *self.inputs[1:]), changes=self.changes + 1)

    def values(self, swing: float = 0.0, status: int = 0, closed: int = 0x0003) -> bytes:
        """Return its part of a data frame. swing: how far the grid is off, Hz."""
        angles = [0.0, -2.0944, 2.0944, -0.1]
        sizes = [63_500.0 + 100 * swing] * 3 + [412.0]
        parts = [struct.pack(">H", status)]
        for size, angle in zip(sizes[: len(self.phasors)], angles, strict=False):
            if self.floating:
                parts.append(struct.pack(">ff", size, angle + swing / 50))
            else:
                parts.append(struct.pack(">Hh", round(size / 9.155_27), round((angle + swing / 50) * 10_000)))
        if self.floating:
            parts.append(struct.pack(">ff", self.nominal + swing, swing / 10))
            parts += [struct.pack(">f", 21.5 + swing)] * len(self.analogs)
        else:
            parts.append(struct.pack(">hh", round(swing * 1000), round(swing * 10)))
            parts += [struct.pack(">h", round(23 + swing))] * len(self.analogs)
        return b"".join(parts) + struct.pack(">H", closed) * (len(self.inputs) // 16)


def configuration(kind: int, stream: int, bays: tuple[Bay, ...], moment: float = 0.0, rate: int = 10) -> bytes:
    """Return a configuration frame 1, 2 or 3 (3 in one piece)."""
    contents = _contents(kind, bays, rate)
    return frame(kind, stream, (b"\0\0" if kind == CFG3 else b"") + contents, moment)


def in_parts(stream: int, bays: tuple[Bay, ...], size: int, moment: float = 0.0, rate: int = 10) -> list[bytes]:
    """Return a configuration frame 3 in pieces of `size` octets."""
    contents = _contents(CFG3, bays, rate)
    pieces = [contents[at : at + size] for at in range(0, len(contents), size)]
    numbers = [*range(1, len(pieces)), 0xFFFF]
    return [
        frame(CFG3, stream, struct.pack(">H", number) + piece, moment)
        for number, piece in zip(numbers, pieces, strict=True)
    ]


def _contents(kind: int, bays: tuple[Bay, ...], rate: int) -> bytes:
    described = b"".join(bay._described(kind == CFG3) for bay in bays)
    return struct.pack(">IH", TIME_BASE, len(bays)) + described + struct.pack(">h", rate)


def data(stream: int, parts: bytes, moment: float, quality: int = 0) -> bytes:
    """Return a data frame."""
    return frame(DATA, stream, parts, moment, quality)
