"""Golden captures of FINS: the client library `fins` against the plant's own controller, and odd bytes by hand."""

from __future__ import annotations

import socket
import struct

from compose.plant.addresses import FINS_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.fins_device import PASSWORD, controller, frame
from compose.plant.fins_work import AREAS, WHOLE_PROGRAM, Client, fetch, load, place, work_as
from compose.plant.lab import Lab


def _memory(client: Client) -> None:
    library = client.own
    library.read("d", 100, "ui", 4)
    library.read("w", 10, "r")
    library.write(42.25, "d", 20, "r")
    library.write(-7, "h", 3, "i")
    client.read(AREAS.CIO_WORD, 0, 10)
    client.read(AREAS.AUXILIARY_WORD, 90, 2)
    client.read(b"\xa1", 100, 2)
    client.read(AREAS.TIMER_WORD, 5, 1)
    client.read(AREAS.COUNTER_WORD, 0x8011, 1)
    client.read(AREAS.WORK_BIT, 10, 1, 5)
    client.read(AREAS.CIO_BIT, 2, 4, 14)
    client.write(AREAS.CIO_BIT, 3, b"\1\0", 2, 2)
    # Three polls that differ in one word: a change of one point.
    for value in (b"\0\0", b"\0\0", b"\0\7"):
        client.write(AREAS.DATA_MEMORY_WORD, 50, value, 1)
        client.read(AREAS.DATA_MEMORY_WORD, 50, 2)
    client.ask(0x0103, place(AREAS.DATA_MEMORY_WORD, 60) + b"\0\5\xbe\xef")
    several = place(AREAS.DATA_MEMORY_WORD, 60) + place(AREAS.WORK_BIT, 1, 3) + place(AREAS.CIO_WORD, 7)
    client.ask(0x0104, several)
    transfer = place(AREAS.DATA_MEMORY_WORD, 60) + place(AREAS.HOLDING_WORD, 9) + b"\0\3"
    client.ask(0x0105, transfer)
    # Refused: beyond the end, an area that the controller lacks, a command that it does not know.
    client.read(AREAS.DATA_MEMORY_WORD, 30000, 2)
    client.read(b"\x9c", 0, 1)
    client.write(AREAS.DATA_MEMORY_WORD, 30000, b"\0\1", 1)
    client.ask(0x0602)
    client.say(0x0102, place(AREAS.DATA_MEMORY_WORD, 70) + b"\0\1\0\1")
    client.ask(0x2301, b"\0\2" + b"\0\1" + place(AREAS.CIO_BIT, 3, 2) + b"\x80\0" + place(AREAS.WORK_BIT, 1, 3))
    client.ask(0x230A, place(AREAS.CIO_BIT, 3, 0) + b"\0\4")
    client.ask(0x2302)


@capture(
    "fins/memory.pcap",
    "Memory read, written, filled, moved, forced, over UDP: words, bits, timers, counters, banks, several at once, "
    "refused ones, one that wants no response.",
    "plc5 hmi",
    kind="golden",
    check={"omron.command==0x0101": 28, "omron.command==0x0102": 10, "omron.command==0x0104": 2},
)
def memory(lab: Lab) -> None:
    """An operator station reads and writes."""
    with controller(lab):
        work_as(lab, "hmi", _memory)


def _name(text: str) -> bytes:
    return text.encode().ljust(12)


def _services(client: Client) -> None:
    program = bytes(number * 3 % 251 for number in range(700))
    client.own.cpu_unit_data_read()
    client.own.cpu_unit_data_read(b"\0")
    client.own.cpu_unit_data_read(b"\1")
    client.ask(0x0502, b"\0\x19")
    client.own.cpu_unit_status_read()
    client.ask(0x0601)
    client.ask(0x0620, b"\1")
    client.ask(0x0620, b"\0")
    client.ask(0x0701)
    client.ask(0x0702, bytes.fromhex("26112810153000"))
    client.ask(0x0801, b"echo" * 4)
    client.ask(0x0C01, b"\xff\xff")
    load(client, program)  # running: refused
    client.own.change_to_program_mode()
    load(client, program)
    client.own.change_to_run_mode()
    fetch(client)
    client.ask(0x0304, WHOLE_PROGRAM + b"\0" + struct.pack(">II", 0, 0xFFFFFFFF) + PASSWORD)
    fetch(client)  # protected: refused
    client.ask(0x0305, WHOLE_PROGRAM + b"\0" + struct.pack(">II", 0, 0xFFFFFFFF) + b"MARSH-08")
    client.ask(0x0305, WHOLE_PROGRAM + b"\0" + struct.pack(">II", 0, 0xFFFFFFFF) + PASSWORD)
    client.ask(0x0201, b"\x80\x10\0\0\0\4")
    client.ask(0x0402)
    client.ask(0x0202, b"\x80\x13\0\0\x80\2" + bytes(4))
    client.ask(0x0203, b"\x80\x12\0\0\0\4\0\0")
    client.ask(0x0308, WHOLE_PROGRAM + b"\0")
    client.ask(0x0401, WHOLE_PROGRAM + b"\1")
    client.ask(0x0401, WHOLE_PROGRAM + b"\4")
    client.ask(0x0403)
    client.ask(0x0C03, b"\xff\xff")
    client.ask(0x0920, b"\0\xff")
    client.ask(0x0920, b"\x40\xff")
    client.ask(0x2101, b"\xff\xff")
    client.ask(0x2102, b"\0\0\0\1")
    client.ask(0x2103)
    client.ask(0x2601, b"FILLER-1")
    client.ask(0x2603)
    client.ask(0x2602)


@capture(
    "fins/services.pcap",
    "FINS/TCP: node addresses, identification, state, clock, access right, program loaded, read out, protected, "
    "released, cleared; parameters, modes, messages, errors, names.",
    "plc5 eng",
    kind="golden",
    check={"omron.tcp.command==0": 1, "omron.command==0x0307": 10, "omron.command==0x0401": 6},
)
def services(lab: Lab) -> None:
    """Everything that changes what the controller does."""
    with controller(lab):
        work_as(lab, "eng", _services, tcp=True)


def _files(client: Client) -> None:
    client.ask(0x2201, b"\x80\0\0\0\0\x0a")
    for begin in range(0, 750, 250):
        client.ask(0x2202, b"\x80\0RECIPE  .IOM" + struct.pack(">IH", begin, 250))
    client.ask(0x2202, b"\x80\0" + _name("NONE.IOM") + struct.pack(">IH", 0, 250))
    for begin in (0, 200):
        client.ask(0x2203, b"\x80\0\0\1" + _name("NEW.OBJ") + struct.pack(">IH", begin, 200) + b"\xa5" * 200)
    client.ask(0x2207, b"\x80\0" + _name("NEW.OBJ") + b"\x80\0" + _name("COPY.OBJ"))
    client.ask(0x2208, b"\x80\0" + _name("OLD.OBJ") + _name("COPY.OBJ"))
    client.ask(0x2209, b"\x80\0" + _name("OLD.OBJ"))
    client.ask(0x220A, b"\0\1" + place(AREAS.DATA_MEMORY_WORD, 0) + b"\0\x0a\x80\0RECIPE  .IOM")
    client.ask(0x220B, b"\0\0\x80\x10\0\0\0\x0a\x80\0" + _name("SETUP.STD"))
    client.ask(0x220C, b"\0\1" + WHOLE_PROGRAM + bytes(8) + b"\x80\0AUTOEXEC.OBJ")
    client.ask(0x2206, b"\x80\0\0\1" + _name("CARD2"))
    client.ask(0x2205, b"\x80\0\0\1" + _name("NEW.OBJ"))
    client.ask(0x2204, b"\x80\0")


@capture(
    "fins/files.pcap",
    "File memory over UDP with one service ID throughout: listed, read, written, copied, renamed, moved to and from "
    "the controller, deleted, formatted; one is missing.",
    "plc5 eng",
    kind="golden",
    check={"omron.command==0x2202": 8, "omron.command==0x2203": 4},
)
def files(lab: Lab) -> None:
    """An engineering station works on the memory card."""
    with controller(lab):
        work_as(lab, "eng", _files, port=0, counting=False)


_HEADER = bytes.fromhex("8000020028000042004d")
_ODD = (
    ("a command that nobody knows", _HEADER + b"\x0f\x0f"),
    ("reserved bits", b"\xbe\7" + _HEADER[2:] + b"\1\1\x82\0\x64\0\0\1"),
    ("too short a text", _HEADER + b"\1\1\x82\0"),
    ("fewer data than elements", _HEADER + b"\1\2\x82\0\x64\0\0\4\0\1"),
    ("an area that nobody knows, a bit of a word", _HEADER + b"\1\1\x55\0\x64\0\0\1"),
    ("a bit of a word", _HEADER + b"\1\1\x82\0\x64\5\0\1"),
    ("a message cut in its header", _HEADER[:9]),
    ("everybody is asked", b"\x80\0\2\0\xff\0\0\x42\0\x51" + b"\5\1"),
)


def _odd(lab: Lab) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.bind(("", FINS_PORT))
        end.settimeout(0.2)
        # A sound one first.
        for _, message in ((None, _HEADER + b"\5\1\0"), *_ODD):
            end.sendto(message, (ip("plc5"), FINS_PORT))
            try:
                end.recv(2048)
            except TimeoutError:
                continue


def _refused() -> None:
    """A node address that is taken, a FINS/TCP command that nobody knows, a header that is none."""
    for body in (struct.pack(">I", 40), bytes(4)):
        with socket.create_connection((ip("plc5"), FINS_PORT), timeout=3) as end:
            end.sendall(frame(0, 0, body))
            end.recv(64)
            if body == bytes(4):
                end.sendall(frame(6, 0))
                end.sendall(frame(9, 0))
                end.recv(64)
                end.sendall(frame(2, 0, _HEADER + b"\5\1\0"))
                end.recv(512)


@capture(
    "fins/odd.pcap",
    "What breaks the rules of a FINS message, a broadcast, a node address that is refused, an unknown FINS/TCP "
    "command; made by hand, the library sends none of it.",
    "plc5 att",
    kind="golden",
    check={"omron": 10},
)
def odd(lab: Lab) -> None:
    """Eight datagrams and two connections."""
    with controller(lab):
        lab["att"].call(_odd, lab)
        lab["att"].call(_refused)
