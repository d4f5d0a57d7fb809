"""PROFINET frames made by hand (IEC 61158-6-10): no device stack exists. Cyclic data, alarms, PTCP, MRP, DCP blocks."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from compose.plant.frames import ethernet, mac_bytes

ETHERTYPE = 0x8892
ETHERTYPE_MRP = 0x88E3
IDENTIFY_GROUP = "01:0e:cf:00:00:00"
HELLO_GROUP = "01:0e:cf:00:00:01"
SYNC_GROUP = "01:0e:cf:00:04:20"
MRP_GROUP = "01:15:4e:00:00:01"
HELLO, GET_SET, IDENTIFY, IDENTIFIED = 0xFEFC, 0xFEFD, 0xFEFE, 0xFEFF
ALARM_HIGH, ALARM_LOW = 0xFC01, 0xFE01
GOOD = 0x35  # run, valid, primary, no problem
DOMAIN = bytes.fromhex("ffffffffffffffffffffffffffffffff")


def block(option: int, suboption: int, value: bytes) -> bytes:
    """A DCP block, padded to an even length."""
    return struct.pack(">BBH", option, suboption, len(value)) + value + b"\0" * (len(value) % 2)


def dcp(ends: tuple[str, str], frame: int, service: tuple[int, int], xid: int, blocks: bytes, delay: int = 0) -> bytes:
    """A DCP frame. ends: source and destination MAC; service: ServiceID and ServiceType."""
    head = struct.pack(">HBBIHH", frame, *service, xid, delay, len(blocks))
    return ethernet(*ends, ETHERTYPE, head + blocks)


def cyclic(
    ends: tuple[str, str], frame: int, counter: int, status: int = GOOD, data: bytes = b"", transfer: int = 0
) -> bytes:
    """A frame of cyclic data."""
    head = struct.pack(">H", frame) + data.ljust(40, b"\0")
    return ethernet(*ends, ETHERTYPE, head + struct.pack(">HBB", counter & 0xFFFF, status, transfer))


def alarm(ends: tuple[str, str], frame: int, kind: int, body: bytes, sequence: int = 0) -> bytes:
    """An RTA PDU. kind: 1 data, 2 NACK, 3 acknowledgement, 4 error."""
    head = struct.pack(">HHHBBHHH", frame, 1, 1, 0x10 | kind, 0x11, sequence, 0xFFFF, len(body))
    return ethernet(*ends, ETHERTYPE, head + body)


def notification(kind: int, slot: int, subslot: int, alarm_type: int, specifier: int) -> bytes:
    """An alarm notification block of a module with an ident number of its own. kind: 1 high, 2 low."""
    body = struct.pack(">HIHHIIH", alarm_type, 0, slot, subslot, 0x20, 0x21, specifier)
    body += struct.pack(">HHHHH", 0x8000, 0, 0x0800, 0x0002, 0)  # a channel's diagnosis
    return struct.pack(">HHBB", kind, len(body) + 2, 1, 0) + body


def acknowledgement(kind: int, slot: int, subslot: int, alarm_type: int, specifier: int, status: int = 0) -> bytes:
    """An alarm acknowledgement block. kind: 0x8001 high, 0x8002 low; status: PNIOStatus."""
    body = struct.pack(">HIHHHI", alarm_type, 0, slot, subslot, specifier, status)
    return struct.pack(">HHBB", kind, len(body) + 2, 1, 0) + body


def _tlv(kind: int, data: bytes) -> bytes:
    return (struct.pack(">H", kind << 9 | len(data)) + data).ljust((2 + len(data) + 3) // 4 * 4, b"\0")


def sync(source: str, frame: int, sequence: int, master: str, priority: int = 1) -> bytes:
    """A PTCP Sync or announce with subdomain, time and master."""
    tlvs = _tlv(1, mac_bytes(master) + DOMAIN)
    tlvs += _tlv(2, struct.pack(">HII", 0, 1_700_000_000 + sequence, 250_000_000))
    tlvs += _tlv(4, struct.pack(">BBBBH", priority, 128, 13, 0xFE, 0))
    return ethernet(source, SYNC_GROUP, ETHERTYPE, struct.pack(">H12xHHI", frame, sequence, 0, 0) + tlvs + b"\0\0")


def delay(source: str, frame: int, sequence: int, port: str) -> bytes:
    """A PTCP delay request or response of a port."""
    tlvs = _tlv(6, mac_bytes(port))
    if frame != 0xFF40:
        tlvs += _tlv(5, struct.pack(">2xIII", 100, 200, 300))
    return ethernet(
        source, "01:80:c2:00:00:0e", ETHERTYPE, struct.pack(">H12xHHI", frame, sequence, 0, 0) + tlvs + b"\0\0"
    )


def mrp(source: str, kind: int, data: bytes, sequence: int) -> bytes:
    """An MRP frame with one TLV and the common one."""
    common = struct.pack(">BBH", 1, 18, sequence) + DOMAIN
    body = struct.pack(">HBB", 1, kind, len(data)) + data + common + b"\0\0"
    return ethernet(source, MRP_GROUP, ETHERTYPE_MRP, body)


def mrp_test(source: str, sequence: int, ring: int = 1, port: int = 0, transition: int = 1) -> bytes:
    """A manager tests its ring. ring: 0 open, 1 closed; port: 0 primary, 1 secondary."""
    data = struct.pack(">H6sHHHI", 0x8000, mac_bytes(source), port, ring, transition, sequence * 20)
    return mrp(source, 2, data, sequence)


def mrp_topology(source: str, sequence: int, interval: int = 20) -> bytes:
    """The manager makes the switches forget their tables after `interval` ms."""
    return mrp(source, 3, struct.pack(">H6sH", 0x8000, mac_bytes(source), interval), sequence)


def mrp_link(source: str, sequence: int, up: bool) -> bytes:
    """A client tells of a link of its ring."""
    return mrp(source, 5 if up else 4, struct.pack(">6sHHH2x", mac_bytes(source), 0, 20, 1), sequence)


def cycle(ends: tuple[str, str], frame: int, count: int, step: int = 1024, begin: int = 0) -> Iterable[bytes]:
    """Frames of a provider in good order, `step` ticks of 31.25 µs apart."""
    return (cyclic(ends, frame, begin + number * step) for number in range(count))
