"""Golden captures of BACnet/IP on bacpypes3: discovery, properties, change of value, files, management, refusals."""

from __future__ import annotations

import asyncio
from typing import Any

from bacpypes3 import apdu as pdus  # type: ignore[import-untyped]  # a stack without types
from bacpypes3 import basetypes as types
from bacpypes3.basetypes import DateTime, PropertyReference, ReadAccessSpecification  # type: ignore[import-untyped]
from bacpypes3.constructeddata import Any as AnyValue  # type: ignore[import-untyped]
from bacpypes3.pdu import Address, GlobalBroadcast, LocalBroadcast  # type: ignore[import-untyped]
from bacpypes3.primitivedata import CharacterString, Date, Null, ObjectIdentifier, Real, Time  # type: ignore[import-untyped]

from compose.plant.addresses import ip
from compose.plant.bacnet_device import INSTANCE, PASSWORD, Client, Device, client
from compose.plant.catalogue import capture
from compose.plant.lab import Lab


async def serve(host: str) -> Device:
    """Start the controller in its namespace."""
    return Device(host)


async def _stop(device: Device) -> None:
    device.close()


def _with_device(lab: Lab, work: Any) -> None:
    device = lab["ahu"].run(serve("ahu"))

    async def at_work() -> None:
        async with client("bms") as station:
            await work(station)
            await asyncio.sleep(0.3)

    lab["bms"].run(at_work())
    lab["ahu"].run(_stop(device))


@capture(
    "bacnet/discovery.pcap",
    "Who-Is to all, in a range and to one device; Who-Has by object and by name; identity of the device object; the "
    "list of objects, whole and element by element.",
    "ahu bms",
    kind="golden",
    check={"bacapp.unconfirmed_service==8": 3, "bacapp.unconfirmed_service==0": 2, "bacapp.vendor_identifier": 2},
)
def discovery(lab: Lab) -> None:
    """Find a device and everything in it."""

    async def work(station: Client) -> None:
        await station.who_is(timeout=1)
        await station.who_is(2000, 2999, timeout=1)
        await station.who_is(0, 100, Address(ip("ahu")), timeout=1)
        await station.who_is(address=GlobalBroadcast(), timeout=1)
        await station.who_has(object_identifier="analog-input,1", timeout=1)
        await station.who_has(object_name="SupplyFan", timeout=1)
        device = f"device,{INSTANCE}"
        for name in (
            "object-name", "vendor-name", "vendor-identifier", "model-name", "firmware-revision", "location",
            "application-software-version", "serial-number", "protocol-revision", "description", "object-list",
        ):  # fmt: skip
            await station.read("ahu", device, name)
        for index in range(3):
            await station.read("ahu", device, "object-list", index)
        await station.read("ahu", "device,4194303", "object-name")

    _with_device(lab, work)


@capture(
    "bacnet/properties.pcap",
    "Properties read and written one by one and many at once, with priority and index, relinquished, refused; lists.",
    "ahu bms",
    kind="golden",
    check={"bacapp.confirmed_service==14": 2, "bacapp.confirmed_service==15": 12, "bacapp.confirmed_service==16": 1},
)
def properties(lab: Lab) -> None:
    """Every way to get at a property."""

    async def work(station: Client) -> None:
        for objects, name in (
            ("analog-input,1", "present-value"),
            ("analog-input,1", "status-flags"),
            ("binary-output,1", "present-value"),
            ("analog-output,1", "priority-array"),
            ("analog-input,1", "event-time-stamps"),
            ("analog-input,99", "units"),
            ("analog-input,1", "setpoint"),
            ("program,1", "program-state"),
            ("file,1", "file-size"),
        ):
            await station.read("ahu", objects, name)
        await station.read("ahu", "analog-output,1", "priority-array", 8)
        await station.read("ahu", "analog-output,1", "priority-array", 99)
        await _multiple(station)
        for value, priority in (
            (55.0, 8),
            (60.5, 16),
            (Null(()), 8),
            (Null(()), 16),
            (1.0, 6),
            (25.0, 1),
            (Null(()), 1),
        ):
            await station.write("ahu", "analog-output,1", "present-value", value, priority)
        await station.write("ahu", "binary-output,1", "present-value", "inactive", 12)
        await station.write("ahu", "analog-input,1", "out-of-service", True)
        await station.write("ahu", "analog-input,1", "high-limit", 80.0)
        await station.write("ahu", "analog-input,1", "object-name", "Renamed")
        await station.write("ahu", f"device,{INSTANCE}", "location", "Cellar")
        await station.write("ahu", "program,1", "program-change", "halt")
        await station.write("ahu", "analog-value,1", "description", "Set by hand")
        await _write_multiple(station)

    _with_device(lab, work)


async def _multiple(station: Client) -> None:
    def wanted(objects: str, *names: str, index: int | None = None) -> ReadAccessSpecification:
        references = [PropertyReference(propertyIdentifier=name, propertyArrayIndex=index) for name in names]
        return ReadAccessSpecification(objectIdentifier=objects, listOfPropertyReferences=references)

    several = [
        wanted("analog-input,1", "present-value", "status-flags", "units", "setpoint"),
        wanted("binary-input,1", "present-value", "polarity"),
        wanted("loop,5", "present-value"),
    ]
    for asked in (several, [wanted("analog-output,1", "priority-array", index=16)], [wanted("analog-value,1", "all")]):
        await station.ask("ahu", pdus.ReadPropertyMultipleRequest(listOfReadAccessSpecs=asked))


async def _write_multiple(station: Client) -> None:
    def written(objects: str, name: str, value: Any, priority: int | None = None) -> Any:
        value = types.PropertyValue(propertyIdentifier=name, value=AnyValue(value), priority=priority)
        return types.WriteAccessSpecification(objectIdentifier=objects, listOfProperties=[value])

    good = [
        written("analog-output,1", "present-value", Real(10.0), 10),
        written("analog-value,1", "cov-increment", Real(1.5)),
    ]
    await station.ask("ahu", pdus.WritePropertyMultipleRequest(listOfWriteAccessSpecs=good))
    bad = [good[0], written("analog-value,99", "present-value", Real(1.0)), good[1]]
    await station.ask("ahu", pdus.WritePropertyMultipleRequest(listOfWriteAccessSpecs=bad))


@capture(
    "bacnet/subscriptions.pcap",
    "Change of value: subscribed with and without confirmation, notified, refused, ended.",
    "ahu bms",
    kind="golden",
    check={"bacapp.confirmed_service==5": 4, "bacapp.unconfirmed_service==2": 2, "bacapp.confirmed_service==1": 2},
)
def subscriptions(lab: Lab) -> None:
    """Two subscriptions."""

    async def work(station: Client) -> None:
        address = Address(ip("ahu"))
        for confirmed, process in ((False, 11), (True, 12)):
            async with station.change_of_value(address, ObjectIdentifier("analog-value,1"), process, confirmed, 60):
                await asyncio.sleep(0.3)
                await station.write("ahu", "analog-value,1", "present-value", 22.0 + process, 16)
                await asyncio.sleep(0.3)
        await station.ask(
            "ahu",
            pdus.SubscribeCOVRequest(
                subscriberProcessIdentifier=13, monitoredObjectIdentifier="analog-value,99",
                issueConfirmedNotifications=False, lifetime=30,
            ),
        )  # fmt: skip

    _with_device(lab, work)


@capture(
    "bacnet/management.pcap",
    "Restart, backup, silence with and without password, wrong password; clock; files read and written; objects made "
    "and deleted; lists; alarms acknowledged; texts; a vendor's service; services that are refused.",
    "ahu bms",
    kind="golden",
    check={"bacapp.confirmed_service==20": 6, "bacapp.confirmed_service==17": 4, "bacapp.confirmed_service==6": 6},
)
def management(lab: Lab) -> None:
    """Everything that changes a device as a whole."""

    async def work(station: Client) -> None:
        for state in ("coldstart", "warmstart", "startBackup", "endBackup", "startRestore", "endRestore"):
            await station.ask(
                "ahu", pdus.ReinitializeDeviceRequest(reinitializedStateOfDevice=state, password=PASSWORD)
            )
        await station.ask(
            "ahu", pdus.ReinitializeDeviceRequest(reinitializedStateOfDevice="coldstart", password="filister")
        )
        await station.ask("ahu", pdus.ReinitializeDeviceRequest(reinitializedStateOfDevice="warmstart"))
        for enable, minutes in (("disable", 5), ("disableInitiation", None), ("enable", None)):
            await station.ask(
                "ahu",
                pdus.DeviceCommunicationControlRequest(
                    timeDuration=minutes, enableDisable=enable, password=PASSWORD if minutes else None
                ),
            )
        await _files(station)
        await _objects(station)
        await _messages(station)

    _with_device(lab, work)


async def _files(station: Client) -> None:
    for start in range(0, 1500, 400):
        stream = types.AtomicReadFileRequestAccessMethodChoiceStreamAccess(
            fileStartPosition=start, requestedOctetCount=400
        )
        choice = types.AtomicReadFileRequestAccessMethodChoice(streamAccess=stream)
        await station.ask("ahu", pdus.AtomicReadFileRequest(fileIdentifier="file,1", accessMethod=choice))
    for start in (0, 300):
        part = types.AtomicWriteFileRequestAccessMethodChoiceStreamAccess(
            fileStartPosition=start, fileData=b"\x5a" * 300
        )
        way = types.AtomicWriteFileRequestAccessMethodChoice(streamAccess=part)
        await station.ask("ahu", pdus.AtomicWriteFileRequest(fileIdentifier="file,1", accessMethod=way))


async def _objects(station: Client) -> None:
    wanted = types.CreateObjectRequestObjectSpecifier(objectType="analog-value")
    await station.ask("ahu", pdus.CreateObjectRequest(objectSpecifier=wanted))
    await station.ask("ahu", pdus.DeleteObjectRequest(objectIdentifier="analog-value,77"))
    await station.ask("ahu", pdus.DeleteObjectRequest(objectIdentifier="program,1"))


async def _messages(station: Client) -> None:
    at = DateTime(date=Date("2026-11-28"), time=Time("09:30:15"))
    for kind in (pdus.TimeSynchronizationRequest, pdus.UTCTimeSynchronizationRequest):
        station.request(kind(time=at, destination=LocalBroadcast()))
    await station.ask(
        "ahu",
        pdus.ConfirmedTextMessageRequest(
            textMessageSourceDevice="device,3301", messagePriority="urgent", message="Filter change today"
        ),
    )
    await station.ask("ahu", pdus.ConfirmedPrivateTransferRequest(vendorID=35, serviceNumber=4))
    await station.ask("ahu", pdus.GetEventInformationRequest())
    await station.ask("ahu", pdus.GetAlarmSummaryRequest())
    await station.write("ahu", "file,1", "object-name", CharacterString("Store"))
