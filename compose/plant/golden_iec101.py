"""Golden captures of IEC 60870-5-101 in TCP: data units of lib60870, frames and link by hand."""

from __future__ import annotations

import asyncio

from compose.plant.catalogue import capture
from compose.plant.iec101_feeder import (
    ACT,
    CON,
    FIXED_MS,
    SIZES,
    Work,
    clock,
    command,
    interrogation,
    line,
    mirror,
    serving,
    setpoint,
    work_as,
)
from compose.plant.iec101_line import STATUS, Line, Primary, Station, fixed, variable
from compose.plant.iec101_script import scripted
from compose.plant.iec101_units import BOOL, F32, I32, U8, Sizes, thing, time_tag, unit
from compose.plant.lab import Lab
from compose.plant.serial_line import tapped

WIDE = Sizes(cause=2, common=2, object=3)
MADE = "; frames and link by hand, data units of lib60870."
_Q = {"IV": U8(0x80), "NT": U8(0x40), "SB": U8(0x20), "BL": U8(0x10), "OV": U8(1)}
_INVALID_NOT_TOPICAL = U8(0xC0)


def _everything() -> list[bytes]:
    """Process values of the types that have no structures of their own in lib60870's interface."""
    good, at = U8(0), time_tag(FIXED_MS)
    things = (
        thing("SinglePointInformation", 1001, BOOL(True), good),
        thing("DoublePointInformation", 1003, I32(2), _Q["BL"]),
        thing("StepPositionInformation", 1004, I32(-13), BOOL(True), good),
        thing("BitString32", 1005, I32(0x01020304)),
        thing("MeasuredValueNormalized", 1006, F32(-0.25), _INVALID_NOT_TOPICAL),
        thing("MeasuredValueScaled", 1007, I32(-1234), _Q["OV"]),
        thing("MeasuredValueShort", 1008, F32(230.5), good),
        thing("MeasuredValueNormalizedWithoutQuality", 1009, F32(0.5)),
        thing("SinglePointWithCP56Time2a", 1101, BOOL(True), good, at),
        thing("DoublePointWithCP56Time2a", 1103, I32(1), good, at),
        thing("StepPositionWithCP56Time2a", 1104, I32(31), BOOL(False), good, at),
        thing("MeasuredValueNormalizedWithCP56Time2a", 1106, F32(0.75), good, at),
        thing("MeasuredValueScaledWithCP56Time2a", 1107, I32(77), good, at),
        thing("MeasuredValueShortWithCP56Time2a", 1108, F32(-1.5), _Q["SB"], at),
        # CP24Time2a is the beginning of CP56Time2a.
        thing("SinglePointWithCP24Time2a", 1201, BOOL(False), _Q["NT"], at),
        thing("DoublePointWithCP24Time2a", 1202, I32(2), good, at),
        thing("MeasuredValueScaledWithCP24Time2a", 1203, I32(-7), good, at),
        thing("MeasuredValueShortWithCP24Time2a", 1204, F32(49.98), good, at),
    )
    return [unit(SIZES, 3, 1, each) for each in things]


def _values_answers(address: int, given: bytes) -> list[bytes]:
    if given[0] == 100:
        points = (thing("SinglePointInformation", 1001 + each, BOOL(each % 2 == 0), U8(0)) for each in range(5))
        scaled = (thing("MeasuredValueScaled", 1301 + each, I32(100 - each), U8(0)) for each in range(4))
        return [
            mirror(given, CON),
            unit(SIZES, 20, address, *points),
            unit(SIZES, 20, address, *scaled, sequence=True),
            mirror(given, 10),
        ]
    if given[0] == 102:
        return [unit(SIZES, 5, address, thing("MeasuredValueShort", 1008, F32(230.5), U8(0)))]
    return [mirror(given, CON)]


@capture(
    "iec101/values.pcap",
    "An unbalanced line: link status and reset, station interrogation, values of 18 types with quality and time, a "
    "reading, polls without data" + MADE,
    "feeder hmi",
    kind="golden",
    check={"tcp.port==4001 && tcp.len>0": 60},
)
def values(lab: Lab) -> None:
    """One station, all it has."""
    station = Station()

    async def work(primary: Primary) -> None:
        await primary.open(1)
        await primary.send(1, interrogation(1))
        station.class_1 += _everything()
        await primary.poll(1)
        await primary.send(1, unit(SIZES, 5, 1, thing("ReadCommand", 1008)))
        for _ in range(3):
            await primary.poll(1)

    serving(lab, lambda: work_as(lab, "hmi", work), Line("feeder", {1: station}, _values_answers))


@capture(
    "iec101/commands.pcap",
    "Commands by select and execute and direct, cancelled, refused, to an unknown object; clock, reset of the process, "
    "parameters, on a line of two stations" + MADE,
    "feeder hmi",
    kind="golden",
    check={"tcp.port==4001 && tcp.len>0": 60},
)
def commands(lab: Lab) -> None:
    """Two stations, what a master may ask."""

    async def work(primary: Primary) -> None:
        for station in (1, 2):
            await primary.open(station)
            await primary.send(station, interrogation(station))
        await primary.send(1, command(1, 4001, True, select=True))
        await primary.send(1, command(1, 4001, True))
        await primary.send(2, command(2, 4002, True, select=True))
        await primary.send(2, command(2, 4002, True, cause=8))
        await primary.send(2, command(2, 4003, False))
        await primary.send(1, setpoint(1, 12.25))
        await primary.send(1, command(1, 4999, True))
        await primary.send(1, clock(1, FIXED_MS))
        await primary.send(2, unit(SIZES, ACT, 2, thing("ResetProcessCommand", 0, U8(1))))
        await primary.send(1, unit(SIZES, ACT, 1, thing("ParameterFloatValue", 5003, F32(1.5), U8(1))))
        await primary.send(1, unit(SIZES, ACT, 1, thing("ParameterActivation", 5003, U8(3))))
        # Executed with another value than was selected.
        await primary.send(2, command(2, 4002, True, select=True))
        await primary.send(2, command(2, 4002, False))

    serving(lab, lambda: work_as(lab, "hmi", work), line())


def _wide_answers(address: int, given: bytes) -> list[bytes]:
    if given[0] == 100:
        points = (thing("SinglePointInformation", 70_001 + each, BOOL(True), U8(0)) for each in range(3))
        return [mirror(given, CON), unit(WIDE, 20, address, *points, originator=given[3]), mirror(given, 10)]
    return [mirror(given, CON), mirror(given, 10)]


@capture(
    "iec101/wide.pcap",
    "Two octets of link address, cause and common address, three of object address, as many plants choose" + MADE,
    "feeder hmi",
    kind="golden",
    check={"tcp.port==4001 && tcp.len>0": 16},
)
def wide(lab: Lab) -> None:
    """Station 4660 with an originator."""

    async def work(primary: Primary) -> None:
        await primary.open(0x1234)
        asked = unit(WIDE, ACT, 0x1234, thing("InterrogationCommand", 0, U8(20)), originator=7)
        await primary.send(0x1234, asked)
        switch = thing("SingleCommand", 70_001, BOOL(True), BOOL(False), I32(1))
        await primary.send(0x1234, unit(WIDE, ACT, 0x1234, switch, originator=7))
        await primary.poll(0x1234)

    served = Line("feeder", {0x1234: Station()}, _wide_answers, width=2)
    serving(lab, lambda: work_as(lab, "hmi", work, width=2), served)


_BALANCED = Sizes(cause=1, common=2, object=2)
_A, _B = 0xC0, 0x40
"""Primary station: PRM with DIR of the controlling station, and without it."""


def _point(on: bool) -> bytes:
    return unit(_BALANCED, 3, 5, thing("SinglePointWithCP56Time2a", 1001, BOOL(on), U8(0), time_tag(FIXED_MS)))


@capture(
    "iec101/balanced.pcap",
    "A balanced line: both stations are primary, acknowledge by single characters and by frames, test the link" + MADE,
    "feeder hmi",
    kind="golden",
    check={"tcp.port==4001 && tcp.len>0": 20},
)
def balanced(lab: Lab) -> None:
    """Interrogation and a point that the outstation sends by itself."""
    asked = unit(_BALANCED, ACT, 5, thing("InterrogationCommand", 0, U8(20)))
    things = (thing("SinglePointInformation", 1001 + each, BOOL(True), U8(0)) for each in range(3))
    points = unit(_BALANCED, 20, 5, *things)
    ack, reply = fixed(0x00, 5), fixed(0x80, 5)
    scripted(
        lab,
        "hmi",
        "feeder",
        [
            (fixed(_A | 9, 5), [fixed(0x0B, 5)]),
            (fixed(_A | 0, 5), [ack, fixed(_B | 9, 5)]),
            (fixed(0x8B, 5), [fixed(_B | 0, 5)]),
            (reply, []),
            (variable(_A | 0x30 | 3, 5, asked), [b"\xe5", variable(_B | 0x30 | 3, 5, mirror(asked, CON))]),
            (reply, [variable(_B | 0x10 | 3, 5, points)]),
            (reply, [variable(_B | 0x30 | 3, 5, mirror(asked, 10))]),
            (b"\xe5", [variable(_B | 0x10 | 3, 5, _point(True))]),
            (reply, []),
            (fixed(_A | 0x10 | 2, 5), [ack]),
        ],
    )


@capture(
    "iec101/odd.pcap",
    "By hand what breaks the rules: a frame with a wrong checksum, one sent again, a frame count bit that stays, "
    "octets of no frame, a reserved function, a refused service, an overflow, a type that does not exist, a data unit "
    "that is too short, a command from the outstation, a secondary station that polls" + MADE,
    "feeder hmi",
    kind="golden",
    check={"tcp.port==4001 && tcp.len>0": 30},
)
def odd(lab: Lab) -> None:
    """One oddity after the other."""
    asked, on = interrogation(1), command(1, 4001, True)
    things = (thing("SinglePointInformation", 1001 + each, BOOL(True), U8(0)) for each in range(3))
    points = variable(0x08, 1, unit(SIZES, 20, 1, *things))
    wrong = variable(0x53, 1, on)
    idle = fixed(0x09, 1)
    scripted(
        lab,
        "hmi",
        "feeder",
        [
            (fixed(0x40 | STATUS, 1), [fixed(0x0B, 1)]),
            (fixed(0x40, 1), [fixed(0x00, 1)]),
            (variable(0x73, 1, asked), [b"\xe5"]),
            (fixed(0x5A, 1), [points]),
            (wrong[:-2] + bytes([wrong[-2] ^ 1, 0x16]), []),
            (variable(0x73, 1, on), []),
            (variable(0x73, 1, on), [fixed(0x20, 1)]),
            (fixed(0x5A, 1), [variable(0x08, 1, mirror(on, CON))]),
            (fixed(0x5A, 1), [variable(0x08, 1, mirror(on, CON))]),
            (fixed(0x5B, 1), [idle]),
            (fixed(0x47, 1), [fixed(0x0F, 1)]),
            (fixed(0x7B, 1), [fixed(0x19, 1)]),
            (b"\x00\x01\x02" + fixed(0x5B, 1), [idle]),
            (variable(0x73, 1, b"\xc8\x01\x06\x01\x07\x00\x01"), [fixed(0x01, 1)]),
            (variable(0x53, 1, on[:-1]), [b"\xe5"]),
            (fixed(0x7A, 1), [variable(0x08, 1, command(1, 4002, True))]),
            (fixed(0x5A, 1), [fixed(0x5B, 1)]),
            (fixed(0x7B, 9), []),
        ],
    )


async def _on_line(near: str, far: str, work: Work) -> None:
    serving = asyncio.create_task(line().serve_line(far))
    await asyncio.sleep(0.05)
    async with Primary("", line=near) as primary:
        await work(primary)
    serving.cancel()


@capture(
    "iec101/serial.pcap",
    "An unbalanced line of two stations, tapped at its master: interrogations, commands, values, polls" + MADE,
    "",
    kind="golden",
    check={"rtacser": 50},
)
def serial(lab: Lab) -> None:
    """Requests on one wire, answers on the other."""
    with tapped(lab) as tap:
        asyncio.run(_on_line(tap.near, tap.far, _commands_and_polls))


@capture(
    "iec101/serial-one-wire.pcap",
    "The same on a two-wire line: the tap's receiver hears both stations and master, in records of at most seven "
    "octets" + MADE,
    "",
    kind="golden",
    check={"rtacser": 100},
)
def serial_one_wire(lab: Lab) -> None:
    """Both directions on one wire."""
    with tapped(lab, one_wire=True, piece=7) as tap:
        asyncio.run(_on_line(tap.near, tap.far, _commands_and_polls))


async def _commands_and_polls(primary: Primary) -> None:
    for station in (1, 2):
        await primary.open(station)
        await primary.send(station, interrogation(station))
    await primary.send(1, command(1, 4001, True, select=True))
    await primary.send(1, command(1, 4001, True))
    await primary.send(2, setpoint(2, 12.25))
    await primary.send(2, clock(2, FIXED_MS))
    for station in (1, 2, 1, 2):
        await primary.poll(station)
