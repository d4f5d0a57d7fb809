"""CODESYS V3 by hand: no free stack exists. Layers after published research (Kaspersky 2019, CoDe16) and tags."""

from __future__ import annotations

import socket
import struct
import zlib
from collections.abc import Iterator, Sequence

MAGIC = 0xE8170100
ADDRESS, ADDRESSED, NAMES, NODE, CHANNEL = 1, 2, 3, 4, 64
RESULT = 0x3FFF
BLOCK = 460  # bytes of a message in one block

Tags = Sequence[tuple[int, "bytes | Tags"]]


def node(host: str, port: int) -> bytes:
    """Address of a node over TCP."""
    return struct.pack(">H", port) + socket.inet_aton(host)


def local(host: str, port: int = 1740) -> bytes:
    """Address of a node over UDP in a network of 24 bits."""
    return struct.pack(">H", (port - 1740) << 8 | socket.inet_aton(host)[3])


def datagram(service: int, payload: bytes, receiver: bytes = b"", sender: bytes = b"") -> bytes:
    """A datagram from node to node."""
    head = struct.pack("BBBBBB", 0xC5, 13 << 3 | 3, 1 << 6, service, 0, len(sender) // 2 << 4 | len(receiver) // 2)
    head += receiver + sender
    return head + bytes(-len(head) % 4) + payload


def framed(inside: bytes) -> bytes:
    """A block of the TCP block driver."""
    return struct.pack("<II", MAGIC, len(inside) + 8) + inside


def meta(kind: int, data: bytes) -> bytes:
    """A packet that opens or closes channels."""
    head = struct.pack("<BBH", kind, 0, 0x0101)
    return head + struct.pack("<I", zlib.crc32(head + bytes(4) + data)) + data


def blocks(channel: int, number: int, ack: int, message: bytes, client: bool) -> list[bytes]:
    """A message in as many blocks as it needs."""
    flag = 0x80 if client else 0
    parts = [message[at : at + BLOCK] for at in range(0, len(message), BLOCK)] or [b""]
    first = struct.pack("<BBHIIII", 1, flag | 1, channel, number, ack, len(message), zlib.crc32(message))
    packets = [first + parts[0]]
    for step, part in enumerate(parts[1:], 1):
        packets.append(struct.pack("<BBHII", 1, flag, channel, number + step, ack) + part)
    return packets


def acknowledged(channel: int, number: int, client: bool) -> bytes:
    """What says that a block has come."""
    return struct.pack("<BBHI", 2, 0x80 if client else 0, channel, number)


def service(group: int, number: int, session: int, content: bytes, reply: bool = False) -> bytes:
    """A message of the services layer."""
    group |= 0x80 if reply else 0
    return struct.pack("<HHHHIII", 0xCD55, 16, group, number, session, len(content), 0) + content


def _number(value: int) -> bytes:
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def tags(content: Tags) -> bytes:
    """Tags one after another; what is inside others is given as tags."""
    out = b""
    for number, data in content:
        inside = data if isinstance(data, bytes) else tags(data)
        head = bytearray(_number(number) + _number(len(inside)))
        while len(head) % 4:  # aligned by zeros at the end of the length
            head[-1] |= 0x80
            head.append(0)
        out += bytes(head) + inside
    return out


def read_tags(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tags of a content."""
    at = 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    while at < len(data):
        name, size = number(), number()
        yield name, data[at : at + size]
        at += size


def text(words: str) -> bytes:
    """A text with its zero, of even length."""
    data = words.encode() + b"\0"
    return data + bytes(len(data) % 2)


def wide(words: str) -> bytes:
    """UTF-16 with its zero."""
    return words.encode("utf-16-le") + b"\0\0"


def identification(message: int, names: tuple[str, str, str], serial: str) -> bytes:
    """What the name service says of a node: node, device and vendor."""
    version = bytes([40, 19, 5, 3])  # 3.5.19.40
    head = struct.pack("<HHIHBBHHHH", 0xC280, 0x0400, message, 8, 1, 0, 0, *(len(name) for name in names))
    head += struct.pack("<II", 4096, 0x00010005) + version + struct.pack("<IBBB", 0, len(serial), 0, 4) + bytes(9)
    return head + b"".join(wide(name) for name in names) + serial.encode() + b"\0"
