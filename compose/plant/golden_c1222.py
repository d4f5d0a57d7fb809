"""Golden captures of ANSI C12.22, made by hand: no stack exists."""

from __future__ import annotations

import struct

from compose.plant import c1222_tool as c12
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

MADE = "; made by hand, no stack exists."


def _session(client: c12.Client) -> None:
    client.ask(bytes([c12.IDENTIFY]))
    client.ask(bytes([c12.NEGOTIATE, 1, 0, 4]))
    client.read(1)
    client.write(6, b"before any password")  # refused
    client.logon("nobody", b"wrong".ljust(20, b"\0"))
    client.logon("operator")
    for table in (0, 5, 23, 2053, 99):
        client.read(table)
    client.ask(struct.pack(">BH", c12.READ_OFFSET, 23) + b"\0\0\x08" + struct.pack(">H", 8))
    client.write(6, b"utility")
    client.ask(struct.pack(">BH", c12.WRITE_OFFSET, 6) + b"\0\0\2" + c12.summed(b"xy"))
    for table in (42, 44, 45, 52):
        client.write(table, bytes(range(7)))
    for number in (0, 1, 3, 6, 9, 10, 13, 21, 0x0800 + 5):
        client.procedure(number, b"\1")
    client.ask(bytes([c12.WAIT, 30]))
    client.ask(bytes([c12.LOGOFF]))
    client.ask(bytes([c12.TERMINATE]))


@capture("c1222/session.pcap", "A head-end identifies, logs on, reads and writes tables, runs procedures" + MADE,
         "mtr4 hist", kind="golden", check={"c1222": 60})  # fmt: skip
def session(lab: Lab) -> None:
    """All services of a session, over TCP."""
    with c12.meter(lab):
        c12.work_as(lab, "hist", _session)


def _datagrams(client: c12.Client) -> None:
    client.ask(struct.pack(">BH", c12.READ, 1), struct.pack(">BH", c12.READ, 23), struct.pack(">BH", c12.READ, 99))
    client.ask(struct.pack(">BH", c12.READ, 5), flags=0x84)
    client.ask(bytes(range(0x30, 0x50)), flags=0x88)
    client.ask(bytes([c12.REGISTER]) + bytes(8))
    client.ask(bytes([c12.RESOLVE]) + c12.METER)
    client.ask(bytes([c12.TRACE]) + c12.METER)
    client.ask(bytes([c12.DEREGISTER]) + c12.METER)
    client.ask(bytes([c12.DISCONNECT]))


@capture("c1222/datagrams.pcap",
         "Several services in a message, authenticated and enciphered ones, network services" + MADE, "mtr4 hist",
         kind="golden", check={"c1222": 16})  # fmt: skip
def datagrams(lab: Lab) -> None:
    """The same over UDP."""
    with c12.meter(lab):
        c12.work_as(lab, "hist", _datagrams, udp=True)


def odd_messages() -> tuple[bytes, ...]:
    """A sound message, then odd ones: service, checksum, length of data, half a table, flags, no services."""
    wrong = struct.pack(">BH", c12.WRITE, 6) + b"\0\2ab\0"
    long = struct.pack(">BH", c12.WRITE, 6) + b"\0\x09ab\x3d"
    services = (struct.pack(">BH", c12.READ, 1), b"\x99", wrong, long, b"\x30\0")
    odd = [c12.epsem([service]) for service in services] + [c12.epsem([services[0]], 0x00), b""]
    return tuple(c12.message(inside, c12.METER, c12.HEAD_END, number) for number, inside in enumerate(odd, 1))


@capture("c1222/odd.pcap", "What breaks the rules of a message" + MADE, "mtr4 att", kind="golden",
         check={"tcp.payload[0:1]==60": 7})  # fmt: skip
def odd(lab: Lab) -> None:
    """A sound message, then odd ones."""

    def work(client: c12.Client) -> None:
        for data in odd_messages()[:-1]:
            client.raw(data)
        client.send(odd_messages()[-1])

    with c12.meter(lab):
        c12.work_as(lab, "att", work)
