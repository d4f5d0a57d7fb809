"""Proof captures of the EtherNet/IP rules about tags, discovery, I/O, errors, encapsulation: EI05, EI08-EI10, EI12."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable

from pycomm3 import CIPDriver

from compose.plant import cip_work as work
from compose.plant.addresses import ip
from compose.plant.catalogue import capture
from compose.plant.cip_device import PORT, LogixController
from compose.plant.cip_io import Station
from compose.plant.cip_pccc import SlcController
from compose.plant.cip_raw import Raw, message, register, rr_data
from compose.plant.cip_work import Ask
from compose.plant.lab import Lab
from compose.plant.proofs_enip import NORMAL, do, enip_cell, scan_station


@capture(
    "enip/unauthorised-write.pcap",
    "A stranger writes the level set-point by its tag name, with pycomm3.",
    "plc1 hmi att",
    rules="EI05",
    learn=NORMAL,
    check={"cip.sc==0x4d": 1},
)
def unauthorised_write(lab: Lab) -> None:
    """One write of a stranger."""
    with enip_cell(lab, 6):
        time.sleep(2)
        do(lab, "tag write", "T0855 T0836", "EI05", lambda: work.write_tags("plc1", [("Tank_Setpoint", 2900)], 0.2))


@capture(
    "enip/first-write-to-tag.pcap",
    "The operator station writes a tag it never wrote before.",
    "plc1 hmi",
    rules="EI05",
    learn=NORMAL,
    check={"cip.sc==0x4d": 1},
)
def first_write_to_tag(lab: Lab) -> None:
    """One write of a known writer."""
    with enip_cell(lab, 6):
        time.sleep(2)
        do(lab, "first write", "T0836", "EI05", lambda: work.write_tags("plc1", [("Speed", 1500)], 0.2), who="hmi")


@capture(
    "enip/identity-sweep.pcap",
    "A stranger asks six hosts for their identity (ListIdentity on TCP with pycomm3, four answer), then everybody by "
    "broadcast on UDP.",
    "plc1 plc2 gw opc hmi hist att",
    rules="EI08 EI08B",
    learn=NORMAL,
    check={"enip.command==0x63": 9},
)
def identity_sweep(lab: Lab) -> None:
    """One after the other, then all at once."""
    controllers = {name: LogixController(name) for name in ("plc1", "plc2", "gw", "opc")}
    for name, controller in controllers.items():
        lab[name].run(controller.serve())

    def sweep() -> None:
        for name in controllers:
            CIPDriver.list_identity(ip(name))
            time.sleep(0.2)

    async def broadcast() -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=(ip("att"), 0), allow_broadcast=True
        )
        transport.sendto(message(0x63), ("10.9.1.255", PORT))
        await asyncio.sleep(0.5)
        transport.close()

    do(lab, "identity sweep", "T0846 T0888", "EI08", sweep)
    with lab.step("identity broadcast", "att", "10.9.1.255", ["T0846"], ["EI08B"]):
        lab["att"].run(broadcast())
    for name, controller in controllers.items():
        lab[name].run(controller.stop())


@capture(
    "enip/rogue-scanner.pcap",
    "A stranger opens an I/O connection of class 1 to the station of the drive and sends outputs.",
    "plc2 att",
    rules="EI09",
    learn=NORMAL,
    check={"cip.sc==0x54": 1, "cipio": 20},
)
def rogue_scanner(lab: Lab) -> None:
    """Two seconds of outputs."""
    station = Station("plc2")
    lab["plc2"].run(station.start())
    with lab.step("rogue I/O connection", "att", "plc2", ["T0835", "T0848"], ["EI09"]):
        lab["att"].run(scan_station(2))
    lab["plc2"].run(station.stop())


@capture(
    "enip/force-table.pcap",
    "A stranger writes the output force table of an SLC 500 and disables its forces (PCCC 0F/AA on file 0xA1, 0F/41). "
    "The SLC is hand-made: no stack answers PCCC.",
    "plc1 att",
    rules="EI09",
    learn=NORMAL,
    check={"cip.pccc.fnc.code_0f==0x41": 1},
)
def force_table(lab: Lab) -> None:
    """Two commands of those the SLC knows."""
    controller = SlcController("plc1")
    commands = controller.commands()
    lab["plc1"].run(controller.serve())
    questions = [Ask(0x4B, work.PCCC, data=commands[number]) for number in (8, 13)]
    do(lab, "force", "T0835", "EI09", lambda: work.ask_all("plc1", questions))
    lab["plc1"].run(controller.stop())


@capture(
    "enip/error-burst.pcap",
    "A stranger tries thirty object classes one after the other; the controller refuses almost all.",
    "plc1 hmi att",
    rules="EI10",
    learn=NORMAL,
    check={"cip.genstat>0": 20},
)
def error_burst(lab: Lab) -> None:
    """Thirty classes in three seconds."""
    questions = [Ask(work.GET_SINGLE, number, 1, 1) for number in range(0x10, 0x2E)]
    with enip_cell(lab, 7):
        time.sleep(2)
        do(lab, "errors", "T0846 T0806", "EI10", lambda: work.ask_all("plc1", questions, pause=0.05))


@capture(
    "enip/encapsulation-abuse.pcap",
    "Bare socket: a request without a session, an unknown command, items that overrun, a wrong session; then sixty "
    "sessions registered in a row.",
    "plc1 hmi att",
    rules="EI12",
    learn=NORMAL,
    check={"enip.command==0x65": 100},
)
def encapsulation_abuse(lab: Lab) -> None:
    """Hand-made messages against the real server."""
    identify = b"\x01\x02\x20\x01\x24\x01"
    odd: list[Callable[[int], bytes]] = [
        lambda session: rr_data(session + 9, 8, identify),
        lambda session: rr_data(session, 9, identify, overrun=40),
        lambda session: message(0x5A, session, struct.pack("<I", 7)),
    ]

    async def abuse() -> None:
        async with Raw("plc1") as raw:
            await raw.exchange(rr_data(0x55, 7, identify), 0.2)
        for make in odd:
            async with Raw("plc1") as raw:
                await raw.exchange(make(await register(raw)), 0.1)
        for _ in range(60):
            async with Raw("plc1") as raw:
                await register(raw)

    with enip_cell(lab, 12):
        time.sleep(2)
        with lab.step("encapsulation abuse", "att", "plc1", ["T0814"], ["EI12"]):
            lab["att"].run(abuse())


@capture(
    "enip/few-refusals.pcap",
    "The engineering station asks for a tag and three objects that are not there, and registers three sessions.",
    "plc1 hmi eng",
    rules="EI10 EI12 EI08 EI08B",
    kind="benign",
    learn=NORMAL,
    check={"cip.genstat>0": 4},
)
def few_refusals(lab: Lab) -> None:
    """What happens on any day."""

    def visit() -> None:
        for number in range(3):
            work.ask_all("plc1", [Ask(work.GET_SINGLE, 0x40 + number, 1, 1)])
        with work.logix("plc1") as client:
            client.generic_message(service=0x4C, class_code=work.SYMBOL, instance=900, request_data=b"\x01\x00")

    with enip_cell(lab, 6):
        time.sleep(1)
        lab["eng"].call(visit)
