"""Golden captures of Dosewire, the worked example of a dissector."""

from __future__ import annotations

import asyncio
import struct

from compose.plant.addresses import ip
from compose.plant.catalogue import capture
from compose.plant.dosewire import REQUEST, Controller, frame, terminal, texts
from compose.plant.lab import Lab


@capture(
    "dosewire/work.pcap",
    "A terminal at a dosing controller: identity, login, weights, setpoints, a recipe, a batch with its reports, tare,"
    " the seal and a calibration. Server and client are the plant's own, over TCP.",
    "plc2 hmi",
    kind="golden",
    check={"tcp.port==9470": 40},
)
def work(lab: Lab) -> None:
    """Every function once at least, most twice: the polled ones with values that stay and that change."""
    lab["plc2"].start(Controller().serve())
    lab["hmi"].run(_work(ip("plc2")))


async def _work(host: str) -> None:
    async with terminal(host) as at:
        await at.ask(0x01)
        await at.ask(0x50, texts("OPERATOR", "4711"))
        for _ in range(4):
            await at.ask(0x10, b"\x01\x02")
        await at.ask(0x20, struct.pack(">Bf", 1, 22.5))
        await at.ask(0x20, struct.pack(">Bf", 2, 4.25))
        await at.ask(0x60, struct.pack(">H", 12) + bytes(range(200)))
        await at.ask(0x32, b"\x01")
        await at.ask(0x30, struct.pack(">H", 12))
        for _ in range(4):
            await asyncio.sleep(0.6)
            await at.ask(0x10, b"\x01\x02")
        await at.ask(0x31)
        await at.ask(0x40, struct.pack(">BI", 1, 20_000))
        await at.ask(0x41)
        await at.ask(0x40, struct.pack(">BI", 1, 20_000))


@capture(
    "dosewire/odd.pcap",
    "What is refused, broken or late: a wrong PIN, values out of range, an unknown function, a wrong checksum, bodies"
    " too short, four requests in one segment, one request in three, a request nobody answers, noise between messages.",
    "plc2 hmi",
    kind="golden",
    check={"tcp.port==9470": 30},
)
def odd(lab: Lab) -> None:
    """Each flag once at least, each status but two."""
    controller = Controller()
    lab["plc2"].start(controller.serve())
    lab["hmi"].run(_odd(ip("plc2"), controller))


async def _odd(host: str, controller: Controller) -> None:
    async with terminal(host) as at:
        await at.ask(0x50, texts("SERVICE", "0000"))
        await at.ask(0x41)
        await at.ask(0x20, struct.pack(">Bf", 1, 600.0))
        await at.ask(0x10, b"\x05\x01")
        await at.ask(0x6E, b"\x01")
        await at.ask(0x20, b"\x01")
        await at.send(at.request(0x10, b"\x01\x01")[:-2] + b"\xff\xff")
        await at.reply()
        await at.send(b"".join(at.request(0x10, bytes([1 + number % 2, 1])) for number in range(4)))
        for _ in range(4):
            await at.reply()
        slow = at.request(0x60, struct.pack(">H", 13) + bytes(60))
        for piece in (slow[:3], slow[3:40], slow[40:]):
            await at.send(piece)
            await asyncio.sleep(0.2)
        await at.reply()
        controller.silent = True
        await at.send(at.request(0x32, b"\x02"))
        await asyncio.sleep(0.3)
        # A sequence number that is used again, and another station.
        await at.send(frame(REQUEST, 900, 8, 0x01) + frame(REQUEST, 900, 8, 0x01))
        await asyncio.sleep(0.3)
    controller.silent = False
    async with terminal(host) as at:
        await at.ask(0x01)
        await at.ask(0x10, b"\x01\x01")
        # The controller waits for bytes that never come; the sensor finds the next message.
        await at.send(b"\0\0noise")
        await at.send(at.request(0x10, b"\x01\x01"))
        await asyncio.sleep(0.3)
