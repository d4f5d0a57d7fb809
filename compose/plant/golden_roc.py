"""Golden captures of ROC Plus, made by hand: no stack is to be had."""

from __future__ import annotations

import struct

from compose.plant import roc_tool as roc
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

MADE = "; made by hand, no stack exists."
CLOCK = bytes([30, 5, 13, 30, 6]) + struct.pack("<H", 2024)


def _session(client: roc.Client) -> None:
    client.login("LOI", 1)  # refused
    client.login("LOI")
    client.ask(roc.CONFIGURATION)
    client.ask(roc.LOGIN, b"SESSIONKEYREQ")
    client.ask(roc.LOGIN, b"operator".ljust(30, b"\0") + b"never-told".ljust(40, b"\0") + b"\5")
    client.read((91, 0, 2), (91, 0, 3), (91, 0, 5), (91, 0, 6))
    client.read((103, 0, 21), (114, 0, 5), (103, 1, 21))
    client.read((92, 0, 1))
    client.read((200, 0, 0))  # no such point type
    client.ask(roc.READ_POINT, bytes([103, 0, 1, 21]))
    client.ask(roc.SET_POINT, bytes([103, 0, 1, 2, 0]))
    client.write((103, 0, 21), struct.pack("<f", 50.0))
    client.write((102, 0, 8), b"\1")
    client.write((114, 0, 5), struct.pack("<f", 1.0))
    client.write((92, 0, 1), b"\x39\x30")
    client.write((91, 0, 3), roc.text("other"))  # refused
    client.ask(roc.WRITE, bytes([2, 103, 0, 2, 1, 102, 0, 2, 2]))
    for parameter in (26, 27, 19):
        client.write((91, 0, parameter), b"\1")
    client.ask(roc.SET_CLOCK, CLOCK)
    client.ask(roc.READ_TABLE, bytes([1, 0, 1]))
    client.ask(roc.WRITE_TABLE, bytes([1, 0, 1]) + struct.pack("<f", 1.5))
    for opcode, size in ((50, 1), (100, 3), (105, 2), (108, 3), (118, 3), (119, 3), (135, 6), (136, 7), (137, 3),
                         (138, 4), (139, 2), (206, 4)):  # fmt: skip
        client.ask(opcode, bytes([0, 1, 0, 0, 0, 0, 0][:size]))
    client.file(6, "/flash/data", end=b"\1")
    client.file(1, "/flash/data", "a.bin", options=b"\0")
    client.ask(roc.FILE, struct.pack("<BII", 2, 7, 0))
    client.ask(roc.FILE, struct.pack("<BI", 4, 7))
    client.file(1, "/flash/data", "b.bin", options=b"\2")
    client.ask(roc.FILE, struct.pack("<BIIIB", 3, 7, 4, 0, 4) + b"data")
    client.ask(roc.FILE, struct.pack("<BI", 4, 7))
    client.file(6, "/flash/data", "a.bin")
    inner = bytes([1, 91, 0, 26, 1])
    client.ask(roc.STORE_AND_FORWARD, bytes([3, 1, 1, 2, 2, 2, 0, 0, 0, 0, roc.WRITE, len(inner)]) + inner)
    client.ask(205, bytes([1, 7, roc.READ, 4, 1, 103, 0, 21]))
    client.ask(roc.READ_CLOCK)
    client.ask(roc.ACKNOWLEDGE, struct.pack("<H", 17))
    client.ask(roc.LOGIN, b"LOI" + struct.pack("<H", roc.PASSWORD) + b"LOGOUT")


SIGNAL = roc.message(roc.HOST, roc.ROC, roc.SRBX, struct.pack("<H", 17))


@capture("roc_plus/session.pcap",
         "Configuration, logins, parameters read and written, restarts, the clock, tables, logs, files, messages "
         "carried for others, a signal" + MADE, "flow eng", kind="golden",
         check={"tcp.port==4000 && tcp.len>0": 90})  # fmt: skip
def session(lab: Lab) -> None:
    """All opcodes."""
    with roc.computer(lab, signals=(SIGNAL,)):
        roc.work_as(lab, "eng", _session)


def odd_messages() -> tuple[bytes, ...]:
    """A sound message, then odd ones: CRC, length, no such second, no such opcode."""
    # Without data a message may be one of Modbus RTU: the first has some.
    sound = roc.message(roc.ROC, roc.HOST, roc.READ, bytes([1, 103, 0, 21]))
    return (
        sound,
        sound[:-1] + bytes([sound[-1] ^ 1]),
        roc.message(roc.ROC, roc.HOST, roc.READ, bytes([2, 103, 0, 21])),
        roc.message(roc.ROC, roc.HOST, roc.SET_CLOCK, bytes([61]) + CLOCK[1:]),
        roc.message(roc.ROC, roc.HOST, 99),
    )


def send_odd(client: roc.Client) -> None:
    """One after another."""
    for data in odd_messages():
        client.raw(data)


@capture("roc_plus/odd.pcap", "What breaks the rules of a message" + MADE, "flow att", kind="golden",
         check={"tcp.port==4000 && tcp.len>0": 10})  # fmt: skip
def odd(lab: Lab) -> None:
    """A sound message, then odd ones."""
    with roc.computer(lab):
        roc.work_as(lab, "att", send_odd)
