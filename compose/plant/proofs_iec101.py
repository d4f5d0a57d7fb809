"""Proof captures of IEC 60870-5-101 in TCP: the feeders at work, and primary stations that should not be there.

Data units are lib60870's; frames and link are by hand, for no free stack of them was found.
"""

from __future__ import annotations

from collections.abc import Callable

from compose.plant.catalogue import Script, capture
from compose.plant.iec101_feeder import (
    ACT,
    SIZES,
    SPARE,
    SWITCH,
    Work,
    clock,
    command,
    interrogation,
    normally,
    serving,
    setpoint,
    work_as,
)
from compose.plant.iec101_line import RESET, Primary, variable
from compose.plant.iec101_units import BOOL, F32, I32, U8, thing, unit
from compose.plant.lab import Lab

NORMAL = "iec101/normal.pcap"
SHARED = "IE01 IE02 IE02S IE03 IE04 IE05 IE06 IE07 IE08 IE09 IE10 IE12"
ALL_RULES = f"{SHARED} IE13 IE14 IE15"
MADE = "; frames and link by hand, data units of lib60870."
FRAMES = "tcp.port==4001 && tcp.len>0"


@capture(NORMAL, "Two feeder switches polled, interrogated and commanded by their master. Learn from it" + MADE,
         "feeder hmi", rules=ALL_RULES, kind="benign", check={FRAMES: 400})  # fmt: skip
def normal(lab: Lab) -> None:
    """25 seconds of normal work."""
    serving(lab, lambda: work_as(lab, "hmi", normally(25)))


@capture("iec101/normal-later.pcap", "The same line later: nothing may fire" + MADE, "feeder hmi", rules=ALL_RULES,
         kind="benign", learn=NORMAL, check={FRAMES: 150})  # fmt: skip
def normal_later(lab: Lab) -> None:
    """10 seconds of the same work."""
    serving(lab, lambda: work_as(lab, "hmi", normally(10)))


def proof(
    file: str, purpose: str, rules: str, techniques: str, frames: int, source: str = "att"
) -> Callable[[Work], Script]:
    """Register what a primary station does as the capture and the step of a proof."""

    def register(work: Work) -> Script:
        def script(lab: Lab) -> None:
            def act() -> None:
                with lab.step(file.partition("/")[2], source, "feeder", techniques.split(), rules.split()):
                    work_as(lab, source, work)

            serving(lab, act)

        script.__name__, script.__module__ = work.__name__, work.__module__
        return capture(f"{file}.pcap", purpose + MADE, f"feeder {source}", rules=rules, learn=NORMAL,
                       check={FRAMES: frames})(script)  # fmt: skip

    return register


@proof("iec101/unauthorised-command", "A stranger resets the link, interrogates, sets a set-point, opens a switch",
       "IE01 IE04 IE10 IE14", "T0855 T0848", 20)  # fmt: skip
async def unauthorised_command(primary: Primary) -> None:
    await primary.open(1)
    await primary.send(1, interrogation(1))
    await primary.send(1, setpoint(1, 30.0))
    await primary.send(1, command(1, SWITCH, False, select=True))
    await primary.send(1, command(1, SWITCH, False))


@proof("iec101/first-command", "The master commands an object it never commanded", "IE02", "T0855 T0836", 10, "hmi")
async def first_command(primary: Primary) -> None:
    await primary.open(1)
    await primary.send(1, interrogation(1))
    await primary.send(1, command(1, 4002, True))


@proof("iec101/select-differs", "A switch is selected to close and then opened", "IE02S", "T0855 T0830", 10, "hmi")
async def select_differs(primary: Primary) -> None:
    await primary.open(1)
    await primary.send(1, interrogation(1))
    await primary.send(1, command(1, SWITCH, True, select=True))
    await primary.send(1, command(1, SWITCH, False))


@proof("iec101/sweep", "A stranger opens and closes all switches", "IE01 IE03", "T0806 T0855", 60)
async def sweep(primary: Primary) -> None:
    await primary.open(2)
    for address in SPARE:
        for on in (True, False):
            await primary.send(2, command(2, address, on))


@proof("iec101/reset", "A stranger resets a station's process", "IE05", "T0816", 6)
async def reset(primary: Primary) -> None:
    await primary.open(1)
    await primary.send(1, unit(SIZES, ACT, 1, thing("ResetProcessCommand", 0, U8(1))))


@proof("iec101/clock", "A stranger sets a station's clock back by years", "IE06", "T0836", 6)
async def back_in_time(primary: Primary) -> None:
    await primary.open(1)
    await primary.send(1, clock(1, 1_700_000_000_000))


@proof("iec101/parameters", "A stranger loads a threshold and activates it", "IE07", "T0836 T0838", 8)
async def parameters(primary: Primary) -> None:
    await primary.open(1)
    await primary.send(1, unit(SIZES, ACT, 1, thing("ParameterFloatValue", 5003, F32(9.5), U8(1))))
    await primary.send(1, unit(SIZES, ACT, 1, thing("ParameterActivation", 5003, U8(3))))


@proof("iec101/file", "A stranger asks for the directory and selects a file", "IE08", "T0845", 6)
async def file(primary: Primary) -> None:
    await primary.open(1)
    await primary.send(1, interrogation(1))
    await primary.send(1, unit(SIZES, 5, 1, thing("FileCallOrSelect", 6001, I32(0), U8(0), U8(0))))
    await primary.send(1, unit(SIZES, 13, 1, thing("FileCallOrSelect", 6001, I32(1), U8(0), U8(1))))


@proof("iec101/refusals", "A stranger guesses object addresses", "IE01 IE09", "T0846 T0806", 30)
async def refusals(primary: Primary) -> None:
    await primary.open(1)
    for address in range(7001, 7009):
        await primary.send(1, command(1, address, True))


@proof("iec101/link-storm", "A link is reset again and again, so that no frame count stands", "IE13", "T0814 T0815", 40)
async def link_storm(primary: Primary) -> None:
    for _ in range(20):
        await primary.ask(RESET, 1)


@proof("iec101/second-primary", "A stranger polls the stations and takes their events away", "IE14", "T0801 T0804", 12)
async def second_primary(primary: Primary) -> None:
    for _ in range(3):
        for station in (1, 2):
            await primary.poll(station)


@proof("iec101/checksums", "Frames with wrong checksums are thrown at a line", "IE15", "T0814", 25)
async def checksums(primary: Primary) -> None:
    await primary.open(1)
    await primary.send(1, interrogation(1))
    frame = variable(0x73, 1, command(1, SWITCH, True))
    for wrong in range(20):
        await primary.raw(frame[:-2] + bytes([(frame[-2] + 1 + wrong) & 0xFF, 0x16]), wait=0.05)


@proof("iec101/malformed", "Data units that the standard does not know", "IE12", "T0814 T0855", 10)
async def malformed(primary: Primary) -> None:
    await primary.open(1)
    await primary.send(1, interrogation(1))
    things = (thing("SingleCommand", address, BOOL(True), BOOL(False), I32(0)) for address in (4001, 4002))
    both = unit(SIZES, ACT, 1, *things)
    for odd in (bytes([200]) + both[1:], both[:2] + b"\x2a" + both[3:], both[:3] + b"\x00" + both[4:], both[:-2]):
        await primary.send(1, odd)
