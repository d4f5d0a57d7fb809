"""A machine on Ethernet POWERLINK: a managing node and its controlled nodes, made by hand after EPSG DS 301.

No stack can be installed, so both sides are our own: they really take turns over the switch, frame for frame.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from compose.plant.addresses import ip, mac
from compose.plant.frames import ethernet
from compose.plant.lab import Lab

ETHERTYPE, ETHERTYPE_V1 = 0x88AB, 0x3E3F
SOC, PREQ, PRES, SOA, ASND, AMNI, AINV = 1, 3, 4, 5, 6, 7, 13
IDENT, STATUS, NMT_REQUEST, NMT_COMMAND, SDO, SYNC = 1, 2, 3, 4, 5, 6
GROUP = {SOC: "01:11:1e:00:00:01", PRES: "01:11:1e:00:00:02", SOA: "01:11:1e:00:00:03", ASND: "01:11:1e:00:00:04"}
MANAGER, ALL = 240, 255
PRE_OPERATIONAL_1, PRE_OPERATIONAL_2, READY, OPERATIONAL, STOPPED, NOT_ACTIVE = 0x1D, 0x5D, 0x6D, 0xFD, 0x4D, 0x1C
START, STOP, ENTER_PREOP2, ENABLE_READY, RESET_NODE, RESET_COMMUNICATION = 0x21, 0x22, 0x23, 0x24, 0x28, 0x29
RESET_CONFIGURATION, SW_RESET, HOST_NAME_SET, PUBLISH_ACTIVE, PUBLISH_TIME = 0x2A, 0x2B, 0x62, 0x90, 0xB0
STATES = {START: OPERATIONAL, STOP: STOPPED, ENTER_PREOP2: PRE_OPERATIONAL_2, ENABLE_READY: READY,
          RESET_NODE: PRE_OPERATIONAL_1, RESET_COMMUNICATION: PRE_OPERATIONAL_1,
          RESET_CONFIGURATION: PRE_OPERATIONAL_1, SW_RESET: PRE_OPERATIONAL_1}  # fmt: skip
WRITE, READ, WRITE_MULTIPLE, READ_MULTIPLE, FILE_WRITE, MAX_SEGMENT = 1, 2, 0x31, 0x32, 0x20, 0x70
RESPONSE, ABORT, FIRST, FURTHER, LAST = 0x80, 0x40, 0x10, 0x20, 0x30
READ_ONLY, NO_OBJECT = 0x06010002, 0x06020000
NONE, INIT, VALID = 0, 1, 2
SEGMENT = 256
CYCLE = 0.02
BUR = 0x0100006C


def head(kind: int, to: int, source: int, rest: bytes) -> bytes:
    """A frame's payload."""
    return bytes([kind, to, source]) + rest


def soc(moment: float = 0.0) -> bytes:
    """Start of cycle."""
    return head(SOC, ALL, MANAGER, struct.pack("<xBBIIQ", 0x80, 0, int(moment), int(moment % 1 * 1e9), 0))


def preq(node: int, data: bytes) -> bytes:
    """Poll request."""
    return head(PREQ, node, MANAGER, struct.pack("<xBBBxH", 1, 0, 0, len(data)) + data)


def pres(node: int, state: int, data: bytes, flags: int = 1) -> bytes:
    """Poll response."""
    return head(PRES, ALL, node, struct.pack("<BBBBxH", state, flags, 0, 0, len(data)) + data)


def soa(service: int = 0, target: int = 0, state: int = OPERATIONAL, source: int = MANAGER) -> bytes:
    """Start of asynchronous."""
    return head(SOA, ALL, source, bytes([state, 0, 0, service, target, 0x20]).ljust(43, b"\0"))


def asnd(service: int, to: int, source: int, rest: bytes) -> bytes:
    """Asynchronous send."""
    return head(ASND, to, source, bytes([service]) + rest)


def command(code: int, node: int, data: bytes = b"", source: int = MANAGER) -> bytes:
    """NMT command."""
    return asnd(NMT_COMMAND, node, source, bytes([code, 0]) + data.ljust(32, b"\0"))


def request(code: int, target: int, source: int) -> bytes:
    """NMT request."""
    return asnd(NMT_REQUEST, MANAGER, source, bytes([code, target]) + bytes(32))


def node_list(*nodes: int) -> bytes:
    """The bits of nodes."""
    bits = bytearray(32)
    for node in nodes:
        bits[node // 8] |= 1 << node % 8
    return bytes(bits)


def error(kind: int, code: int, further: bytes = b"") -> bytes:
    """An error entry of a StatusResponse."""
    return struct.pack("<HHII", kind, code, 1_700_000_000, 0) + further.ljust(8, b"\0")


def sdo(transaction: int, code: int, data: bytes, flags: int = 0) -> bytes:
    """Command layer."""
    return struct.pack("<xBBBHxx", transaction, flags, code, len(data)) + data


def by_index(index: int, sub: int, data: bytes = b"") -> bytes:
    """An object's address, with what is written."""
    return struct.pack("<HBx", index, sub) + data


def several(*objects: tuple[int, int, bytes]) -> bytes:
    """Objects that are written or were read at once: offsets count from the command layer's head."""
    out, at = b"", 8
    for index, sub, data in objects:
        padding = -len(data) % 4
        at += 8 + len(data) + padding
        last = (index, sub, data) == objects[-1]
        out += struct.pack("<IHBB", 0 if last else at, index, sub, padding) + data + bytes(padding)
    return out


@dataclass
class Node:
    """A controlled node: its state machine, object dictionary and process data."""

    number: int
    name: str
    product: int
    serial: int
    outputs: int = 4
    inputs: int = 4
    state: int = PRE_OPERATIONAL_1
    ip: str = "192.168.100.1"
    cycle: int = 0
    errors: list[bytes] = field(default_factory=list)
    register: int = 0
    silent: bool = False
    objects: dict[tuple[int, int], bytes] = field(default_factory=dict)
    receive: int = 0
    send: int = 0
    written: bytes = b""
    object: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        self.objects = {
            (0x1000, 0): struct.pack("<I", 401),
            (0x1001, 0): b"\0",
            (0x1006, 0): struct.pack("<I", 20_000),
            (0x1008, 0): self.name.encode(),
            (0x100A, 0): b"V1.2.0",
            (0x1010, 1): b"\0\0\0\0",
            (0x1011, 1): b"\0\0\0\0",
            (0x1018, 1): struct.pack("<I", BUR),
            (0x1018, 2): struct.pack("<I", self.product),
            (0x1018, 4): struct.pack("<I", self.serial),
            (0x1C14, 0): struct.pack("<I", 300_000),
            (0x1800, 1): b"\0",
            (0x1F50, 1): b"",
            (0x1F51, 1): b"\1",
            (0x1F9A, 0): b"",
            (0x1F9E, 0): b"\0",
            (0x6411, 1): b"\0\0",
            (0x2000, 1): bytes(range(256)) * 3,
        }

    def ident(self) -> bytes:
        """IdentResponse."""
        body = struct.pack("<BBBxBxI", 0, 0, self.state, 0x20, 0x0000_8047) + struct.pack("<HHHIxx", 300, 4, 4, 2000)
        body += struct.pack("<IIIII", 401, BUR, self.product, 0x0001_0002, self.serial) + bytes(8)
        body += struct.pack("<IIII", 20_000, 0, 20_100, 0) + _address(self.ip) + _address("255.255.255.0")
        body += _address("192.168.100.254") + self.name.encode().ljust(32, b"\0") + bytes(48)
        return asnd(IDENT, ALL, self.number, body)

    def status(self) -> bytes:
        """StatusResponse."""
        body = struct.pack("<BBB3xBx6x", 0, 0, self.state, self.register) + b"".join(self.errors)
        return asnd(STATUS, ALL, self.number, body + bytes(20))

    def answer(self, frame: bytes) -> list[bytes]:
        """What the node sends when it hears a frame."""
        kind, to, source = frame[0], frame[1], frame[2]
        if self.silent:
            return []
        if kind == PREQ and to == self.number:
            self.cycle += 1
            data = struct.pack("<HBB", self.cycle & 0xFFFF, frame[10], 0)
            return [pres(self.number, self.state, data, 1 | 0x10 * bool(self.errors))]
        if kind == SOA and frame[7] == self.number:
            return {1: [self.ident()], 2: [self.status()]}.get(frame[6], [])
        if kind == ASND and to in (self.number, ALL) and frame[3] == NMT_COMMAND:
            self.state = STATES.get(frame[4], self.state)
        if kind == ASND and to == self.number and frame[3] == SDO:
            return [asnd(SDO, source, self.number, layer) for layer in self.sdo(frame[4:])]
        return []

    def sdo(self, body: bytes) -> list[bytes]:
        """Sequence layer, and command layer above it."""
        receive, send = body[0] & 3, body[1] & 3
        if send == INIT:
            self.receive = self.send = 0
            return [bytes([INIT, INIT, 0, 0])]
        if (receive, send) != (VALID, VALID) or not any(body[4:12]):
            return []
        self.receive = body[1] >> 2
        layer = self._command(body[4:])
        if not layer:
            return [bytes([self.receive << 2 | VALID, self.send << 2 | VALID, 0, 0])]
        out = []
        for one in layer:
            self.send = (self.send + 1) % 64
            out.append(bytes([self.receive << 2 | VALID, self.send << 2 | VALID, 0, 0]) + one)
        return out

    def _command(self, layer: bytes) -> list[bytes]:
        transaction, flags, code, size = layer[1], layer[2], layer[3], struct.unpack_from("<H", layer, 4)[0]
        data, kind = layer[8 : 8 + size], flags & LAST
        if code == WRITE and kind in (0, FIRST):
            data = data[4:] if kind == FIRST else data
            self.object, self.written = struct.unpack_from("<HB", data), data[4:]
        elif code == WRITE:
            self.written += data
        if code == WRITE and kind in (FIRST, FURTHER):
            return []
        if code == WRITE:
            if self.object[0] in (0x1000, 0x1018) or self.object not in self.objects:
                why = READ_ONLY if self.object in self.objects else NO_OBJECT
                return [sdo(transaction, code, struct.pack("<I", why), RESPONSE | ABORT)]
            self.objects[self.object] = self.written
            return [sdo(transaction, code, b"", RESPONSE)]
        if code == READ:
            index, sub = struct.unpack_from("<HB", data)
            if (index, sub) not in self.objects:
                return [sdo(transaction, code, struct.pack("<I", NO_OBJECT), RESPONSE | ABORT)]
            return _segments(transaction, code, self.objects[index, sub])
        if code == READ_MULTIPLE:
            named = [struct.unpack_from("<HB", data, at) for at in range(0, len(data), 4)]
            return [sdo(transaction, code, several(*((i, s, self.objects[i, s]) for i, s in named)), RESPONSE)]
        if code == WRITE_MULTIPLE:
            return [sdo(transaction, code, struct.pack("<HBBI", 0x1000, 0, ABORT << 1, READ_ONLY), RESPONSE)]
        return [sdo(transaction, code, b"", RESPONSE)]


def _address(text: str) -> bytes:
    return socket.inet_aton(text)[::-1]


def _segments(transaction: int, code: int, value: bytes, flags: int = RESPONSE, before: bytes = b"") -> list[bytes]:
    """A value at once, or the size of all and one segment after the other."""
    whole = before + value
    if len(whole) <= SEGMENT:
        return [sdo(transaction, code, whole, flags)]
    out = [sdo(transaction, code, struct.pack("<I", len(whole) + 4) + whole[:SEGMENT], flags | FIRST)]
    rest = [whole[at : at + SEGMENT] for at in range(SEGMENT, len(whole), SEGMENT)]
    return out + [sdo(transaction, code, one, flags | (LAST if one is rest[-1] else FURTHER)) for one in rest]


def _serve(host: str, node: Node, ending: threading.Event) -> None:
    with _port() as raw:
        while not ending.is_set():
            if not select.select([raw], [], [], 0.05)[0]:
                continue
            frame, place = raw.recvfrom(2000)
            if place[2] == socket.PACKET_OUTGOING:
                continue
            for payload in node.answer(frame[14:]):
                raw.send(_framed(host, payload))


def _port() -> socket.socket:
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    raw.bind(("eth0", ETHERTYPE))
    return raw


def _framed(host: str, payload: bytes, to: str = "", ethertype: int = ETHERTYPE) -> bytes:
    return ethernet(mac(host), to or GROUP.get(payload[0], GROUP[ASND]), ethertype, payload)


@contextlib.contextmanager
def nodes(lab: Lab, served: dict[str, Node]) -> Iterator[None]:
    """Controlled nodes at the ports of hosts. The address of a managing node's poll is that of the host."""
    ending = threading.Event()
    running = [lab[host].begin(_serve, host, node, ending) for host, node in served.items()]
    time.sleep(0.2)
    try:
        yield
    finally:
        ending.set()
        for one in running:
            one.result(5)


def _answers(node: int) -> Callable[[bytes], bool]:
    """Whether a frame is the answer of a node that was polled."""
    return lambda frame: frame[0] == PRES and frame[2] == node


class Manager:
    """The managing node at a host's port. where: host by node number."""

    def __init__(self, host: str, where: dict[int, str]) -> None:
        self.host, self.where, self.port = host, where, _port()
        self.outputs = 0
        self.sequence: dict[int, tuple[int, int]] = {}

    def send(self, payload: bytes, to: str = "") -> None:
        """One frame."""
        self.port.send(_framed(self.host, payload, to))

    def hear(self, wanted: Callable[[bytes], bool], until: float = 0.3) -> bytes:
        """The next frame that is wanted; none if it does not come."""
        end = time.monotonic() + until
        while (left := end - time.monotonic()) > 0 and select.select([self.port], [], [], left)[0]:
            frame, place = self.port.recvfrom(2000)
            if place[2] != socket.PACKET_OUTGOING and wanted(frame[14:]):
                return frame[14:]
        return b""

    def cycle(self, service: int = 0, target: int = 0, polled: bool = True, state: int = OPERATIONAL) -> bytes:
        """One cycle; what the node that was invited answers."""
        self.send(soc(1_700_000_000.0))
        for node, host in self.where.items() if polled else ():
            self.outputs = (self.outputs + 1) % 7
            self.send(preq(node, bytes([self.outputs // 5, 0, 0, 0])), mac(host))
            self.hear(_answers(node), 0.05)
        self.send(soa(service, target, state))
        answer = b""
        if service in (IDENT, STATUS):
            answer = self.hear(lambda frame: frame[0] == ASND and frame[3] == service, 0.05)
        time.sleep(CYCLE)
        return answer

    def start(self) -> None:
        """Brings all nodes to operation."""
        for node in self.where:
            self.cycle(IDENT, node, polled=False, state=PRE_OPERATIONAL_1)
        self.cycle(IDENT, 99, polled=False, state=PRE_OPERATIONAL_1)
        for code in (ENTER_PREOP2, ENABLE_READY, START):
            for node in self.where:
                self.send(command(code, node))
                self.cycle(STATUS, node, polled=code != ENTER_PREOP2)
        self.send(command(PUBLISH_ACTIVE, ALL, node_list(*self.where)))

    def run(self, cycles: int) -> None:
        """Cycles, in which each node says now and then how it is."""
        known = list(self.where)
        for number in range(cycles):
            self.cycle(STATUS if number % 3 == 0 else 0, known[number // 3 % len(known)] if number % 3 == 0 else 0)

    def _sequence(self, node: int, layer: bytes = b"") -> None:
        receive, send = self.sequence[node]
        if layer:
            send = (send + 1) % 64
        self.sequence[node] = (receive, send)
        self.send(asnd(SDO, node, MANAGER, bytes([receive << 2 | VALID, send << 2 | VALID, 0, 0]) + layer))

    def _answer(self, node: int) -> bytes:
        frame = self.hear(lambda frame: frame[0] == ASND and frame[3] == SDO and frame[2] == node)
        if frame and frame[4] & 3 == VALID:
            self.sequence[node] = (frame[5] >> 2, self.sequence[node][1])
        return frame[8:]

    def open(self, node: int) -> None:
        """A connection of the sequence layer."""
        self.sequence[node] = (0, 0)
        self.send(asnd(SDO, node, MANAGER, bytes([NONE, INIT, 0, 0])))
        self._answer(node)
        self.send(asnd(SDO, node, MANAGER, bytes([INIT, VALID, 0, 0])))

    def close(self, node: int) -> None:
        """Its end."""
        self.send(asnd(SDO, node, MANAGER, bytes([NONE, NONE, 0, 0])))
        time.sleep(0.05)

    def ask(self, node: int, transaction: int, code: int, data: bytes, flags: int = 0) -> bytes:
        """One command and its answer, all segments of it."""
        for one in _segments(transaction, code, data, flags):
            self._sequence(node, one)
            if one[2] & LAST in (FIRST, FURTHER):
                self._answer(node)
        answer = self._answer(node)
        while answer and answer[2] & LAST in (FIRST, FURTHER):
            self._sequence(node)
            answer = self._answer(node)
        self._sequence(node)
        time.sleep(0.02)
        return answer


def manage(lab: Lab, host: str, where: dict[int, str], work: Callable[[Manager], None]) -> None:
    """Runs `work` as the managing node of a host."""

    def whole() -> None:
        manager = Manager(host, where)
        with manager.port:
            work(manager)

    lab[host].call(whole)


def send(lab: Lab, host: str, payloads: Sequence[bytes], pause: float = 0.03, ethertype: int = ETHERTYPE) -> None:
    """Sends frames made by hand from a host's own address."""

    def work() -> None:
        with _port() as raw:
            for payload in payloads:
                raw.send(_framed(host, payload, ethertype=ethertype))
                time.sleep(pause)

    lab[host].call(work)


def serve_udp(lab: Lab, host: str, node: Node, port: int, count: int) -> None:
    """The node's objects over UDP, for so many datagrams."""

    def work() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
            own.bind((ip(host), port))
            own.settimeout(3)
            with contextlib.suppress(TimeoutError):
                for _ in range(count):
                    data, asker = own.recvfrom(2000)
                    for layer in node.sdo(data[4:]):
                        own.sendto(bytes([ASND, 0, 0, SDO]) + layer, asker)

    lab[host].begin(work)


def machine() -> dict[str, Node]:
    """Two nodes: a drive and a block of valves."""
    return {
        "drv": Node(1, "ACOPOS1", 0x0000_1FA2, 174_233, ip="192.168.100.1"),
        "vlv": Node(2, "X20BC", 0x0000_1F1E, 88_120, ip="192.168.100.2"),
    }


WHERE = {1: "drv", 2: "vlv"}
