"""Proof captures of MQTT that no client library sends: broken packets, starved connections. Bytes on real sockets."""

from __future__ import annotations

import socket
import struct
import time

from compose.plant.addresses import MQTT_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.mqtt_cell import mqtt_cell
from compose.plant.proofs_mqtt import CELL, NORMAL


def text(word: bytes) -> bytes:
    """Return a UTF-8 string field: length and bytes (MQTT 3.1.1, 1.5.3)."""
    return struct.pack(">H", len(word)) + word


def packet(first: int, body: bytes) -> bytes:
    """Return a control packet: first byte, remaining length, body (MQTT 3.1.1, 2.2)."""
    length, rest = b"", len(body)
    while True:
        rest, digit = rest // 128, rest % 128
        length += bytes([digit | (0x80 if rest else 0)])
        if not rest:
            return bytes([first]) + length + body


def connect(
    client_id: bytes, level: int = 4, flags: int = 0xC2, keepalive: int = 30, password: bytes = b"bulrush-3"
) -> bytes:
    """Return CONNECT with the operator's login."""
    login = text(b"operator") + text(password) if flags & 0xC0 else b""
    return packet(0x10, text(b"MQTT") + bytes([level, flags]) + struct.pack(">H", keepalive) + text(client_id) + login)


def _send_all(pieces: list[bytes], pause: float = 0.15) -> bytes:
    """Open a connection, send the pieces, return what came back until the broker hung up or a second passed."""
    answer = b""
    with socket.create_connection((ip("broker"), MQTT_PORT), timeout=1) as link:
        try:
            for piece in pieces:
                link.sendall(piece)
                time.sleep(pause)
            link.settimeout(1)
            while data := link.recv(4096):
                answer += data
        except OSError:
            return answer  # the broker hung up, or had nothing to say
    return answer


BROKEN: dict[str, list[bytes]] = {
    "remaining length of five bytes": [connect(b"odd-1"), b"\x30\xff\xff\xff\xff\x7f"],
    "quality of service 3": [connect(b"odd-2"), packet(0x36, text(b"test/x") + b"\x00\x01" + b"hello")],
    "publish before connect": [packet(0x30, text(b"test/x") + b"hello")],
    "protocol level 9": [connect(b"odd-4", level=9)],
    "topic that is not UTF-8": [connect(b"odd-5"), packet(0x30, text(b"test/\xc3\x28\xff") + b"hello")],
    "reserved connect flag": [connect(b"odd-6", flags=0xC3)],
    "second connect": [connect(b"odd-7"), connect(b"odd-7")],
    "string longer than its packet": [connect(b"odd-8"), packet(0x30, b"\x40\x00test")],
    "wildcard in a publish topic": [connect(b"odd-9"), packet(0x30, text(b"test/#") + b"hello")],
    "subscribe with wrong flags": [connect(b"odd-10"), packet(0x80, b"\x00\x01" + text(b"test/x") + b"\x00")],
}


@capture(
    "mqtt/protocol-violations.pcap",
    "Ten packets that break the protocol, each on its own connection; the broker hangs up on every one.",
    f"{CELL} att",
    rules="MQ10",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && tcp.flags.syn==1": 10},
)
def protocol_violations(lab: Lab) -> None:
    """All of BROKEN."""
    with mqtt_cell(lab, warm_up=1.5):
        for name, pieces in BROKEN.items():
            with lab.step(name, "att", "broker", ["T0814", "T0819"], ["MQ10"]):
                lab["att"].call(_send_all, pieces)


@capture(
    "mqtt/starved-connections.pcap",
    "SlowITe: 60 connections that never finish their CONNECT or keep alive for 18 hours, held open.",
    f"{CELL} att",
    rules="MQ09",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && tcp.flags.syn==1": 60},
)
def starved_connections(lab: Lab) -> None:
    """30 half CONNECT packets, 30 complete ones with the longest keep alive."""

    def starve() -> None:
        links = []
        for number in range(60):
            link = socket.create_connection((ip("broker"), MQTT_PORT), timeout=2)
            whole = connect(b"slow-%d" % number, keepalive=65535)
            link.sendall(whole[:12] if number % 2 else whole)
            links.append(link)
            time.sleep(0.08)
        time.sleep(4)
        for link in links:
            link.close()

    with mqtt_cell(lab, warm_up=1.5), lab.step("starved connections", "att", "broker", ["T0814"], ["MQ09"]):
        lab["att"].call(starve)


@capture(
    "mqtt/connect-flood.pcap",
    "260 connections, each with a login and a goodbye, within ten seconds.",
    f"{CELL} att",
    rules="MQ09",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && mqtt.msgtype==1": 250},
)
def connect_flood(lab: Lab) -> None:
    """27 connections a second."""

    def flood() -> None:
        for number in range(260):
            with socket.create_connection((ip("broker"), MQTT_PORT), timeout=2) as link:
                link.sendall(connect(b"flood-%d" % number))
                link.recv(4)
                link.sendall(b"\xe0\x00")
            time.sleep(0.033)

    with mqtt_cell(lab, warm_up=1.5), lab.step("connect flood", "att", "broker", ["T0814"], ["MQ09"]):
        lab["att"].call(flood)
