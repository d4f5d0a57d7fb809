"""Golden captures of Modbus for the parser: every public function, exceptions, serial frames in TCP, pipelining."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable

from pymodbus import FramerType
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.constants import ExcCodes
from pymodbus.pdu.file_message import FileRecord

from compose.plant import modbus_master as master
from compose.plant.addresses import MODBUS_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.modbus_device import Controller, Table

_HOLDING, _INPUT, _COILS, _DISCRETE = 3, 4, 1, 2


class Refusing(Controller):
    """A device whose answer to a read of holding register 150 + n is exception n."""

    async def _wait(
        self, function: int, start: int, address: int, count: int, current: list[int], values: Table | None
    ) -> ExcCodes | None:
        known = {code.value: code for code in ExcCodes}
        return known.get(address - 150) if function == _HOLDING and address >= 150 else None


async def _fixed_image(device: Controller) -> None:
    await device.serve()
    await device.put(_HOLDING, 0, [0, 1, 2, 0x7FFF, 0x8000, 0xFFFF, 0x1234, 0xABCD, 8, 9])
    await device.put(_INPUT, 0, [555, 0, 65535, 0x4248, 0xF5C3])
    await device.put(_COILS, 0, [True, False, True, True, False, False, True, True, True, True, False, True])
    await device.put(_DISCRETE, 0, [False, True, False, True, True, False, True, False, True])


def _ask(lab: Lab, device: Controller, work: Callable[[AsyncModbusTcpClient], Awaitable[None]]) -> None:
    async def talk() -> None:
        client = AsyncModbusTcpClient(
            ip("plc1"), port=MODBUS_PORT, framer=device.framing, timeout=1, retries=0, reconnect_delay=0.0
        )
        await client.connect()
        await work(client)
        client.close()
        await asyncio.sleep(0.1)

    lab["plc1"].run(_fixed_image(device))
    lab["hmi"].run(talk())
    lab["plc1"].run(device.stop())


async def _every_function(client: AsyncModbusTcpClient) -> None:
    await client.read_coils(0, count=12)
    await client.read_discrete_inputs(0, count=9)
    await client.read_holding_registers(0, count=10)
    await client.read_input_registers(0, count=5)
    await client.write_coil(19, True)
    await client.write_coil(19, False)
    await client.write_register(120, 0xBEEF)
    await client.read_exception_status()
    await client.diag_query_data(b"\xa5\x37")
    await client.diag_get_comm_event_counter()
    await client.diag_get_comm_event_log()
    await client.write_coils(16, [True, False, True, True, False, False, True, True, True, False])
    await client.write_registers(121, [10, 258, 65535])
    await client.report_device_id()
    await client.read_file_record([FileRecord(4, 1, record_length=4), FileRecord(3, 9, record_length=6)])
    await client.write_file_record([FileRecord(4, 7, b"\x06\xaf\x04\xbe\x10\x0d")])
    await client.mask_write_register(address=4, and_mask=0x00F2, or_mask=0x0025)
    await client.readwrite_registers(read_address=3, read_count=6, write_address=14, values=[255, 255, 255])
    await client.read_fifo_queue(address=1246)
    for code in (1, 2, 3):
        await client.read_device_information(read_code=code)
    await client.read_device_information(read_code=4, object_id=2)


async def _every_diagnostic(client: AsyncModbusTcpClient) -> None:
    await client.diag_query_data(b"\xa5\x37")
    await client.diag_restart_communication(False)
    await client.diag_restart_communication(True)
    await client.diag_read_diagnostic_register()
    await client.diag_change_ascii_input_delimeter(delimiter=0x0A)
    await client.diag_clear_counters()
    await client.diag_read_bus_message_count()
    await client.diag_read_bus_comm_error_count()
    await client.diag_read_bus_exception_error_count()
    await client.diag_read_device_message_count()
    await client.diag_read_device_no_response_count()
    await client.diag_read_device_nak_count()
    await client.diag_read_device_busy_count()
    await client.diag_read_bus_char_overrun_count()
    await client.diag_clear_overrun_counter()
    await client.diag_force_listen_only(no_response_expected=True)
    await asyncio.sleep(0.1)
    await client.diag_restart_communication(False, no_response_expected=True)
    await asyncio.sleep(0.1)
    await client.read_holding_registers(0, count=1)


async def _every_exception(client: AsyncModbusTcpClient) -> None:
    for code in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11):
        await client.read_holding_registers(150 + code, count=1)
    await client.write_register(5000, 1)
    await client.write_coils(5000, [True])
    await client.read_device_information(read_code=4, object_id=0x60)


def _device(framer: FramerType = FramerType.SOCKET) -> Controller:
    return Controller("plc1", (ip("plc1"), MODBUS_PORT), (1, 17), framer=framer)


@capture(
    "modbus/functions.pcap",
    "Every public function once, with values: 1-8, 11, 12, 15-17, 20-24, 43/14 (basic, regular, extended, one).",
    "plc1 hmi",
    kind="golden",
    check={f"modbus.func_code=={code}": 2 for code in (*range(1, 9), 11, 12, 15, 16, 17, *range(20, 25), 43)},
)
def functions(lab: Lab) -> None:
    """Every function with fixed values."""
    _ask(lab, _device(), _every_function)


@capture(
    "modbus/diagnostics.pcap",
    "Every sub-function of FC 8 that a server answers, listen-only mode and the way out of it.",
    "plc1 hmi",
    kind="golden",
    check={"modbus.func_code==8": 32},
)
def diagnostics(lab: Lab) -> None:
    """All sub-functions."""
    _ask(lab, _device(), _every_diagnostic)


@capture(
    "modbus/exceptions.pcap",
    "Exceptions 1-8, 10 and 11, on reads, writes and the identity function.",
    "plc1 hmi",
    kind="golden",
    check={"modbus.exception_code": 12},
)
def exceptions(lab: Lab) -> None:
    """A device that refuses in every way."""
    _ask(lab, Refusing("plc1", (ip("plc1"), MODBUS_PORT)), _every_exception)


async def _serial(client: AsyncModbusTcpClient) -> None:
    await client.read_coils(0, count=12, device_id=17)
    await client.read_discrete_inputs(0, count=9)
    await client.read_holding_registers(0, count=10)
    await client.read_input_registers(0, count=5, device_id=17)
    await client.write_coil(19, True)
    await client.write_register(120, 0xBEEF)
    await client.write_coils(16, [True, False, True])
    await client.write_registers(121, [10, 258, 65535])
    await client.mask_write_register(address=4, and_mask=0x00F2, or_mask=0x0025)
    await client.readwrite_registers(read_address=3, read_count=6, write_address=14, values=[255, 255])
    await client.read_holding_registers(5000, count=1)
    await client.diag_query_data(b"\xa5\x37")


@capture(
    "modbus/ascii-over-tcp.pcap",
    "Serial ASCII frames (colon, hexadecimal digits, LRC) inside TCP, port 502: reads, writes, exceptions.",
    "plc1 hmi",
    kind="golden",
    check={"tcp.len>0": 20},
)
def ascii_over_tcp(lab: Lab) -> None:
    """The common functions in ASCII framing."""
    _ask(lab, _device(FramerType.ASCII), _serial)


@capture(
    "modbus/rtu-over-tcp.pcap",
    "Serial RTU frames (address, PDU, CRC, no MBAP header) inside TCP, port 502: reads, writes, exceptions.",
    "plc1 hmi",
    kind="golden",
    check={"tcp.len>0": 20},
)
def rtu_over_tcp(lab: Lab) -> None:
    """The common functions in serial framing."""

    _ask(lab, _device(FramerType.RTU), _serial)


def _request(number: int) -> bytes:
    return struct.pack(">HHHBBHH", number, 0, 6, 1, 3, number, 2)


@capture(
    "modbus/segments.pcap",
    "Two requests in one segment (pymodbus answers the first only), one request cut into single bytes.",
    "plc1 hmi",
    kind="golden",
    check={"mbtcp": 5},
)
def segments(lab: Lab) -> None:
    """Message borders and segment borders differ."""

    async def talk() -> None:
        async with master.BareMaster("plc1") as bare:
            await bare.send(_request(1) + _request(2), 0.2)
            for byte in _request(3):
                await bare.send(bytes([byte]), 0.02)
            await bare.send(_request(4), 0.2)

    device = _device()
    lab["plc1"].run(_fixed_image(device))
    lab["hmi"].run(talk())
    lab["plc1"].run(device.stop())


@capture(
    "modbus/pipelined.pcap",
    "Four requests under way at once on one connection, answered in reverse order, two answers in one segment.",
    "plc1 hmi",
    kind="golden",
    check={"mbtcp": 5},
)
def pipelined(lab: Lab) -> None:
    """A responder of our own: pymodbus answers one request at a time."""

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers = []
        for _ in range(4):
            number, _, _, unit, function, start, count = struct.unpack(">HHHBBHH", await reader.readexactly(12))
            words = struct.pack(f">{count}H", *range(start, start + count))
            answers.append(struct.pack(">HHHBBB", number, 0, 3 + 2 * count, unit, function, 2 * count) + words)
        writer.write(answers[3] + answers[2])
        await writer.drain()
        await asyncio.sleep(0.05)
        for answer in (answers[1], answers[0]):
            writer.write(answer)
            await asyncio.sleep(0.02)
        writer.close()

    async def talk() -> None:
        async with master.BareMaster("plc1") as bare:
            for number in range(1, 5):
                await bare.send(_request(number), 0.005)
            await asyncio.sleep(0.3)

    async def serve() -> asyncio.Server:
        return await asyncio.start_server(respond, ip("plc1"), MODBUS_PORT)

    server = lab["plc1"].run(serve())
    lab["hmi"].run(talk())
    lab["plc1"].loop.call_soon_threadsafe(server.close)
