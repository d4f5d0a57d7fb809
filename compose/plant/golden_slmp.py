"""Golden captures of SLMP: the library `pymcprotocol` against the plant's own controller, and odd bytes by hand."""

from __future__ import annotations

import contextlib
import socket

from pymcprotocol.mcprotocolerror import MCProtocolError  # type: ignore[import-untyped]

from compose.plant.addresses import SLMP_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.slmp_device import PASSWORD, controller
from compose.plant.slmp_work import Client, work_as


def _devices(client: Client) -> None:
    library = client.own
    library.batchread_wordunits("D100", 4)
    library.batchread_wordunits("M32", 2)
    library.batchread_bitunits("M100", 5)
    library.batchread_bitunits("Y10", 4)
    library.batchread_wordunits("W1F", 2)
    library.batchwrite_wordunits("D200", [1, -2, 300])
    library.batchwrite_bitunits("M10", [1, 0, 1])
    # Three polls that differ in one word: a change of one point.
    for value in (0, 0, 7):
        library.batchwrite_wordunits("D50", [value])
        library.batchread_wordunits("D50", 2)
    library.randomread(["D10", "D12"], ["D20"])
    library.randomwrite(["D30"], [5], ["D32"], [70000])
    library.randomwrite_bitunits(["M1", "M3"], [1, 0])
    client.ask(
        0x0406,
        client.number(1, "byte") + client.number(1, "byte") + client.device("D0") + client.number(3)
        + client.device("M0") + client.number(1),
    )  # fmt: skip
    block = client.number(1, "byte") + client.number(0, "byte") + client.device("D60") + client.number(2)
    client.ask(0x1406, block + client.number(11) + client.number(12))
    entry = client.number(1, "byte") + client.number(1, "byte") + client.device("D60") + client.device("D70")
    client.ask(0x0801, entry)
    client.ask(0x0802)
    client.ask(0x0613, client.number(0x20, "long") + client.number(3))
    client.ask(0x1613, client.number(0x40, "long") + client.number(1) + client.number(77))
    # Refused: beyond the end, a command that the controller lacks.
    client.ask(0x0401, client.device("D9000") + client.number(2))
    client.ask(0x0601, client.number(0, "long") + client.number(4) + client.number(3))


@capture("slmp/binary.pcap", "Devices read and written in all ways, monitor, buffer memory, refusals: 3E, binary.",
         "plc6 hmi", kind="golden", check={"tcp.payload[0:2]==50:00": 24, "tcp.payload[0:2]==d0:00": 24})  # fmt: skip
def binary(lab: Lab) -> None:
    """An operator station reads and writes."""
    with controller(lab):
        work_as(lab, "hmi", _devices)


@capture("slmp/ascii.pcap", "The same in ASCII.", "plc6 hmi", kind="golden",
         check={"tcp.payload[0:4]==35:30:30:30": 24, "tcp.payload[0:4]==44:30:30:30": 24})  # fmt: skip
def in_digits(lab: Lab) -> None:
    """An older operator station."""
    with controller(lab):
        work_as(lab, "hmi", _devices, ascii_code=True)


def _numbered(client: Client) -> None:
    for number in range(4):
        client.next()
        client.own.batchread_wordunits("D100", 2)
        client.ask(0x1401, client.device("D110") + client.number(1) + client.number(number))
    client.ask(0x0101)


@capture("slmp/datagrams.pcap", "Frames 4E with serial numbers in datagrams, binary and ASCII, and 3E frames.",
         "plc6 hist", kind="golden",
         check={"udp.payload[0:2]==54:00": 9, "udp.payload[0:4]==35:34:30:30": 9})  # fmt: skip
def datagrams(lab: Lab) -> None:
    """A historian reads, and writes a heartbeat."""
    with controller(lab):
        work_as(lab, "hist", _numbered, udp=True, serial=True)
        work_as(lab, "hist", _numbered, udp=True, serial=True, ascii_code=True)
        work_as(lab, "hist", _numbered, udp=True)


def _control(client: Client) -> None:
    library = client.own
    library.read_cputype()
    library.remote_run(0)
    with contextlib.suppress(MCProtocolError):
        library.remote_latchclear()  # running: refused
    library.remote_stop()
    library.remote_latchclear()
    library.remote_reset()
    library.remote_run(2, force_exec=True)
    library.remote_pause(force_exec=True)
    library.remote_run(1)
    client.ask(0x0619, client.number(4) + b"ABCD")
    client.ask(0x1617)
    for password in ("1234", PASSWORD):
        client.ask(0x1630, client.number(4) + password.encode())
    client.ask(0x1631, client.number(4) + PASSWORD.encode())
    client.ask(0x1810, client.number(0) * 6)
    client.ask(0x1822, client.number(0) * 6)


@capture("slmp/control.pcap", "Model, run, stop, pause, latch clear, reset, self test, passwords, files.",
         "plc6 eng", kind="golden", check={"tcp.payload[11:2]==01:10": 3, "tcp.payload[11:2]==02:10": 1})  # fmt: skip
def control(lab: Lab) -> None:
    """Everything that changes what the controller does."""
    with controller(lab):
        work_as(lab, "eng", _control)


READ = bytes.fromhex("500000ffff03000c000400010400006400" + "00a80200")
_ODD = (
    READ,
    READ[:11] + b"\x77" + READ[12:],
    READ[:5] + b"\x09" + READ[6:],
    READ[:7] + b"\x0d" + READ[8:] + b"\0",
    READ[:7] + b"\x0a" + READ[8:-2],
)


@capture("slmp/odd.pcap", "What breaks the rules of a frame; made by hand, the library sends none of it.", "plc6 att",
         kind="golden", check={"tcp.payload[0:2]==50:00": 5})  # fmt: skip
def odd(lab: Lab) -> None:
    """A sound request, then four odd ones."""

    def send() -> None:
        with socket.create_connection((ip("plc6"), SLMP_PORT), timeout=3) as end:
            for message in _ODD:
                end.sendall(message)
                end.recv(256)

    with controller(lab):
        lab["att"].call(send)
