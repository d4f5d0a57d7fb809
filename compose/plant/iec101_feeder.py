"""The feeders at work: two pole-mounted switches on a line of IEC 101 behind a serial device server, their master."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Awaitable, Callable

from compose.plant.iec101_line import Line, Primary, Station
from compose.plant.iec101_units import BOOL, F32, I32, U8, Sizes, thing, time_tag, unit
from compose.plant.lab import Lab

SIZES = Sizes()
SWITCH, SETPOINT, SPARE = 4001, 4006, (4002, 4003, 4004, 4005, 4007, 4008)
COMMANDS = {SWITCH, SETPOINT, *SPARE}
ACT, CON, DEACT, TERM, UNKNOWN_OBJECT = 6, 7, 8, 10, 47
FIXED_MS = 1_795_858_215_250  # 2026-11-28T09:30:15.250
Work = Callable[[Primary], Awaitable[None]]


def mirror(given: bytes, cause: int, negative: bool = False) -> bytes:
    """A data unit of one octet of cause with another cause."""
    return given[:2] + bytes([cause | (0x40 if negative else 0)]) + given[3:]


def values(station: int, cause: int, turn: int = 0) -> list[bytes]:
    """All that a station has: the switch's position and three measured values."""
    position = (thing("DoublePointInformation", 1001 + offset, I32(2), U8(0)) for offset in range(2))
    measured = (
        thing("MeasuredValueShort", 1301 + offset, F32(value), U8(0))
        for offset, value in enumerate((10.5 + turn % 5 / 10, 31.25, 50.0))
    )
    return [unit(SIZES, cause, station, *position), unit(SIZES, cause, station, *measured)]


def answers(address: int, given: bytes) -> list[bytes]:
    """What a station does with what it is sent."""
    code, cause = given[0], given[2] & 0x3F
    if code == 100:
        return [mirror(given, CON), *values(address, 20), mirror(given, TERM)]
    if code == 105:
        return [mirror(given, CON), unit(SIZES, 4, address, thing("EndOfInitialization", 0, U8(2)))]
    if code not in (45, 50):
        return [mirror(given, CON)]
    object_address = struct.unpack_from("<H", given, 4)[0]
    if object_address not in COMMANDS:
        return [mirror(given, UNKNOWN_OBJECT, negative=True)]
    if cause == DEACT:
        return [mirror(given, 9)]
    return [mirror(given, CON)] if given[-1] & 0x80 else [mirror(given, CON), mirror(given, TERM)]


def line(host: str = "feeder") -> Line:
    """Two stations whose measured values move a little."""
    turns = iter(range(10_000))

    def cyclic(station: int) -> Callable[[], bytes | None]:
        return lambda: values(station, 1, turn)[1] if (turn := next(turns)) % 4 == 0 else None

    return Line(host, {station: Station(cyclic=cyclic(station)) for station in (1, 2)}, answers)


def command(station: int, address: int, on: bool, select: bool = False, cause: int = ACT) -> bytes:
    """A single command."""
    return unit(SIZES, cause, station, thing("SingleCommand", address, BOOL(on), BOOL(select), I32(0)))


def setpoint(station: int, value: float) -> bytes:
    """A set-point command of the voltage."""
    return unit(SIZES, ACT, station, thing("SetpointCommandShort", SETPOINT, F32(value), BOOL(False), I32(0)))


def interrogation(station: int) -> bytes:
    """Station interrogation."""
    return unit(SIZES, ACT, station, thing("InterrogationCommand", 0, U8(20)))


def clock(station: int, milliseconds: int | None = None) -> bytes:
    """Clock synchronisation, to the present where nothing else is said."""
    now = round(time.time() * 1000) if milliseconds is None else milliseconds
    return unit(SIZES, ACT, station, thing("ClockSynchronizationCommand", 0, time_tag(now)))


async def _turn(primary: Primary, turn: int) -> None:
    if turn % 6 == 0:
        for each in (1, 2):
            await primary.send(each, clock(each))
            await primary.send(each, interrogation(each))
    orders, between = divmod(turn, 4)
    if between == 0:
        station, on = 1 + orders % 2, orders % 4 < 2
        await primary.send(station, command(station, SWITCH, on, select=True))
        await primary.send(station, command(station, SWITCH, on))
        await primary.send(station, setpoint(station, 10.0 + orders % 4 / 10))
    for _ in range(3):
        for each in (1, 2):
            await primary.poll(each)
        await asyncio.sleep(0.2)


def normally(seconds: float) -> Work:
    """The master's work: polls, clocks, interrogations, the switch by select and execute, the set-point."""

    async def work(primary: Primary) -> None:
        for station in (1, 2):
            await primary.open(station)
        end, turn = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            await _turn(primary, turn)
            turn += 1

    return work


def work_as(lab: Lab, host: str, work: Work, server: str = "feeder", width: int = 1) -> None:
    """Connect as a primary station, work, hang up."""

    async def visit() -> None:
        async with Primary(server, width) as primary:
            await work(primary)

    lab[host].run(visit())


def serving(lab: Lab, deed: Callable[[], None], served: Line | None = None) -> None:
    """Do something while the line is there."""
    served = served or line()
    lab["feeder"].run(served.serve())
    deed()
    lab["feeder"].run(served.stop())
