"""What people do on Modbus in the plant: operators, engineers, and intruders that look around."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.pdu.file_message import FileRecord

from compose.plant import modbus_master as master

SETPOINTS = (2000, 1950, 2050, 2000, 2100, 1900, 2000, 2020, 1980)
SPEEDS = (1450, 1400, 1500, 1450)

Work = Callable[[AsyncModbusTcpClient], Awaitable[object]]


async def session(server: str, work: Work) -> None:
    """Connect to `server`, do the work, disconnect."""
    client = await master.connect(server)
    try:
        await work(client)
    finally:
        client.close()


async def operate_normally(writes: int) -> None:
    """Work as the operator: set-points inside their usual range, each `writes` times, and an alarm acknowledgement."""
    tank, drive = await master.connect("plc1"), await master.connect("plc2")
    for number in range(writes):
        await tank.write_register(100, SETPOINTS[number % len(SETPOINTS)])
        await asyncio.sleep(1.3)
        await tank.write_register(101, 650 + 5 * (number % 3 - 1))
        await asyncio.sleep(1.3)
        await drive.write_register(100, SPEEDS[number % len(SPEEDS)])
        await asyncio.sleep(1.3)
        await tank.write_coil(2, number % 2 == 0)
        await asyncio.sleep(0.6)
    tank.close()
    drive.close()


async def maintain_normally(client: AsyncModbusTcpClient) -> None:
    """Work as the engineering station: identity, echo, one archive record."""
    await client.read_device_information(read_code=1)
    await client.read_device_information(read_code=2)
    await client.report_device_id()
    await client.diag_query_data(b"\x12\x34")
    await client.read_file_record([FileRecord(4, 1, record_length=4)])


async def harvest_registers(client: AsyncModbusTcpClient) -> None:
    """Read all tables in blocks of five registers or eight bits."""
    for start in range(0, 200, 5):
        await client.read_holding_registers(start, count=5)
    for start in range(0, 60, 5):
        await client.read_input_registers(start, count=5)
    for start in range(0, 32, 8):
        await client.read_coils(start, count=8)
        await client.read_discrete_inputs(start, count=8)


async def identify(client: AsyncModbusTcpClient) -> None:
    """Ask for the identity in every way the protocol has."""
    for code in (1, 2, 3):
        await client.read_device_information(read_code=code)
    await client.read_device_information(read_code=4, object_id=2)
    await client.report_device_id()


async def scan_units(client: AsyncModbusTcpClient) -> None:
    """Read one register from units 1 to 20."""
    for unit in range(1, 21):
        await client.read_input_registers(0, count=1, device_id=unit)
        await asyncio.sleep(0.1)
