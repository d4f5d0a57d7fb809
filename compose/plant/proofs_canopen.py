"""Proof captures of the CANopen rules (CO01 to CO12): a cell at work, and what a stranger on its bus does."""

from __future__ import annotations

import time

from compose.plant.can_bus import recorded, say
from compose.plant.canopen_cell import DRIVE, FIRMWARE, IO_NODE, SETPOINT, Cell, LssSlave, by_hand, cell, station
from compose.plant.catalogue import capture
from compose.plant.golden_canopen import PROGRAM
from compose.plant.lab import Lab

NORMAL = "canopen/normal.pcap"
RULES = "CO01 CO02 CO03 CO04 CO05 CO06 CO07 CO08 CO09 CO10 CO11 CO12"
BUS = "CAN-BUS"
IO, AXIS = f"CAN-{IO_NODE}", f"CAN-{DRIVE}"


def _run(made: Cell, seconds: float) -> None:
    """Nodes are started; inputs, outputs and SYNC in their cycle."""
    for node in made.remote.values():
        node.nmt.state = "OPERATIONAL"
    io = made.local[IO_NODE]
    io.tpdo.read()
    made.master.sync.start(0.1)
    for turn in range(round(seconds / 0.1)):
        io.tpdo[1][0].raw = 0x21 + turn % 2
        io.tpdo[1].transmit()
        made.master.send_message(0x200 + IO_NODE, bytes([turn % 4]))
        time.sleep(0.1)
    made.master.sync.stop()


def _normal(lab: Lab, seconds: float) -> None:
    with recorded(lab), cell() as made:
        made.boot()
        for node in (IO_NODE, DRIVE):
            made.identify(node)
        _run(made, seconds)
        made.local[DRIVE].emcy.send(0x4210, 9)
        made.local[DRIVE].emcy.reset()
        made.remote[IO_NODE].sdo.upload(SETPOINT, 0)


@capture(
    NORMAL,
    "A cell at work: nodes boot, are identified and started, process data and SYNC in their cycle, one emergency that"
    " goes again. Learn the baseline from it.",
    "",
    rules=RULES,
    kind="benign",
    check={"can": 120},
)
def normal(lab: Lab) -> None:
    """Eight seconds of normal work."""
    _normal(lab, 8)


@capture(
    "canopen/normal-later.pcap",
    "The same cell later. With the baseline learned, nothing may fire.",
    "",
    rules=RULES,
    kind="benign",
    learn=NORMAL,
    check={"can": 80},
)
def normal_later(lab: Lab) -> None:
    """Four seconds of the same."""
    _normal(lab, 4)


@capture(
    "canopen/takeover.pcap",
    "A stranger on the bus makes the masters negotiate, stops the drive, sends all nodes to pre-operational and resets"
    " them, and writes the setpoint.",
    "",
    rules="CO01 CO05 CO11",
    check={"can": 60},
)
def takeover(lab: Lab) -> None:
    """Commands that any station can send."""
    with recorded(lab), cell() as made:
        made.boot()
        _run(made, 1)
        bus = station()
        with lab.step("negotiate", BUS, BUS, ["T0831"], ["CO11"]):
            say(bus, 0x076)
            say(bus, 0x072, b"\x00\x01")
        with lab.step("stop", BUS, AXIS, ["T0858", "T0816"], ["CO01"]):
            say(bus, 0x000, bytes([2, DRIVE]), 0.3)
            say(bus, 0x000, b"\x80\x00", 0.3)
            say(bus, 0x000, b"\x81\x00", 0.3)
        with lab.step("write", BUS, IO, ["T0836"], ["CO05"]):
            made.remote[IO_NODE].sdo.download(SETPOINT, 0, (9000).to_bytes(2, "little"))
            made.remote[IO_NODE].sdo.download(0x6200, 1, b"\xff")
        time.sleep(0.3)
        bus.shutdown()


@capture(
    "canopen/reprogrammed.pcap",
    "A laptop with a commissioning tool reads a node's program, stops it, loads another, restores the defaults, maps"
    " other process data, gives a node another number and bit rate.",
    "",
    rules="CO02 CO03 CO04 CO06 CO12",
    check={"can": 60},
)
def reprogrammed(lab: Lab) -> None:
    """What a commissioning tool can do at any time."""
    with recorded(lab), cell() as made, by_hand(LssSlave()):
        made.boot()
        _run(made, 1)
        io = made.remote[IO_NODE].sdo
        with lab.step("load", BUS, IO, ["T0843", "T0857"], ["CO02"]):
            io.download(0x1F51, 1, b"\x00")
            io.download(FIRMWARE, 1, PROGRAM)
            io.download(0x1F51, 1, b"\x01")
        with lab.step("read", BUS, IO, ["T0845"], ["CO12"]):
            io.upload(FIRMWARE, 1)
        with lab.step("restore", BUS, IO, ["T0836"], ["CO03"]):
            io.download(0x1011, 1, b"load")
            io.download(0x1010, 1, b"save")
        with lab.step("map", BUS, IO, ["T0836"], ["CO04"]):
            io.download(0x1800, 1, (0x8000_0185).to_bytes(4, "little"))
            io.download(0x1A00, 1, (0x2000_0010).to_bytes(4, "little"))
            io.download(0x1017, 0, b"\x00\x00")
        with lab.step("renumber", BUS, BUS, ["T0836", "T0814"], ["CO06"]):
            lss = made.master.lss
            lss.RESPONSE_TIMEOUT = 0.3
            lss.send_switch_state_selective(*LssSlave.IDENTITY)
            lss.configure_node_id(IO_NODE)
            lss.configure_bit_timing(6)
            lss.store_configuration()
        time.sleep(0.3)


@capture(
    "canopen/faults.pcap",
    "The drive sends emergencies again and again, the I/O node has lost a heartbeat; a flood of the highest priority"
    " until the listening controller goes off the bus. Flood and error frames by hand.",
    "",
    rules="CO07 CO08 CO09",
    check={"can": 1600},
)
def faults(lab: Lab) -> None:
    """A bus in trouble."""
    with recorded(lab), cell() as made:
        made.boot()
        _run(made, 1)
        bus = station()
        with lab.step("emergencies", AXIS, BUS, ["T0826"], ["CO07"]):
            for turn in range(8):
                made.local[DRIVE].emcy.send(0x2310 + turn, 3)
                time.sleep(0.1)
        with lab.step("heartbeat", IO, BUS, ["T0826"], ["CO08"]):
            made.local[IO_NODE].emcy.send(0x8130, 0x11)
        with lab.step("flood", BUS, BUS, ["T0814"], ["CO09"]):
            # A second border may fall into it: one of its seconds holds more than enough.
            for _ in range(3600):
                say(bus, 0x001, b"\xff", 0.0002)
            say(bus, 0x004, b"\x00\x20\x00\x00\x00\x00\x80\x10", is_error_frame=True)
            say(bus, 0x040, bytes(8), is_error_frame=True)
        time.sleep(0.3)
        bus.shutdown()


@capture(
    "canopen/broken.pcap",
    "A stranger sends commands and states that there are not, messages of a wrong length, segments out of step. By"
    " hand: no stack sends them.",
    "",
    rules="CO10",
    check={"can": 30},
)
def broken(lab: Lab) -> None:
    """Messages that break the rules."""
    with recorded(lab), cell() as made:
        made.boot()
        _run(made, 1)
        bus = station()
        with lab.step("malformed", BUS, BUS, ["T0814"], ["CO10"]):
            for identifier, data in (
                (0x000, b"\x07\x05"), (0x000, b"\x01"), (0x000, b"\x01\xc8"), (0x705, b"\x33"), (0x705, b"\x05\x00"),
                (0x605, b"\x40\x00\x10"), (0x605, b"\xe0".ljust(8, b"\0")), (0x7E5, b"\x77".ljust(8, b"\0")),
                (0x605, b"\x21\x00\x20\x00\x09\0\0\0"), (0x605, b"\x10abcdefg"),
            ):  # fmt: skip
                say(bus, identifier, data, 0.02)
        time.sleep(0.3)
        bus.shutdown()
