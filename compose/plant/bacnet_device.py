"""BACnet/IP devices of the plant on bacpypes3: an air-handling controller with its objects, and clients."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from bacpypes3 import apdu as pdus  # type: ignore[import-untyped]  # a stack without types
from bacpypes3 import basetypes as types
from bacpypes3.errors import ExecutionError  # type: ignore[import-untyped]
from bacpypes3.ipv4.app import NormalApplication  # type: ignore[import-untyped]
from bacpypes3.local.analog import AnalogInputObjectIR, AnalogOutputObject, AnalogValueObjectCmd  # type: ignore[import-untyped]
from bacpypes3.local.binary import BinaryInputObject, BinaryOutputObject  # type: ignore[import-untyped]
from bacpypes3.local.device import DeviceObject  # type: ignore[import-untyped]
from bacpypes3.object import FileObject, NotificationClassObject, ProgramObject, TrendLogObject  # type: ignore[import-untyped]
from bacpypes3.pdu import Address, IPv4Address  # type: ignore[import-untyped]

from compose.plant.addresses import ip

INSTANCE = 2301
PASSWORD = "bulrush-7"
_VENDOR = 35
_ANY_DEVICE = "device,4194303"


def device_object(name: str, instance: int, vendor: int = _VENDOR) -> Any:
    """Return the device object of `name`, with everything that tells a device's identity."""
    return DeviceObject(
        objectIdentifier=("device", instance),
        objectName=name,
        description="Air handling, hall 1",
        location="Roof, east",
        vendorIdentifier=vendor,
        vendorName="Reliable Controls",
        modelName="MACH-ProWebCom",
        firmwareRevision="8.26.4",
        applicationSoftwareVersion="2024-03",
        serialNumber="RC-004711",
        systemStatus="operational",
        protocolVersion=1,
        protocolRevision=22,
        databaseRevision=3,
        maxApduLengthAccepted=1024,
        segmentationSupported="segmentedBoth",
        maxSegmentsAccepted=64,
        apduTimeout=3000,
        apduSegmentTimeout=1000,
        numberOfApduRetries=1,
    )


def _objects() -> list[Any]:
    temperature = AnalogInputObjectIR(
        objectIdentifier=("analog-input", 1),
        objectName="SupplyTemperature",
        presentValue=18.5,
        units="degreesCelsius",
        covIncrement=0.2,
        statusFlags=[0, 0, 0, 0],
        eventState="normal",
        outOfService=False,
        timeDelay=0,
        notificationClass=1,
        highLimit=60.0,
        lowLimit=5.0,
        deadband=1.0,
        limitEnable=[1, 1],
        eventEnable=[1, 1, 1],
        ackedTransitions=[1, 1, 1],
        notifyType="alarm",
        eventTimeStamps=[{"sequenceNumber": 0}] * 3,
        eventDetectionEnable=True,
    )
    setpoint = AnalogValueObjectCmd(
        objectIdentifier=("analog-value", 1), objectName="TemperatureSetpoint", presentValue=21.0,
        units="degreesCelsius", covIncrement=0.5, statusFlags=[0, 0, 0, 0], eventState="normal", outOfService=False,
        relinquishDefault=21.0,
    )  # fmt: skip
    valve = AnalogOutputObject(
        objectIdentifier=("analog-output", 1), objectName="HeatingValve", presentValue=35.0, units="percent",
        covIncrement=1.0, statusFlags=[0, 0, 0, 0], eventState="normal", outOfService=False, relinquishDefault=0.0,
    )  # fmt: skip
    filter_alarm = BinaryInputObject(
        objectIdentifier=("binary-input", 1), objectName="FilterDirty", presentValue="inactive", polarity="normal",
        statusFlags=[0, 0, 0, 0], eventState="normal", outOfService=False,
    )  # fmt: skip
    fan = BinaryOutputObject(
        objectIdentifier=("binary-output", 1), objectName="SupplyFan", presentValue="active", polarity="normal",
        statusFlags=[0, 0, 0, 0], eventState="normal", outOfService=False, relinquishDefault="inactive",
    )  # fmt: skip
    program = ProgramObject(
        objectIdentifier=("program", 1), objectName="AirControl", programState="running", programChange="ready",
        statusFlags=[0, 0, 0, 0], outOfService=False,
    )  # fmt: skip
    store = FileObject(
        objectIdentifier=("file", 1), objectName="Configuration", fileType="application/octet-stream", fileSize=1500,
        archive=False, readOnly=False, fileAccessMethod="streamAccess",
    )  # fmt: skip
    classes = NotificationClassObject(
        objectIdentifier=("notification-class", 1), objectName="Alarms", notificationClass=1, priority=[3, 3, 7],
        ackRequired=[1, 0, 0], recipientList=[],
    )  # fmt: skip
    log = TrendLogObject(objectIdentifier=("trend-log", 1), objectName="SupplyLog", enable=True, recordCount=0)
    return [temperature, setpoint, valve, filter_alarm, fan, program, store, classes, log]


class Device(NormalApplication):  # type: ignore[misc]  # a class without types
    """A controller that also takes the services bacpypes3 leaves to applications. Make it in its namespace's loop."""

    def __init__(self, host: str, instance: int = INSTANCE, name: str = "AHU-1") -> None:
        super().__init__(device_object(name, instance), IPv4Address(f"{ip(host)}/24"))
        for made in _objects():
            self.add_object(made)
        self.content = bytearray(bytes(range(250)) * 6)

    async def do_ReadPropertyRequest(self, apdu: Any) -> None:  # noqa: N802 (the name bacpypes3 looks for)
        """Answer for the device of any instance too: scanners ask it for its name."""
        if str(apdu.objectIdentifier) == _ANY_DEVICE:
            apdu.objectIdentifier = self.device_object.objectIdentifier
        await super().do_ReadPropertyRequest(apdu)

    async def do_ReinitializeDeviceRequest(self, apdu: Any) -> None:  # noqa: N802 (the name bacpypes3 looks for)
        """Take a restart with the right password, or refuse it."""
        self._check(apdu)
        await self.response(pdus.SimpleAckPDU(context=apdu))

    async def do_DeviceCommunicationControlRequest(self, apdu: Any) -> None:  # noqa: N802 (the name bacpypes3 looks for)
        """Take the order to be silent with the right password. The plant's device goes on speaking."""
        self._check(apdu)
        await self.response(pdus.SimpleAckPDU(context=apdu))

    def _check(self, apdu: Any) -> None:
        if apdu.password is not None and str(apdu.password) != PASSWORD:
            raise ExecutionError(errorClass="security", errorCode="passwordFailure")

    async def do_AtomicReadFileRequest(self, apdu: Any) -> None:  # noqa: N802 (the name bacpypes3 looks for)
        """Give a part of the file."""
        wanted = apdu.accessMethod.streamAccess
        start, count = int(wanted.fileStartPosition), int(wanted.requestedOctetCount)
        part = bytes(self.content[start : start + count])
        stream = types.AtomicReadFileACKAccessMethodStreamAccess(fileStartPosition=start, fileData=part)
        answer = pdus.AtomicReadFileACK(
            endOfFile=start + count >= len(self.content),
            accessMethod=types.AtomicReadFileACKAccessMethodChoice(streamAccess=stream),
            context=apdu,
        )
        await self.response(answer)

    async def do_AtomicWriteFileRequest(self, apdu: Any) -> None:  # noqa: N802 (the name bacpypes3 looks for)
        """Take a part of the file."""
        part = apdu.accessMethod.streamAccess
        start = int(part.fileStartPosition)
        self.content[start : start + len(part.fileData)] = bytes(part.fileData)
        await self.response(pdus.AtomicWriteFileACK(fileStartPosition=start, context=apdu))

    async def do_CreateObjectRequest(self, apdu: Any) -> None:  # noqa: N802 (the name bacpypes3 looks for)
        """Make an object in name only."""
        made = ("analog-value", 77)
        await self.response(pdus.CreateObjectACK(objectIdentifier=made, context=apdu))

    async def do_DeleteObjectRequest(self, apdu: Any) -> None:  # noqa: N802 (the name bacpypes3 looks for)
        """Delete what was made, nothing else."""
        if tuple(apdu.objectIdentifier)[1] != 77:
            raise ExecutionError(errorClass="object", errorCode="objectDeletionNotPermitted")
        await self.response(pdus.SimpleAckPDU(context=apdu))

    async def take(self, apdu: Any) -> None:
        """Say yes to a service that changes nothing here."""
        await self.response(pdus.SimpleAckPDU(context=apdu))

    do_AcknowledgeAlarmRequest = take  # noqa: N815 (as above)
    do_AddListElementRequest = take  # noqa: N815 (as above)
    do_RemoveListElementRequest = take  # noqa: N815 (as above)
    do_ConfirmedTextMessageRequest = take  # noqa: N815 (as above)
    do_LifeSafetyOperationRequest = take  # noqa: N815 (as above)

    async def do_ConfirmedPrivateTransferRequest(self, apdu: Any) -> None:  # noqa: N802 (the name bacpypes3 looks for)
        """Answer a vendor's service without a result."""
        answer = pdus.ConfirmedPrivateTransferACK(
            vendorID=apdu.vendorID, serviceNumber=apdu.serviceNumber, context=apdu
        )
        await self.response(answer)


class Client(NormalApplication):  # type: ignore[misc]  # a class without types
    """A workstation."""

    def __init__(self, host: str, instance: int = 3301, name: str = "BMS-1") -> None:
        super().__init__(device_object(name, instance), IPv4Address(f"{ip(host)}/24"))

    async def ask(self, host: str, request: Any) -> Any:
        """Send a request; return its answer, an error as an object too."""
        request.pduDestination = Address(ip(host))
        try:
            return await self.request(request)
        except pdus.ErrorRejectAbortNack as refused:
            return refused

    async def read(self, host: str, objects: str, name: str, index: int | None = None) -> Any:
        """Read a property; return its value or the error."""
        try:
            return await self.read_property(Address(ip(host)), objects, name, index)
        except pdus.ErrorRejectAbortNack as refused:
            return refused

    async def write(self, host: str, objects: str, name: str, value: Any, priority: int | None = None) -> Any:
        """Write a property; return None or the error."""
        try:
            return await self.write_property(Address(ip(host)), objects, name, value, priority=priority)
        except pdus.ErrorRejectAbortNack as refused:
            return refused


@contextlib.asynccontextmanager
async def client(host: str, instance: int = 3301) -> AsyncIterator[Client]:
    """Run a client while the block runs."""
    station = Client(host, instance)
    try:
        yield station
    finally:
        station.close()
