"""Proof captures of the Modbus rules about looking around: MB05, MB07, MB08 and MB12."""

from __future__ import annotations

import asyncio
import time

from pymodbus.client import AsyncModbusTcpClient

from compose.plant.catalogue import capture
from compose.plant.cell import Cell, modbus_cell
from compose.plant.lab import Lab
from compose.plant.modbus_work import harvest_registers, identify, scan_units, session
from compose.plant.proofs_modbus import NORMAL, WARM_UP, while_polled


@capture(
    "modbus/new-read-range.pcap",
    "The historian, a known reader, reads holding registers 40-59 for the first time.",
    "plc1 hmi hist",
    rules="MB05",
    learn=NORMAL,
    check={"ip.src==10.9.1.32 && modbus.func_code==3": 3},
)
def new_read_range(lab: Lab) -> None:
    """Three reads of a new range."""

    async def harvest(client: AsyncModbusTcpClient) -> None:
        for start in (40, 50, 40):
            await client.read_holding_registers(start, count=10)
            await asyncio.sleep(0.4)

    def act(cell: Cell) -> None:
        with lab.step("new read range", "hist", "plc1", ["T0861", "T0801"], ["MB05"]):
            lab["hist"].run(session("plc1", harvest))

    while_polled(lab, act)


@capture(
    "modbus/register-harvest.pcap",
    "A stranger reads the whole register and coil space in blocks: collection before an attack.",
    "plc1 hmi att",
    rules="MB05",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && modbus": 60},
)
def register_harvest(lab: Lab) -> None:
    """Every table in small blocks, beyond its end."""

    def act(cell: Cell) -> None:
        with lab.step("register harvest", "att", "plc1", ["T0801", "T0861"], ["MB05"]):
            lab["att"].run(session("plc1", harvest_registers))

    while_polled(lab, act)


@capture(
    "modbus/exception-burst.pcap",
    "A known reader gets 25 exceptions in 5 s (illegal address, value, unit): probing or a broken configuration.",
    "plc1 hmi hist",
    rules="MB07",
    learn=NORMAL,
    check={"modbus.exception_code": 25},
)
def exception_burst(lab: Lab) -> None:
    """Illegal addresses by the historian."""

    async def probe(client: AsyncModbusTcpClient) -> None:
        for number in range(25):
            await client.read_holding_registers(1000 + number, count=2)
            await asyncio.sleep(0.2)

    def act(cell: Cell) -> None:
        with lab.step("exception burst", "hist", "plc1", ["T0846", "T0888"], ["MB07"]):
            lab["hist"].run(session("plc1", probe))

    while_polled(lab, act)


@capture(
    "modbus/exception-single.pcap",
    "Two exceptions in ten seconds, as after a typing error: no burst.",
    "plc1 hmi hist",
    rules="MB07",
    kind="benign",
    learn=NORMAL,
    check={"modbus.exception_code": 2},
)
def exception_single(lab: Lab) -> None:
    """Two illegal addresses, four seconds apart."""

    async def mistype(client: AsyncModbusTcpClient) -> None:
        for address in (1000, 1001):
            await client.read_holding_registers(address, count=2)
            await asyncio.sleep(4)

    while_polled(lab, lambda cell: lab["hist"].run(session("plc1", mistype)))


@capture(
    "modbus/identification-by-stranger.pcap",
    "A stranger asks both controllers who they are: FC 43/14 basic, regular, extended, one object, and FC 17.",
    "plc1 plc2 hmi att",
    rules="MB08",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && modbus.func_code==43": 6, "ip.src==10.9.1.66 && modbus.func_code==17": 2},
)
def identification_by_stranger(lab: Lab) -> None:
    """Four identity reads on each controller."""

    def act(cell: Cell) -> None:
        for server in ("plc1", "plc2"):
            with lab.step("identification by a stranger", "att", server, ["T0888"], ["MB08"]):
                lab["att"].run(session(server, identify))

    while_polled(lab, act)


@capture(
    "modbus/unit-scan.pcap",
    "A stranger tries unit identifiers 1 to 20 behind the gateway; only 1 to 3 answer.",
    "gw hmi att",
    rules="MB12",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && modbus": 20},
)
def unit_scan(lab: Lab) -> None:
    """One read per unit."""
    with modbus_cell(lab, [("hmi", "gw")]):
        time.sleep(WARM_UP)
        with lab.step("unit identifier scan", "att", "gw", ["T0846"], ["MB12"]):
            lab["att"].run(session("gw", scan_units))
        time.sleep(WARM_UP)
