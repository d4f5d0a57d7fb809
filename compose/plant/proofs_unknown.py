"""Proof captures of a protocol nobody recognises: a maker's own, between the operator station and the tank controller.

No stack speaks it, as it belongs to nobody: both ends are the plant's own.
"""

from __future__ import annotations

import asyncio
import random
import struct
from collections.abc import Callable

from compose.plant.addresses import ip
from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.proofs_modbus import NORMAL

PORT = 9100
USUAL = "general/proprietary-normal.pcap"
_TURNS = 14
Message = Callable[[int, bool], bytes]


def usual(number: int, reply: bool) -> bytes:
    """The maker's protocol: mark 2, length 2, number 2, values."""
    values = bytes(random.Random(number).choices(range(60), k=4 + number % 5))
    return bytes([0x7E, 0x81 if reply else 0x01]) + struct.pack(">HH", len(values) + 2, number) + values


def another(number: int, reply: bool) -> bytes:
    """Something else on the same service: lines of text."""
    return (f"ok {number * 7}\r\n" if reply else f"get {'x' * (number % 4)} {number}\r\n").encode()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: Message) -> None:
    number = 0
    while await reader.read(4096):
        writer.write(message(number, True))
        number += 1
    writer.close()


async def _ask(message: Message) -> None:
    reader, writer = await asyncio.open_connection(ip("plc1"), PORT)
    for number in range(_TURNS):
        writer.write(message(number, False))
        await reader.read(4096)
        await asyncio.sleep(0.15)
    writer.close()


def _talk(lab: Lab, message: Message, times: int) -> None:
    async def listen() -> asyncio.Server:
        return await asyncio.start_server(lambda reader, writer: _serve(reader, writer, message), ip("plc1"), PORT)

    server = lab["plc1"].run(listen())
    for _ in range(times):
        lab["hmi"].run(_ask(message))
    lab["plc1"].loop.call_soon_threadsafe(server.close)


@capture(
    USUAL,
    "A maker's own protocol between operator station and controller. Learn from it. Both ends are the plant's own.",
    "plc1 hmi",
    rules="G33",
    kind="benign",
    check={f"tcp.port=={PORT} && tcp.len>0": 40},
)
def proprietary_normal(lab: Lab) -> None:
    """Two connections."""
    _talk(lab, usual, 2)


@capture(
    "general/proprietary-later.pcap",
    "The same maker's protocol later: the same shape, other values.",
    "plc1 hmi",
    rules="G33",
    kind="benign",
    learn=f"{NORMAL} {USUAL}",
    check={f"tcp.port=={PORT} && tcp.len>0": 20},
)
def proprietary_later(lab: Lab) -> None:
    """One connection."""
    _talk(lab, lambda number, reply: usual(number + 40, reply), 1)


@capture(
    "general/proprietary-changed.pcap",
    "The service of the maker's protocol is spoken to in another language.",
    "plc1 hmi",
    rules="G33",
    learn=f"{NORMAL} {USUAL}",
    check={f"tcp.port=={PORT} && tcp.len>0": 20},
)
def proprietary_changed(lab: Lab) -> None:
    """One connection of the usual kind, one of another."""
    with lab.step("another protocol on the same service", "hmi", "plc1", ["T0869", "T0885"], ["G33"]):
        _talk(lab, another, 1)
