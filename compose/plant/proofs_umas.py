"""Proof captures of the UMAS rules: MB13 and its kin. pymodbus carries UMAS, the answers are the plant's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from compose.plant import umas
from compose.plant.catalogue import capture
from compose.plant.cell import Cell
from compose.plant.lab import Lab
from compose.plant.proofs_modbus import NORMAL, while_polled
from compose.plant.umas import Station

Deed = Callable[[Station], Coroutine[object, object, None]]


async def _work(name: str, deed: Deed) -> None:
    async with umas.Station("plc2", name) as station:
        await station.greet()
        await deed(station)


def _do(lab: Lab, host: str, name: str, techniques: list[str], rules: list[str], deed: Deed) -> None:
    def act(cell: Cell) -> None:
        with lab.step(name, host, "plc2", techniques, rules):
            lab[host].run(_work("ENG-STATION-1" if host == "eng" else "PC-4711", deed))

    while_polled(lab, act)


@capture(
    "modbus/umas-stop-start.pcap",
    "A stranger reserves the controller by UMAS, stops it and starts it again.",
    "plc1 plc2 hmi att",
    rules="MB13 MB13R",
    learn=NORMAL,
    check={"modbus.func_code==90": 10},
)
def umas_stop_start(lab: Lab) -> None:
    """Reserve, stop, start, release."""

    async def stop(station: Station) -> None:
        await station.reserve()
        await station.ask(0x41)
        await asyncio.sleep(1)
        await station.ask(0x40)
        await station.release()

    _do(lab, "att", "controller stopped", ["T0858", "T0889"], ["MB13", "MB13R"], stop)


@capture(
    "modbus/umas-program-load.pcap",
    "A stranger reserves the controller by UMAS and writes another program into it.",
    "plc1 plc2 hmi att",
    rules="MB13 MB13R",
    learn=NORMAL,
    check={"modbus.func_code==90": 12},
)
def umas_program_load(lab: Lab) -> None:
    """Reserve, write five blocks, release."""

    async def load(station: Station) -> None:
        await station.reserve()
        await station.load(umas.PROGRAM[::-1])
        await station.release()

    _do(lab, "att", "program written", ["T0843", "T0889"], ["MB13", "MB13R"], load)


@capture(
    "modbus/umas-program-fetch.pcap",
    "A stranger reads the program out of the controller by UMAS.",
    "plc1 plc2 hmi att",
    rules="MB13U MB13R",
    learn=NORMAL,
    check={"modbus.func_code==90": 12},
)
def umas_program_fetch(lab: Lab) -> None:
    """Reserve, read five blocks, release."""

    async def fetch(station: Station) -> None:
        await station.reserve()
        await station.fetch()
        await station.release()

    _do(lab, "att", "program read", ["T0845"], ["MB13U", "MB13R"], fetch)


@capture(
    "modbus/umas-engineering.pcap",
    "The engineering station looks by UMAS: version, project, state, variables. Nothing is reserved or changed.",
    "plc1 plc2 hmi eng",
    rules="MB13 MB13U MB13R",
    kind="benign",
    learn=NORMAL,
    check={"modbus.func_code==90": 10},
)
def umas_engineering(lab: Lab) -> None:
    """Reading only."""

    async def look(station: Station) -> None:
        await station.ask(0x22, umas.read_of((2, 4, 2), (2, 16, 3)))
        await station.ask(0x20, bytes.fromhex("00020000000000") + b"\x10\0")

    _do(lab, "eng", "engineering station looks", [], [], look)
