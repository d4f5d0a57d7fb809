"""What a TwinCAT controller of the plant holds: symbols, memory, states, files, and the services that reach them."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

SYSTEM_SERVICE, RUNTIME, NC = 10000, 851, 500
RUN = 5

INVALID_GROUP, INVALID_ACCESS, INVALID_SIZE, NOT_FOUND, NO_SYMBOL = 0x0702, 0x0704, 0x0705, 0x070C, 0x0710
NOTIFY_INVALID = 0x0714


class Refused(Exception):
    """The device refuses; code: ADS return code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Symbol:
    """A symbol of the PLC program. code: ADSDATATYPE; group, offset: where it lies; size in bytes."""

    name: str
    code: int
    type: str
    group: int
    offset: int
    size: int

    def entry(self) -> bytes:
        """Return its entry of the symbol table."""
        name, kind = self.name.encode(), self.type.encode()
        head = (30 + len(name) + len(kind) + 3, self.group, self.offset, self.size, self.code, 0)
        return struct.pack("<6I3H", *head, len(name), len(kind), 0) + name + b"\0" + kind + b"\0\0"


SYMBOLS = {
    symbol.name.upper(): symbol
    for symbol in (
        Symbol("MAIN.Level", 4, "REAL", 0x4040, 0, 4),
        Symbol("MAIN.Speed", 2, "INT", 0x4040, 4, 2),
        Symbol("MAIN.Running", 33, "BOOL", 0x4040, 6, 1),
        Symbol("MAIN.Counter", 19, "UDINT", 0x4040, 8, 4),
        Symbol("MAIN.Total", 20, "LINT", 0x4040, 16, 8),
        Symbol("MAIN.Setpoints", 2, "ARRAY [0..3] OF INT", 0x4040, 24, 8),
        Symbol("MAIN.Recipe", 30, "STRING(20)", 0x4040, 32, 21),
        Symbol("GVL.Motor", 65, "ST_Motor", 0x4040, 56, 12),
        Symbol("GVL.Start", 33, "BOOL", 0x4020, 100, 1),
    )
}


def _image() -> dict[int, bytearray]:
    data = struct.pack("<fhBxIxxxxq4h", 41.5, 1450, 1, 17, -9_007_199_254_740_995, 10, 20, 30, 40) + b"Box 600x400\0"
    return {
        0x4020: bytearray(range(128)),
        0x4040: bytearray(data.ljust(128, b"\0")),
        0xF020: bytearray(b"\x05\x80" + bytes(14)),
        0xF030: bytearray(b"\x0f\x00" + bytes(14)),
    }


@dataclass
class Machine:
    """Everything that a client can reach."""

    memory: dict[int, bytearray] = field(default_factory=_image)
    state: dict[int, int] = field(default_factory=lambda: {SYSTEM_SERVICE: RUN, RUNTIME: RUN, 300: RUN})
    handles: dict[int, Symbol] = field(default_factory=dict)
    watched: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    files: dict[str, bytes] = field(
        default_factory=lambda: {r"C:\TwinCAT\3.1\Boot\CurrentConfig.xml": b"<TcBootProject Version='3'/>" * 40}
    )
    open: dict[int, tuple[str, int, int]] = field(default_factory=dict)

    def read(self, group: int, offset: int, size: int) -> bytes:
        """Return `size` bytes of a place."""
        if group in (0x4021, 0xF021, 0xF031):
            area = self.memory[group - 1]
            return bytes([area[offset // 8] >> (offset % 8) & 1])
        if group == 0xF005:
            symbol = self._handle(offset)
            group, offset, size = symbol.group, symbol.offset, min(size, symbol.size)
        area = self.memory.get(group, bytearray())
        if not area:
            raise Refused(INVALID_GROUP)
        if offset + size > len(area):
            raise Refused(INVALID_SIZE)
        return bytes(area[offset : offset + size])

    def write(self, group: int, offset: int, data: bytes) -> None:
        """Change a place."""
        if group == 0xF006:
            self.handles.pop(struct.unpack("<I", data)[0], None)
            return
        if group in (0x4021, 0xF021, 0xF031):
            area, bit = self.memory[group - 1], 1 << offset % 8
            area[offset // 8] = area[offset // 8] | bit if data[0] else area[offset // 8] & ~bit
            return
        if group == 0xF005:
            symbol = self._handle(offset)
            group, offset = symbol.group, symbol.offset
        if group == 0xF020:
            raise Refused(INVALID_ACCESS)
        self.read(group, offset, len(data))
        self.memory[group][offset : offset + len(data)] = data

    def exchange(self, group: int, offset: int, size: int, data: bytes) -> bytes:
        """Serve a Read Write that is about symbols."""
        name = data.split(b"\0")[0].decode(errors="replace").upper()
        if group in (0xF003, 0xF004, 0xF009) and name not in SYMBOLS:
            raise Refused(NO_SYMBOL)
        if group == 0xF003:
            handle = 0x1F400001 + len(self.handles)
            self.handles[handle] = SYMBOLS[name]
            return struct.pack("<I", handle)
        if group == 0xF004:
            symbol = SYMBOLS[name]
            return self.read(symbol.group, symbol.offset, symbol.size)
        if group == 0xF009:
            return SYMBOLS[name].entry()
        if 0xF080 <= group <= 0xF086:
            return self._sum(group, offset, data)
        was = self.read(group, offset, size)
        self.write(group, offset, data)
        return was

    def _handle(self, handle: int) -> Symbol:
        if handle not in self.handles:
            raise Refused(NO_SYMBOL)
        return self.handles[handle]

    def watch(self, group: int, offset: int, size: int) -> int:
        """Begin a notification; return its handle."""
        self.read(group, offset, size)
        handle = 0x10 + len(self.watched)
        self.watched[handle] = (group, offset, size)
        return handle

    def unwatch(self, handle: int) -> None:
        """End a notification."""
        if self.watched.pop(handle, None) is None:
            raise Refused(NOTIFY_INVALID)

    def _sum(self, group: int, count: int, data: bytes) -> bytes:
        width = {0xF082: 16, 0xF085: 40, 0xF086: 4}.get(group, 12)
        rest, results, bodies = data[count * width :], b"", b""
        for i in range(count):
            place = data[i * width : (i + 1) * width]
            words = struct.unpack(f"<{width // 4}I", place)
            taken = {0xF081: 2, 0xF082: 3}.get(group)
            written, rest = (rest[: words[taken]], rest[words[taken] :]) if taken else (b"", rest)
            code, body = self._part(group, words, written)
            results += struct.pack("<I", code)
            if group == 0xF085:
                results += body.ljust(4, b"\0")
                continue
            if group in (0xF082, 0xF083, 0xF084):
                results += struct.pack("<I", len(body))
            bodies += body.ljust(words[2], b"\0") if group in (0xF080, 0xF083) else body
        return results + bodies

    def _part(self, group: int, words: tuple[int, ...], written: bytes) -> tuple[int, bytes]:
        try:
            if group == 0xF086:
                self.unwatch(words[0])
                return 0, b""
            if group == 0xF085:
                return 0, struct.pack("<I", self.watch(*words[:3]))
            if group == 0xF081:
                self.write(words[0], words[1], written)
                return 0, b""
            if group == 0xF082:
                return 0, self.exchange(words[0], words[1], words[2], written)
            return 0, self.read(*words[:3])
        except Refused as refused:
            return refused.code, b""


def table(group: int) -> bytes:
    """What is read of the symbol table."""
    entries = [symbol.entry() for symbol in SYMBOLS.values()]
    size = sum(map(len, entries))
    return {
        0xF008: b"\x07",
        0xF00B: b"".join(entries),
        0xF00C: struct.pack("<II", len(entries), size),
        0xF00F: struct.pack("<6I", len(entries), size, 0, 0, 0, 0),
    }.get(group, b"")


_TARGET = (
    b"<TcTargetDesc><TargetType>C6015-0020</TargetType><HardwareModel>C6015</HardwareModel>"
    b"<TargetVersion><Version>3</Version><Revision>1</Revision><Build>4024</Build></TargetVersion></TcTargetDesc>\0"
)


def system(machine: Machine, command: int, group: int, offset: int, size: int, data: bytes) -> bytes:
    """Serve the system service: files, registry, target, processes."""
    written = data[16:] if command == 9 else data[12:]
    path = written.split(b"\0")[0].decode(errors="replace")
    if group == 120:
        if not offset & 0xE and path not in machine.files:
            raise Refused(NOT_FOUND)
        if offset & 2:
            machine.files[path] = b""
        handle = 0x4C1D0000 + len(machine.open) + 1
        machine.open[handle] = (path, offset, 0)
        return struct.pack("<I", handle)
    if group in (121, 122, 123):
        if offset not in machine.open:
            raise Refused(NOT_FOUND)
        path, mode, at = machine.open[offset]
        if group == 121:
            del machine.open[offset]
            return b""
        if group == 123:
            machine.files[path] += written
            return b""
        machine.open[offset] = (path, mode, at + size)
        return machine.files[path][at : at + size]
    if group == 131:
        if machine.files.pop(path, None) is None:
            raise Refused(NOT_FOUND)
        return b""
    if group == 133:
        found = [name for name in machine.files if name.startswith(path.rstrip("*"))]
        if offset != 1 or not found:
            raise Refused(NOT_FOUND)
        return struct.pack("<II40s260s14sH", 7, 0x20, b"", found[0].rsplit("\\", 1)[1].encode(), b"", 0)
    if group == 200:
        return b"3.1.4024.56\0"[:size] if command == 9 else b""
    if group == 700:
        return _TARGET[:size]
    if group in (400, 500, 600, 801, 802):
        return b""
    raise Refused(INVALID_GROUP)
