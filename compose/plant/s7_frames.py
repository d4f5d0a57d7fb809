"""S7 messages made by hand, for what no stack speaks (test jobs, cyclic data, refusals), and two ends to send them."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Sequence

from compose.plant.addresses import S7_PORT, ip
from compose.plant.lab import Lab

SETUP = b"\xf0\x00\x00\x01\x00\x01\x00\xf0"


def tpkt(pdu: bytes) -> bytes:
    """A transport PDU in its packet (RFC 1006)."""
    return struct.pack(">BBH", 3, 0, len(pdu) + 4) + pdu


def call(called: int, calling: int = 0x0100) -> bytes:
    """A request for a connection (X.224 CR)."""
    return tpkt(struct.pack(">BBHHBHBBBHBBH", 17, 0xE0, 0, 9, 0, 0xC001, 10, 0xC1, 2, calling, 0xC2, 2, called))


def accept(called: int, calling: int = 0x0100) -> bytes:
    """Its confirmation (CC)."""
    return tpkt(struct.pack(">BBHHBHBBBHBBH", 17, 0xD0, 9, 3, 0, 0xC001, 10, 0xC1, 2, calling, 0xC2, 2, called))


def refuse(reason: int) -> bytes:
    """Its refusal (DR)."""
    return tpkt(struct.pack(">BBHHB", 6, 0x80, 9, 0, reason))


def data(message: bytes, end: bool = True) -> bytes:
    """A message, or with `end` false a first part of one."""
    return tpkt(struct.pack(">BBB", 2, 0xF0, 0x80 if end else 0) + message)


def job(reference: int, parameter: bytes, body: bytes = b"") -> bytes:
    """A job."""
    return data(struct.pack(">BBHHHH", 0x32, 1, 0, reference, len(parameter), len(body)) + parameter + body)


def done(reference: int, parameter: bytes, body: bytes = b"", error: int = 0) -> bytes:
    """The acknowledgement of a job."""
    head = struct.pack(">BBHHHHH", 0x32, 3, 0, reference, len(parameter), len(body), error)
    return data(head + parameter + body)


def userdata(
    reference: int, kind: int, group: int, function: int, contents: bytes, sequence: int = 0, error: int = 0
) -> bytes:
    """Userdata: kind 4 asks, 8 answers, 0 is sent by the device of itself."""
    if kind == 4 and sequence == 0:
        parameter = struct.pack(">BBBBBBBB", 0, 1, 0x12, 4, 0x11, kind << 4 | group, function, 0)
    else:
        head = struct.pack(">BBBBBBBB", 0, 1, 0x12, 8, 0x12, kind << 4 | group, function, sequence)
        parameter = head + struct.pack(">BBH", 0, 0, error)
    body = struct.pack(">BBH", 0xFF, 9, len(contents)) + contents if contents else b"\x0a\x00\x00\x00"
    return data(struct.pack(">BBHHHH", 0x32, 7, 0, reference, len(parameter), len(body)) + parameter + body)


def test_job(body: bytes) -> bytes:
    """Contents of a programmer command: parameters of a job that runs once, and its data."""
    parameter = struct.pack(">HHHHHHHHHH", 0, 1, 1, 6, 1, 1, 1, 1, 1, 0x0200)
    return struct.pack(">HH", len(parameter), len(body)) + parameter + body


def dialogue(lab: Lab, client: str, server: str, turns: Sequence[tuple[str, bytes]], port: int = S7_PORT) -> None:
    """Let `client` open a connection to `server`; each turn is who speaks ("c" or "s") and the bytes."""
    # Both ends are threads of the script's own process: what one sends the other has to receive before the next turn.
    listener = lab[server].call(_listen, ip(server), port)
    caller = lab[client].begin(_connect, ip(server), port)
    answering, _ = lab[server].call(listener.accept)
    calling = caller.result(10)
    for who, message in turns:
        sender, receiver = (calling, answering) if who == "c" else (answering, calling)
        sender.sendall(message)
        received = b""
        while len(received) < len(message):
            received += receiver.recv(4096)
        time.sleep(0.01)
    for end in (calling, answering, listener):
        end.close()
    time.sleep(0.05)


def _listen(address: str, port: int) -> socket.socket:
    return socket.create_server((address, port))


def _connect(address: str, port: int) -> socket.socket:
    return socket.create_connection((address, port), timeout=5)
