"""The plant's Modbus devices: pymodbus servers whose registers follow the process, and a serial gateway."""

from __future__ import annotations

import asyncio
import logging
import random
import struct

from pymodbus import FramerType
from pymodbus.constants import ExcCodes
from pymodbus.pdu import ExceptionResponse, ModbusPDU
from pymodbus.pdu.device import ModbusDeviceIdentification
from pymodbus.pdu.diag_message import ForceListenOnlyModeRequest, RestartCommunicationsOptionRequest
from pymodbus.pdu.file_message import FileRecord, ReadFileRecordRequest, ReadFileRecordResponse
from pymodbus.pdu.mei_message import ReadDeviceInformationResponse
from pymodbus.pdu.other_message import ReportDeviceIdResponse
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from compose.plant import umas
from compose.plant.addresses import MODBUS_PORT
from compose.plant.process import Drive, Tank

logging.getLogger("pymodbus").setLevel(logging.CRITICAL)

_STEP = 0.1  # seconds between two updates of the process image
_UNKNOWN_FUNCTION = 0x80  # what pymodbus makes of function 0 when it cannot name the function
_FUNCTION_AT = 7  # offset of the function code after the MBAP header
_HOLDING, _INPUT, _COILS, _DISCRETE = 3, 4, 1, 2  # function codes that name a table for async_setValues

Table = list[int] | list[bool]
IDENTITIES: dict[str, dict[str, str]] = {
    "plc1": {
        "VendorName": "Reed Automation",
        "ProductCode": "RA-315-2",
        "MajorMinorRevision": "V3.2.6",
        "VendorUrl": "https://reed.example",
        "ProductName": "RA 315 controller",
        "ModelName": "tank-1",
        "UserApplicationName": "level and heat",
    },
    "plc2": {
        "VendorName": "Sedge Drives",
        "ProductCode": "SD-77",
        "MajorMinorRevision": "V1.4",
        "VendorUrl": "https://sedge.example",
        "ProductName": "SD 77 drive controller",
        "ModelName": "conveyor-1",
        "UserApplicationName": "conveyor",
    },
    "gw": {
        "VendorName": "Marsh Networks",
        "ProductCode": "MN-MB3",
        "MajorMinorRevision": "V2.0",
        "VendorUrl": "https://marsh.example",
        "ProductName": "serial gateway",
        "ModelName": "gateway-1",
        "UserApplicationName": "field bus",
    },
}


def float_registers(value: float) -> list[int]:
    """Return a float as two registers, high word first."""
    return list(struct.unpack(">HH", struct.pack(">f", value)))


class StoredFileRequest(ReadFileRecordRequest):
    """FC 20 with answers of the length that was asked for; pymodbus itself answers 20 bytes and refuses odd lengths."""

    def decode(self, data: bytes) -> None:
        """Decode the sub-requests: type, file, record, words."""
        self.records = []
        for start in range(1, data[0], 7):
            _, number, record, words = struct.unpack(">BHHH", data[start : start + 7])
            self.records.append(FileRecord(number, record, record_length=2 * words))

    async def datastore_update(self, context: object, device_id: int) -> ModbusPDU:
        """Answer record r of file f with the words f, r, r+1, …"""
        answers = []
        for record in self.records:
            words = [record.file_number, *range(record.record_number, record.record_number + record.record_length - 1)]
            data = b"".join(struct.pack(">H", word & 0xFFFF) for word in words)
            answers.append(FileRecord(record_data=data))
        return ReadFileRecordResponse(records=answers, dev_id=device_id, transaction_id=self.transaction_id)


class Controller:
    """A Modbus server with an image of the process.

    name: key of IDENTITIES; address: (ip, port); units: unit identifiers that answer; refresh: writes the image from
    the process every 100 ms; delay: seconds every request waits for (a slow device); framer: TCP or RTU framing;
    line: device file of a serial line, in place of the address.
    """

    def __init__(
        self,
        name: str,
        address: tuple[str, int],
        units: tuple[int, ...] = (1,),
        identity: dict[str, str] | None = None,
        delay: float = 0.0,
        framer: FramerType = FramerType.SOCKET,
        broadcast: bool = False,
        line: str = "",
    ) -> None:
        self.name = name
        self.units = units
        self.delay = delay
        self.listen_only = False
        self._silent_answer = False
        self._function = 0
        self._identity = identity or IDENTITIES[name]
        self._address = address
        self.framing = framer
        self._broadcast = broadcast
        self._line = line
        self.server: ModbusTcpServer | ModbusSerialServer | None = None

    async def serve(self) -> None:
        """Listen in the background. Call it in the namespace of the device."""
        devices = [SimDevice(unit, simdata=_tables(), action=self._wait) for unit in self.units]
        identity = ModbusDeviceIdentification(info_name=self._identity)  # type: ignore[no-untyped-call]  # no types there
        self.server = self._listener(devices, identity)
        # register() would take one class for both directions and forget sub-functions; the server only decodes requests
        self.server.decoder.pdu_table = {**self.server.decoder.pdu_table}
        table = self.server.decoder.pdu_table
        table[StoredFileRequest.function_code] = (StoredFileRequest, ReadFileRecordResponse)
        if self.name == "plc2":
            table[umas.FUNCTION] = umas.messages(umas.Programming())
        await self.server.serve_forever(background=True)

    def _listener(
        self, devices: list[SimDevice], identity: ModbusDeviceIdentification
    ) -> ModbusTcpServer | ModbusSerialServer:
        """The server of pymodbus on its address, or on its line."""
        if self._line:
            return ModbusSerialServer(
                devices,
                framer=self.framing,
                identity=identity,
                port=self._line,
                trace_pdu=self._look,
                trace_packet=self._mute,
                custom_pdu=[],
                broadcast_enable=self._broadcast,
                ignore_missing_devices=True,
            )
        return ModbusTcpServer(
            devices,
            framer=self.framing,
            identity=identity,
            address=self._address,
            trace_pdu=self._look,
            trace_packet=self._mute,
            custom_pdu=[],
            broadcast_enable=self._broadcast,
        )

    async def stop(self) -> None:
        """Close the listening socket and all connections."""
        if self.server is not None:
            await self.server.shutdown()  # type: ignore[no-untyped-call]  # no types there

    async def put(self, table: int, start: int, values: Table, unit: int | None = None) -> None:
        """Write values into the image: table 1 coils, 2 discrete inputs, 3 holding, 4 input registers."""
        assert self.server is not None, "serve() first"
        await self.server.async_setValues(self.units[0] if unit is None else unit, table, start, values)

    async def get(self, table: int, start: int, count: int) -> Table:
        """Read values of the image of the first unit."""
        assert self.server is not None, "serve() first"
        return await self.server.async_getValues(self.units[0], table, start, count)

    async def _wait(
        self, function: int, start: int, address: int, count: int, current: list[int], values: Table | None
    ) -> ExcCodes | None:
        if self.delay:
            await asyncio.sleep(self.delay)
        return None

    def _look(self, sending: bool, pdu: ModbusPDU) -> ModbusPDU:
        """Keep the listen-only mode of FC 8; answer with this device's identity (pymodbus shares one) and name an
        unknown function in its exception (pymodbus answers 0x80)."""
        if not sending:
            restart = isinstance(pdu, RestartCommunicationsOptionRequest)
            self._silent_answer = self.listen_only and restart  # leaves the mode without an answer
            if restart:
                self.listen_only = False
            elif isinstance(pdu, ForceListenOnlyModeRequest):
                self.listen_only = True
        elif isinstance(pdu, ReadDeviceInformationResponse):
            own = dict(enumerate(value.encode() for value in self._identity.values()))
            pdu.information = {number: own[number] for number in pdu.information if number in own}
        elif isinstance(pdu, ExceptionResponse) and pdu.function_code == _UNKNOWN_FUNCTION:
            pdu.function_code = self._function | 0x80
        elif isinstance(pdu, ReportDeviceIdResponse):
            pdu.identifier = f"{self._identity['ProductCode']} {self._identity['MajorMinorRevision']}".encode()
        return pdu

    def _mute(self, sending: bool, data: bytes) -> bytes:
        if not sending and self.framing == FramerType.SOCKET and len(data) > _FUNCTION_AT:
            self._function = data[_FUNCTION_AT]
        if self._line and sending and data and data[0] not in self.units:
            return b""  # pymodbus answers for units that are not there
        return b"" if sending and (self.listen_only or self._silent_answer) else data


def _tables() -> tuple[list[SimData], list[SimData], list[SimData], list[SimData]]:
    coils = SimData(0, values=[False] * 32, datatype=DataType.BITS)
    discrete = SimData(0, values=[False] * 32, datatype=DataType.BITS)
    holding = SimData(0, values=[0] * 200, datatype=DataType.REGISTERS)
    inputs = SimData(0, values=[0] * 64, datatype=DataType.REGISTERS)
    return [coils], [discrete], [holding], [inputs]


async def run_tank(device: Controller, tank: Tank) -> None:
    """Serve as the tank's controller until cancelled: set-points and coils act on the process, inputs show it."""
    await device.serve()
    await device.put(_HOLDING, 0, [2, 17, 3600, 400, 3, 6, 0, 0, 0, 0])
    await device.put(_HOLDING, 100, [2000, 650, 0])
    await device.put(_HOLDING, 110, float_registers(850.0))
    await device.put(_COILS, 0, [True, False, False, True])
    while True:
        setpoints = await device.get(_HOLDING, 100, 2)
        coils = await device.get(_COILS, 0, 2)
        tank.level_setpoint, tank.temperature_setpoint = float(setpoints[0]), float(setpoints[1])
        tank.pump = bool(coils[0])
        tank.step(_STEP)
        numbers = [round(tank.level), round(tank.inflow), round(tank.outflow), round(tank.temperature)]
        numbers += [tank.pressure, round(tank.valve)]
        await device.put(_INPUT, 0, [max(0, n) for n in numbers] + float_registers(tank.volume) + [18211, 0x0003])
        bits = [tank.pump, tank.level > 3600, tank.level < 400, False, tank.valve > 5, True, False, False]
        await device.put(_DISCRETE, 0, bits)
        await asyncio.sleep(_STEP)


async def run_drive(device: Controller, drive: Drive) -> None:
    """Serve as the drive's controller until cancelled."""
    await device.serve()
    await device.put(_HOLDING, 0, [2, 4, 1600, 300, 1, 0, 0, 0, 0, 0])
    await device.put(_HOLDING, 100, [1450, 120, 0])
    await device.put(_COILS, 0, [True, False])
    while True:
        setpoints = await device.get(_HOLDING, 100, 1)
        coils = await device.get(_COILS, 0, 1)
        drive.speed_setpoint, drive.running = float(setpoints[0]), bool(coils[0])
        drive.step(_STEP)
        numbers = [drive.speed, drive.current, drive.winding, drive.vibration, drive.torque]
        await device.put(_INPUT, 0, [max(0, round(n)) for n in numbers] + [drive.starts, drive.position])
        await device.put(_DISCRETE, 0, [drive.running, drive.speed > 50, False, False, True, False, False, False])
        await asyncio.sleep(_STEP)


async def run_gateway(device: Controller) -> None:
    """Serve as a gateway to three serial measuring devices until cancelled."""
    chance = random.Random(3)
    await device.serve()
    while True:
        for unit in device.units:
            await device.put(_INPUT, 0, [round(200 * unit + 10 * chance.random()), 50, 1], unit)
        await asyncio.sleep(0.5)


def controller_of(name: str, ip: str) -> Controller:
    """Return the plant's controller `name` (plc1, plc2 or gw) listening on ip:502."""
    units = (1, 2, 3) if name == "gw" else (1,)
    return Controller(name, (ip, MODBUS_PORT), units, broadcast=name == "gw")
