"""Golden capture of Emerson DeltaV, made by hand after the description of Apache PLC4X: no stack is to be had."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator

from compose.plant.addresses import ip
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

PORT = 18507
DATA, REQUEST, RESPONSE, SYNCHRONISE = 2, 3, 4, 6
_CONTROLLER, _STATION = 0x0002, 0x000D


def packet(kind: int, number: int, sender: int, payload: bytes = b"") -> bytes:
    """A wrapper packet; its checksum, whose algorithm is not known, is a number of ours."""
    constant = b"\0\x44\0" if kind in (REQUEST, RESPONSE) else b"\x80\4\0"
    stamp = (number * 100).to_bytes(3, "big")
    head = struct.pack(">HHHHH", 0xFACE, len(payload), kind, number, sender)
    return head + stamp + constant + payload + struct.pack(">H", number * 40503 & 0xFFFF)


def _turns() -> Iterator[tuple[str, bytes]]:
    """Who sends what: a connection, versions, changes of a value, each acknowledged, a synchronisation."""
    yield "hmi", packet(REQUEST, 1, _STATION, bytes(12))
    yield "plc1", packet(RESPONSE, 1, _CONTROLLER, bytes(12))
    yield "hmi", packet(DATA, 2, _STATION, b"\5\1" + bytes(20))
    yield "plc1", packet(DATA, 2, _CONTROLLER)
    for number in range(3, 9):
        yield "plc1", packet(DATA, number, _CONTROLLER, b"\4\3" + struct.pack(">f", 20.5 + number))
        yield "hmi", packet(DATA, number, _STATION)
    yield "plc1", packet(SYNCHRONISE, 9, _CONTROLLER)
    yield "hmi", packet(SYNCHRONISE, 9, _STATION)


@capture("deltav/session.pcap",
         "A controller and an operator station of DeltaV: connection, values, acknowledgements; made by hand.",
         "plc1 hmi", kind="golden", check={"udp.port==18507": 18})  # fmt: skip
def session(lab: Lab) -> None:
    """Datagrams both ways."""

    def send(source: str, target: str, datagram: bytes) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.bind((ip(source), PORT))
            end.sendto(datagram, (ip(target), PORT))

    for source, datagram in _turns():
        lab[source].call(send, source, "plc1" if source == "hmi" else "hmi", datagram)
        time.sleep(0.005)
