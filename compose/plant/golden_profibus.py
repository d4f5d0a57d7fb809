"""Golden captures of PROFIBUS DP: pyprofibus as master, slaves and whatever it lacks of the plant's own."""

from __future__ import annotations

from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.profibus_bus import (
    ALL,
    COUNT,
    COUNTS,
    DRIVE,
    ENGINEER,
    IDENT,
    MASTER,
    POINTS,
    SDN_HIGH,
    SHORT,
    SRD_HIGH,
    STATUS,
    VALVES,
    Bus,
    Master,
    frame,
    recorded,
    token,
)

DIAGNOSIS, SET_PRM, CHK_CFG = (60, 62), (61, 62), (62, 62)
CLASS_1, CLASS_2 = (51, 51), (0, 50)


@capture(
    "profibus/cycle.pcap",
    "A master of class 1 (pyprofibus) brings up two slaves of the plant's own, exchanges data, synchronises and "
    "freezes them; one tells a fault and its end, one is away for a while.",
    "",
    kind="golden",
)
def cycle(lab: Lab) -> None:
    """What a bus does all day."""
    with recorded(lab) as bus:
        master = Master(bus)
        master.run(60)
        master.stack.syncMode(1)
        master.run(3)
        master.stack.syncModeCancel(1)
        master.stack.freezeMode(0)
        master.run(3)
        master.stack.freezeModeCancel(0)
        bus.slaves[VALVES].fault(bytes([0x44, 0x02, 0x00, 0x10]))
        master.run(12)
        bus.slaves[VALVES].fault(b"")
        master.run(12)
        bus.slaves[DRIVE].silent = True
        master.run(6)
        bus.slaves[DRIVE].silent = False
        master.run(20)


def acyclic(bus: Bus, master: int, slave: int, points: tuple[int, int], pdu: bytes) -> None:
    """A service of DPV1: the request, then what it is answered, fetched."""
    bus.ask(frame(slave, master, SRD_HIGH | COUNTS | COUNT, pdu, points))
    bus.ask(frame(slave, master, SRD_HIGH | COUNTS, b"", points))


@capture(
    "profibus/acyclic.pcap",
    "Two masters that share the token, made by hand: the bus searched, a slave identified, its configuration, inputs "
    "and outputs read, records of DPV1 read and written, refused and not fetched, an alarm acknowledged.",
    "",
    kind="golden",
)
def services(lab: Lab) -> None:
    """An engineering station at work."""
    with recorded(lab) as bus:
        for turn in range(3):
            bus.say(token(ENGINEER, MASTER))
            bus.ask(frame(DRIVE, MASTER, SRD_HIGH, b"", DIAGNOSIS))
            bus.say(token(MASTER, ENGINEER))
            bus.ask(frame(3 + turn, ENGINEER, STATUS))
        bus.ask(frame(VALVES, ENGINEER, STATUS))
        bus.ask(frame(VALVES, ENGINEER, IDENT))
        bus.ask(frame(VALVES, ENGINEER, POINTS, bytes([60])))
        for point in (59, 56, 57):
            bus.ask(frame(DRIVE, ENGINEER, SRD_HIGH, b"", (point, 62)))
        acyclic(bus, ENGINEER, DRIVE, (49, 50), bytes([0x57, 0, 0, 0, 0, 100, 1, 0]))
        acyclic(bus, ENGINEER, DRIVE, CLASS_2, bytes([0x5E, 1, 35, 4]))
        acyclic(bus, ENGINEER, DRIVE, CLASS_2, bytes([0x5F, 1, 35, 4]) + bytes.fromhex("00000bb8"))
        acyclic(bus, ENGINEER, DRIVE, CLASS_2, bytes([0x5E, 7, 99, 4]))
        acyclic(bus, ENGINEER, DRIVE, CLASS_2, bytes([0x58, 1, 0]))
        bus.say(token(ENGINEER, MASTER))
        acyclic(bus, MASTER, DRIVE, CLASS_1, bytes([0x5E, 0, 47, 32]))
        acyclic(bus, MASTER, DRIVE, (50, 51), bytes([0x5C, 1, 1, 0]))
        bus.ask(frame(DRIVE, MASTER, SRD_HIGH, bytes([0x5E, 1, 35, 4]), CLASS_1))
        bus.say(token(MASTER, ENGINEER))


@capture(
    "profibus/odd.pcap",
    "By hand what breaks the rules of a bus: frames that are broken in every way, a repeated request, answers that "
    "nobody asked for and second ones, tokens of stations that do not hold them, a second master, a slave that falls "
    "silent, a changed address, clear and operate.",
    "",
    kind="golden",
)
def odd(lab: Lab) -> None:
    """One oddity after the other."""
    with recorded(lab) as bus:
        poll = frame(DRIVE, MASTER, SRD_HIGH | COUNTS, b"", DIAGNOSIS)
        for each in (poll[:-2] + bytes([poll[-2] ^ 1, 0x16]), poll[:-1] + b"\x17", poll[:-1], b"\x11\x22"):
            bus.say(each)
        broken = bytearray(frame(DRIVE, MASTER, SRD_HIGH))
        broken[1] |= 0x80
        broken[4] = (broken[4] + 0x80) & 0xFF
        bus.say(bytes(broken))
        bus.say(frame(DRIVE, MASTER, 0x42))
        bus.ask(poll)
        bus.ask(poll)
        bus.say(frame(MASTER, DRIVE, 0x08, bytes(4)))
        bus.say(frame(MASTER, 44, 0x08, bytes(4)))
        bus.ask(frame(VALVES, MASTER, SRD_HIGH, bytes([0xB8, 3, 1, 11, 0x80, 0xA1, 1, 0x80, 1]), SET_PRM))
        bus.say(SHORT)
        bus.ask(frame(VALVES, MASTER, SRD_HIGH, bytes([0x31]), CHK_CFG))
        bus.ask(frame(VALVES, 77, SRD_HIGH, bytes([0xB8, 3, 1, 11, 0x80, 0xA1, 1, 0x80, 1]), SET_PRM))
        bus.ask(frame(VALVES, MASTER, SRD_HIGH, bytes([0x01, 0x02])))
        bus.ask(frame(VALVES, MASTER, SRD_HIGH, bytes([0xB8]), SET_PRM))
        bus.say(token(MASTER, ENGINEER))
        bus.say(token(MASTER, ENGINEER))
        bus.say(token(77, 77))
        bus.say(token(ENGINEER, MASTER))
        bus.ask(frame(VALVES, 77, SRD_HIGH, b"", DIAGNOSIS))
        bus.ask(frame(VALVES, MASTER, SRD_HIGH, bytes([21, 0x80, 0xA1, 0]), (55, 62)))
        bus.ask(frame(21, MASTER, SRD_HIGH, b"", DIAGNOSIS))
        bus.slaves[21].silent = True
        for _ in range(5):
            bus.ask(frame(21, MASTER, SRD_HIGH, b"", DIAGNOSIS))
        bus.say(frame(ALL, MASTER, SDN_HIGH, bytes([0x02, 0]), (58, 62)))
        bus.say(frame(ALL, MASTER, SDN_HIGH, bytes([0x00, 0]), (58, 62)))
        bus.ask(frame(DRIVE, MASTER, SRD_HIGH, bytes([1, 2, 3]), (33, 62)))
        bus.say(frame(ENGINEER, MASTER, SRD_HIGH, bytes([0x41, 0]), (54, 54)))
