"""Proof captures of the Modbus rules about writing: MB01 to MB04 and MB14."""

from __future__ import annotations

import asyncio
import time

from pymodbus.client import AsyncModbusTcpClient

from compose.plant import modbus_master as master
from compose.plant.addresses import MODBUS_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.cell import Cell, modbus_cell
from compose.plant.lab import Lab
from compose.plant.modbus_device import Controller
from compose.plant.modbus_work import session
from compose.plant.proofs_modbus import NORMAL, WARM_UP, while_polled


@capture(
    "modbus/hmi-write.pcap",
    "The HMI, an allowed writer, writes known set-points inside their range.",
    "plc1 hmi",
    rules="MB01 MB02 MB03 MB04 MB14",
    kind="benign",
    learn=NORMAL,
    check={"modbus.func_code==6": 6},
)
def hmi_write(lab: Lab) -> None:
    """Three set-points, two seconds apart."""
    work = master.write_setpoints("plc1", 100, (1950, 2000, 2050), 2.0)
    while_polled(lab, lambda cell: lab["hmi"].run(work))


@capture(
    "modbus/unauthorised-write.pcap",
    "A stranger writes a set-point, coils and registers with every write function (5, 6, 15, 16, 22, 23).",
    "plc1 hmi att",
    rules="MB01 G01 G02",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && modbus.func_code==6": 1, "ip.src==10.9.1.66 && modbus.func_code==23": 1},
)
def unauthorised_write(lab: Lab) -> None:
    """Six writes by the attacker."""

    async def write(client: AsyncModbusTcpClient) -> None:
        await client.write_register(100, 2400)
        await client.write_coil(0, False)
        await client.write_coils(8, [True, False, True])
        await client.write_registers(100, [2300, 660])
        await client.mask_write_register(address=101, and_mask=0x00FF, or_mask=0x0200)
        await client.readwrite_registers(read_address=100, read_count=3, write_address=101, values=[655])
        await client.write_coil(0, True)

    with_step = lab.step("unauthorised write", "att", "plc1", ["T0855", "T0848"], ["MB01"])

    def act(cell: Cell) -> None:
        with with_step:
            lab["att"].run(session("plc1", write))

    while_polled(lab, act)


@capture(
    "modbus/first-write-to-object.pcap",
    "The HMI, an allowed writer, writes registers it has never written: holding 105 and the float at 110-111.",
    "plc1 hmi",
    rules="MB02",
    learn=NORMAL,
    check={"modbus.func_code==16": 2},
)
def first_write_to_object(lab: Lab) -> None:
    """Two writes to new objects."""

    async def write(client: AsyncModbusTcpClient) -> None:
        await client.write_register(105, 7)
        await client.write_registers(110, [0x4455, 0x0000])

    def act(cell: Cell) -> None:
        with lab.step("first write to an object", "hmi", "plc1", ["T0836"], ["MB02"]):
            lab["hmi"].run(session("plc1", write))

    while_polled(lab, act)


@capture(
    "modbus/value-out-of-range.pcap",
    "The HMI writes the level set-point 3900 mm: outside the learned (1900-2100) and the engineered range (1000-3000).",
    "plc1 hmi",
    rules="MB03",
    learn=NORMAL,
    check={"modbus.func_code==6": 4},
)
def value_out_of_range(lab: Lab) -> None:
    """One write, taken back three seconds later."""

    def act(cell: Cell) -> None:
        with lab.step("set-point outside its range", "hmi", "plc1", ["T0836", "T0831"], ["MB03"]):
            lab["hmi"].run(master.write_setpoints("plc1", 100, (3900,), 3.0))
        lab["hmi"].run(master.write_setpoints("plc1", 100, (2000,), 0.5))

    while_polled(lab, act)


@capture(
    "modbus/write-burst.pcap",
    "40 writes in 5 s to a known set-point by the HMI: a rate no operator has.",
    "plc1 hmi",
    rules="MB04",
    learn=NORMAL,
    check={"modbus.func_code==6": 80},
)
def write_burst(lab: Lab) -> None:
    """Values inside the range, only the rate is wrong."""
    values = [1950 + 5 * (number % 20) for number in range(40)]

    def act(cell: Cell) -> None:
        with lab.step("write burst", "hmi", "plc1", ["T0806"], ["MB04"]):
            lab["hmi"].run(master.write_setpoints("plc1", 100, values, 0.12))

    while_polled(lab, act)


@capture(
    "modbus/coil-toggling.pcap",
    "One coil is switched 24 times in 6 s.",
    "plc1 hmi",
    rules="MB04",
    learn=NORMAL,
    check={"modbus.func_code==5": 48},
)
def coil_toggling(lab: Lab) -> None:
    """The alarm acknowledgement coil, which the HMI may write, toggled."""

    async def toggle(client: AsyncModbusTcpClient) -> None:
        for number in range(24):
            await client.write_coil(2, number % 2 == 0)
            await asyncio.sleep(0.25)

    def act(cell: Cell) -> None:
        with lab.step("coil toggling", "hmi", "plc1", ["T0806"], ["MB04"]):
            lab["hmi"].run(session("plc1", toggle))

    while_polled(lab, act)


@capture(
    "modbus/broadcast-write.pcap",
    "A stranger writes a register to unit 0 of the serial gateway: every device behind it obeys, none answers.",
    "gw hmi att",
    rules="MB14 MB01",
    learn=NORMAL,
    check={"modbus.func_code==6 && mbtcp.unit_id==0": 1},
)
def broadcast_write(lab: Lab) -> None:
    """Three broadcasts."""

    async def broadcast(client: AsyncModbusTcpClient) -> None:
        for value in (1, 2, 3):
            await client.write_register(10, value, device_id=0, no_response_expected=True)
            await asyncio.sleep(0.5)

    with modbus_cell(lab, [("hmi", "gw")]):
        time.sleep(WARM_UP)
        with lab.step("broadcast write", "att", "gw", ["T0855"], ["MB14", "MB01"]):
            lab["att"].run(session("gw", broadcast))
        time.sleep(WARM_UP)


@capture(
    "modbus/direct-unit-255.pcap",
    "The HMI writes a known set-point of a direct TCP server as unit 255: the usual unit there, not a broadcast.",
    "plc1 hmi",
    rules="MB14",
    kind="benign",
    learn=NORMAL,
    check={"modbus.func_code==6 && mbtcp.unit_id==255": 6},
)
def direct_unit_255(lab: Lab) -> None:
    """Three writes with unit 255."""

    async def write(client: AsyncModbusTcpClient) -> None:
        for value in (1950, 2000, 2050):
            await client.write_register(100, value, device_id=255)
            await asyncio.sleep(2)

    with modbus_cell(lab, (), devices=()) as cell:
        cell.start_device("plc1", Controller("plc1", (ip("plc1"), MODBUS_PORT), (1, 255)))
        cell.poll("hmi", "plc1")
        time.sleep(WARM_UP)
        lab["hmi"].run(session("plc1", write))
