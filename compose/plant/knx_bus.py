"""A KNX line of the plant: devices that answer application services, after KNX 3/3/7 (no device stack exists)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

KEY = 0x4D415253
_NO_ACCESS = 15
_DATA, _CONNECT, _DISCONNECT, _ACK = 0x40, 0x80, 0x81, 0xC2
IND, CON = 0x29, 0x2E


def address(text: str) -> int:
    """Return the number of `1.1.5` or `1/2/3`."""
    if "/" in text:
        main, middle, sub = (int(part) for part in text.split("/"))
        return main << 11 | middle << 8 | sub
    area, line, device = (int(part) for part in text.split("."))
    return area << 12 | line << 8 | device


def telegram(code: int, source: int, destination: int, tpdu: bytes, group: bool = False) -> bytes:
    """Return a cEMI frame with a telegram; a long one has the extended frame type."""
    control = (0xBC if len(tpdu) <= 16 else 0x3C, 0xE0 if group else 0x60)
    return struct.pack(">BBBBHHB", code, 0, *control, source, destination, len(tpdu) - 1) + tpdu


@dataclass
class BusDevice:
    """One device. own: individual address; serial: of six bytes; groups: values by group address."""

    own: int
    serial: bytes
    programming: bool = False
    groups: dict[int, bytes] = field(default_factory=dict)
    memory: bytearray = field(default_factory=lambda: bytearray(range(256)) * 256)
    properties: dict[tuple[int, int], bytes] = field(default_factory=dict)
    level: int = _NO_ACCESS
    key: int = KEY
    sent: int = 0

    def __post_init__(self) -> None:
        self.properties = {(0, 11): self.serial, (0, 12): self.serial[:2], (0, 54): b"\0", (1, 5): b"\1", (3, 6): b"\1"}

    def take(self, source: int, destination: int, tpdu: bytes, group: bool) -> list[bytes]:
        """Return what the device says to a telegram, as cEMI frames."""
        if group:
            return self._of_all(tpdu) if destination == 0 else self._of_group(destination, tpdu)
        if destination != self.own:
            return []
        if tpdu[0] & 0x80:
            if tpdu[0] in (_CONNECT, _DISCONNECT):
                self.sent, self.level = 0, _NO_ACCESS
            return []
        numbered = tpdu[0] & 0xC0 == _DATA
        says: list[bytes] = []
        if numbered:
            says.append(telegram(IND, self.own, source, bytes([_ACK | tpdu[0] & 0x3C])))
        code = (tpdu[0] & 3) << 8 | tpdu[1]
        answer = self._answer(code, tpdu[2:])
        if answer is not None:
            found, data = answer
            head = (_DATA | self.sent << 2 if numbered else 0) << 8 | found
            self.sent = (self.sent + numbered) & 15
            says.append(telegram(IND, self.own, source, struct.pack(">H", head) + data))
        return says

    def _of_group(self, group: int, tpdu: bytes) -> list[bytes]:
        code = (tpdu[0] & 3) << 8 | tpdu[1]
        if group not in self.groups:
            return []
        if code & 0x3C0 == 0x080:
            self.groups[group] = tpdu[2:] or bytes([tpdu[1] & 0x3F])
            return []
        held = self.groups[group]
        says = struct.pack(">H", 0x40 | held[0]) if len(held) == 1 and held[0] < 64 else b"\0\x40" + held
        return [telegram(IND, self.own, group, says, group=True)] if code & 0x3C0 == 0 else []

    def _of_all(self, tpdu: bytes) -> list[bytes]:
        code, data = (tpdu[0] & 3) << 8 | tpdu[1], tpdu[2:]
        if code == 0x0C0 and self.programming:
            self.own = int.from_bytes(data[:2], "big")
        elif code == 0x100 and self.programming:
            return [telegram(IND, self.own, 0, b"\1\x40", group=True)]
        elif code == 0x3DC and data == self.serial:
            return [telegram(IND, self.own, 0, b"\3\xdd" + self.serial + bytes(4), group=True)]
        elif code == 0x3DE and data[:6] == self.serial:
            self.own = int.from_bytes(data[6:8], "big")
        return []

    def _answer(self, code: int, data: bytes) -> tuple[int, bytes] | None:
        number = code & 0x3F
        if code & 0x3C0 in (0x200, 0x280):
            place = int.from_bytes(data[:2], "big")
            if code & 0x3C0 == 0x280:
                self.memory[place : place + number] = data[2:]
                return None
            return (0x240, data[:2]) if place >= 0xF000 else (0x240 | number, data + self._part(place, number))
        if code & 0x3C0 == 0x300:
            return 0x340, b"\x07\xb0"
        if code & 0x3F8 == 0x180:
            return 0x1C0 | code & 7, data[:1] + b"\x02\x58"
        works = {
            0x2C0: self._user_memory, 0x2C2: self._user_write, 0x2C5: lambda _: (0x2C6, b"\xc5\x00\x01"),
            0x2C7: lambda data: (0x2C9, data[:2] + b"\0"), 0x381: self._reset, 0x3D1: self._authorize,
            0x3D3: self._new_key, 0x3D5: self._property, 0x3D7: self._property, 0x3D8: self._description,
            0x1FB: self._wide_write, 0x1FD: self._wide_read, 0x1CC: self._extended, 0x1CE: self._extended_write,
        }  # fmt: skip
        work = works.get(code)
        return None if work is None else work(data)

    def _part(self, place: int, number: int) -> bytes:
        return bytes(self.memory[place : place + number])

    def _user_memory(self, data: bytes) -> tuple[int, bytes]:
        return 0x2C1, data[:3] + self._part(int.from_bytes(data[1:3], "big"), data[0] & 15)

    def _user_write(self, data: bytes) -> tuple[int, bytes] | None:
        place = int.from_bytes(data[1:3], "big")
        self.memory[place : place + len(data) - 3] = data[3:]
        return None

    def _reset(self, data: bytes) -> tuple[int, bytes]:
        return 0x3A1, (b"\0\0\5" if data[0] in (1, 2, 3, 7) else b"\2\0\0")

    def _authorize(self, data: bytes) -> tuple[int, bytes]:
        self.level = 0 if int.from_bytes(data[1:5], "big") == self.key else _NO_ACCESS
        return 0x3D2, bytes([self.level])

    def _new_key(self, data: bytes) -> tuple[int, bytes]:
        if self.level > data[0]:
            return 0x3D4, b"\xff"
        self.key = int.from_bytes(data[1:5], "big")
        return 0x3D4, data[:1]

    def _property(self, data: bytes) -> tuple[int, bytes]:
        held = (data[0], data[1])
        if len(data) > 4 and held in self.properties:
            self.properties[held] = data[4:]
            self.programming = self.properties[(0, 54)] == b"\1"
        if held not in self.properties:
            return 0x3D6, data[:2] + bytes([data[2] & 0x0F]) + data[3:4]
        return 0x3D6, data[:4] + self.properties[held]

    def _description(self, data: bytes) -> tuple[int, bytes]:
        return 0x3D9, data[:3] + b"\x84\0\1\x33"

    def _wide_read(self, data: bytes) -> tuple[int, bytes]:
        return 0x1FE, b"\0" + data[1:4] + self._part(int.from_bytes(data[1:4], "big") & 0xFFFF, data[0])

    def _wide_write(self, data: bytes) -> tuple[int, bytes]:
        return 0x1FC, (b"\xfc" if data[1] else b"\0") + data[1:4]

    def _extended(self, data: bytes) -> tuple[int, bytes]:
        return 0x1CD, data[:8] + b"\0\1"

    def _extended_write(self, data: bytes) -> tuple[int, bytes]:
        return 0x1CF, data[:8] + b"\0"
