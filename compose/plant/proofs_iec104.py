"""Proof captures of IEC 60870-5-104 on c104: the substation at work, and masters that should not be there."""

from __future__ import annotations

import time
from collections.abc import Callable

import c104

from compose.plant.catalogue import capture
from compose.plant.iec104_cell import Substation, substation
from compose.plant.iec104_station import SETPOINT, SWITCH, Station, work
from compose.plant.lab import Lab

NORMAL = "iec104/normal.pcap"
ALL_RULES = "IE01 IE02 IE02S IE03 IE04 IE05 IE06 IE07 IE08 IE09 IE10 IE11 IE12"
WARM_UP = 2.5  # seconds of normal work before and after what a proof shows


def while_operated(lab: Lab, act: Callable[[Substation], None]) -> None:
    """Do something while the substation works."""
    with substation(lab) as cell:
        cell.work(WARM_UP)
        act(cell)
        cell.work(WARM_UP)


def intrude(lab: Lab, name: str, techniques: list[str], rules: list[str], deed: Callable[[Station], None]) -> None:
    """Let the attacker connect as a master of c104."""

    def act(cell: Substation) -> None:
        with lab.step(name, "att", "rtu", techniques, rules):
            lab["att"].call(lambda: work("rtu", deed))

    while_operated(lab, act)


@capture(
    NORMAL,
    "The substation at work: values, interrogation, clock, commands by select and execute, set-points. Learn from it.",
    "rtu hmi",
    rules=ALL_RULES,
    kind="benign",
    check={"iec60870_asdu.typeid==45": 30, "iec60870_asdu.typeid==50": 10, "iec60870_asdu.typeid==103": 4},
)
def normal(lab: Lab) -> None:
    """35 seconds of normal work."""
    with substation(lab) as cell:
        cell.work(35)


@capture(
    "iec104/normal-later.pcap",
    "The same substation later: same master, objects and ranges. With the baseline learned, nothing may fire.",
    "rtu hmi",
    rules=ALL_RULES,
    kind="benign",
    learn=NORMAL,
    check={"iec60870_asdu.typeid==45": 8},
)
def normal_later(lab: Lab) -> None:
    """12 seconds of the same work."""
    with substation(lab) as cell:
        cell.work(12)


def _command(station: Station) -> None:
    station.connection.interrogation(common_address=1)
    station.order(station.point(SETPOINT, c104.Type.C_SE_NC_1), c104.ShortCmd(target=300.0))
    switch = station.point(SWITCH, c104.Type.C_SC_NA_1, select=True)
    station.order(switch, c104.SingleCmd(on=False))


@capture(
    "iec104/unauthorised-command.pcap",
    "A host that is no master of the site starts data transfer, interrogates, sets a set-point, opens the breaker.",
    "rtu hmi att",
    rules="IE01 IE04 IE10",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && iec60870_asdu.typeid==45": 2},
)
def unauthorised_command(lab: Lab) -> None:
    """A second master that commands."""
    intrude(lab, "unauthorised command", ["T0855", "T0848"], ["IE01", "IE04", "IE10"], _command)


@capture(
    "iec104/first-command.pcap",
    "The master commands an object it never commanded.",
    "rtu hmi",
    rules="IE02",
    learn=NORMAL,
    check={"iec60870_asdu.ioa==4002": 2},
)
def first_command(lab: Lab) -> None:
    """A new object of a known master."""

    def act(cell: Substation) -> None:
        with lab.step("first command", "hmi", "rtu", ["T0855", "T0836"], ["IE02"]):
            point = cell.master.point(4002, c104.Type.C_SC_NA_1)
            lab["hmi"].call(cell.master.order, point, c104.SingleCmd(on=True))

    while_operated(lab, act)


def _sweep(station: Station) -> None:
    for address in (4002, 4003, 4004, 4005, 4007, 4008):
        point = station.point(address, c104.Type.C_SC_NA_1)
        for on in (True, False, True):
            station.order(point, c104.SingleCmd(on=on))
    point = station.point(4002, c104.Type.C_SC_NA_1)
    for turn in range(8):
        station.order(point, c104.SingleCmd(on=turn % 2 == 0))


@capture(
    "iec104/sweep.pcap",
    "One command after the other on six objects, on and off again and again, as Industroyer did.",
    "rtu hmi att",
    rules="IE03",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && iec60870_asdu.typeid==45": 20},
)
def sweep(lab: Lab) -> None:
    """All switches, on and off."""
    intrude(lab, "command sweep", ["T0806", "T0855"], ["IE03"], _sweep)


def _clock(station: Station) -> None:
    station.connection.clock_sync(common_address=1)


@capture(
    "iec104/clock.pcap",
    "A host that is no master of the site sets the outstation's clock.",
    "rtu hmi att",
    rules="IE06",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && iec60870_asdu.typeid==103": 1},
)
def clock(lab: Lab) -> None:
    """A second clock source."""
    intrude(lab, "clock", ["T0836"], ["IE06"], _clock)


def _guess(station: Station) -> None:
    for address in range(7001, 7009):
        station.order(station.point(address, c104.Type.C_SC_NA_1), c104.SingleCmd(on=True))
    time.sleep(0.2)


@capture(
    "iec104/refusals.pcap",
    "Commands to eight objects that do not exist, each refused.",
    "rtu hmi att",
    rules="IE09",
    learn=NORMAL,
    check={"iec60870_asdu.causetx==47": 8},
)
def refusals(lab: Lab) -> None:
    """Guessing object addresses."""
    intrude(lab, "refusals", ["T0846", "T0806"], ["IE09"], _guess)
