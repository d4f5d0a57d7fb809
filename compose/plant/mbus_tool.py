"""M-Bus behind a device server: pyMeterBus is the master, the meters are made by hand after EN 13757-3."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import meterbus  # type: ignore[import-untyped]  # a stack without types

from compose.plant.addresses import MBUS_PORT, ip
from compose.plant.lab import Lab

ACK = b"\xe5"
NKE, UD, UD1, UD2 = 0x40, 0x53, 0x5A, 0x5B
_PATIENCE = 0.3  # seconds that a silent address is waited for


def short(control: int, address: int) -> bytes:
    """A frame of fixed length."""
    return bytes([0x10, control, address, (control + address) & 0xFF, 0x16])


def long(control: int, address: int, rest: bytes) -> bytes:
    """A frame of variable length."""
    body = bytes([control, address]) + rest
    return bytes([0x68, len(body), len(body), 0x68]) + body + bytes([sum(body) & 0xFF, 0x16])


@dataclass
class Meter:
    """One meter: secondary address, records, an alarm."""

    secondary: bytes
    records: bytes
    status: int = 0
    configuration: int = 0
    alarm: int | None = None
    access: int = 0
    error: int | None = None
    speaks_as: int | None = None
    """Another address than its own, in what it answers."""

    def data(self, address: int) -> bytes:
        """The answer to REQ_UD2."""
        address = address if self.speaks_as is None else self.speaks_as
        if self.error is not None:
            return long(0x08, address, bytes([0x70, self.error]))
        self.access = (self.access + 1) & 0xFF
        head = struct.pack("<BBH", self.access, self.status, self.configuration)
        return long(0x08, address, b"\x72" + self.secondary + head + self.records)


def _secondary(digits: str, letters: str, version: int, medium: int) -> bytes:
    code = 0
    for letter in letters:
        code = code << 5 | ord(letter) - 64
    return bytes.fromhex(digits)[::-1] + struct.pack("<HBB", code, version, medium)


HEAT = Meter(
    _secondary("66020001", "KAM", 8, 4),
    bytes.fromhex("0c06 78560000 0c14 12430500 0b2d 450100 0b3b 230200 0a5a 0807 0a5e 1504 0b61 930200 046d 2d0d1135"
                  " 4c06 11500000 426c 1f3c 9c1006 04030000 0b26 341200"),
)  # fmt: skip
WATER = Meter(
    _secondary("92752244", "SEN", 57, 7),
    bytes.fromhex("0c13 31547698 0c7f 00000000 8c04 13 00000000 0dfd0c 03 323150 0f 1122334455"), status=0x04,
)  # fmt: skip
POWER = Meter(
    _secondary("00012345", "ABB", 2, 2),
    bytes.fromhex("0e84 00 905634120000 8e10 84 00 111213140000 02fd48 fc08 04fd59 d2040000 052b 00804a45 01fd17 00"),
    status=0x10, alarm=0x05,
)  # fmt: skip
SECURED = Meter(_secondary("31415926", "LUG", 4, 4), bytes(range(0x40, 0x50)), configuration=0x0510)


@dataclass
class Bus:
    """Meters by primary address."""

    meters: dict[int, Meter] = field(default_factory=lambda: {5: HEAT, 6: WATER, 7: POWER, 9: SECURED})
    selected: int | None = None

    def answer(self, frame: bytes) -> bytes:
        """What comes back on the bus; nothing where nobody is."""
        body = frame[1:-2] if frame[0] == 0x10 else frame[4:-2]
        control, address = body[0] & 0xDF | (0x40 & body[0]), body[1]
        if address == 253 and frame[0] == 0x68 and body[2:3] == b"\x52":
            return self._select(body[3:11])
        if address == 253:
            address = self.selected or 0
        if address not in self.meters:
            return b""
        meter = self.meters[address]
        if control == UD2:
            return meter.data(address)
        if control == UD1 and meter.alarm is not None:
            return long(0x08, address, bytes([0x71, meter.alarm]))
        if control == UD and body[2:5] == b"\x51\x01\x7a" and body[5] not in self.meters:
            self.meters[body[5]] = self.meters.pop(address)
        return ACK

    def _select(self, pattern: bytes) -> bytes:
        def fits(meter: Meter) -> bool:
            asked, own = pattern[3::-1].hex(), meter.secondary[3::-1].hex()
            digits = all(digit in ("f", mine) for digit, mine in zip(asked, own, strict=True))
            rest = zip(pattern[4:], meter.secondary[4:], strict=True)
            return digits and all(octet in (0xFF, mine) for octet, mine in rest)

        found = [address for address, meter in self.meters.items() if fits(meter)]
        self.selected = found[0] if len(found) == 1 else None
        return ACK if found else b""


async def _converse(bus: Bus, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, IndexError):
        while True:
            first = await reader.readexactly(1)
            if first == b"\x10":
                frame = first + await reader.readexactly(4)
            elif first == b"\x68":
                head = await reader.readexactly(3)
                if head[0] != head[1]:
                    continue
                frame = first + head + await reader.readexactly(head[0] + 2)
            else:
                continue
            body = frame[1:-2] if frame[0] == 0x10 else frame[4:-2]
            if frame[-2] == sum(body) & 0xFF:
                writer.write(bus.answer(frame))
    writer.close()


@contextlib.contextmanager
def bus(lab: Lab, host: str = "mbgw") -> Iterator[Bus]:
    """A device server with a bus of meters."""
    meters = Bus()

    async def serve() -> asyncio.Server:
        return await asyncio.start_server(lambda r, w: _converse(meters, r, w), ip(host), MBUS_PORT)

    async def stop() -> None:
        server.close()

    server = lab[host].run(serve())
    try:
        yield meters
    finally:
        lab[host].run(stop())


class Master:
    """A master: pyMeterBus sends and reads what it can, the rest is written by hand."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def write(self, data: bytes) -> None:
        """What pyMeterBus calls a serial port."""
        self._end.sendall(bytes(data))

    def read(self, count: int) -> bytes:
        """The same."""
        try:
            return self._end.recv(count)
        except TimeoutError:
            return b""

    def ping(self, address: int) -> bool:
        """SND_NKE; whether a meter answers."""
        meterbus.send_ping_frame(self, address)
        return bool(meterbus.recv_frame(self, 1))

    def poll(self, address: int) -> bytes:
        """REQ_UD2 with its answer, which pyMeterBus has read."""
        meterbus.send_request_frame(self, address)
        return meterbus.recv_frame(self, 5) or b""

    def select(self, secondary: str) -> bool:
        """Select by secondary address, in 16 hexadecimal digits."""
        meterbus.send_select_frame(self, secondary)
        return bool(meterbus.recv_frame(self, 1))

    def send(self, address: int, rest: bytes) -> None:
        """SND_UD."""
        self.raw(long(UD, address, rest))

    def raw(self, data: bytes) -> bytes:
        """Any octets; what comes back, if anything."""
        self.write(data)
        return self.read(300)


Work = Callable[[Master], None]


def work_as(lab: Lab, host: str, work: Work, server: str = "mbgw") -> None:
    """Do the work from `host`."""

    def talk() -> None:
        with socket.create_connection((ip(server), MBUS_PORT)) as end:
            end.settimeout(_PATIENCE)
            work(Master(end))
            time.sleep(0.05)

    lab[host].call(talk)
