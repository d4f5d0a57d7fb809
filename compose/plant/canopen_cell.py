"""A CANopen cell: an I/O node of the `canopen` library, its master, and by hand what the library lacks as a node."""

from __future__ import annotations

import contextlib
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import can
import canopen
from canopen.objectdictionary import ODArray, ODRecord, ODVariable, datatypes

from compose.plant.can_bus import CHANNEL, joined, say

IO_NODE, DRIVE = 5, 12
SETPOINT, FIRMWARE, STATION_NAME = 0x2000, 0x1F50, 0x2100
_U8, _U16, _U32, _TEXT = datatypes.UNSIGNED8, datatypes.UNSIGNED16, datatypes.UNSIGNED32, datatypes.VISIBLE_STRING


def _variable(name: str, index: int, kind: int, value: Any, access: str = "rw", sub: int = 0) -> ODVariable:
    variable = ODVariable(name, index, sub)
    variable.data_type, variable.access_type = kind, access
    variable.default = variable.value = value
    return variable


def _group(group: ODRecord | ODArray, kinds: Sequence[tuple[str, int, object, str]]) -> ODRecord | ODArray:
    group.add_member(_variable("Number of entries", group.index, _U8, len(kinds), "ro"))
    for sub, (name, kind, value, access) in enumerate(kinds, 1):
        group.add_member(_variable(name, group.index, kind, value, access, sub))
    return group


def nothing_known() -> Any:
    """A dictionary without objects: what a tool has of a node that it was not told of."""
    return canopen.ObjectDictionary()  # type: ignore[no-untyped-call]  # a stack that is half typed


def dictionary(node: int, model: str, product: int) -> Any:
    """The objects of an I/O node with one input, one output and a program."""
    objects = nothing_known()
    objects.node_id = node
    singles = [
        ("Device type", 0x1000, _U32, 0x000F0191, "ro"), ("Error register", 0x1001, _U8, 0, "ro"),
        ("Device name", 0x1008, _TEXT, model, "ro"), ("Hardware version", 0x1009, _TEXT, "HW 2.1", "ro"),
        ("Software version", 0x100A, _TEXT, "V03.14", "ro"), ("Producer heartbeat time", 0x1017, _U16, 0, "rw"),
        ("Setpoint", SETPOINT, _U16, 1200, "rw"), ("Station name", STATION_NAME, _TEXT, "Filling line 3, valves", "rw"),
    ]  # fmt: skip
    for name, index, kind, value, access in singles:
        objects.add_object(_variable(name, index, kind, value, access))
    identity = [("Vendor", 0x0000_02F1), ("Product", product), ("Revision", 0x0003_0002), ("Serial", 7_004_211)]
    objects.add_object(_group(ODRecord("Identity", 0x1018), [(n, _U32, value, "ro") for n, value in identity]))
    for name, index in (("Store parameters", 0x1010), ("Restore defaults", 0x1011)):
        objects.add_object(_group(ODArray(name, index), [("All", _U32, 1, "rw")]))
    program = [("Program 1", datatypes.DOMAIN, b"", "rw")]
    objects.add_object(_group(ODArray("Program data", FIRMWARE), program))
    objects.add_object(_group(ODArray("Program control", 0x1F51), [("Program 1", _U8, 1, "rw")]))
    objects.add_object(_group(ODRecord("Inputs", 0x6000), [("Inputs 1-8", _U8, 0x21, "ro")]))
    objects.add_object(_group(ODRecord("Outputs", 0x6200), [("Outputs 1-8", _U8, 0, "rw")]))
    for way, index, mapped in (("RPDO", 0x1400, 0x6200), ("TPDO", 0x1800, 0x6000)):
        offset = 0x200 if way == "RPDO" else 0x180
        parameters = [("COB-ID", _U32, offset + node, "rw"), ("Transmission type", _U8, 255, "rw")]
        objects.add_object(_group(ODRecord(f"{way} parameters", index), parameters))
        mapping = [("Mapped 1", _U32, mapped << 16 | 0x0108, "rw")]
        objects.add_object(_group(ODRecord(f"{way} mapping", index + 0x200), mapping))
    return objects


class Cell:
    """The nodes on the bus, and the master's view of them."""

    def __init__(self, nodes: dict[int, str]) -> None:
        self._there = canopen.Network()
        self._there.connect(interface="virtual", channel=CHANNEL)
        # Half of the library has types; what is called here mostly has not.
        self.master: Any = canopen.Network()
        self.master.connect(interface="virtual", channel=CHANNEL)
        self.local: dict[int, Any] = {
            number: self._there.create_node(number, dictionary(number, model, 0x0401_0000 + number))
            for number, model in nodes.items()
        }
        self.remote: dict[int, Any] = {
            number: self.master.add_node(number, dictionary(number, model, 0x0401_0000 + number))
            for number, model in nodes.items()
        }
        for node in self.remote.values():
            node.sdo.RESPONSE_TIMEOUT = 1.0

    def boot(self, heartbeat: int = 200) -> None:
        """Nodes come up: boot-up, then heartbeats every `heartbeat` milliseconds."""
        for node in self.local.values():
            node.nmt.state = "INITIALISING"
            node.nmt.state = "PRE-OPERATIONAL"
            node.nmt.start_heartbeat(heartbeat)
        time.sleep(0.1)

    def identify(self, number: int) -> None:
        """What a master reads of a node that boots (CiA 302-2)."""
        sdo = self.remote[number].sdo
        for index in (0x1000, 0x1008, 0x1009, 0x100A):
            sdo.upload(index, 0)
        for sub in range(5):
            sdo.upload(0x1018, sub)

    def close(self) -> None:
        """Take all off the bus."""
        for node in self.local.values():
            node.nmt.stop_heartbeat()
        self.master.disconnect()
        self._there.disconnect()


@contextlib.contextmanager
def cell(nodes: dict[int, str] | None = None) -> Iterator[Cell]:
    """The cell while the block runs."""
    made = Cell(nodes or {IO_NODE: "IO-X 8DI/8DO", DRIVE: "Drive DX-40"})
    try:
        yield made
    finally:
        made.close()


@contextlib.contextmanager
def by_hand(answer: Callable[[int, bytes], list[tuple[int, bytes]]]) -> Iterator[None]:
    """A station that answers each frame with the frames that `answer` says."""
    bus, over = joined(), threading.Event()

    def serve() -> None:
        while not over.is_set():
            message = bus.recv(0.05)
            if message is not None:
                for identifier, data in answer(message.arbitration_id, bytes(message.data)):
                    say(bus, identifier, data, 0.001)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        bus.shutdown()


class BlockServer:
    """Block transfers of one node, made by hand: the library's own node has none. Holds one object."""

    def __init__(self, node: int, content: bytes) -> None:
        self._node, self.content = node, content
        self._expected, self._sends = 0, False
        self._got = b""

    def __call__(self, identifier: int, data: bytes) -> list[tuple[int, bytes]]:
        """The answers to a frame."""
        if identifier != 0x600 + self._node:
            return []
        return [(0x580 + self._node, answer.ljust(8, b"\0")) for answer in self._answers(data)]

    def _answers(self, data: bytes) -> list[bytes]:
        if self._expected:
            return self._segment(data)
        command = data[0]
        if command & 0xE1 == 0xC0:
            self._expected, self._got = 1, b""
            return [b"\xa4" + data[1:4] + b"\x7f"]
        if command & 0xE1 == 0xC1:
            self.content = self._got[: len(self._got) - (command >> 2 & 7)]
            return [b"\xa1"]
        if command & 0xE3 == 0xA0:
            return [b"\xc6" + data[1:4] + struct.pack("<I", len(self.content))]
        if command == 0xA3:
            return self._block()
        if command == 0xA2:
            padding = -len(self.content) % 7
            return [bytes([0xC1 | padding << 2]) + struct.pack("<H", _crc(self.content))]
        return []

    def _segment(self, data: bytes) -> list[bytes]:
        self._got += data[1:]
        number, last = data[0] & 0x7F, data[0] & 0x80
        if last or number == 0x7F:
            self._expected = 0 if last else 1
            return [bytes([0xA2, number, 0x7F])]
        return []

    def _block(self) -> list[bytes]:
        parts = [self.content[at : at + 7] for at in range(0, len(self.content), 7)]
        return [
            bytes([number | (0x80 if number == len(parts) else 0)]) + part.ljust(7, b"\0")
            for number, part in enumerate(parts, 1)
        ]


def _crc(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


class LssSlave:
    """A node without a number, made by hand: the library is a master of LSS only."""

    IDENTITY = (0x0000_02F1, 0x0401_0009, 0x0003_0002, 7_004_300)

    def __init__(self) -> None:
        self._selected = False
        self.node = 0xFF

    def __call__(self, identifier: int, data: bytes) -> list[tuple[int, bytes]]:
        """The answers to a frame."""
        if identifier != 0x7E5:
            return []
        return [(0x7E4, answer.ljust(8, b"\0")) for answer in self._answers(data)]

    def _answers(self, data: bytes) -> list[bytes]:
        command, number = data[0], struct.unpack_from("<I", data, 1)[0]
        if command == 0x04:
            self._selected = data[1] == 1
        elif command == 0x43 and number == self.IDENTITY[3]:
            self._selected = True
            return [b"\x44"]
        elif command == 0x4C and self.node == 0xFF:
            return [b"\x50"]
        if not self._selected:
            return []
        if command == 0x11:
            refused = not 1 <= data[1] <= 127
            self.node = self.node if refused else data[1]
            return [bytes([command, int(refused)])]
        if command == 0x13:
            return [bytes([command, int(data[2] > 8)])]
        if command == 0x17:
            return [bytes([command, 0])]
        if 0x5A <= command <= 0x5D:
            return [bytes([command]) + struct.pack("<I", self.IDENTITY[command - 0x5A])]
        return [bytes([command, self.node])] if command == 0x5E else []


def station() -> can.BusABC:
    """A station that says what it is told to."""
    return joined()
