"""A HART transmitter: its answers are the plant's own (no device stack exists), after TS20127 and TS20151."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from hartip.ascii import pack_ascii

OK, INVALID, FEW, PROTECTED, RESTRICTED, NO_CURRENT, UNKNOWN = b"\0", b"\2", b"\5", b"\7", b"\x10", b"\x0b", b"\x40"
_CHANGED, _COLD_START, _FIXED = 0x40, 0x20, 0x08
_NONE = 250


def floats(*values: float) -> bytes:
    """IEEE 754, big-endian."""
    return struct.pack(f">{len(values)}f", *values)


@dataclass
class Instrument:
    """One transmitter. unique: expanded device type and device id; level: its primary variable."""

    unique: bytes
    tag: str
    long_tag: str
    level: float = 2.5
    polling: int = 0
    unit: int = 45
    damping: float = 0.5
    upper: float = 10.0
    lower: float = 0.0
    transfer: int = 0
    fixed: float | None = None
    locked: int = 0
    message: bytes = field(default_factory=lambda: bytes(pack_ascii("TANK FARM EAST".ljust(32))))
    descriptor: str = "RADAR LEVEL"
    counter: int = 17
    status: int = 0
    burst: int = 0
    simulated: bytes = b""

    def answer(self, command: int, data: bytes) -> bytes:
        """Response code, device status, data."""
        work: Callable[[bytes], bytes] | None = getattr(self, f"_of_{command}", None)
        try:
            done = UNKNOWN if work is None else work(data)
        except (struct.error, IndexError):
            done = FEW
        status = self.status
        if command == 48 or command == 0:
            self.status &= ~_COLD_START
        return done[:1] + bytes([status]) + done[1:]

    @property
    def current(self) -> float:
        """Loop current, mA."""
        return self.fixed if self.fixed is not None else 4 + 16 * (self.level - self.lower) / (self.upper - self.lower)

    @property
    def identity(self) -> bytes:
        """What command 0 tells."""
        head = b"\xfe" + self.unique[:2] + bytes([5, 7, 2, 4, 1 << 3, 1]) + self.unique[2:]
        return head + bytes([5, 3]) + struct.pack(">H", self.counter) + b"\0" + struct.pack(">HHB", 0x26, 0x26, 1)

    def _changed(self, data: bytes) -> bytes:
        self.counter += 1
        self.status |= _CHANGED
        return OK + data

    def _of_0(self, data: bytes) -> bytes:
        return OK + self.identity

    def _of_1(self, data: bytes) -> bytes:
        return OK + bytes([self.unit]) + floats(self.level)

    def _of_2(self, data: bytes) -> bytes:
        return OK + floats(self.current, 100 * (self.level - self.lower) / (self.upper - self.lower))

    def _of_3(self, data: bytes) -> bytes:
        variables = ((self.unit, self.level), (32, 21.5), (36, 812.0), (57, 64.0))
        return OK + floats(self.current) + b"".join(bytes([unit]) + floats(value) for unit, value in variables)

    def _of_6(self, data: bytes) -> bytes:
        self.polling = data[0]
        return self._changed(data)

    def _of_7(self, data: bytes) -> bytes:
        return OK + bytes([self.polling, 1])

    def _of_8(self, data: bytes) -> bytes:
        return OK + bytes([69, 64, 83, 0])

    def _of_9(self, data: bytes) -> bytes:
        known = {0: (69, self.unit, self.level), 1: (64, 32, 21.5), 246: (69, self.unit, self.level)}
        slots = b""
        for code in data:
            kind, unit, value = known.get(code, (0, _NONE, float("nan")))
            slots += bytes([code, kind, unit]) + floats(value) + (b"\xc0" if code in known else b"\x30")
        return OK + b"\0" + slots + struct.pack(">I", 1_000_000)

    def _of_12(self, data: bytes) -> bytes:
        return OK + self.message

    def _of_13(self, data: bytes) -> bytes:
        return (
            OK + bytes(pack_ascii(self.tag.ljust(8))) + bytes(pack_ascii(self.descriptor.ljust(16))) + b"\x1d\x0b\x7e"
        )

    def _of_14(self, data: bytes) -> bytes:
        return OK + b"\0\x30\x39" + bytes([self.unit]) + floats(20.0, 0.0, 0.5)

    def _of_15(self, data: bytes) -> bytes:
        head = bytes([0, self.transfer, self.unit])
        return OK + head + floats(self.upper, self.lower, self.damping) + bytes([0, _NONE, 0])

    def _of_16(self, data: bytes) -> bytes:
        return OK + b"\0\x03\xe9"

    def _of_17(self, data: bytes) -> bytes:
        self.message = data
        return self._changed(data)

    def _of_18(self, data: bytes) -> bytes:
        return self._changed(data)

    _of_19 = _of_47 = _of_49 = _of_51 = _of_53 = _of_59 = _of_82 = _of_83 = _of_103 = _of_104 = _of_107 = _of_18
    _of_108 = _of_118 = _of_513 = _of_521 = _of_768 = _of_773 = _of_18

    def _of_20(self, data: bytes) -> bytes:
        return OK + self.long_tag.encode("latin-1").ljust(32, b"\0")

    def _of_22(self, data: bytes) -> bytes:
        if self.locked:
            return RESTRICTED
        self.long_tag = data.decode("latin-1").rstrip("\0 ")
        return self._changed(data)

    def _of_33(self, data: bytes) -> bytes:
        return OK + b"".join(bytes([code, self.unit]) + floats(self.level) for code in data)

    def _of_34(self, data: bytes) -> bytes:
        (self.damping,) = struct.unpack(">f", data)
        return self._changed(data)

    def _of_35(self, data: bytes) -> bytes:
        if self.locked:
            return RESTRICTED
        _, self.upper, self.lower = struct.unpack(">Bff", data)
        return self._changed(data)

    def _of_36(self, data: bytes) -> bytes:
        self.upper = self.level
        return self._changed(b"")

    def _of_37(self, data: bytes) -> bytes:
        self.lower = 0.0
        return self._changed(b"")

    def _of_38(self, data: bytes) -> bytes:
        self.status &= ~_CHANGED
        return OK + struct.pack(">H", self.counter)

    def _of_40(self, data: bytes) -> bytes:
        (level,) = struct.unpack(">f", data)
        self.fixed = level or None
        self.status = self.status | _FIXED if level else self.status & ~_FIXED
        return OK + data

    def _of_41(self, data: bytes) -> bytes:
        return OK

    def _of_42(self, data: bytes) -> bytes:
        self.status |= _COLD_START
        self.fixed, self.locked, self.simulated = None, 0, b""
        return OK

    _of_39 = _of_43 = _of_52 = _of_72 = _of_106 = _of_526 = _of_527 = lambda self, data: OK + data  # echoes

    def _of_44(self, data: bytes) -> bytes:
        self.unit = data[0]
        return self._changed(data)

    def _of_45(self, data: bytes) -> bytes:
        return OK + data if self.fixed is not None else b"\x09"

    _of_46 = _of_45

    def _of_48(self, data: bytes) -> bytes:
        simulated = 1 if self.simulated else 0
        return OK + bytes(6) + bytes([0, 0, simulated | (0x80 if self.locked else 0), 0, 0, 0, 0, 0])

    def _of_50(self, data: bytes) -> bytes:
        return OK + bytes([0, 1, 2, _NONE])

    def _of_54(self, data: bytes) -> bytes:
        limits = floats(20.0, 0.0, self.damping, 0.5)
        return OK + data[:1] + b"\0\x30\x39" + bytes([self.unit]) + limits + bytes([69, 11]) + bytes(4) + b"\0"

    def _of_71(self, data: bytes) -> bytes:
        self.locked = data[0]
        return OK + data

    def _of_76(self, data: bytes) -> bytes:
        return OK + bytes([1 if self.locked else 0])

    def _of_79(self, data: bytes) -> bytes:
        self.simulated = data if data[1] else b""
        return OK + data

    def _of_89(self, data: bytes) -> bytes:
        return OK + data[:8]

    def _of_105(self, data: bytes) -> bytes:
        tail = struct.pack(">HII", 9, 32000, 320000) + bytes([0])
        return OK + bytes([self.burst, 31, 0, 1, 2, 3]) + bytes([_NONE] * 4) + b"\0\3" + tail

    def _of_109(self, data: bytes) -> bytes:
        self.burst = data[0]
        return self._changed(data)

    def _of_512(self, data: bytes) -> bytes:
        return OK + bytes([86, 0])

    def _of_769(self, data: bytes) -> bytes:
        return OK + bytes(6)

    def _of_774(self, data: bytes) -> bytes:
        return OK + b"\x04\xd2"
