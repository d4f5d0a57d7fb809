"""The whole plant: normal life of every host for a while, then the attacker's steps; and the demo made from it."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

import yaml
from pymodbus.exceptions import ModbusException

from compose.plant import modbus_master as master
from compose.plant import pcap
from compose.plant.addresses import HOSTS
from compose.plant.attack_steps import play
from compose.plant.catalogue import UNFINISHED
from compose.plant.cell import Cell
from compose.plant.demo_site import PROOFS_ONLY, demo_site
from compose.plant.field_cells import start_all
from compose.plant.lab import Lab
from compose.plant.modbus_work import SETPOINTS, Work, maintain_normally
from compose.plant.modbus_work import session as modbus_session
from compose.plant.mqtt_cell import MqttCell
from compose.plant.mqtt_nodes import EdgeNode
from compose.plant.namespaces import PlantError
from compose.plant.opcua_cell import OpcuaCell
from compose.plant.opcua_client import READABLE, Login, inspect, node, session, watch
from compose.plant.proofs_modbus import ALL_POLLS

DEMO = Path("rules/demo/demo.pcap")
_DEMO_SECONDS = 70.0
_DEMO_LIMIT = 3_200_000  # bytes
_SLOWER = 2.0  # factor on all polling periods, so that the demo stays small
_HEAD = "# {about}\n"


class Plant:
    """Every host of the plant at work."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.modbus = Cell(lab)
        for name in ("plc1", "plc2", "gw"):
            self.modbus.start_device(name)
        process = (self.modbus.tank, self.modbus.drive)
        self.opcua = OpcuaCell(lab, lives=False)
        self.opcua.server.tank, self.opcua.server.drive = process
        self.mqtt = MqttCell(lab, edge=EdgeNode(lab, process, _SLOWER))
        self.mqtt.start()
        self.field = start_all(lab)
        for client, server in ALL_POLLS:
            seen = self._show if client == "opc" else None
            self.modbus.poll(client, server, _SLOWER, seen)
        self._works: list[Future[None]] = [
            lab["hmi"].start(_operate(self.opcua.login("hmi", "operator"))),
            lab["hmi"].start(_set_points()),
            lab["hist"].start(_archive(self.opcua.login("hist", "historian"))),
            lab["eng"].start(_engineer(self.opcua.login("eng", "engineer"))),
        ]

    def _show(self, poll: master.Poll, values: Sequence[int] | Sequence[bool]) -> None:
        """Put what the OPC UA server polled from the controllers into its nodes."""
        asyncio.get_running_loop().create_task(self.opcua.server.show())

    def check(self) -> None:
        """Raise what went wrong in the background."""
        self.modbus.check()
        for cell in self.field:
            cell.check()
        for work in self._works:
            if work.done():
                work.result()

    def close(self) -> None:
        """End all clients, then the servers."""
        with contextlib.ExitStack() as last:  # each is ended, whatever the one before did
            for name in self.modbus.devices:
                last.callback(self.modbus.stop_device, name)
            last.callback(self.opcua.stop)
            last.callback(self.mqtt.stop)
            for cell in self.field:
                last.callback(cell.stop)
            for work in (*self._works, *self.modbus.pollers.values()):
                last.callback(work.cancel)


async def _operate(login: Login) -> None:
    async with session(login) as client:
        await watch(client, READABLE, 1000.0)
        while True:
            await asyncio.sleep(3600)


def _writing(value: int) -> Work:
    return lambda client: client.write_register(100, value)


async def _set_points() -> None:
    """Write a level set-point every ten seconds, a speed set-point in between, as an operator does."""
    number = 0
    while True:
        await asyncio.sleep(5)
        await _try("plc1", _writing(SETPOINTS[number % len(SETPOINTS)]))
        await asyncio.sleep(5)
        await _try("plc2", _writing((1450, 1400, 1500)[number % 3]))
        number += 1


async def _try(server: str, work: Work) -> None:
    """People whose device does not answer try again later."""
    with contextlib.suppress(ModbusException, ConnectionError):
        await modbus_session(server, work)


async def _archive(login: Login) -> None:
    async with session(login) as client:
        nodes = [node(client, name) for name in READABLE]
        while True:
            await client.read_values(nodes)
            await asyncio.sleep(2)


async def _engineer(login: Login) -> None:
    """Every 20 seconds: identity of both controllers, a look into the OPC UA address space."""
    while True:
        await asyncio.sleep(6)
        for server in ("plc1", "plc2"):
            await _try(server, maintain_normally)
        await inspect(login)
        await asyncio.sleep(14)


def run(seconds: float, out: Path, attacks: bool, labels: Path | None) -> int:
    """Run the plant for `seconds`, then the attacks if wished, into a capture and a label file; returns 0."""
    # The plant is switched off when nobody looks any more: its end is no part of its life.
    with (
        Lab([host for host in HOSTS if host not in PROOFS_ONLY]) as lab,
        contextlib.ExitStack() as life,
        lab.capture(out),
    ):
        plant = life.enter_context(contextlib.closing(Plant(lab)))
        with lab.step("normal operation", "hmi", "plc1"):
            end = time.monotonic() + seconds
            while (left := end - time.monotonic()) > 0:
                time.sleep(min(1.0, left))
                plant.check()
        if attacks:
            play(lab)
            time.sleep(3)
        steps = [step.as_label() for step in lab.steps]
    found = pcap.extent(out)
    if labels is not None:
        about = _HEAD.format(about=f"What was done when in {out.name}; made by compose/plant, do not edit.")
        body = {
            "capture": out.name,
            "frames": found.frames,
            "seconds": round(found.last - found.first, 1),
            "steps": steps,
        }
        labels.write_text(about + yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=118))
    print(f"{out}: {found.frames} frames, {found.size} bytes, {found.last - found.first:.0f} s", file=sys.stderr)
    return 0


def make_demo(into: Path) -> None:
    """Make the demo capture with its labels and its site model; into: folder in place of the project's root."""
    demo = into / DEMO
    labels = demo.with_suffix(".labels.yml")
    demo.parent.mkdir(parents=True, exist_ok=True)
    unfinished = into / UNFINISHED / demo.name
    try:
        run(_DEMO_SECONDS, unfinished, True, labels)
        size = unfinished.stat().st_size
        if size > _DEMO_LIMIT:
            raise PlantError(f"{demo}: {size} bytes, more than {_DEMO_LIMIT}; make the scenario shorter")
        unfinished.replace(demo)
    finally:
        unfinished.unlink(missing_ok=True)
    demo.with_suffix(".site.yml").write_text(demo_site())
