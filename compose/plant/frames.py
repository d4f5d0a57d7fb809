"""Frames built by hand and sent on a raw packet socket: ARP, TCP segments, VLAN tags. No library, so no GPL."""

from __future__ import annotations

import socket
import struct
import time

ETHERTYPE_IPV4 = 0x0800
ETHERTYPE_ARP = 0x0806
ETHERTYPE_VLAN = 0x8100
EVERYTHING = 0x0003  # ETH_P_ALL of linux/if_ether.h
BROADCAST = "ff:ff:ff:ff:ff:ff"
ARP_REQUEST, ARP_REPLY = 1, 2
FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
_MINIMUM = 60  # octets of an Ethernet frame without its check sequence


def mac_bytes(mac: str) -> bytes:
    """Return aa:bb:cc:dd:ee:ff as six bytes."""
    return bytes.fromhex(mac.replace(":", ""))


def ethernet(source: str, destination: str, ethertype: int, payload: bytes, vlans: tuple[int, ...] = ()) -> bytes:
    """Return a frame padded to 60 octets. vlans: 802.1Q identifiers, outer first."""
    tags = b"".join(struct.pack(">HH", ETHERTYPE_VLAN, vlan) for vlan in vlans)
    frame = mac_bytes(destination) + mac_bytes(source) + tags + struct.pack(">H", ethertype) + payload
    return frame.ljust(_MINIMUM, b"\0")


def arp(operation: int, sender: tuple[str, str], target: tuple[str, str]) -> bytes:
    """Return an ARP packet (RFC 826). sender, target: (MAC, IPv4)."""
    parts = [mac_bytes(sender[0]), socket.inet_aton(sender[1]), mac_bytes(target[0]), socket.inet_aton(target[1])]
    return struct.pack(">HHBBH", 1, ETHERTYPE_IPV4, 6, 4, operation) + b"".join(parts)


def checksum(data: bytes) -> int:
    """Return the Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(source: str, destination: str, protocol: int, payload: bytes, identification: int = 0) -> bytes:
    """Return an IPv4 packet (RFC 791) with a right checksum and time to live 64."""
    addresses = socket.inet_aton(source) + socket.inet_aton(destination)
    length = 20 + len(payload)
    head = struct.pack(">BBHHHBBH", 0x45, 0, length, identification, 0x4000, 64, protocol, 0)
    return head[:10] + struct.pack(">H", checksum(head + addresses)) + addresses + payload


def tcp(
    source: tuple[str, int],
    destination: tuple[str, int],
    flags: int,
    sequence: int,
    acknowledgement: int = 0,
    payload: bytes = b"",
    window: int = 64240,
) -> bytes:
    """Return an IPv4 packet with a TCP segment (RFC 9293) and a right checksum."""
    head = struct.pack(">HHIIBBHHH", source[1], destination[1], sequence, acknowledgement, 5 << 4, flags, window, 0, 0)
    addresses = socket.inet_aton(source[0]) + socket.inet_aton(destination[0])
    pseudo = addresses + struct.pack(">BBH", 0, socket.IPPROTO_TCP, len(head) + len(payload))
    total = checksum(pseudo + head + payload)
    segment = head[:16] + struct.pack(">H", total) + head[18:] + payload
    return ipv4(source[0], destination[0], socket.IPPROTO_TCP, segment)


def udp(source: tuple[str, int], destination: tuple[str, int], payload: bytes) -> bytes:
    """Return an IPv4 packet with a UDP datagram (RFC 768)."""
    head = struct.pack(">HHHH", source[1], destination[1], 8 + len(payload), 0)
    addresses = socket.inet_aton(source[0]) + socket.inet_aton(destination[0])
    pseudo = addresses + struct.pack(">BBH", 0, socket.IPPROTO_UDP, 8 + len(payload))
    total = checksum(pseudo + head + payload) or 0xFFFF
    return ipv4(source[0], destination[0], socket.IPPROTO_UDP, head[:6] + struct.pack(">H", total) + payload)


def echo_request(source: str, destination: str, number: int, size: int = 32) -> bytes:
    """Return an IPv4 packet with an ICMP echo request (RFC 792)."""
    body = bytes(index & 0xFF for index in range(size))
    head = struct.pack(">BBHHH", 8, 0, 0, 0x4242, number)
    message = head[:2] + struct.pack(">H", checksum(head + body)) + head[4:] + body
    return ipv4(source, destination, socket.IPPROTO_ICMP, message)


def packet_socket(interface: str = "eth0", ethertype: int = 0) -> socket.socket:
    """Return a raw packet socket on an interface; ethertype 0 only sends."""
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ethertype))
    raw.bind((interface, ethertype))
    return raw


def send_frames(frames: list[bytes], pause: float = 0.0, interface: str = "eth0") -> None:
    """Send frames, `pause` seconds apart, from the namespace of the calling thread."""
    with packet_socket(interface) as raw:
        for frame in frames:
            raw.send(frame)
            if pause:
                time.sleep(pause)
