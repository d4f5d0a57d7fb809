"""Golden captures of DLMS/COSEM: gurux-dlms as head-end, a meter on dlms-cosem, and what both lack by hand."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime

from dlms_cosem.hdlc.frames import FCS, HCS  # type: ignore[import-untyped]  # a stack without types
from gurux_dlms.enums import Authentication, DataType  # type: ignore[import-untyped]  # a stack without types

from compose.plant.addresses import ip
from compose.plant.catalogue import capture
from compose.plant.dlms_client import PUBLIC, Reader, answering, meter, work_as
from compose.plant.dlms_meter import (
    ALARMS,
    ASSOCIATION,
    BREAKER,
    BREAKER_SCHEDULE,
    BREAKER_SCRIPT,
    CALENDAR,
    CLOCK,
    DEVICE_NAME,
    ENERGY,
    EVENT_LOG,
    FIRMWARE,
    GLOBAL_RESET,
    IMAGE,
    LIMITER,
    PORT,
    POWER,
    PROFILE,
    PUSH,
    SECURITY,
    SERIAL,
    TIME,
)
from compose.plant.lab import Lab

BODY = bytes(range(256)) * 2
BLOCK = 128


def read_all(reader: Reader) -> None:
    """What a head-end reads from a meter."""
    for what in (DEVICE_NAME, SERIAL, FIRMWARE, CLOCK):
        reader.get(what)
    reader.get(ENERGY, 3)
    reader.get(ENERGY)
    reader.get(POWER, 3)
    reader.get(POWER)
    reader.get((3, "1.0.99.9.9.255"))
    reader.get_list((ENERGY, 2), (POWER, 2), (BREAKER, 3))
    reader.get(PROFILE)
    reader.get_entries(PROFILE, 1, 4)
    reader.get_range(PROFILE, datetime(2026, 11, 28, tzinfo=UTC), datetime(2026, 11, 29, tzinfo=UTC))
    reader.get(EVENT_LOG)
    reader.get(ASSOCIATION)


@capture(
    "dlms/read.pcap",
    "A low-level association over the wrapper: identity, clock, registers with scaler and unit, a list, a profile in "
    "blocks, by entry and by range, the event log; then the public client; both released.",
    "mtr1 hmi",
    kind="golden",
    check={"tcp.port==4059 && tcp.len>0": 30},
)
def read(lab: Lab) -> None:
    """A head-end reads."""
    with meter(lab, "mtr1"):
        work_as(lab, "hmi", read_all, "mtr1")
        how = {"client": PUBLIC, "authentication": Authentication.NONE, "password": b""}
        work_as(lab, "hmi", lambda reader: reader.get(DEVICE_NAME), "mtr1", **how)


@capture(
    "dlms/hdlc.pcap",
    "The same meter in HDLC frames: SNRM and UA, numbered frames, long answers in segments with RR between, DISC.",
    "mtr1 hmi",
    kind="golden",
    check={"tcp.port==4060 && tcp.len>0": 40},
)
def hdlc(lab: Lab) -> None:
    """A head-end reads through a serial server."""

    def work(reader: Reader) -> None:
        read_all(reader)
        reader.act(BREAKER, 1)

    with meter(lab, "mtr1"):
        work_as(lab, "hmi", work, "mtr1", framed=True)


def send_image(reader: Reader, name: str = "KFM-2.11.0") -> None:
    """Load a firmware image, block by block."""
    reader.act_raw(
        IMAGE, 1, b"\x02\x02\x09" + bytes([len(name)]) + name.encode() + b"\x06" + len(BODY).to_bytes(4, "big")
    )
    for number in range(len(BODY) // BLOCK):
        part = BODY[number * BLOCK : (number + 1) * BLOCK]
        reader.act_raw(IMAGE, 2, b"\x02\x02\x06" + number.to_bytes(4, "big") + b"\x09\x81" + bytes([BLOCK]) + part)
    reader.act(IMAGE, 3)
    reader.act(IMAGE, 4)


def command_all(reader: Reader) -> None:
    """Everything that changes a meter."""
    reader.act(BREAKER, 1)
    reader.get(BREAKER)
    reader.act(BREAKER, 2)
    reader.set(CLOCK, 2, TIME, DataType.OCTET_STRING)
    reader.act(CLOCK, 6, 30, DataType.INT16)
    reader.set(LIMITER, 4, 5_000, DataType.UINT32)
    reader.get(LIMITER, 4)
    reader.set(ENERGY, 2, 1, DataType.UINT32)
    reader.set(ALARMS, 2, 0, DataType.UINT32)
    reader.set(BREAKER_SCHEDULE, 3, 1, DataType.ENUM)
    reader.set((1, "0.0.96.50.0.255"), 2, b"x" * 700, DataType.OCTET_STRING)
    reader.set(PUSH, 6, 7, DataType.UINT8)
    reader.set(SECURITY, 2, 0, DataType.ENUM)
    reader.act_raw(SECURITY, 2, b"\x01\x01\x02\x02\x16\x00\x09\x18" + bytes(range(24)))
    reader.act(ASSOCIATION, 2, b"NewSecret-12345", DataType.OCTET_STRING)
    reader.act(CALENDAR, 1)
    reader.act(BREAKER_SCRIPT, 1, 1, DataType.UINT16)
    reader.act(GLOBAL_RESET, 1, 0, DataType.UINT16)
    reader.act(PROFILE, 1)
    reader.act(EVENT_LOG, 1)
    reader.act(ENERGY, 1)
    reader.act((70, "0.0.96.3.99.255"), 1)
    send_image(reader)


@capture(
    "dlms/commands.pcap",
    "The breaker opened and closed, clock, limiter, alarms, schedule, push, policy, keys and secret changed, scripts "
    "run, profiles and a register reset, a firmware image loaded and activated, a long value; some of it refused.",
    "mtr1 eng",
    kind="golden",
    check={"tcp.port==4059 && tcp.len>0": 60},
)
def commands(lab: Lab) -> None:
    """A service tool changes everything."""
    with meter(lab, "mtr1"):
        work_as(lab, "eng", command_all, "mtr1")


@capture(
    "dlms/secure.pcap",
    "A high-level association with GMAC and ciphered services; one ciphered APDU sent again; one with MD5 "
    "in clear; wrong passwords; a request without an association.",
    "mtr1 hmi",
    kind="golden",
    check={"tcp.port==4059 && tcp.len>0": 16},
)
def secure(lab: Lab) -> None:
    """Security."""

    def work(reader: Reader) -> None:
        reader.get(ENERGY)
        reader.set(LIMITER, 4, 5_000, DataType.UINT32)
        reader.act(BREAKER, 1)
        reader.again()

    def wrong() -> None:
        for password in (b"12345678", b"00000000"):
            Reader(ip("mtr1"), password=password).refused()
        Reader(ip("mtr1")).get(ENERGY)

    with meter(lab, "mtr1"):
        work_as(lab, "hmi", work, "mtr1", secure=True)
        work_as(lab, "hmi", lambda reader: reader.get(ENERGY), "mtr1", secure=True, general=True)
        work_as(lab, "hmi", lambda reader: reader.get(ENERGY), "mtr1", authentication=Authentication.HIGH_MD5)
        lab["hmi"].call(wrong)


@capture(
    "dlms/udp.pcap",
    "The wrapper over UDP: a poll; and by hand an event, pushed data and an unconfirmed set.",
    "mtr1 hmi",
    kind="golden",
    check={"udp.port==4059": 10},
)
def udp(lab: Lab) -> None:
    """Datagrams."""

    def work(reader: Reader) -> None:
        reader.get(ENERGY, 3)
        reader.get(ENERGY)
        reader.get(POWER)
        reader.raw(bytes.fromhex("c1010100080000010000ff0200090c") + TIME)

    def push() -> None:
        reader = Reader(ip("hmi"), udp=True)
        head = b"\x00\x01\x00\x01\x00\x01"
        event = b"\xc2\x01\x0c" + TIME + bytes.fromhex("00010000616200ff020600000004")
        data = b"\x0f\x00\x00\x00\x07\x0c" + TIME + bytes.fromhex("020209060000600100ff0600000929")
        for apdu in (event, data):
            reader.say(head + len(apdu).to_bytes(2, "big") + apdu)
        time.sleep(0.1)

    listening: list[socket.socket] = []

    def listen() -> None:
        listening.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        listening[0].bind((ip("hmi"), PORT))

    with meter(lab, "mtr1"):
        work_as(lab, "hmi", work, "mtr1", udp=True)
        lab["hmi"].call(listen)
        lab["mtr1"].call(push)
    listening[0].close()


@capture(
    "dlms/more.pcap",
    "By hand, for the stacks have none of it: short names read and written with a report, access, actions in a list, "
    "sets in a list, general ciphering, an exception, a service error, an answer to a challenge refused.",
    "mtr1 eng",
    kind="golden",
    check={"tcp.port==4059 && tcp.len>0": 12},
)
def more(lab: Lab) -> None:
    """Services that the stacks lack."""
    clock = bytes.fromhex("00080000010000ff02")
    energy = bytes.fromhex("00030100010800ff02")
    breaker = bytes.fromhex("0046000060030aff01")
    asked_and_said = (
        (b"\x05\x02\x02\x2b\xc0\x04\xfa\x08\x02\x00", b"\x0c\x02\x00\x06\x00\x00\x00\x05\x01\x04"),
        (b"\x06\x01\x02\x2b\xc8\x01\x11\x07", b"\x0d\x01\x00"),
        (b"\x06\x01\x02\xfa\x40\x01\x09\x08password", b"\x0d\x01\x01\x03"),
        (
            b"\xd9\x40\x00\x00\x01\x00\x02\x01" + energy + b"\x02" + clock + b"\x02\x00\x09\x0c" + TIME,
            b"\xda\x40\x00\x00\x01\x00\x00\x02\x06\x00\x12\xd6\x87\x00\x02\x01\x00\x02\x03",
        ),
        (
            b"\xc3\x03\xc1\x02" + breaker + breaker[:-1] + b"\x02\x02\x0f\x00\x0f\x00",
            b"\xc7\x03\xc1\x02\x00\x00\x03\x00",
        ),
        (
            b"\xc1\x04\xc2\x02" + clock + b"\x00" + energy + b"\x00\x02\x09\x0c" + TIME + b"\x11\x01",
            b"\xc5\x05\xc2\x02\x00\x03",
        ),
        (
            b"\xdb\x08BTN\x00\x00\x00\x00B\x0a\x30\x00\x00\x00\x09abcde",
            b"\xdb\x08KFM\x66\x40\x02\x77\x81\x0a\x30\x00\x00\x00\x05fghij",
        ),
        (b"\xdb\x08BTN\x00\x00\x00\x00B\x0a\x30\x00\x00\x00\x08abcde", b"\xd8\x01\x06\x00\x00\x00\x0a"),
        (b"\xc0\x01\xc3" + energy + b"\x00", b"\x0e\x05\x05\x01"),
        (b"\xc3\x01\xc4" + bytes.fromhex("000f0000280000ff0101") + b"\x09\x04wxyz", b"\xc7\x01\xc4\x03\x00"),
    )

    lab["mtr1"].call(lambda: answering(ip("mtr1"), [said for _, said in asked_and_said]))

    def ask() -> None:
        reader = Reader(ip("mtr1"))
        for apdu, _ in asked_and_said:
            reader.raw(apdu)

    lab["eng"].call(ask)


@capture(
    "dlms/odd.pcap",
    "By hand against the meter: an APDU that is none, a request that is cut, data that do not hold together, a length "
    "of nought, a version that is none; frames with a wrong checksum, a number that jumps, no LLC.",
    "mtr1 att",
    kind="golden",
    check={"tcp.len>0": 6},
)
def odd(lab: Lab) -> None:
    """What no head-end sends."""
    with meter(lab, "mtr1"):
        lab["att"].call(break_rules)


def break_rules() -> None:
    """Messages that break the rules."""
    reader = Reader(ip("mtr1"))
    reader.connect()
    reader.get(ENERGY)
    reader.raw(b"\x99\x01\x02")
    reader.raw(bytes.fromhex("c001c10003010001"))
    reader.raw(bytes.fromhex("c1010100080000010000ff02000105"))
    reader.raw(b"\xc0\x01\xc1", length=0, version=7)
    time.sleep(0.2)
    framed = Reader(ip("mtr1"), framed=True)
    framed.connect()
    framed.get(ENERGY)
    last = framed.sent[-1]
    framed.say(last[:-2] + bytes([last[-2] ^ 1]) + last[-1:])
    for control, information in ((0x5C, last[9:-3]), (0x7E, b"\xc0\x01\xc1")):
        framed.say(frame(last[1:6], control, information))
        time.sleep(0.1)


def frame(head: bytes, control: int, information: bytes) -> bytes:
    """A frame with addresses of another one."""
    head = bytes([0xA0, len(head) + len(information) + 5]) + head[2:] + bytes([control])
    checked = head + bytes(HCS.calculate_for(head)) + information
    return b"\x7e" + checked + bytes(FCS.calculate_for(checked)) + b"\x7e"
