"""Frames of a small plant, byte by byte, and what wrong mirrors make of them."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address
from pathlib import Path

BEGIN = 1_790_000_000.0
"""2026-09-21, s since the epoch."""
SINCE_1900 = 2_208_988_800
TCP, UDP = 6, 17
SYN, ACK, PUSH = 0x02, 0x10, 0x08
BROADCAST = "ff:ff:ff:ff:ff:ff"
HMI, ROUTER = "02:00:00:00:00:01", "02:00:00:00:00:fe"


@dataclass(frozen=True)
class Packet:
    """A frame with its time (s); `cut` bytes are captured, all where it is None; `lost` bytes are said to be there and
    are not."""

    at: float
    data: bytes
    cut: int | None = None


def mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def frame(source: str, destination: str, kind: int, payload: bytes) -> bytes:
    return (mac(destination) + mac(source) + struct.pack(">H", kind) + payload).ljust(60, b"\0")


def tagged(data: bytes, vlan: int) -> bytes:
    return data[:12] + struct.pack(">HH", 0x8100, vlan) + data[12:]


def ipv4(source: str, destination: str, protocol: int, payload: bytes, number: int, ttl: int = 64) -> bytes:
    ends = IPv4Address(source).packed + IPv4Address(destination).packed
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), number & 0xFFFF, 0, ttl, protocol, 0) + ends + payload


def tcp(ports: tuple[int, int], sequence: int, acknowledged: int, flags: int, data: bytes = b"", mss: int = 0) -> bytes:
    options = struct.pack(">BBH", 2, 4, mss) if mss else b""
    header = (20 + len(options)) // 4 << 4
    return struct.pack(">HHIIBBHHH", *ports, sequence, acknowledged, header, flags, 8192, 0, 0) + options + data


def udp(ports: tuple[int, int], data: bytes) -> bytes:
    return struct.pack(">HHHH", *ports, 8 + len(data), 0) + data


def ntp(at: float) -> bytes:
    """The answer of a server of stratum 2 whose clock says `at`."""
    seconds = int(at) + SINCE_1900
    return bytes([0x24, 2, 6, 0xEC]) + bytes(36) + struct.pack(">II", seconds, int((at % 1) * 2**32))


@dataclass
class Plant:
    """An operator station that polls controllers over TCP, and a time server. `packets` come in order of time."""

    controllers: int = 4
    rounds: int = 40
    ttl: int = 64
    packets: list[Packet] = field(default_factory=list)
    _number: int = 0

    def run(self) -> list[Packet]:
        for each in range(self.controllers):
            self._poll(each)
        self.packets += [Packet(BEGIN + i, frame(HMI, BROADCAST, 0x0806, arp(HMI, "10.0.0.1"))) for i in range(4)]
        self.packets += [self.time_answer(BEGIN + i, BEGIN + i) for i in range(4)]
        self.packets.sort(key=lambda packet: packet.at)
        return self.packets

    def time_answer(self, at: float, said: float) -> Packet:
        return self.packet(at, (ROUTER, "10.0.0.254"), (HMI, "10.0.0.1"), UDP, udp((123, 123), ntp(said)))

    def packet(
        self, at: float, source: tuple[str, str], destination: tuple[str, str], protocol: int, payload: bytes
    ) -> Packet:
        self._number += 1
        datagram = ipv4(source[1], destination[1], protocol, payload, self._number, self.ttl)
        return Packet(at, frame(source[0], destination[0], 0x0800, datagram))

    def _poll(self, controller: int) -> None:
        hmi, plc = (HMI, "10.0.0.1"), (f"02:00:00:00:01:{controller:02x}", f"10.0.0.{10 + controller}")
        out, back = (40_000 + controller, 502), (502, 40_000 + controller)
        at, asked, told = BEGIN + controller / 100, 1000, 9000
        open_with = [
            (hmi, plc, tcp(out, asked, 0, SYN, mss=1460)),
            (plc, hmi, tcp(back, told, asked + 1, SYN | ACK, mss=1460)),
            (hmi, plc, tcp(out, asked + 1, told + 1, ACK)),
        ]
        asked, told = asked + 1, told + 1
        for _ in range(self.rounds):
            request, reply = b"\0\1\0\0\0\6\1\3\0\0\0\x0a", b"\0\1\0\0\0\x17\1\3\x14" + bytes(20)
            open_with += [
                (hmi, plc, tcp(out, asked, told, ACK | PUSH, request)),
                (plc, hmi, tcp(back, told, asked + len(request), ACK | PUSH, reply)),
            ]
            asked, told = asked + len(request), told + len(reply)
        for i, (source, destination, segment) in enumerate(open_with):
            self.packets.append(self.packet(at + i * 0.05, source, destination, TCP, segment))


def arp(station: str, ip: str) -> bytes:
    """Who has 10.0.0.99?"""
    asked = mac(station) + IPv4Address(ip).packed + bytes(6) + IPv4Address("10.0.0.99").packed
    return struct.pack(">HHBBH", 1, 0x0800, 6, 4, 1) + asked


def plant() -> list[Packet]:
    """Traffic with which nothing is wrong."""
    return Plant().run()


def of_station(packets: Iterable[Packet], station: str = HMI) -> list[Packet]:
    """What one station sends, and what goes to everybody."""
    return [p for p in packets if p.data[6:12] == mac(station) or p.data[0] & 1]


def to_everybody(packets: Iterable[Packet]) -> list[Packet]:
    return [packet for packet in packets if packet.data[0] & 1]


def twice(packets: Iterable[Packet], ttl: int = 0, vlan: int = 0) -> list[Packet]:
    """Each packet again 20 µs later, behind a router where a time to live is given, or with a tag."""
    made = []
    for packet in packets:
        copy = packet.data
        if ttl and copy[12:14] == b"\x08\x00":
            copy = mac("02:00:00:00:00:fd") + mac(ROUTER) + copy[12:22] + bytes([ttl]) + copy[23:]
        made += [packet, replace(packet, at=packet.at + 0.00002, data=tagged(copy, vlan) if vlan else copy)]
    return made


def wrapped(packets: Iterable[Packet], head: bytes, protocol: int) -> list[Packet]:
    """All frames in a tunnel between two gateways."""
    ends = ("10.9.0.1", "10.9.0.2")
    return [
        replace(p, data=frame(ROUTER, HMI, 0x0800, ipv4(*ends, protocol, head + p.data, number)))
        for number, p in enumerate(packets, 1)
    ]


def write(path: Path, packets: Sequence[Packet], shift: float = 0.0) -> Path:
    """A classic pcap file of Ethernet."""
    parts = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1)]
    for packet in packets:
        at = packet.at + shift
        kept = packet.data[: packet.cut]
        parts += [struct.pack("<IIII", int(at), round(at % 1 * 1e6) % 1_000_000, len(kept), len(packet.data)), kept]
    path.write_bytes(b"".join(parts))
    return path
