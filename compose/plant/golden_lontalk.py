"""Golden captures of LonTalk/IP, made by hand after ANSI/CEA-852: no stack is to be had."""

from __future__ import annotations

import socket
import struct

from compose.plant.addresses import ip
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

LONTALK_PORT = 1628
DATA, REGISTRATION_REQUEST, REGISTRATION, ACKNOWLEDGE, STATUS_REQUEST, STATUS = 0x01, 0x63, 0x03, 0x07, 0x60, 0x70
VARIABLE = bytes.fromhex("0109010502013c800105a1")
"""A LonTalk packet: a network variable of the tank's level, updated."""


def packet(kind: int, sequence: int, data: bytes = b"") -> bytes:
    """The common header of CEA-852 around data; time stamp in ms since the router began."""
    return struct.pack(">HBBBBHIII", 20 + len(data), 1, kind, 0, 0, 1, 0x5EED, sequence, sequence * 250) + data


@capture(
    "lontalk/channel.pcap",
    "Two routers of one channel: registration, status, network variables both ways; made by hand, no stack exists.",
    "gw hmi",
    kind="golden",
    check={"udp.port==1628": 17, "cnip": 17},
)
def channel(lab: Lab) -> None:
    """Datagrams between the two routers."""

    def send(source: str, target: str, datagrams: list[bytes]) -> None:
        def work() -> None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
                end.bind((ip(source), LONTALK_PORT))
                for datagram in datagrams:
                    end.sendto(datagram, (ip(target), LONTALK_PORT))

        lab[source].call(work)

    send("gw", "hmi", [packet(REGISTRATION_REQUEST, 0)])
    send("hmi", "gw", [packet(REGISTRATION, 0, bytes(28)), packet(STATUS_REQUEST, 1)])
    send("gw", "hmi", [packet(ACKNOWLEDGE, 1, bytes(4)), packet(STATUS, 2, bytes(40))])
    for number in range(3, 9):
        send("gw", "hmi", [packet(DATA, number, VARIABLE)])
        send("hmi", "gw", [packet(DATA, number, VARIABLE[:-1] + bytes([number]))])
