"""Frames built by hand must be what the standards say: the captures are made of them."""

from __future__ import annotations

import socket
import struct

from compose.plant import frames

A, B = "02:00:00:00:00:01", "02:00:00:00:00:02"


def test_checksum_is_the_example_of_rfc_1071() -> None:
    # RFC 1071, section 3: the sum is ddf2, the checksum its complement.
    assert frames.checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF ^ 0xDDF2


def test_checksum_pads_an_odd_last_byte_with_zero() -> None:
    assert frames.checksum(b"\x01\x02\x03") == frames.checksum(b"\x01\x02\x03\x00")


def test_ipv4_and_tcp_checksums_verify() -> None:
    packet = frames.tcp(("10.9.1.66", 40000), ("10.9.1.11", 502), frames.PSH | frames.ACK, 7, 9, b"odd")
    assert frames.checksum(packet[:20]) == 0
    pseudo = packet[12:20] + struct.pack(">BBH", 0, socket.IPPROTO_TCP, len(packet) - 20)
    assert frames.checksum(pseudo + packet[20:]) == 0
    assert struct.unpack(">H", packet[2:4])[0] == len(packet)
    assert packet[-3:] == b"odd"


def test_udp_and_icmp_checksums_verify() -> None:
    datagram = frames.udp(("10.9.1.66", 5), ("10.9.1.11", 9), b"abc")
    pseudo = datagram[12:20] + struct.pack(">BBH", 0, socket.IPPROTO_UDP, len(datagram) - 20)
    assert frames.checksum(pseudo + datagram[20:]) == 0
    assert frames.checksum(frames.echo_request("10.9.1.66", "10.9.1.11", 3)[20:]) == 0


def test_arp_carries_sender_and_target() -> None:
    packet = frames.arp(frames.ARP_REPLY, (A, "10.9.1.66"), (B, "10.9.1.11"))
    assert packet == bytes.fromhex("0001 0800 06 04 0002 020000000001 0a090142 020000000002 0a09010b")


def test_ethernet_pads_and_tags() -> None:
    plain = frames.ethernet(A, B, frames.ETHERTYPE_ARP, b"x")
    assert len(plain) == 60
    assert plain[:14] == bytes.fromhex("020000000002 020000000001 0806")
    tagged = frames.ethernet(A, B, frames.ETHERTYPE_ARP, b"x", (1, 20))
    assert tagged[12:22] == bytes.fromhex("81000001 81000014 0806")
