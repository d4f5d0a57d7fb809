"""Golden captures of KNXnet/IP: the client stack `xknx` against the plant's own interface."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

from xknx import XKNX
from xknx.cemi.cemi_frame import (
    CEMIFrame,
    CEMIMPropInfo,
    CEMIMPropReadRequest,
    CEMIMPropWriteRequest,
)
from xknx.cemi.const import CEMIMessageCode
from xknx.io import UDPDeviceManagementConnection
from xknx.io.gateway_scanner import GatewayScanner
from xknx.profile.const import ResourceObjectType
from xknx.telegram import IndividualAddress, apci

from compose.plant.addresses import KNX_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.golden_knx_frames import framed
from compose.plant.knx_bus import KEY, address, telegram
from compose.plant.knx_interface import GROUP, Interface, interface
from compose.plant.knx_work import Station, route_as, secured_as, send_raw, work_as
from compose.plant.lab import Lab

SERIAL = bytes.fromhex("00c5010a2b05")


async def _groups(station: Station) -> None:
    for value in (1, 0, 1):
        await station.write("1/0/1", value)
    for held in (b"\x0c\x1a", b"\x0c\x60"):
        await station.read("1/2/3")
        await station.write("1/2/3", held)
    await station.read("1/2/3")
    await station.write("1/2/4", b"\x33")
    await station.write("1/3/1", struct.pack(">f", 22.5))
    await station.write("1/3/2", b"\x12\x34\x56")
    await station.write("1/3/3", b"Marsh hall\0\0\0\0")
    await station.read("2/0/1")
    await station.read("7/7/7")  # nobody answers


def _news(device: Interface) -> None:
    """The bus speaks by itself: a meter's value, a device that asks for a group."""
    number = max(device.channels)
    meter = address("1.1.7")
    device.tell(number, telegram(0x29, meter, address("2/0/1"), b"\0\x80" + struct.pack(">Q", 4900), group=True))
    device.tell(number, telegram(0x29, meter, address("1/0/1"), b"\0\0", group=True))


@capture(
    "knx/groups.pcap",
    "Group values over a UDP tunnel: written and read, of six bits, one, two, three, four, eight and fourteen bytes, "
    "one that nobody answers, two that the bus tells by itself.",
    "knx bms",
    kind="golden",
    check={"knxip.service==0x0420": 30, "knxip.service==0x0205": 1},
)
def groups(lab: Lab) -> None:
    """A building management workstation at work."""
    with interface(lab) as device:

        async def work(station: Station) -> None:
            await _groups(station)
            lab["knx"].call(_news, device)
            await asyncio.sleep(0.2)

        work_as(lab, "bms", work)


async def _manage(station: Station) -> None:
    await station.ask(
        "1.1.5",
        apci.DeviceDescriptorRead(descriptor=0),
        apci.PropertyValueRead(object_index=0, property_id=11),
        apci.PropertyValueRead(object_index=0, property_id=99),  # refused
        apci.PropertyDescriptionRead(object_index=0, property_id=11),
        apci.AuthorizeRequest(key=0xFFFFFFFF),
        apci.AuthorizeRequest(key=KEY),
        apci.KeyWrite(level=0, key=0x11223344),
        apci.MemoryRead(address=0x4000, count=10),
        apci.MemoryRead(address=0xF000, count=2),  # refused
        apci.PropertyValueWrite(object_index=1, property_id=5, data=b"\1" + bytes(9)),
        apci.MemoryWrite(address=0x4000, data=b"\xa5" * 12),
        apci.UserMemoryWrite(address=0x12000, data=b"\1\2"),
        apci.UserMemoryRead(address=0x12000, count=2),
        apci.MemoryExtendedRead(count=20, address=0x001000),
        apci.MemoryExtendedWrite(address=0x001000, data=b"\7" * 20),
        apci.MemoryExtendedWrite(address=0x011000, data=b"\7"),  # refused
        apci.PropertyExtValueRead(interface_object_type=11, object_instance=1, property_id=52, start_index=1),
        apci.PropertyExtValueWriteCon(
            interface_object_type=17, object_instance=1, property_id=56, start_index=1, data=b"secret-tool-key!"
        ),
        apci.FunctionPropertyCommand(object_index=0, property_id=60, data=b"\0\1"),
        apci.ADCRead(channel=1, count=1),
        apci.UserManufacturerInfoRead(),
        apci.PropertyValueWrite(object_index=3, property_id=6, start_index=1, data=b"\2"),
        apci.PropertyValueWrite(object_index=0, property_id=54, start_index=1, data=b"\1"),
        apci.RestartMasterReset(erase_code=2, channel_number=0),
        apci.RestartMasterReset(erase_code=9, channel_number=0),  # refused
        apci.Restart(),
    )


async def _address(station: Station) -> None:
    await station.ask("1.1.5", apci.PropertyValueWrite(object_index=0, property_id=54, start_index=1, data=b"\1"))
    await station.all(apci.IndividualAddressRead())
    await station.all(apci.IndividualAddressWrite(address=IndividualAddress("1.1.66")))
    await station.all(apci.IndividualAddressSerialRead(serial=SERIAL))
    await station.all(apci.IndividualAddressSerialWrite(serial=SERIAL, address=IndividualAddress("1.1.5")))
    await station.all(apci.NetworkParameterRead(object_type=0, property_id=11, test_info=b"\0"))
    await station.all(apci.DomainAddressWrite(domain_address=b"\x00\x2a"))
    with contextlib.suppress(Exception):  # nobody has this address: it is not confirmed
        await station.ask("1.1.99", apci.DeviceDescriptorRead(descriptor=0))


@capture(
    "knx/management.pcap",
    "Devices managed through a tunnel over TCP: descriptor, properties, memory, keys, parameters, programming mode, "
    "master reset, restart; individual addresses given by programming button and by serial number; some are refused.",
    "knx eng",
    kind="golden",
    check={"cemi.ax==0x3d1": 2, "knxip.service==0x0420": 60},
)
def management(lab: Lab) -> None:
    """An engineering station programs a device."""
    with interface(lab):
        work_as(lab, "eng", _manage, tcp=True)
        work_as(lab, "eng", _address)


async def _search(host: str) -> None:
    own = XKNX()
    await GatewayScanner(own, local_ip=ip(host), timeout_in_seconds=1).scan()


async def _configure(host: str) -> None:
    parameters = ResourceObjectType.OBJECT_KNXNETIP_PARAMETER
    async with UDPDeviceManagementConnection(ip("knx"), KNX_PORT, local_ip=ip(host)) as connection:
        for kind, number in ((ResourceObjectType.OBJECT_DEVICE, 11), (parameters, 52), (parameters, 99)):
            about = CEMIMPropInfo(object_type=kind, property_id=number)
            await _asked(
                connection,
                CEMIFrame(code=CEMIMessageCode.M_PROP_READ_REQ, data=CEMIMPropReadRequest(property_info=about)),
            )
        for number, data in ((76, b"H"), (60, socket.inet_aton("10.9.1.99")), (91, b"not-to-be-shown!")):
            about = CEMIMPropInfo(object_type=parameters, property_id=number)
            written = CEMIMPropWriteRequest(property_info=about, data=data)
            await _asked(connection, CEMIFrame(code=CEMIMessageCode.M_PROP_WRITE_REQ, data=written))


async def _asked(connection: UDPDeviceManagementConnection, frame: CEMIFrame) -> None:
    with contextlib.suppress(Exception):  # a refusal is what is wanted on the wire
        await connection.request(frame)


@capture(
    "knx/interface.pcap",
    "The interface itself: searched for by multicast, described, its properties read and written on a management "
    "connection, refused ones, tunnels until none is left.",
    "knx eng bms",
    kind="golden",
    check={"knxip.service==0x0201": 1, "knxip.service==0x0310": 6},
)
def interface_itself(lab: Lab) -> None:
    """What commissioning tools do before they use a tunnel."""
    with interface(lab) as device:
        lab["eng"].run(_search("eng"))
        lab["eng"].run(_configure("eng"))
        device.limit = 0
        with contextlib.suppress(Exception):
            work_as(lab, "bms", _groups)


async def _routed(station: Station) -> None:
    await station.write("1/0/1", 1)
    await station.write("1/2/3", b"\x0c\x1a")
    await station.read("1/2/4")
    await station.all(apci.IndividualAddressRead())


@capture(
    "knx/routing.pcap",
    "Routing by multicast, plain: values, a question, busy and lost messages; then the same with a backbone key, whose "
    "content stays unread, and a plain telegram of a host that used the key.",
    "knx bms eng",
    kind="golden",
    check={"knxip.service==0x0530": 4, "knxip.service==0x0950": 3},
)
def routing(lab: Lab) -> None:
    """Two stations on the IP backbone."""
    route_as(lab, "bms", _routed)
    busy = bytes.fromhex("06100532000c060000640000")
    lost = bytes.fromhex("06100531000a0400000c")
    lab["bms"].call(send_raw, "bms", GROUP, (busy, lost))
    route_as(lab, "eng", _routed, own="1.1.201", secure=True)
    wrapper = framed(0x0950, bytes(16) + bytes(range(30)))
    plain = framed(0x0530, bytes.fromhex("2900bce011c908010100 81"))
    lab["eng"].call(send_raw, "eng", GROUP, (wrapper, plain))


@capture(
    "knx/secure.pcap",
    "A secured tunnel over TCP: the session, then authentication and everything else in wrappers, whose content stays "
    "unread.",
    "knx bms",
    kind="golden",
    check={"knxip.service==0x0951": 1, "knxip.service==0x0952": 1, "knxip.service==0x0950": 10},
)
def secure(lab: Lab) -> None:
    """A visualisation that uses KNX IP Secure."""

    async def work(station: Station) -> None:
        await station.write("1/0/1", 1)
        await station.read("1/2/3")

    with interface(lab, secured=True):
        secured_as(lab, "bms", work)
