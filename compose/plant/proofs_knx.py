"""Proof captures of the KNX rules: a line at work, and what intruders do to it through its interface (stack `xknx`)."""

from __future__ import annotations

import asyncio
import socket
import struct

from xknx import XKNX
from xknx.io.gateway_scanner import GatewayScanner
from xknx.telegram import apci

from compose.plant.addresses import KNX_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.golden_knx_frames import CONNECT, HPAI, framed, tunnelled
from compose.plant.knx_bus import address, telegram
from compose.plant.knx_interface import GROUP, Interface, interface
from compose.plant.knx_work import Station, Work, route_as, send_raw, work_as
from compose.plant.lab import Lab

NORMAL = "knx/normal.pcap"
ALL_RULES = "KN01 KN02 KN03 KN04 KN05 KN06 KN06N KN07 KN08 KN08S KN09 KN10 KN11"
_BEAT = 0.5  # seconds


def _operate(seconds: float) -> Work:
    """Read and write as a visualisation does."""

    async def work(station: Station) -> None:
        for number in range(int(seconds / _BEAT)):
            await station.read("1/2/3")
            if number % 4 == 1:
                await station.write("1/0/1", number // 4 % 2)
            if number % 8 == 2:
                await station.write("1/2/3", struct.pack(">H", 0x0C1A + number % 3))
            await asyncio.sleep(_BEAT)

    return work


async def _look(station: Station) -> None:
    """What an engineering station does without changing anything."""
    await station.ask(
        "1.1.5", apci.DeviceDescriptorRead(descriptor=0), apci.PropertyValueRead(object_index=0, property_id=11),
        apci.MemoryRead(address=0x4000, count=10),
    )  # fmt: skip


async def _bus(device: Interface, seconds: float) -> None:
    """A meter tells its value to whoever has a tunnel."""
    for number in range(int(seconds)):
        await asyncio.sleep(1)
        value = telegram(0x29, address("1.1.7"), address("2/0/1"), b"\0\x80" + struct.pack(">Q", 4900 + number), True)
        for channel in tuple(device.channels):
            device.tell(channel, value)


async def _search(host: str) -> None:
    await GatewayScanner(XKNX(), local_ip=ip(host), timeout_in_seconds=1).scan()


def _normal(lab: Lab, seconds: float) -> None:
    with interface(lab) as device:
        telling = lab["knx"].start(_bus(device, seconds - 3))
        operator = lab["bms"].begin(_blocking, lab, "bms", _operate(seconds))
        lab["eng"].run(_search("eng"))
        work_as(lab, "eng", _look, tcp=True)
        operator.result(120)
        telling.result(30)


def _blocking(lab: Lab, host: str, work: Work) -> None:
    """Work of a host, from another thread than its loop's."""
    work_as(lab, host, work)


@capture(
    NORMAL,
    "A KNX line at work: a visualisation reads and writes groups through a tunnel, a meter reports, an engineering "
    "station searches and looks. Learn the baseline from it.",
    "knx bms eng",
    rules=ALL_RULES,
    kind="benign",
    check={"knxip.service==0x0420": 120, "knxip.service==0x0201": 1},
)
def normal(lab: Lab) -> None:
    """25 seconds of normal work."""
    _normal(lab, 25)


@capture(
    "knx/normal-later.pcap",
    "The same line later: same hosts, groups and devices. With the baseline learned, nothing may fire.",
    "knx bms eng",
    rules=ALL_RULES,
    kind="benign",
    learn=NORMAL,
    check={"knxip.service==0x0420": 40},
)
def normal_later(lab: Lab) -> None:
    """9 seconds of the same work."""
    _normal(lab, 9)


def attack(
    lab: Lab, name: str, techniques: str, rules: str, work: Work, source: str = "att", tcp: bool = False
) -> None:
    with interface(lab) as device:
        device.bus[0].programming = True
        with lab.step(name, source, "knx", techniques.split(), rules.split()):
            work_as(lab, source, work, tcp=tcp)


@capture("knx/tunnel.pcap", "A workstation of the office opens a tunnel.", "knx office", rules="KN05", learn=NORMAL,
         check={"knxip.service==0x0205": 1})  # fmt: skip
def tunnel(lab: Lab) -> None:
    """One tunnel, in which nothing is sent."""

    async def work(_: Station) -> None:
        await asyncio.sleep(0.2)

    attack(lab, "open a tunnel from the office", "T0886", "KN05", work, source="office")


@capture("knx/write.pcap", "A stranger switches a group through a tunnel and by routing.", "knx att", rules="KN06 KN05",
         learn=NORMAL, check={"cemi.mc==0x11": 1, "knxip.service==0x0530": 1})  # fmt: skip
def write(lab: Lab) -> None:
    """Three writes."""

    async def work(station: Station) -> None:
        await station.write("1/0/1", 1)
        await station.write("1/2/3", b"\x7f\xfe")

    with interface(lab), lab.step("switch groups", "att", "knx", ["T0855", "T0836"], ["KN06", "KN05"]):
        work_as(lab, "att", work)
        route_as(lab, "att", work, own="1.1.250")


@capture("knx/first-write.pcap", "The visualisation, an allowed writer, writes a group that it never wrote.", "knx bms",
         rules="KN06N", learn=NORMAL, check={"cemi.mc==0x11": 1})  # fmt: skip
def first_write(lab: Lab) -> None:
    """One write."""

    async def work(station: Station) -> None:
        await station.write("1/3/1", struct.pack(">f", 31.0))

    attack(lab, "first write to a group", "T0836", "KN06N", work, source="bms")


@capture("knx/search.pcap", "A stranger searches for interfaces, as scanners do.", "knx att", rules="KN08",
         learn=NORMAL, check={"knxip.service==0x0201": 1})  # fmt: skip
def search(lab: Lab) -> None:
    """One scan and a description."""
    with interface(lab), lab.step("search for interfaces", "att", GROUP, ["T0846", "T0888"], ["KN08"]):
        lab["att"].run(_search("att"))
        lab["att"].call(send_raw, "att", ip("knx"), (framed(0x0203, HPAI),))


def _broken() -> None:
    """Frames that cannot be, on a connection that is none and beside it."""
    sound = bytes.fromhex("1100bce000000801010081")
    frames = (
        tunnelled(7, 0, sound),
        tunnelled(7, 9, sound),
        tunnelled(7, 10, sound[:-2]),
        tunnelled(7, 11, b"\x99\0\0"),
        framed(0x0799, b"\1\2"),
        framed(0x0203, HPAI) + b"\0",
        b"\6\x11\2\3\0\6",
    )
    send_raw("att", ip("knx"), frames)


@capture("knx/malformed.pcap", "Broken frames of a stranger: lengths, codes, services, counters that are none; made "
         "by hand.", "knx att", rules="KN09", learn=NORMAL, check={"udp.port==3671": 6})  # fmt: skip
def malformed(lab: Lab) -> None:
    """Seven datagrams."""
    with interface(lab), lab.step("malformed frames", "att", "knx", ["T0814"], ["KN09"]):
        lab["att"].call(_broken)


def _plain() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.settimeout(1)
        end.sendto(framed(0x0203, HPAI), (ip("knx"), KNX_PORT))
        end.recv(512)
        end.sendto(CONNECT, (ip("knx"), KNX_PORT))
        channel = end.recv(512)[6]
        end.sendto(framed(0x0209, bytes([channel, 0]) + HPAI), (ip("knx"), KNX_PORT))
        end.recv(512)


@capture("knx/unsecured.pcap", "The visualisation opens a plain tunnel although the interface says that tunnels are "
         "to be secured; made by hand, the stack refuses it.", "knx bms", rules="KN10", learn=NORMAL,
         check={"knxip.service==0x0205": 1})  # fmt: skip
def unsecured(lab: Lab) -> None:
    """One connection."""
    with interface(lab, secured=True), lab.step("plain tunnel", "bms", "knx", ["T0830"], ["KN10"]):
        lab["bms"].call(_plain)
