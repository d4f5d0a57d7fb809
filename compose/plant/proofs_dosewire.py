"""Proof captures of the rules on Dosewire, the worked example of a dissector."""

from __future__ import annotations

import asyncio
import struct

from compose.plant.addresses import ip
from compose.plant.catalogue import capture, labelled
from compose.plant.dosewire import Controller, terminal, texts
from compose.plant.lab import Lab


async def _weigh(host: str) -> None:
    """A shift in short: login, weights, setpoint, a batch, a tare."""
    async with terminal(host) as at:
        await at.ask(0x01)
        await at.ask(0x50, texts("OPERATOR", "4711"))
        await at.ask(0x20, struct.pack(">Bf", 1, 22.5))
        await at.ask(0x30, struct.pack(">H", 3))
        for _ in range(5):
            await asyncio.sleep(0.4)
            await at.ask(0x10, b"\x01\x02")
        await at.ask(0x31)
        await at.ask(0x32, b"\x01")


async def _calibrate(host: str) -> None:
    async with terminal(host) as at:
        await at.ask(0x50, texts("SERVICE", "4711"))
        await at.ask(0x41)
        await at.ask(0x40, struct.pack(">BI", 1, 19_000))


@capture(
    "dosewire/calibration.pcap",
    "Somebody breaks the seal of a dosing controller and calibrates a scale with a wrong weight.",
    "plc2 hmi att",
    rules="DW01",
    check={"tcp.port==9470": 20},
)
@labelled("scale calibrated", "att", "plc2", "T0836", "DW01")
def calibration(lab: Lab) -> None:
    """Weighing first, then the seal and the calibration."""
    lab["plc2"].start(Controller().serve())
    lab["hmi"].run(_weigh(ip("plc2")))
    lab["att"].run(_calibrate(ip("plc2")))


@capture(
    "dosewire/weighing.pcap",
    "An operator weighs and doses: nothing of the scales themselves is changed.",
    "plc2 hmi",
    rules="DW01",
    kind="benign",
    check={"tcp.port==9470": 20},
)
@labelled("weighing", "hmi", "plc2", "", "")
def weighing(lab: Lab) -> None:
    """The shift alone."""
    lab["plc2"].start(Controller().serve())
    lab["hmi"].run(_weigh(ip("plc2")))
