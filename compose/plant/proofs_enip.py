"""The EtherNet/IP cell at work, which is the baseline of its proofs, and the frame of every proof."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator

from pycomm3 import CIPDriver

from compose.plant import cip_work as work
from compose.plant.addresses import ip
from compose.plant.catalogue import capture
from compose.plant.cip_device import LogixController
from compose.plant.cip_io import Scanner, Station
from compose.plant.cip_work import Ask
from compose.plant.lab import Lab

NORMAL = "enip/cell-normal.pcap"
ALL_RULES = "EI01 EI02 EI03 EI04 EI05 EI06 EI07 EI08 EI09 EI10 EI11 EI12 EI13 EI14"
POLLED = ("Tank_Level", "Tank_Temperature", "Pump_Enable")
SETPOINTS = (2000, 2050, 1950, 2000, 2100)


def maintain(server: str) -> None:
    """Look at a controller as the engineering station does: identity, clock, tag list, diagnostics."""
    CIPDriver.list_identity(ip(server))
    reads = [Ask(work.GET_ALL, work.IDENTITY), Ask(work.GET_SINGLE, work.IDENTITY, 1, 5), Ask(work.GET_ALL, 0x64)]
    work.ask_all(server, reads)


async def scan_station(seconds: float) -> None:
    """Exchange I/O with the station of the drive, as the tank's controller does."""
    async with Scanner("plc2") as scanner:
        connection = await scanner.open()
        end = time.monotonic() + seconds
        number = 0
        while time.monotonic() < end:
            connection.write_dint(0, number % 3)
            number += 1
            await asyncio.sleep(0.5)
        await connection.close()


@contextlib.contextmanager
def enip_cell(lab: Lab, seconds: float, controller: LogixController | None = None) -> Iterator[LogixController]:
    """Run the controller and the operator station that polls it while the block runs, `seconds` at most."""
    device = controller or LogixController("plc1")
    lab["plc1"].run(device.serve())
    polling = lab["hmi"].begin(work.poll_tags, "plc1", POLLED, seconds)
    try:
        yield device
    finally:
        polling.result(seconds + 20)
        lab["plc1"].run(device.stop())


def _normal(lab: Lab, seconds: float, writes: int) -> None:
    station = Station("plc2")
    lab["plc2"].run(station.start())
    with enip_cell(lab, seconds):
        exchange = lab["plc1"].start(scan_station(seconds - 3))
        time.sleep(1)
        maintain_there = lab["eng"].begin(maintain, "plc1")
        setpoints = [("Tank_Setpoint", SETPOINTS[number % len(SETPOINTS)]) for number in range(writes)]
        lab["hmi"].call(work.write_tags, "plc1", setpoints)
        maintain_there.result(20)
        exchange.result(seconds + 20)
    lab["plc2"].run(station.stop())


@capture(
    NORMAL,
    "The EtherNet/IP cell at work: the operator station polls and writes tags, the engineering station reads identity, "
    "the tank's controller exchanges I/O with the station of the drive. Learn the baseline from it.",
    "plc1 plc2 hmi eng",
    rules=ALL_RULES,
    kind="benign",
    check={"cip.sc==0x4d": 5, "cip.sc==0x0a": 20, "cipio": 100},
)
def cell_normal(lab: Lab) -> None:
    """20 seconds of normal work."""
    _normal(lab, seconds=20, writes=10)


@capture(
    "enip/cell-normal-later.pcap",
    "The same cell later: same clients, tags and connections. With the baseline learned, nothing may fire.",
    "plc1 plc2 hmi eng",
    rules=ALL_RULES,
    kind="benign",
    learn=NORMAL,
    check={"cip.sc==0x4d": 2, "cip.sc==0x0a": 8},
)
def cell_normal_later(lab: Lab) -> None:
    """Ten seconds of the same work."""
    _normal(lab, seconds=10, writes=3)


def do(lab: Lab, name: str, techniques: str, rule: str, act: Callable[[], None], who: str = "att") -> None:
    """One labelled step of `who` against plc1."""
    with lab.step(name, who, "plc1", techniques.split(), rule.split()):
        lab[who].call(act)


def ask_as_stranger(lab: Lab, name: str, techniques: str, rule: str, questions: list[Ask], grants: bool = True) -> None:
    """A stranger sends requests to the polled controller; grants: the services are answered by a table of ours."""
    table = {(question.class_code, question.service): b"" for question in questions} if grants else None
    with enip_cell(lab, 5, LogixController("plc1", table)):
        time.sleep(2)
        do(lab, name, techniques, rule, lambda: work.ask_all("plc1", questions))
