"""An IO device made by hand: it answers DCP and connection management as far as a controller needs. No stack exists."""

from __future__ import annotations

import socket
import struct
import threading
import time
from dataclasses import dataclass, field

from compose.plant.addresses import ip, mac
from compose.plant.frames import mac_bytes, packet_socket
from compose.plant.lab import Lab
from compose.plant.profinet_frames import ETHERTYPE, GET_SET, IDENTIFIED, IDENTIFY, block, dcp

PORT = 34964
ORDER_NUMBER = b"6ES7 155-6AU01-0BN0".ljust(20)
_MASK, _GATEWAY = "255.255.255.0", "0.0.0.0"
_PNIO = bytes.fromhex("6c9711d1827100a02442df7d")
_MAPPER = bytes.fromhex("0883afe11f5dc91191a408002b14a0fa")  # little-endian, as profinet-py asks

_FLOORS = (
    (b"\x0d" + bytes.fromhex("0100a0de976cd111827100a02442df7d") + b"\1\0", b"\0\0"),  # the device's interface
    (b"\x0d" + bytes.fromhex("045d888aeb1cc9119fe808002b104860") + b"\2\0", b"\0\0"),  # NDR
    (b"\x0a", b"\0\0"),  # connectionless
    (b"\x08", struct.pack(">H", PORT)),
    (b"\x09", socket.inet_aton(ip("gw"))),
)


@dataclass
class Device:
    """What a device knows of itself.

    refuse: options that it does not let anybody set; answer_from: it answers calls from this port, as large ones do.
    """

    host: str
    name: str
    station: str = "ET200SP"
    vendor: int = 0x002A
    ident: int = 0x0313
    role: int = 1
    address: str = ""
    refuse: tuple[tuple[int, int], ...] = ()
    answer_from: int = 0
    wrong_module: bool = False
    tags: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.address = self.address or ip(self.host)

    def value(self, option: int, suboption: int) -> bytes | None:
        """The value of a DCP option with its BlockInfo."""
        values = {
            (1, 1): mac_bytes(mac(self.host)),
            (1, 2): b"".join(socket.inet_aton(part) for part in (self.address, _MASK, _GATEWAY)),
            (2, 1): self.station.encode(),
            (2, 2): self.name.encode(),
            (2, 3): struct.pack(">HH", self.vendor, self.ident),
            (2, 4): struct.pack(">BB", self.role, 0),
            (2, 5): bytes((1, 2, 2, 1, 2, 2, 2, 3, 2, 4, 2, 5, 5, 3, 5, 6)),
            (2, 7): struct.pack(">BB", 0, 100),
        }
        value = values.get((option, suboption))
        return None if value is None else struct.pack(">H", 1 if option == 1 else 0) + value

    def all_blocks(self) -> bytes:
        """The blocks of an Identify response."""
        told = ((2, 1), (2, 2), (2, 3), (2, 4), (2, 5), (2, 7), (1, 2))
        return b"".join(block(*option, self.value(*option) or b"") for option in told)


def answer(device: Device, frame: bytes) -> bytes | None:
    """The answer to a DCP frame, if it is for this device."""
    kind, service, request, xid, _, length = struct.unpack_from(">HBBIHH", frame, 14)
    blocks = frame[26 : 26 + length]
    ends = (mac(device.host), frame[6:12].hex(":"))
    if kind == IDENTIFY and request == 0:
        if blocks[:2] == b"\x02\x02" and blocks[4 : 4 + blocks[3]] != device.name.encode():
            return None
        return dcp(ends, IDENTIFIED, (5, 1), xid, device.all_blocks())
    if kind != GET_SET or request != 0 or frame[:6] != mac_bytes(mac(device.host)):
        return None
    if service == 3:
        return dcp(ends, GET_SET, (3, 1), xid, b"".join(_got(device, *pair) for pair in _pairs(blocks)))
    return dcp(ends, GET_SET, (4, 1), xid, b"".join(_set(device, *one) for one in _blocks(blocks)))


def _pairs(blocks: bytes) -> list[tuple[int, int]]:
    return [(blocks[at], blocks[at + 1]) for at in range(0, len(blocks) - 1, 2)]


def _blocks(blocks: bytes) -> list[tuple[int, int, bytes]]:
    found, at = [], 0
    while at + 4 <= len(blocks):
        option, suboption, length = struct.unpack_from(">BBH", blocks, at)
        found.append((option, suboption, blocks[at + 4 : at + 4 + length]))
        at += 4 + length + length % 2
    return found


def _got(device: Device, option: int, suboption: int) -> bytes:
    value = device.value(option, suboption)
    return block(option, suboption, value) if value else block(5, 4, bytes((option, suboption, 2)))


def _set(device: Device, option: int, suboption: int, value: bytes) -> bytes:
    error = 5 if (option, suboption) in device.refuse else 0
    if not error and (option, suboption) == (2, 2):
        device.name = value[2:].decode()
    if not error and (option, suboption) == (1, 2):
        device.address = socket.inet_ntoa(value[2:6])
    if not error and option == 5 and suboption in (5, 6):
        device.name = ""
    return block(5, 4, bytes((option, suboption, error)))


class Running:
    """A device on its host until it is stopped. Use as a context manager."""

    def __init__(self, lab: Lab, device: Device) -> None:
        self.device, self._lab, self._stop = device, lab, threading.Event()
        self._jobs: list[object] = []

    def __enter__(self) -> Running:
        for work in (self._dcp, self._calls):
            self._jobs.append(self._lab[self.device.host].begin(work))
        time.sleep(0.3)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        time.sleep(0.3)

    def _dcp(self) -> None:
        with packet_socket("eth0", ETHERTYPE) as raw:
            raw.settimeout(0.1)
            # The host takes group addresses that nobody joined too.
            raw.setsockopt(263, 1, struct.pack("iHH8s", socket.if_nametoindex("eth0"), 1, 0, b""))
            while not self._stop.is_set():
                try:
                    frame, origin = raw.recvfrom(2048)
                except TimeoutError:
                    continue
                if origin[2] != 4 and (reply := answer(self.device, frame)):
                    raw.send(reply)

    def _calls(self) -> None:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as called,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
        ):
            called.bind((ip(self.device.host), PORT))
            called.settimeout(0.1)
            if self.device.answer_from:
                other.bind((ip(self.device.host), self.device.answer_from))
            while not self._stop.is_set():
                try:
                    data, peer = called.recvfrom(4096)
                except TimeoutError:
                    continue
                if data[1] == 0:
                    (other if self.device.answer_from else called).sendto(reply_to(self.device, data), peer)
                    if data[68:70] == b"\0\4" and data[24:40] != _MAPPER:
                        called.sendto(application_ready(self.device, data), (peer[0], PORT))


def packet(request: bytes, kind: int, body: bytes) -> bytes:
    """A packet of the same call, big-endian."""
    head = bytearray(request[:80])
    head[1:4] = bytes((kind, 0x0A, 0))
    struct.pack_into("<H" if request[4] & 0x10 else ">H", head, 74, len(body))
    return bytes(head) + body


def arguments(status: int, blocks: bytes, most: int = 0) -> bytes:
    """The body of an answer."""
    return struct.pack(">IIIII", status, len(blocks), most or len(blocks), 0, len(blocks)) + blocks


def told(kind: int, body: bytes) -> bytes:
    """A block with its header."""
    return struct.pack(">HHBB", kind, len(body) + 2, 1, 0) + body


def reply_to(device: Device, data: bytes) -> bytes:
    """The answer to a call: Connect, Release, Read, Write, Control, Read Implicit, endpoint mapper's lookup."""
    if data[24:40] == _MAPPER:
        return packet(data, 2, _lookup(device))
    operation, body = struct.unpack_from(">H", data, 68)[0], data[100:]
    work = {0: _connected, 1: _released, 2: _read, 3: _written, 4: _controlled, 5: _read}.get(operation)
    return packet(data, 3, struct.pack(">I", 0x1C010002)) if work is None else packet(data, 2, work(device, body))


def _connected(device: Device, body: bytes) -> bytes:
    ar = body[6:]
    answer = told(0x8101, ar[:20] + mac_bytes(mac(device.host)) + struct.pack(">H", ETHERTYPE))
    at = 0
    while at + 4 <= len(body):
        kind, length = struct.unpack_from(">HH", body, at)
        if kind == 0x0102:
            direction, reference = struct.unpack_from(">HH", body, at + 6)
            answer += told(0x8102, struct.pack(">HHH", direction, reference, 0x8000 + 16 * direction))
        if kind == 0x0103:
            answer += told(0x8103, struct.pack(">HHH", 1, 7, 200))
        at += 4 + length
    if device.wrong_module:
        module = struct.pack(">HIHIHHH", 1, 0, 1, 0, 0, 0, 0)[:8] + struct.pack(">HIHH", 1, 0x99, 1, 1)
        answer += told(0x8104, module + struct.pack(">HIH", 1, 0x98, 0x9000))
    return arguments(0, answer + told(0x8106, struct.pack(">H", len(device.name)) + device.name.encode()))


def _released(device: Device, body: bytes) -> bytes:
    return arguments(0, told(0x8114, body[6:28] + struct.pack(">HH", 8, 0)))


def _controlled(device: Device, body: bytes) -> bytes:
    kind = struct.unpack_from(">H", body)[0] | 0x8000
    return arguments(0, told(kind, body[6:28] + struct.pack(">HH", 8, 0)))


def _read(device: Device, body: bytes) -> bytes:
    index = struct.unpack_from(">H", body, 34)[0]
    records = {
        0xAFF0: struct.pack(">HBB", 0x20, 0, 0)[:0] + told(0x0020, _identification(device)),
        0xAFF1: told(0x0021, device.tags.get(0xAFF1, b"line 3 valves".ljust(32) + b"hall 2".ljust(22))),
        0x8029: bytes(12),
    }
    record = records.get(index)
    head = body[6:36] + struct.pack(">IHH20x", len(record or b""), 0, 0)
    status = 0 if record is not None else 0xDE80B000
    return arguments(status, told(0x8009, head) + (record or b""))


def _identification(device: Device) -> bytes:
    head = struct.pack(">H", device.vendor) + ORDER_NUMBER + b"S C-X1Y23456789".ljust(16)
    return head + struct.pack(">HcBBBHHHHH", 4, b"V", 4, 2, 1, 0, 0, 0, 0x0101, 0x001E)


def _written(device: Device, body: bytes) -> bytes:
    answer, status, at = b"", 0, 0
    while at + 64 <= len(body):
        header = body[at + 6 : at + 64]
        index, length = struct.unpack_from(">H", header, 28)[0], struct.unpack_from(">I", header, 30)[0]
        error = 0xDF80B000 if index == 0x7777 else 0
        status = status or error
        answer += told(0x8008, header[:34] + struct.pack(">HHI16x", 0, 0, error))
        if index in (0xAFF1, 0xAFF2, 0xAFF3):
            device.tags[index] = body[at + 70 : at + 64 + length]
        at += 64 if index == 0xE040 else 64 + (length + 3) // 4 * 4
    return arguments(status, answer)


def _lookup(device: Device) -> bytes:
    """One entry of the endpoint mapper (C706, appendix O: ept_lookup), little-endian."""
    text = f"{device.station:<25} {ORDER_NUMBER.decode():<20} {'4':>5} V  4  2  1".ljust(63).encode() + b"\0"
    object_id = bytes.fromhex("0000a0de976cd1118271") + struct.pack(">HHH", 1, device.ident, device.vendor)
    floors = b"".join(struct.pack("<H", len(a)) + a + struct.pack("<H", len(b)) + b for a, b in _FLOORS)
    tower = struct.pack("<H", len(_FLOORS)) + floors
    head = bytes(20) + struct.pack("<IIII", 1, 1, 0, 1) + object_id + struct.pack("<III", 3, 0, len(text))
    body = head + text + struct.pack("<II", len(tower), len(tower)) + tower
    return body.ljust((len(body) + 3) // 4 * 4, b"\0") + bytes(4)


def application_ready(device: Device, request: bytes) -> bytes:
    """The device's own call when it is ready: to the controller's interface, with an activity of its own."""
    head = bytearray(request[:80])
    head[1:4] = bytes((0, 0x20, 0))
    head[24:40] = bytes.fromhex("dea00002") + _PNIO
    head[40:56] = request[108:124]  # an activity of its own for each relation
    body = arguments(200, told(0x0112, request[106:128] + struct.pack(">HH", 2, 0)), 200)
    struct.pack_into(">H", head, 74, len(body))
    return bytes(head) + body
