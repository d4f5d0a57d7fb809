"""Conversations of captures, to be copied into a crowd: the first packets of each, and who is its client."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.captures import NANOSECONDS, records

PACKETS = 25
"""Of one conversation, at most: the first ones, in which what a parser keeps is made."""
IPV4, IPV6, VLAN, ARP = 0x0800, 0x86DD, 0x8100, 0x0806
IP_PROTOCOL, TCP, UDP = 9, 6, 17
"""Where an IPv4 header says what it carries, and two of its answers."""
HANGS_UP, SYN, ACK = 0x05, 0x02, 0x10
"""FIN or RST, and the flags by which a connection begins."""


@dataclass(frozen=True)
class Packet:
    """A frame, the time since the first one of its conversation (ns), and where its network header begins."""

    time: int
    frame: bytes
    network: int


def conversations(path: Path) -> list[list[Packet]]:
    """The first packets of each conversation of a capture, by its addresses and ports."""
    found: dict[frozenset[bytes], list[Packet]] = {}
    begun: dict[frozenset[bytes], int] = {}
    clock = 0
    for gap, _, frame in records(path):
        clock += min(gap, NANOSECONDS)
        network = 18 if ether_type(frame, 12) == VLAN else 14
        between = ends(frame, network)
        packets = found.setdefault(between, [])
        begun.setdefault(between, clock)
        if len(packets) < PACKETS:
            packets.append(Packet(clock - begun[between], frame, network))
    return list(found.values())


def ether_type(frame: bytes, at: int) -> int:
    return int.from_bytes(frame[at : at + 2], "big")


def ends(frame: bytes, network: int) -> frozenset[bytes]:
    """Both ends of a packet, in no order: address and port, or MAC address and EtherType."""
    kind = ether_type(frame, network - 2)
    if kind not in (IPV4, IPV6):
        return frozenset((frame[0:6] + frame[12:14], frame[6:12] + frame[12:14]))
    address, length, header = (network + 12, 4, 20) if kind == IPV4 else (network + 8, 16, 40)
    port = network + header
    source = frame[address : address + length] + frame[port : port + 2]
    destination = frame[address + length : address + 2 * length] + frame[port + 2 : port + 4]
    return frozenset((source, destination))


def addresses(packet: Packet) -> tuple[bytes, bytes]:
    """Who sends it and who it is for: IP addresses, or MAC addresses where there are none."""
    frame, network = packet.frame, packet.network
    kind = ether_type(frame, network - 2)
    if kind not in (IPV4, IPV6):
        return frame[6:12], frame[0:6]
    at, length = (network + 12, 4) if kind == IPV4 else (network + 8, 16)
    return frame[at : at + length], frame[at + length : at + 2 * length]


def _client_port(talk: Sequence[Packet]) -> int | None:
    """The port that whoever began it chose: of who sends a SYN, else the greater of two, else of who speaks first."""
    first = talk[0]
    frame, header = first.frame, first.network + 20
    if not is_ipv4_of(first, TCP, UDP):
        return None
    source, destination = (int.from_bytes(frame[at : at + 2], "big") for at in (header, header + 2))
    if source == destination or frame[first.network + 16] >= 224:
        return None
    begins = is_ipv4_of(first, UDP) or _flags(first) & (SYN | ACK) == SYN
    return source if begins else max(source, destination)


@dataclass(frozen=True)
class Template:
    """A conversation to be copied, and of which capture it is."""

    capture: Path
    talk: list[Packet]
    port: int | None


def templates(made_of: Iterable[Path]) -> list[Template]:
    """All conversations but those of ARP, which a sensor counts as none, and those that were refused.

    Nobody hangs up: all are open at once.
    """
    talks = [(path, [p for p in talk if not _flags(p) & HANGS_UP]) for path in made_of for talk in conversations(path)]
    return [
        Template(path, talk, _client_port(talk))
        for path, talk in talks
        if not all(_flags(p) & SYN for p in talk) and ether_type(talk[0].frame, talk[0].network - 2) != ARP
    ]


def _flags(packet: Packet) -> int:
    """TCP flags (RFC 9293 3.1); 0 of what is no TCP."""
    return packet.frame[packet.network + 33] if is_ipv4_of(packet, TCP) else 0


def is_ipv4_of(packet: Packet, *protocols: int) -> bool:
    return (
        ether_type(packet.frame, packet.network - 2) == IPV4 and packet.frame[packet.network + IP_PROTOCOL] in protocols
    )
