"""Golden captures of serial lines: Modbus RTU by pymodbus on a tapped line, and what befalls a line by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from pymodbus import FramerType
from pymodbus.client import AsyncModbusSerialClient
from pymodbus.exceptions import ModbusException
from pymodbus.framer.rtu import FramerRTU

from compose.plant import serial_line as serial
from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.modbus_device import Controller
from compose.plant.serial_line import Line, tapped, told, written

RATE = 9600
BEGIN = 1_795_858_215.0  # 2026-11-28T09:30:15
Work = Callable[[AsyncModbusSerialClient], Awaitable[None]]


async def _visit(line: Line, work: Work) -> None:
    device = Controller("gw", ("", 0), (1, 17), framer=FramerType.RTU, broadcast=True, line=line.far)
    await device.serve()
    await device.put(3, 0, [0, 1, 2, 0x7FFF, 0x8000, 0xFFFF, 0x1234, 0xABCD, 8, 9])
    await device.put(4, 0, [555, 0, 65535, 0x4248, 0xF5C3], 17)
    client = AsyncModbusSerialClient(
        line.near, framer=FramerType.RTU, baudrate=RATE, timeout=0.4, retries=1, reconnect_delay=0.0
    )
    await client.connect()
    await asyncio.sleep(0.1)
    await work(client)
    client.close()
    await device.stop()


async def _unanswered(client: AsyncModbusSerialClient, device: int) -> None:
    try:
        await client.read_holding_registers(0, count=2, device_id=device)
    except ModbusException:
        await client.connect()


async def _work(client: AsyncModbusSerialClient) -> None:
    for _ in range(3):
        await client.read_holding_registers(0, count=10)
        await client.read_input_registers(0, count=5, device_id=17)
    await client.read_coils(0, count=12)
    await client.write_coil(19, True)
    await client.write_register(120, 0xBEEF)
    await client.write_registers(121, [10, 258, 65535], device_id=17)
    await client.mask_write_register(address=4, and_mask=0x00F2, or_mask=0x0025)
    await client.read_holding_registers(5000, count=1)
    await client.report_device_id()
    await client.read_device_information(read_code=1)
    await client.diag_query_data(b"\xa5\x37")
    await client.write_register(100, 7, device_id=0, no_response_expected=True)
    await asyncio.sleep(0.1)
    await _unanswered(client, 9)
    await client.read_holding_registers(0, count=2)


@capture(
    "modbus/serial-rtu.pcap",
    "Modbus RTU on a tapped line, the tap at the master: reads, writes, an exception, identity, a broadcast, a unit "
    "that does not answer and is asked again.",
    "",
    kind="golden",
    check={"rtacser": 34},
)
def rtu(lab: Lab) -> None:
    """Requests on one wire, answers on the other."""
    with tapped(lab) as line:
        asyncio.run(_visit(line, _work))


@capture(
    "modbus/serial-one-wire.pcap",
    "The same work on a two-wire line: the tap's receiver hears requests and answers, in records of at most five "
    "octets.",
    "",
    kind="golden",
    check={"rtacser": 80},
)
def one_wire(lab: Lab) -> None:
    """Both directions on one wire."""
    with tapped(lab, one_wire=True, piece=5) as line:
        asyncio.run(_visit(line, _work))


def _frame(*octets: int) -> bytes:
    body = bytes(octets)
    # The library's CRC comes with its octets in the order of the line.
    return body + FramerRTU.compute_CRC(body).to_bytes(2, "big")


@capture(
    "modbus/serial-odd.pcap",
    "By hand what befalls a tapped line: the tap begins within a frame, a frame with a wrong CRC, one that breaks off, "
    "parity and framing errors, a break, a receiver that ran over, data the tap lost, an event nobody knows.",
    "",
    kind="golden",
    check={"rtacser": 30},
)
def odd(lab: Lab) -> None:
    """One oddity after the other, and polls between them that must be read."""
    ask, answer = _frame(1, 3, 0, 0, 0, 2), _frame(1, 3, 4, 0, 7, 0, 8)
    wrong = answer[:-1] + bytes([answer[-1] ^ 1])
    poll = [(serial.TX, ask), (serial.RX, answer)]
    events: list[tuple[int, bytes]] = [
        (serial.TX, ask[3:]), *poll, *poll,
        (serial.STATUS, b""),
        (serial.TX, ask), (serial.RX, wrong), *poll,
        (serial.TX, ask), (serial.RX, answer[:4]), *poll,
        (serial.TX, ask), (serial.RX, answer[:3]), (serial.PARITY, answer[3:4]), (serial.RX_GOES_ON, answer[4:]), *poll,
        (serial.TX, ask), (serial.RX, answer[:3]), (serial.FRAMING, b"\xff"), (serial.RX_GOES_ON, answer[4:]), *poll,
        (serial.BREAK, b""), *poll,
        (serial.TX, ask), (serial.RX, answer[:5]), (serial.OVERFLOW, b""), *poll,
        (serial.TX, ask), (serial.LOST, b""), *poll,
        (0x2A, b"\x01\x02"), *poll,
        (serial.TX, _frame(1, 0x65, 9, 9)), (serial.RX, _frame(1, 0xE5, 1)),
        (serial.COMPLETE, b""),
    ]  # fmt: skip
    moment, records = BEGIN, []
    for event, octets in events:
        moment += 0.5 if event == serial.TX else 0.01
        records.append(told(moment, event, octets))
    written(lab, serial.LINKTYPE_RTAC_SERIAL, records)
