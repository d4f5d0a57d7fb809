"""BACnet/IP datagrams made by hand, for what no free stack sends: routers, BBMDs, odd ones."""

from __future__ import annotations

import contextlib
import socket
import struct
import time

from compose.plant.addresses import BACNET_PORT, ip


def bvlc(function: int, content: bytes = b"", length: int | None = None) -> bytes:
    """Return a datagram of the virtual link."""
    return struct.pack(">BBH", 0x81, function, len(content) + 4 if length is None else length) + content


def npdu(content: bytes, destination: bytes = b"", source: bytes = b"", control: int = 0, hops: int = 255) -> bytes:
    """Return an NPDU. destination, source: network 2, length 1, address."""
    control |= (0x20 if destination else 0) | (0x08 if source else 0)
    return bytes([1, control]) + destination + source + (bytes([hops]) if destination else b"") + content


def place(network: int, address: bytes = b"") -> bytes:
    """Return a network and an address on it."""
    return struct.pack(">HB", network, len(address)) + address


def entry(host: str, rest: bytes) -> bytes:
    """Return an entry of a table: address, port, and four bytes."""
    return socket.inet_aton(ip(host)) + struct.pack(">H", BACNET_PORT) + rest


def open_socket(host: str) -> socket.socket:
    """Return a socket of `host` on the port of BACnet/IP. Call it in the namespace of `host`."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    opened.bind(("", BACNET_PORT))
    opened.settimeout(0.4)
    return opened


def say(host: str, to: str, datagrams: list[bytes], pause: float = 0.05, answers: bool = False) -> None:
    """Send datagrams from `host` to `to` (a host, or an address), waiting for an answer to each where `answers`."""
    address = ip(to) if not to[0].isdigit() else to
    with open_socket(host) as opened:
        for datagram in datagrams:
            opened.sendto(datagram, (address, BACNET_PORT))
            if answers:
                with contextlib.suppress(TimeoutError):
                    opened.recvfrom(2048)
            time.sleep(pause)


def answer(host: str, replies: dict[bytes, list[bytes]], seconds: float) -> None:
    """Be a device made of a table for `seconds`: what to send back for each datagram."""
    end = time.monotonic() + seconds
    with open_socket(host) as opened:
        while time.monotonic() < end:
            try:
                asked, sender = opened.recvfrom(2048)
            except TimeoutError:
                continue
            for reply in replies.get(asked, []):
                opened.sendto(reply, sender)
                time.sleep(0.01)
