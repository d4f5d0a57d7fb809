"""Proof captures of the PROFIBUS rules (PB01 to PB08): a bus at work, what a laptop does, what fails by itself."""

from __future__ import annotations

from compose.plant.catalogue import capture
from compose.plant.golden_profibus import CHK_CFG, CLASS_2, DIAGNOSIS, SET_PRM, acyclic
from compose.plant.lab import Lab
from compose.plant.profibus_bus import (
    ALL,
    COUNTS,
    DRIVE,
    ENGINEER,
    MASTER,
    SDN_HIGH,
    SRD_HIGH,
    STATUS,
    VALVES,
    Bus,
    Master,
    frame,
    recorded,
    token,
)

NORMAL = "profibus/normal.pcap"
RULES = "PB01 PB02 PB03 PB04 PB05 PB06 PB07 PB08"
STRANGER, LAPTOP = 77, "PB-77"
_PARAMETERS = bytes([0xB8, 3, 1, 11, 0x80, 0xA1, 1, 0x80, 0x01, 0x00, 0x05])


def _work(bus: Bus, master: Master, turns: int) -> None:
    for turn in range(turns):
        bus.say(token(ENGINEER, MASTER))
        master.run(6)
        bus.say(token(MASTER, ENGINEER))
        bus.ask(frame(3 + turn % 4, ENGINEER, STATUS))
        if turn % 3 == 0:
            acyclic(bus, ENGINEER, DRIVE, CLASS_2, bytes([0x5E, 1, 35, 4]))


def _begin(bus: Bus) -> Master:
    master = Master(bus)
    _work(bus, master, 4)
    return master


@capture(
    NORMAL,
    "A bus at work: pyprofibus brings up two slaves and exchanges data with them, an engineering station of the site "
    "shares the token by hand and reads a record. Learn the baseline from it.",
    "",
    rules=RULES,
    kind="benign",
)
def normal(lab: Lab) -> None:
    """Some seconds of normal work."""
    with recorded(lab) as bus:
        _work(bus, _begin(bus), 24)


@capture(
    "profibus/normal-later.pcap",
    "The same bus later, its output written by the engineering station as well. With the baseline learned, nothing may "
    "fire.",
    "",
    rules=RULES,
    kind="benign",
    learn=NORMAL,
)
def normal_later(lab: Lab) -> None:
    """Less of the same."""
    with recorded(lab) as bus:
        master = _begin(bus)
        _work(bus, master, 6)
        acyclic(bus, ENGINEER, DRIVE, CLASS_2, bytes([0x5F, 1, 35, 4]) + bytes.fromhex("000005dc"))
        _work(bus, master, 6)


@capture(
    "profibus/laptop.pcap",
    "A laptop on the bus, by hand: joins the ring of the token, clears and freezes outputs, gives a slave other "
    "parameters and another number, writes a record, answers in place of a slave, sends broken frames.",
    "",
    rules="PB01 PB02 PB03 PB04 PB05 PB08",
    learn=NORMAL,
)
def laptop(lab: Lab) -> None:
    """Services that any station can send."""
    with recorded(lab) as bus:
        master = _begin(bus)
        with lab.step("ring", LAPTOP, "PB-2", ["T0848"], ["PB04"]):
            bus.say(token(STRANGER, MASTER))
            master.run(2)
            bus.say(token(MASTER, STRANGER))
        with lab.step("outputs", LAPTOP, "PB-BUS", ["T0858", "T0855"], ["PB01"]):
            bus.say(frame(ALL, STRANGER, SDN_HIGH, bytes([0x02, 0]), (58, 62)))
            bus.say(frame(ALL, STRANGER, SDN_HIGH, bytes([0x08, 1]), (58, 62)))
        with lab.step("record", LAPTOP, "PB-9", ["T0836"], ["PB05"]):
            acyclic(bus, STRANGER, DRIVE, CLASS_2, bytes([0x5F, 1, 35, 4]) + bytes.fromhex("00000bb8"))
        with lab.step("parameters", LAPTOP, "PB-8", ["T0836", "T0848"], ["PB03"]):
            bus.ask(frame(VALVES, STRANGER, SRD_HIGH, _PARAMETERS, SET_PRM))
            bus.ask(frame(VALVES, STRANGER, SRD_HIGH, bytes([0x31]), CHK_CFG))
        with lab.step("number", LAPTOP, "PB-8", ["T0836"], ["PB02"]):
            bus.ask(frame(VALVES, STRANGER, SRD_HIGH, bytes([21, 0x80, 0xA1, 0]), (55, 62)))
        with lab.step("spoof", LAPTOP, "PB-2", ["T0856"], ["PB08"]):
            poll = frame(DRIVE, MASTER, SRD_HIGH | COUNTS, b"", DIAGNOSIS)
            bus.say(token(STRANGER, MASTER))
            bus.ask(poll)
            bus.say(frame(MASTER, DRIVE, 0x08, bytes(4)))
            bus.say(poll[:-2] + bytes([poll[-2] ^ 1, 0x16]))


@capture(
    "profibus/fault.pcap",
    "A slave tells a fault of its outputs, another falls silent.",
    "",
    rules="PB06 PB07",
    learn=NORMAL,
)
def fault(lab: Lab) -> None:
    """What breaks by itself."""
    with recorded(lab) as bus:
        master = _begin(bus)
        with lab.step("diagnosis", "PB-8", "PB-2", [], ["PB07"]):
            bus.slaves[VALVES].fault(bytes([0x44, 0x02, 0x00, 0x10]))
            _work(bus, master, 4)
        with lab.step("silence", "PB-9", "PB-2", [], ["PB06"]):
            bus.slaves[DRIVE].silent = True
            _work(bus, master, 8)
