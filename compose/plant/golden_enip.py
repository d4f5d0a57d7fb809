"""Golden captures of EtherNet/IP for the parser: tags, objects, device control, PCCC, encapsulation, implicit I/O."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable

from pycomm3 import SLCDriver

from compose.plant import cip_work as work
from compose.plant.addresses import ip
from compose.plant.catalogue import capture
from compose.plant.cip_device import PORT, LogixController, recipe
from compose.plant.cip_io import Scanner, Station
from compose.plant.cip_pccc import SlcController
from compose.plant.cip_raw import Raw, message, register, rr_data, unit_data
from compose.plant.cip_stack import PLC
from compose.plant.cip_work import Ask
from compose.plant.lab import Lab


def _served(lab: Lab, controller: LogixController, talk: work.Work) -> None:
    lab["plc1"].run(controller.serve())
    lab["hmi"].call(talk)
    lab["plc1"].run(controller.stop())


@capture(
    "enip/tags.pcap",
    "pycomm3 over a connection: tag list, reads and writes of every type, arrays in fragments, a structure, "
    "several tags in one packet, a tag that is not there.",
    "plc1 hmi",
    kind="golden",
    check={"cip.sc==0x4c": 8, "cip.sc==0x4d": 6, "cip.sc==0x52": 2, "cip.sc==0x55": 1, "cip.sc==0x0a": 2},
)
def tags(lab: Lab) -> None:
    """What an operator station does with tags."""
    controller = LogixController("plc1")

    def talk() -> None:
        with work.logix("plc1") as client:
            client.read("Tank_Level")
            client.read("Tank_Temperature")
            for name in ("Pump_Enable", "Valve", "Speed", "Total", "Mean", "Curve[2]", "Curve{8}"):
                client.read(name)
            client.read("Batch{1500}")
            client.read("Tank_Level", "Tank_Temperature", "Curve{3}", "Speed")
            client.write(("Tank_Setpoint", 2100))
            client.write(("Tank_Setpoint", 2050))
            client.write(("Pump_Enable", False))
            client.write(("Total", 2**60 + 3))
            client.write(("Curve[1]{3}", [1.5, 2.5, 3.5]))
            client.write(("Tank_Temperature", 70.5), ("Speed", 1500))
            client.write(("Batch{1500}", list(range(1500, 3000))))
            client.write(("Tank_Level.3", True))
        recipe(controller.tags)  # not before: pycomm3 reads all templates at first, and the stack errs in that
        whole = controller.tags.find_by_name("Recipe").instance_id
        work.ask_all("plc1", [Ask(0x4C, work.SYMBOL, whole, data=b"\x01\x00")], connected=True)

    _served(lab, controller, talk)


@capture(
    "enip/routed.pcap",
    "pylogix and pycomm3 through Unconnected_Send with a route to slot 0: identity, tags, a slot that refuses.",
    "plc1 hmi",
    kind="golden",
    check={"cip.sc==0x52": 4},
)
def routed(lab: Lab) -> None:
    """Requests that are sent on over the backplane."""

    def talk() -> None:
        with PLC(ip("plc1")) as plc:
            plc.conn.ConnectionSize = 500
            plc.Read("Tank_Level")
            plc.Read("Curve[0]", 4)
            plc.Write("Tank_Setpoint", 1990)
            plc.Read("NoSuchTag")
            plc.GetDeviceProperties()
            plc.GetModuleProperties(0)
        with work.driver("plc1") as client:
            for route in ("1/0", "1/3"):
                client.generic_message(
                    service=work.GET_ALL, class_code=work.IDENTITY, instance=1, connected=False,
                    unconnected_send=True, route_path=route,
                )  # fmt: skip
            client.generic_message(
                service=0x4C, class_code=work.SYMBOL, instance=1, request_data=b"\x01\x00", connected=False,
                unconnected_send=True, route_path="1/0/2/192.168.1.5",
            )  # fmt: skip

    _served(lab, LogixController("plc1"), talk)


_OBJECTS = [
    Ask(work.GET_ALL, work.IDENTITY),
    *(Ask(work.GET_SINGLE, work.IDENTITY, 1, attribute) for attribute in range(1, 9)),
    Ask(work.GET_LIST, work.IDENTITY, data=work.read_lists([1, 2, 3, 4, 5, 6, 7])),
    Ask(work.GET_ALL, 0x02),
    Ask(work.GET_ALL, 0x64),
    Ask(work.GET_SINGLE, work.IDENTITY, 0, 1),
    Ask(work.RESET, work.IDENTITY, data=b"\x00"),
    Ask(work.RESET, work.IDENTITY),
    Ask(work.RESET, work.IDENTITY, data=b"\x01"),
    Ask(work.SET_SINGLE, work.IDENTITY, 1, 7, b"\x04Tank"),
    Ask(0x11, work.SYMBOL, 0),
    Ask(work.STOP, work.CONTROLLER),
    Ask(0x4B, work.STORAGE, data=b"\x00" * 8),
    Ask(0x4D, 0x77, data=b"\x01\x02"),
]


@capture(
    "enip/objects.pcap",
    "pycomm3 asks objects of the real server: identity in every way, class attributes, reset of every type, sets, and "
    "what it refuses (stop, firmware, services it does not know).",
    "plc1 hmi",
    kind="golden",
    check={"cip.sc==0x0e": 16, "cip.sc==0x05": 6, "cip.genstat>0": 4},
)
def objects(lab: Lab) -> None:
    """Unconnected requests to objects."""
    _served(lab, LogixController("plc1"), lambda: work.ask_all("plc1", _OBJECTS))


_ADDRESSES = struct.pack("<IIIIIH", 0x0A09010C, 0xFFFFFF00, 0x0A090101, 0, 0, 0)
CONTROL = [
    Ask(work.STOP, work.CONTROLLER),
    Ask(work.START, work.CONTROLLER),
    Ask(work.RESET, work.CONTROLLER),
    Ask(work.SET_LIST, work.WALL_CLOCK, data=struct.pack("<HHQ", 1, 6, 1_225_500_000_000_000)),
    Ask(work.GET_LIST, work.WALL_CLOCK, data=work.read_lists([6])),
    Ask(work.SET_SINGLE, work.TCP_IP, 1, 5, _ADDRESSES),
    Ask(work.SET_LIST, work.TCP_IP, data=struct.pack("<HHIH", 2, 3, 2, 6) + b"\x04\x00tank"),
    Ask(work.SET_SINGLE, work.ETHERNET, 1, 6, b"\x00\x00\x00\x00"),
    Ask(0x4B, work.STORAGE, data=b"\x01\x00\x00\x10\x00\x00"),
    Ask(0x4D, work.STORAGE, data=b"\x00" * 400),
    Ask(work.CREATE, work.ROUTINE, 0, data=b"\x01\x00"),
    Ask(0x4F, work.PROGRAM_DATA, 6, data=struct.pack("<IH", 0, 88)),
    Ask(0x50, work.PROGRAM_DATA, 6, data=struct.pack("<IH", 0, 4) + b"code"),
    Ask(0x4C, work.ROUTINE, 3, data=struct.pack("<IH", 0, 88)),
    Ask(work.DELETE, work.ROUTINE, 3),
    Ask(0x4B, work.FILE, 200, data=b"\xff"),
    Ask(0x4F, work.FILE, 200, data=b"\x00"),
    Ask(0x4C, work.FILE, 201, data=struct.pack("<IHB", 90, 1, 255)),
    Ask(0x50, work.FILE, 201, data=b"\x00\x00" + b"EDS" * 20),
    Ask(0x50, work.FILE, 201, data=b"\x01\x02" + b"END" * 10 + b"\x12\x34"),  # a checksum ends the last block
    Ask(work.SET_SINGLE, work.ASSEMBLY, 102, 3, b"\x01\x02\x03\x04"),
]
GRANTS = {(question.class_code, question.service): b"" for question in CONTROL} | {
    (work.WALL_CLOCK, work.GET_LIST): struct.pack("<HHHQ", 1, 6, 0, 1_225_500_000_000_001),
    (work.WALL_CLOCK, work.SET_LIST): struct.pack("<HHH", 1, 6, 0),
    (work.TCP_IP, work.SET_LIST): struct.pack("<HHHHH", 2, 3, 0, 6, 0),
    (work.FILE, 0x4B): struct.pack("<IB", 24, 200),
    (work.FILE, 0x4F): b"\x00\x04" + b"Parameters of the drive." + b"\x12\x34",
    (work.PROGRAM_DATA, 0x4F): b"\x0f\x00\x00\x00The code of a routine",
}


@capture(
    "enip/device-control.pcap",
    "pycomm3 asks for what changes a controller: stop, start, reset, clock, addresses, firmware, program, files, "
    "output assembly. The stack knows none of these services; the replies are hand-made (an empty success).",
    "plc1 hmi",
    kind="golden",
    check={"cip.sc==0x07": 2, "cip.sc==0x06": 2, "cip.sc==0x4d": 2},
)
def device_control(lab: Lab) -> None:
    """Granted by a table, unconnected and over a connection."""

    def talk() -> None:
        work.ask_all("plc1", CONTROL)
        work.ask_all("plc1", CONTROL[:3], connected=True)

    _served(lab, LogixController("plc1", GRANTS), talk)


@capture(
    "enip/pccc.pcap",
    "pycomm3's SLC client against an SLC 500 (hand-made: no stack answers PCCC): data tables N, F, B, T, ST, masked "
    "write, processor type, change of mode, upload and download functions, a refusal.",
    "plc1 hmi",
    kind="golden",
    check={"cip.sc==0x4b": 20},
)
def pccc(lab: Lab) -> None:
    """Commands of the older controllers."""
    controller = SlcController("plc1")

    def talk() -> None:
        with SLCDriver(ip("plc1")) as client:  # type: ignore[no-untyped-call]  # pycomm3 has types but here
            client.get_processor_type()
            for address in ("N7:0", "N7:2{3}", "F8:0", "B3:1", "B3/17", "T4:0.PRE", "ST9:0"):
                client.read(address)
            client.write(("N7:0", -12), ("F8:1", 1.5), ("N7:2{3}", [1, 2, 3]), ("B3:1/2", True))
        work.ask_all("plc1", [Ask(0x4B, work.PCCC, data=data) for data in controller.commands()])

    _served(lab, controller, talk)


@capture(
    "enip/encapsulation.pcap",
    "Every encapsulation command on TCP (bare socket, real server), ListIdentity, ListServices, ListInterfaces on UDP "
    "(the server's own answers, carried by us as the stack listens on TCP alone), two messages in one segment, one "
    "message in single bytes.",
    "plc1 hmi",
    kind="golden",
    check={"enip.command==0x63": 3, "enip.command==0x04": 4, "enip.command==0x65": 2, "enip.command==0x66": 1},
)
def encapsulation(lab: Lab) -> None:
    """Sessions, lists, and how messages lie in segments."""
    controller = LogixController("plc1")

    async def talk() -> None:
        async with Raw("plc1") as raw:
            for command in (0x04, 0x63, 0x64):
                await raw.ask(command)
            session = await register(raw)
            await raw.send(0x00, session, b"idle")
            identify = b"\x01\x02\x20\x01\x24\x01"
            await raw.exchange(rr_data(session, 1, identify) + rr_data(session, 2, identify), 0.2)
            for byte in rr_data(session, 3, identify):
                await raw.exchange(bytes([byte]), 0.01)
            await asyncio.sleep(0.2)
            await raw.send(0x66, session)
        async with Raw("plc1", udp=True) as raw:
            for command in (0x63, 0x04, 0x64):
                await raw.ask(command)

    async def serve() -> None:
        await controller.serve()
        await Raw.answer_datagrams(controller.adapter, "plc1", PORT)

    lab["plc1"].run(serve())
    lab["hmi"].run(talk())
    lab["plc1"].run(controller.stop())


@capture(
    "enip/malformed.pcap",
    "Bare socket against the real server: an unknown command, options, a status in a request, a wrong session, items "
    "that overrun, a path that is cut, an embedded packet that holds itself, a request before a session.",
    "plc1 hmi",
    kind="golden",
    check={"enip": 30},
)
def malformed(lab: Lab) -> None:
    """What a fuzzer sends."""

    identify = b"\x01\x02\x20\x01\x24\x01"
    itself = b"\x0a\x02\x20\x02\x24\x01\x02\x00\x00\x00\x00\x00"

    async def early() -> None:
        async with Raw("plc1") as raw:
            await raw.exchange(rr_data(0x55, 7, identify), 0.2)

    async def odd(make: Callable[[int], bytes]) -> None:
        async with Raw("plc1") as raw:
            await raw.exchange(make(await register(raw)), 0.2)

    messages: list[Callable[[int], bytes]] = [
        lambda session: message(0x01, session),
        lambda session: message(0x5A, session, b"\xaa\xbb"),
        lambda session: message(0x63, session, options=7),
        lambda session: message(0x63, session, status=1),
        lambda session: message(0x65, session, b"\x02\x00\x00\x00"),
        lambda session: rr_data(session + 9, 8, identify),
        lambda session: rr_data(session, 9, identify, overrun=40),
        lambda session: rr_data(session, 10, b"\x01\x09\x20\x01\x24\x01"),
        lambda session: rr_data(session, 11, b"\x01\x02\x20\x01\x25\x00"),
        lambda session: rr_data(session, 12, itself),
        lambda session: rr_data(session, 13, b"\x4c\x02\x20\x6b\x24\x01"),
        lambda session: unit_data(session, 0x1234, 1, b"\x0e\x03\x20\x01\x24\x01\x30\x01"),
    ]

    async def talk() -> None:
        await early()
        for make in messages:
            await odd(make)

    controller = LogixController("plc1")
    lab["plc1"].run(controller.serve())
    lab["hmi"].run(talk())
    lab["plc1"].run(controller.stop())


@capture(
    "enip/io.pcap",
    "cm-ethernetip scanner and adapter: Forward_Open of class 1, 32 bytes each way every 50 ms on UDP, outputs that "
    "change, Forward_Close; a refused Forward_Open; a datagram with an old sequence number (hand-made).",
    "plc2 hmi",
    kind="golden",
    check={"enip && udp": 60, "cip.sc==0x54": 3},
)
def implicit(lab: Lab) -> None:
    """Three seconds of I/O."""
    station = Station("plc2")
    lab["plc2"].run(station.start())

    async def scan() -> None:
        async with Scanner("plc2") as scanner:
            connection = await scanner.open()
            for value in (1, 1, 2, 7):
                connection.write_dint(0, value)
                await asyncio.sleep(0.6)
            scanner.repeat_old(connection)
            await asyncio.sleep(0.3)
            await connection.close()
            await scanner.refused()

    lab["hmi"].run(scan())
    time.sleep(0.2)
    lab["plc2"].run(station.stop())
