"""Golden capture of what pysoem does not say: frames made by hand, through hand-made slaves and beside them."""

from __future__ import annotations

import socket
import struct
import time

from compose.plant import ethercat_cell as ec
from compose.plant.addresses import ip, mac
from compose.plant.catalogue import capture
from compose.plant.ethercat_cell import datagram, frame
from compose.plant.ethercat_slave import ETHERTYPE, INWARD, MAILBOX, OUTWARD, Segment
from compose.plant.frames import mac_bytes
from compose.plant.lab import Lab

APRD, APWR, FPRD, FPWR, FPRW, BRD, BWR, LRD, LWR, LRW, ARMW, FRMW = 1, 2, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14
STATION = 1001
NOT_THERE = 1999


def mail(kind: int, counter: int, data: bytes) -> bytes:
    """A mailbox message, as long as the mailbox."""
    return (struct.pack("<HHBB", len(data), 0, 0, kind | counter << 4) + data).ljust(MAILBOX, b"\0")


def to_slave(kind: int, counter: int, data: bytes) -> bytes:
    """A frame that writes a message into the mailbox of the slave, and one datagram more that reads its state."""
    written = datagram(FPWR, (STATION, OUTWARD), mail(kind, counter, data), more=True)
    return frame(written, datagram(FPRD, (STATION, 0x0130), bytes(6)))


def from_slave() -> bytes:
    """A frame that reads the mailbox of the slave."""
    return frame(datagram(FPRD, (STATION, INWARD), bytes(MAILBOX)))


def prepared() -> list[bytes]:
    """Frames that give the first slave an address and mailboxes, and bring it to PREOP."""
    managers = struct.pack("<HHBBBB", OUTWARD, MAILBOX, 0x26, 0, 1, 0) + struct.pack(
        "<HHBBBB", INWARD, MAILBOX, 0x22, 0, 1, 0
    )
    return [
        frame(datagram(BRD, (0, 0), bytes(2))),
        frame(datagram(APWR, (0, 0x0010), struct.pack("<H", STATION))),
        frame(datagram(FPWR, (STATION, 0x0800), managers)),
        frame(datagram(FPWR, (STATION, 0x0120), b"\x02\0")),
        frame(datagram(FPRD, (STATION, 0x0130), bytes(6))),
    ]


@capture(
    "ethercat/mail.pcap",
    "Mailbox messages by hand: SDO information, SoE, AoE, EoE with an IP address, an unknown protocol, counters and"
    " toggles that are wrong, a segmented download, a file out of order."
    " Frames made by hand: pysoem does not say these.",
    "eng",
    kind="golden",
    check={"ecat_mailbox": 30},
)
def messages(lab: Lab) -> None:
    """Each mailbox protocol and each flag of it once at least."""
    sdo, info = 2 << 12, 8 << 12
    ams = (
        bytes.fromhex("050203040101") + struct.pack("<H", 851) + bytes.fromhex("050203040201") + struct.pack("<H", 301)
    )
    read = ams + struct.pack("<HHIIIIII", 2, 4, 12, 0, 7, 0xF020, 0x10, 4)
    address = bytes([2, 1, 0, 0]) + struct.pack("<I", 7) + mac_bytes("02:00:5e:10:00:01")
    address += bytes((20, 1, 9, 10)) + bytes((0, 255, 255, 255))
    asked = [
        (3, 1, struct.pack("<HBBHH", info, 1, 0, 0, 1)),
        (3, 2, struct.pack("<HBBHH", info, 3, 0, 0, 0x8010)),
        (3, 3, struct.pack("<HBBHHBB", info, 5, 0, 0, 0x8010, 1, 7)),
        (3, 4, struct.pack("<HBBHH", info, 3, 0, 0, 0x5555)),
        (5, 5, struct.pack("<BBH", 1, 0x40, 100)),
        (5, 6, struct.pack("<BBHI", 3, 0x40, 0x8000 | 32, 9)),
        (1, 7, read),
        (2, 1, address),
        (2, 2, bytes([0, 1, 0, 0]) + bytes(60)),
        (9, 3, b"\1\2\3\4"),
        (3, 4, struct.pack("<HBHBI", sdo, 0x21, 0x2000, 1, 150) + b"A" * 110),
        (3, 5, struct.pack("<HB", sdo, 0x10) + b"B" * 33),
        (3, 5, struct.pack("<HB", sdo, 0x11) + b"B" * 7),
        (3, 7, struct.pack("<HBHB4x", sdo, 0xE0, 0x2000, 1)),
        (4, 1, struct.pack("<BxI", 2, 0) + b"recipe.csv"),
        (4, 2, struct.pack("<BxI", 3, 2) + b"x" * 40),
        (4, 3, struct.pack("<BxI", 3, 1) + b"x" * 40),
    ]
    frames = prepared()
    for message in asked:
        frames += [to_slave(*message), from_slave()]
    with ec.machine(lab, "eng", ring=[ec.slaves()[2]]):
        ec.send(lab, "eng", [*frames, from_slave()])


@capture(
    "ethercat/odd.pcap",
    "Every command; a slave that is not there, refuses a state, is reset; fewer slaves than before; clocks spread;"
    " frames that are cut, circulate, carry unknown commands and types; network variables; a frame that is lost; over"
    " UDP. Frames made by hand: pysoem does not say these.",
    "eng hmi",
    kind="golden",
    check={"ecat": 60},
)
def odd(lab: Lab) -> None:
    """Each flag of frames and datagrams once at least."""
    ring = ec.slaves()
    ring[0].refuses = {8}
    fmmu = struct.pack("<IHBBHBBB3x", 0x01000000, 4, 0, 7, 0x1100, 0, 3, 1)
    cycle = frame(datagram(LRW, (0, 0x0100), bytes(4)))
    usual = [
        *prepared(),
        frame(datagram(0, (0, 0), bytes(4))),
        frame(
            datagram(APRD, (0xFFFF, 0x0008), bytes(2)),
        ),
        frame(datagram(FPRD, (NOT_THERE, 0x0130), bytes(2))),
        frame(datagram(FPRW, (STATION, 0x0F80), b"\1\2\3\4")),
        frame(datagram(BWR, (0, 0x0600), fmmu)),
        frame(datagram(BWR, (0, 0x0120), b"\x02\0")),
        frame(datagram(BWR, (0, 0x0120), b"\x04\0")),
        *[cycle] * 5,
        frame(datagram(FPWR, (STATION, 0x0120), b"\x08\0")),
        frame(datagram(FPRD, (STATION, 0x0130), bytes(6))),
        frame(datagram(FPWR, (STATION, 0x0120), b"\x14\0")),
        frame(datagram(APWR, (0xFFFE, 0x0120), b"\x01\0")),
        *[cycle] * 3,
        frame(datagram(ARMW, (0, 0x0910), bytes(8))),
        frame(
            datagram(FRMW, (STATION, 0x0910), bytes(8)),
        ),
        frame(datagram(FPWR, (STATION, 0x0920), struct.pack("<q", -1500))),
        frame(datagram(FPWR, (STATION, 0x0012), struct.pack("<H", 77))),
        frame(datagram(FPWR, (STATION, 0x0420), b"\0\0")),
        *[frame(datagram(FPWR, (STATION, 0x0040), letter)) for letter in (b"R", b"E", b"S")],
        frame(datagram(FPWR, (STATION, 0x1100), b"\xff")),
        frame(datagram(LRD, (0, 0x0100), bytes(4), more=True), datagram(LWR, (0, 0x0100), b"\1\2\3\4")),
        frame(datagram(77, (0, 0), bytes(2))),
        frame(datagram(BRD, (0, 0x0130), bytes(2)))[:9],
        frame(datagram(BRD, (0, 0x0130), bytes(2), more=True)),
        struct.pack("<H", 200 | 1 << 12) + datagram(BRD, (0, 0x0130), bytes(2)),
        frame(datagram(BRD, (0, 0x0130), bytes(2)))[:9] + b"\x40" + bytes(6),
        frame(b"\0\1\2\3" * 4, kind=3),
        frame(
            mac_bytes(mac("eng")) + struct.pack("<HHH", 2, 9, 0) + _variable(7, b"\1\2") + _variable(8, b"\3"), kind=4
        ),
        frame(
            struct.pack("<HHBB", 10, STATION, 0, 3 | 1 << 4) + struct.pack("<HBHB4x", 2 << 12, 0x40, 0x1008, 0), kind=5
        ),
    ]
    with ec.machine(lab, "eng", ring=ring) as segment:
        ec.send(lab, "eng", usual)
        segment.mute = True
        ec.send(lab, "eng", [frame(datagram(BRD, (0, 0x0130), bytes(2), index=9))])
        segment.mute = False
        time.sleep(11)
        ec.send(lab, "eng", [frame(datagram(BRD, (0, 0x0130), bytes(2)))])
        _over_udp(lab, segment)


def _variable(number: int, data: bytes) -> bytes:
    return struct.pack("<HHHH", number, 0x1234, len(data), 0) + data


def _over_udp(lab: Lab, segment: Segment) -> None:
    """The same frames in datagrams, and what comes back of them: a slave changes neither addresses nor ports."""
    wanted = [frame(datagram(FPRD, (STATION, 0x0130), bytes(6))), frame(datagram(BRD, (0, 0x0130), bytes(2)))]

    def work() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            datagrams.bind((ip("eng"), ETHERTYPE))
            for payload in wanted:
                for sent in (payload, segment.payload(payload)):
                    datagrams.sendto(sent, (ip("hmi"), ETHERTYPE))
                    time.sleep(0.05)

    lab["eng"].call(work)
