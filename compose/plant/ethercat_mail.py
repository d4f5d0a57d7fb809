"""The mailbox of a hand-made EtherCAT slave: object dictionary (CoE), files (FoE), network address (EoE)."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable

AOE, EOE, COE, FOE, SOE = 1, 2, 3, 4, 5
ROOM = 128
NO_OBJECT, NO_SUBINDEX, READ_ONLY, STATE = 0x06020000, 0x06090011, 0x06010002, 0x08000022
FOE_REQUEST_READ, FOE_REQUEST_WRITE, FOE_DATA, FOE_ACKNOWLEDGE, FOE_ERROR = 1, 2, 3, 4, 5
FOE_DENIED = 0x8002

Objects = dict[int, list[bytes]]


class MailServer:
    """Answers messages of the mailbox. state: gives the state of the slave."""

    def __init__(
        self, name: str, identity: tuple[int, int, int, int], process: tuple[int, int], state: Callable[[], int]
    ) -> None:
        self.objects = _objects(name, identity, process)
        self.files: dict[str, bytes] = {"trace.log": b"2026-11-28 started\n" * 12}
        self.password = 0
        self._state = state
        self._out: deque[bytes] = deque()
        self._counter = 0
        self._pending: tuple[int, int, bytes] | None = None
        self._toggle = 0
        self._size = 0
        self._file: tuple[str, bytearray] | None = None
        self._reading: list[bytes] = []

    def waiting(self) -> bool:
        """Whether a message waits for the master."""
        return bool(self._out)

    def next_out(self) -> bytes | None:
        """The next message to the master."""
        return self._out.popleft() if self._out else None

    def put(self, kind: int, data: bytes) -> None:
        """A message to the master. kind: protocol of the mailbox."""
        self._counter = self._counter % 7 + 1
        self._out.append(struct.pack("<HHBB", len(data), 0, 0, kind | self._counter << 4) + data)

    def emergency(self, code: int, register: int, data: bytes = b"") -> None:
        """An emergency of CoE."""
        self.put(COE, struct.pack("<HHB", 1 << 12, code, register) + data.ljust(5, b"\0"))

    def take(self, message: bytes) -> None:
        """A message of the master."""
        length, _, _, kind = struct.unpack_from("<HHBB", message)
        data = message[6 : 6 + length]
        if kind & 0x0F == COE:
            self._coe(data)
        elif kind & 0x0F == FOE:
            self._foe(data)
        elif kind & 0x0F == SOE:
            self.put(SOE, bytes([data[0] + 1]) + data[1:4] + struct.pack("<I", 4_000))
        elif kind & 0x0F == AOE:
            head = data[8:16] + data[0:8] + data[16:18] + struct.pack("<HII", 5, 12, 0)
            self.put(AOE, head + data[28:32] + struct.pack("<III", 0, 4, 1))
        elif kind & 0x0F == EOE and data[0] & 0x0F == 2:
            self.put(EOE, struct.pack("<BBH", 3, 1, 0))
        else:
            self.put(0, struct.pack("<HH", 1, 2))

    def _sdo(self, body: bytes) -> None:
        self.put(COE, struct.pack("<H", 3 << 12) + body)

    def _abort(self, index: int, sub: int, code: int) -> None:
        self.put(COE, struct.pack("<HBHBI", 2 << 12, 0x80, index, sub, code))

    def _coe(self, data: bytes) -> None:
        service, command = struct.unpack_from("<H", data)[0] >> 12, data[2]
        if service == 8:
            return self._information(data)
        specifier = command >> 5
        if specifier == 3:
            return self._segment(command)
        if specifier == 0:
            return self._download_segment(command, data)
        index, sub = struct.unpack_from("<HB", data, 3)
        if specifier == 4:
            self._pending = None
        elif index not in self.objects:
            self._abort(index, sub, NO_OBJECT)
        elif sub >= len(self.objects[index]) and not command & 0x10:
            self._abort(index, sub, NO_SUBINDEX)
        elif specifier == 2:
            self._upload(index, sub, bool(command & 0x10))
        else:
            self._download(command, index, sub, data)
        return None

    def _upload(self, index: int, sub: int, complete: bool) -> None:
        values = self.objects[index]
        value = values[0].ljust(2, b"\0") + b"".join(values[1:]) if complete else values[sub]
        head = struct.pack("<HB", index, sub)
        if len(value) <= 4 and not complete:
            self._sdo(bytes([0x43 | (4 - len(value)) << 2]) + head + value.ljust(4, b"\0"))
            return
        first = value[: ROOM - 16]
        self._sdo(bytes([0x41 | (0x10 if complete else 0)]) + head + struct.pack("<I", len(value)) + first)
        self._pending = (index, sub, value[len(first) :])
        self._toggle = 0

    def _segment(self, command: int) -> None:
        if self._pending is None:
            return
        index, sub, left = self._pending
        part, left = left[: ROOM - 9], left[ROOM - 9 :]
        unused = max(0, 7 - len(part))
        self._sdo(bytes([command & 0x10 | unused << 1 | (not left)]) + part.ljust(7, b"\0"))
        self._pending = (index, sub, left)

    def _download(self, command: int, index: int, sub: int, data: bytes) -> None:
        if 0x1008 <= index <= 0x100A or index == 0x1018:
            self._abort(index, sub, READ_ONLY)
            return
        if command & 2:
            value = data[6 : 10 - (command >> 2 & 3)]
        else:
            (self._size,) = struct.unpack_from("<I", data, 6)
            value = data[10:]
        self._store(index, sub, value)
        if not command & 2 and len(value) < self._size:
            self._pending = (index, sub, value)
        self._sdo(struct.pack("<BHB4x", 0x60, index, sub))

    def _download_segment(self, command: int, data: bytes) -> None:
        if self._pending is None:
            return
        index, sub, value = self._pending
        part = data[3:]
        if len(part) <= 7:
            part = part[: 7 - (command >> 1 & 7)]
        self._pending = (index, sub, value + part)
        if command & 1:
            self._store(index, sub, value + part)
            self._pending = None
        self._sdo(bytes([0x20 | command & 0x10]).ljust(8, b"\0"))

    def _store(self, index: int, sub: int, value: bytes) -> None:
        values = self.objects[index]
        if sub < len(values):
            values[sub] = value

    def _information(self, data: bytes) -> None:
        opcode = data[2] & 0x7F
        if opcode == 1:
            indexes = b"".join(struct.pack("<H", index) for index in sorted(self.objects))
            answer = data[6:8] + indexes
        elif opcode == 3:
            (index,) = struct.unpack_from("<H", data, 6)
            if index not in self.objects:
                self.put(COE, struct.pack("<HBBHI", 8 << 12, 7, 0, 0, NO_OBJECT))
                return
            answer = struct.pack("<HHBB", index, 7, len(self.objects[index]) - 1, 7) + f"Object {index:04X}".encode()
        else:
            answer = data[6:10] + struct.pack("<HHH", 7, 32, 0x3F) + b"Entry"
        self.put(COE, struct.pack("<HBBH", 8 << 12, opcode + 1, 0, 0) + answer)

    def _foe(self, data: bytes) -> None:
        opcode, number = struct.unpack_from("<BxI", data)
        rest = data[6:]
        if opcode in (FOE_REQUEST_READ, FOE_REQUEST_WRITE):
            name = rest.rstrip(b"\0").decode()
            if self.password and number != self.password:
                self._foe_out(FOE_ERROR, FOE_DENIED, b"password")
            elif opcode == FOE_REQUEST_WRITE:
                self._file = (name, bytearray())
                self._foe_out(FOE_ACKNOWLEDGE, 0)
            elif name not in self.files:
                self._foe_out(FOE_ERROR, 0x8001, b"no such file")
            else:
                size, content = ROOM - 12, self.files[name]
                self._reading = [content[at : at + size] for at in range(0, len(content) + 1, size)]
                self._foe_out(FOE_DATA, 1, self._reading[0])
        elif opcode == FOE_DATA and self._file is not None:
            self._file[1].extend(rest)
            self._foe_out(FOE_ACKNOWLEDGE, number)
            if len(rest) < ROOM - 12:
                self.files[self._file[0]] = bytes(self._file[1])
                self._file = None
        elif opcode == FOE_ACKNOWLEDGE and number < len(self._reading):
            self._foe_out(FOE_DATA, number + 1, self._reading[number])

    def _foe_out(self, opcode: int, number: int, rest: bytes = b"") -> None:
        self.put(FOE, struct.pack("<BxI", opcode, number) + rest)


def byte(number: int) -> bytes:
    """A number of one byte."""
    return struct.pack("<B", number)


def long(number: int) -> bytes:
    """A number of four bytes."""
    return struct.pack("<I", number)


def _objects(name: str, identity: tuple[int, int, int, int], process: tuple[int, int]) -> Objects:
    """The object dictionary: each object's values by subindex."""
    objects: Objects = {
        0x1000: [long(0x00001389)],
        0x1001: [byte(0)],
        0x1008: [name.encode()],
        0x1009: [b"HW 02"],
        0x100A: [b"FW 11.04"],
        0x1011: [byte(1), long(1)],
        0x1018: [byte(4), *(long(number) for number in identity)],
        0x1C00: [byte(4), byte(1), byte(2), byte(3), byte(4)],
        0x1C12: [byte(1 if process[0] else 0), struct.pack("<H", 0x1600)],
        0x1C13: [byte(1 if process[1] else 0), struct.pack("<H", 0x1A00)],
        0x1600: [byte(process[0]), *(long(0x70000008 + (n + 1) * 256) for n in range(process[0]))],
        0x1A00: [byte(process[1]), *(long(0x60000008 + (n + 1) * 256) for n in range(process[1]))],
        0x2000: [byte(2), b"", struct.pack("<H", 0)],
        0x6040: [struct.pack("<H", 0)],
        0x8010: [byte(2), struct.pack("<H", 1500), long(100_000)],
    }
    objects[0x2000][1] = b"recipe " * 40
    return objects
