"""Floods: frames that cost a sensor as much as they can. Each kind gives frames that differ."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path

from tests.live.wire import frames as frames_of
from tests.needs import PROJECT

MODBUS = 502
SYN, ACK, PUSH = 0x02, 0x10, 0x08
TCP, UDP, ICMP = 6, 17, 1
TARGET = bytes([10, 66, 0, 2])
"""The controller that commands go to as well."""
TARGET_MAC, ATTACKER_MAC = bytes.fromhex("020000660001"), bytes.fromhex("0200006600ff")
ATTACKER = bytes([10, 66, 9, 9])
SEED = 11
GOLDEN = PROJECT / "tests" / "golden"

Kind = Callable[[random.Random], Iterator[bytes]]


def ethernet(payload: bytes, *, source: bytes = ATTACKER_MAC, tags: Sequence[int] = ()) -> bytes:
    """An Ethernet II frame of IPv4, with VLAN tags."""
    return TARGET_MAC + source + b"".join(b"\x81\x00" + struct.pack(">H", tag) for tag in tags) + b"\x08\x00" + payload


def ip(
    protocol: int,
    payload: bytes,
    *,
    source: bytes = ATTACKER,
    target: bytes = TARGET,
    number: int = 0,
    fragment: int = 0,
) -> bytes:
    """An IPv4 packet; `fragment` is the word of flags and offset (RFC 791 §3.1)."""
    length = 20 + len(payload)
    return struct.pack(">BBHHHBBH", 0x45, 0, length, number, fragment, 64, protocol, 0) + source + target + payload


def tcp(ports: tuple[int, int], flags: int, sequence: int, payload: bytes = b"", acknowledged: int = 0) -> bytes:
    return struct.pack(">HHIIBBHHH", *ports, sequence, acknowledged, 0x50, flags, 8192, 0, 0) + payload


def udp(ports: tuple[int, int], payload: bytes) -> bytes:
    return struct.pack(">HHHH", *ports, 8 + len(payload), 0) + payload


def syn(port: int | None) -> Kind:
    """Connections asked for by hosts that are not there."""

    def made(chance: random.Random) -> Iterator[bytes]:
        while True:
            ports = (chance.randrange(1024, 65536), port or chance.randrange(1024, 65536))
            yield ethernet(ip(TCP, tcp(ports, SYN, chance.getrandbits(32)), source=host(chance)))

    return made


def half_open(chance: random.Random) -> Iterator[bytes]:
    """Asked for and granted, and then nothing."""
    while True:
        ports, source = (chance.randrange(1024, 65536), MODBUS), host(chance)
        first, answer = chance.getrandbits(32), chance.getrandbits(32)
        yield ethernet(ip(TCP, tcp(ports, SYN, first), source=source))
        granted = tcp(ports[::-1], SYN | ACK, answer, acknowledged=(first + 1) & 0xFFFFFFFF)
        yield ethernet(ip(TCP, granted, source=TARGET, target=source), source=TARGET_MAC)


def new_flows(chance: random.Random) -> Iterator[bytes]:
    """Each datagram of another conversation, with bytes that nothing knows."""
    while True:
        ports = (chance.randrange(1024, 65536), chance.randrange(1024, 65536))
        yield ethernet(ip(UDP, udp(ports, chance.randbytes(40)), source=host(chance)))


def fragments(chance: random.Random) -> Iterator[bytes]:
    """First pieces of datagrams whose last piece never comes."""
    while True:
        piece = udp((chance.randrange(1024, 65536), MODBUS), chance.randbytes(24))
        yield ethernet(ip(UDP, piece, source=host(chance), number=chance.getrandbits(16), fragment=0x2000))


def huge_session(chance: random.Random) -> Iterator[bytes]:
    """One transfer without end of what nothing knows."""
    sequence = 1
    while True:
        payload = chance.randbytes(1460)
        yield ethernet(ip(TCP, tcp((45_000, 9_999), ACK, sequence, payload)))
        sequence = (sequence + len(payload)) & 0xFFFFFFFF


def one_byte(chance: random.Random) -> Iterator[bytes]:
    """A hundred Modbus connections, byte by byte, every other byte before the one before it."""
    request = struct.pack(">HHHBBHH", 1, 0, 6, 1, 3, 0, 10)
    sequences = [1] * 100
    while True:
        for session, sequence in enumerate(sequences):
            order = list(range(len(request)))
            for at in range(0, len(order) - 1, 2):
                order[at], order[at + 1] = order[at + 1], order[at]
            for at in order:
                piece = tcp((20_000 + session, MODBUS), ACK | PUSH, sequence + at, request[at : at + 1])
                yield ethernet(ip(TCP, piece))
            sequences[session] = sequence + len(request)


def macs(chance: random.Random) -> Iterator[bytes]:
    """Another sender's address each time, as is done to fill the table of a switch."""
    while True:
        source = bytes([chance.getrandbits(8) & 0xFC | 2]) + chance.randbytes(5)
        ports = (chance.randrange(1024, 65536), chance.randrange(1024, 65536))
        yield ethernet(ip(UDP, udp(ports, b"x"), source=host(chance)), source=source)


def vlans(chance: random.Random) -> Iterator[bytes]:
    """Another VLAN, or two, each time."""
    while True:
        tags = [chance.randrange(1, 4095) for _ in range(chance.randrange(1, 3))]
        yield ethernet(ip(TCP, tcp((chance.randrange(1024, 65536), MODBUS), SYN, 1), source=host(chance)), tags=tags)


def malformed(protocol: str) -> Kind:
    """The protocol's golden captures with bytes of the payload changed."""

    def made(chance: random.Random) -> Iterator[bytes]:
        known = [frame for capture in captures(protocol) for _, frame in frames_of(capture)]
        for frame in cycle(known):
            changed = bytearray(frame)
            for _ in range(chance.randrange(1, 4)):
                place = chance.randrange(min(54, len(changed) - 1), len(changed))
                changed[place] = chance.choice((0, 1, 0x7F, 0x80, 0xFE, 0xFF))
            yield bytes(changed)

    return made


def captures(protocol: str) -> list[Path]:
    """Golden captures of Ethernet in the classic format with microseconds or nanoseconds."""
    found = []
    for each in sorted((GOLDEN / protocol).rglob("*.pcap")):
        head = each.read_bytes()[:24]
        if head[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") and struct.unpack_from("<I", head, 20)[0] == 1:
            found.append(each)
    return found


def host(chance: random.Random) -> bytes:
    """An address in 10.0.0.0/8."""
    return bytes([10]) + chance.randbytes(3)


KINDS: Mapping[str, Kind] = {
    "SYN to the controller": syn(MODBUS),
    "SYN to any port": syn(None),
    "half-open connections": half_open,
    "new flows": new_flows,
    "fragments": fragments,
    "huge session": huge_session,
    "one-byte segments": one_byte,
    "MAC addresses": macs,
    "VLANs": vlans,
    **{
        f"malformed {each.name}": malformed(each.name)
        for each in sorted(GOLDEN.iterdir())
        if each.is_dir() and captures(each.name)
    },
}


def frames(kind: str, number: int) -> list[bytes]:
    """So many frames of a kind, the same each time."""
    return list(islice(KINDS[kind](random.Random(SEED)), number))
