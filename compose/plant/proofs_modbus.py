"""Proof captures of the Modbus rules MB01 to MB17 made with normal requests; odd frames are in proofs_modbus_odd."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.pdu.file_message import FileRecord

from compose.plant import modbus_master as master
from compose.plant.addresses import MODBUS_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.cell import Cell, modbus_cell
from compose.plant.lab import Lab
from compose.plant.modbus_device import Controller

NORMAL = "modbus/hmi-normal.pcap"
ALL_POLLS = (
    ("hmi", "plc1"),
    ("hmi", "plc2"),
    ("hmi", "gw"),
    ("hist", "plc1"),
    ("hist", "plc2"),
    ("opc", "plc1"),
    ("opc", "plc2"),
)
ALL_RULES = "MB01 MB02 MB03 MB04 MB05 MB06 MB07 MB08 MB09 MB10 MB11 MB12 MB14 MB15 MB16 MB17"
WARM_UP = 2.5  # seconds of normal polling before and after what a proof shows
SETPOINTS = (2000, 1950, 2050, 2000, 2100, 1900, 2000, 2020, 1980)
SPEEDS = (1450, 1400, 1500, 1450)

Work = Callable[[AsyncModbusTcpClient], Awaitable[object]]


async def session(server: str, work: Work) -> None:
    """Connect to `server`, do the work, disconnect."""
    client = await master.connect(server)
    try:
        await work(client)
    finally:
        client.close()


async def operate_normally(writes: int) -> None:
    """Work as the operator: set-points inside their usual range, each `writes` times, and an alarm acknowledgement."""
    tank, drive = await master.connect("plc1"), await master.connect("plc2")
    for number in range(writes):
        await tank.write_register(100, SETPOINTS[number % len(SETPOINTS)])
        await asyncio.sleep(1.3)
        await tank.write_register(101, 650 + 5 * (number % 3 - 1))
        await asyncio.sleep(1.3)
        await drive.write_register(100, SPEEDS[number % len(SPEEDS)])
        await asyncio.sleep(1.3)
        await tank.write_coil(2, number % 2 == 0)
        await asyncio.sleep(0.6)
    tank.close()
    drive.close()


async def maintain_normally(client: AsyncModbusTcpClient) -> None:
    """Work as the engineering station: identity, echo, one archive record."""
    await client.read_device_information(read_code=1)
    await client.read_device_information(read_code=2)
    await client.report_device_id()
    await client.diag_query_data(b"\x12\x34")
    await client.read_file_record([FileRecord(4, 1, record_length=4)])


def _normal(lab: Lab, writes: int, visits: int, pause: float) -> None:
    with modbus_cell(lab, ALL_POLLS):
        time.sleep(2)
        operator = lab["hmi"].start(operate_normally(writes))
        for _ in range(visits):
            for server in ("plc1", "plc2"):
                lab["eng"].run(session(server, maintain_normally))
            time.sleep(pause)
        operator.result(60)
        time.sleep(1)


@capture(
    NORMAL,
    "The Modbus cell at work: polling, set-points inside their range, engineering reads. Learn the baseline from it.",
    "plc1 plc2 gw opc hmi eng hist",
    rules=ALL_RULES,
    kind="benign",
    check={"modbus.func_code==6": 30, "modbus.func_code==43": 4, "mbtcp.unit_id==3": 10},
)
def hmi_normal(lab: Lab) -> None:
    """40 seconds of normal work."""
    _normal(lab, writes=7, visits=3, pause=9)


@capture(
    "modbus/hmi-normal-later.pcap",
    "The same cell later: same clients, objects and ranges. With the baseline learned, nothing may fire.",
    "plc1 plc2 gw opc hmi eng hist",
    rules=ALL_RULES,
    kind="benign",
    learn=NORMAL,
    check={"modbus.func_code==6": 6},
)
def hmi_normal_later(lab: Lab) -> None:
    """15 seconds of the same work."""
    _normal(lab, writes=2, visits=1, pause=4)


def _while_polled(lab: Lab, act: Callable[[Cell], None], after: float = WARM_UP) -> None:
    with modbus_cell(lab) as cell:
        time.sleep(WARM_UP)
        act(cell)
        time.sleep(after)


@capture(
    "modbus/hmi-write.pcap",
    "The HMI, an allowed writer, writes known set-points inside their range.",
    "plc1 hmi",
    rules="MB01 MB02 MB03 MB04 MB14",
    kind="benign",
    learn=NORMAL,
    check={"modbus.func_code==6": 6},
)
def hmi_write(lab: Lab) -> None:
    """Three set-points, two seconds apart."""
    work = master.write_setpoints("plc1", 100, (1950, 2000, 2050), 2.0)
    _while_polled(lab, lambda cell: lab["hmi"].run(work))


@capture(
    "modbus/unauthorised-write.pcap",
    "A stranger writes a set-point, coils and registers with every write function (5, 6, 15, 16, 22, 23).",
    "plc1 hmi att",
    rules="MB01 G01 G02",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && modbus.func_code==6": 1, "ip.src==10.9.1.66 && modbus.func_code==23": 1},
)
def unauthorised_write(lab: Lab) -> None:
    """Six writes by the attacker."""

    async def write(client: AsyncModbusTcpClient) -> None:
        await client.write_register(100, 2400)
        await client.write_coil(0, False)
        await client.write_coils(8, [True, False, True])
        await client.write_registers(100, [2300, 660])
        await client.mask_write_register(address=101, and_mask=0x00FF, or_mask=0x0200)
        await client.readwrite_registers(read_address=100, read_count=3, write_address=101, values=[655])
        await client.write_coil(0, True)

    with_step = lab.step("unauthorised write", "att", "plc1", ["T0855", "T0848"], ["MB01"])

    def act(cell: Cell) -> None:
        with with_step:
            lab["att"].run(session("plc1", write))

    _while_polled(lab, act)


@capture(
    "modbus/first-write-to-object.pcap",
    "The HMI, an allowed writer, writes registers it has never written: holding 105 and the float at 110-111.",
    "plc1 hmi",
    rules="MB02",
    learn=NORMAL,
    check={"modbus.func_code==16": 2},
)
def first_write_to_object(lab: Lab) -> None:
    """Two writes to new objects."""

    async def write(client: AsyncModbusTcpClient) -> None:
        await client.write_register(105, 7)
        await client.write_registers(110, [0x4455, 0x0000])

    def act(cell: Cell) -> None:
        with lab.step("first write to an object", "hmi", "plc1", ["T0836"], ["MB02"]):
            lab["hmi"].run(session("plc1", write))

    _while_polled(lab, act)


@capture(
    "modbus/value-out-of-range.pcap",
    "The HMI writes the level set-point 3900 mm: outside the learned (1900-2100) and the engineered range (1000-3000).",
    "plc1 hmi",
    rules="MB03",
    learn=NORMAL,
    check={"modbus.func_code==6": 4},
)
def value_out_of_range(lab: Lab) -> None:
    """One write, taken back three seconds later."""

    def act(cell: Cell) -> None:
        with lab.step("set-point outside its range", "hmi", "plc1", ["T0836", "T0831"], ["MB03"]):
            lab["hmi"].run(master.write_setpoints("plc1", 100, (3900,), 3.0))
        lab["hmi"].run(master.write_setpoints("plc1", 100, (2000,), 0.5))

    _while_polled(lab, act)


@capture(
    "modbus/write-burst.pcap",
    "40 writes in 5 s to a known set-point by the HMI: a rate no operator has.",
    "plc1 hmi",
    rules="MB04",
    learn=NORMAL,
    check={"modbus.func_code==6": 80},
)
def write_burst(lab: Lab) -> None:
    """Values inside the range, only the rate is wrong."""
    values = [1950 + 5 * (number % 20) for number in range(40)]

    def act(cell: Cell) -> None:
        with lab.step("write burst", "hmi", "plc1", ["T0806"], ["MB04"]):
            lab["hmi"].run(master.write_setpoints("plc1", 100, values, 0.12))

    _while_polled(lab, act)


@capture(
    "modbus/coil-toggling.pcap",
    "One coil is switched 24 times in 6 s.",
    "plc1 hmi",
    rules="MB04",
    learn=NORMAL,
    check={"modbus.func_code==5": 48},
)
def coil_toggling(lab: Lab) -> None:
    """The alarm acknowledgement coil, which the HMI may write, toggled."""

    async def toggle(client: AsyncModbusTcpClient) -> None:
        for number in range(24):
            await client.write_coil(2, number % 2 == 0)
            await asyncio.sleep(0.25)

    def act(cell: Cell) -> None:
        with lab.step("coil toggling", "hmi", "plc1", ["T0806"], ["MB04"]):
            lab["hmi"].run(session("plc1", toggle))

    _while_polled(lab, act)


@capture(
    "modbus/new-read-range.pcap",
    "The historian, a known reader, reads holding registers 40-59 for the first time.",
    "plc1 hmi hist",
    rules="MB05",
    learn=NORMAL,
    check={"ip.src==10.9.1.32 && modbus.func_code==3": 3},
)
def new_read_range(lab: Lab) -> None:
    """Three reads of a new range."""

    async def harvest(client: AsyncModbusTcpClient) -> None:
        for start in (40, 50, 40):
            await client.read_holding_registers(start, count=10)
            await asyncio.sleep(0.4)

    def act(cell: Cell) -> None:
        with lab.step("new read range", "hist", "plc1", ["T0861", "T0801"], ["MB05"]):
            lab["hist"].run(session("plc1", harvest))

    _while_polled(lab, act)


@capture(
    "modbus/register-harvest.pcap",
    "A stranger reads the whole register and coil space in blocks: collection before an attack.",
    "plc1 hmi att",
    rules="MB05 G31",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && modbus": 60},
)
def register_harvest(lab: Lab) -> None:
    """Every table in small blocks, beyond its end."""

    def act(cell: Cell) -> None:
        with lab.step("register harvest", "att", "plc1", ["T0801", "T0861"], ["MB05"]):
            lab["att"].run(session("plc1", harvest_registers))

    _while_polled(lab, act)


async def harvest_registers(client: AsyncModbusTcpClient) -> None:
    """Read all tables in blocks of five registers or eight bits."""
    for start in range(0, 200, 5):
        await client.read_holding_registers(start, count=5)
    for start in range(0, 60, 5):
        await client.read_input_registers(start, count=5)
    for start in range(0, 32, 8):
        await client.read_coils(start, count=8)
        await client.read_discrete_inputs(start, count=8)


@capture(
    "modbus/exception-burst.pcap",
    "A known reader gets 25 exceptions in 5 s (illegal address, value, unit): probing or a broken configuration.",
    "plc1 hmi hist",
    rules="MB07",
    learn=NORMAL,
    check={"modbus.exception_code": 25},
)
def exception_burst(lab: Lab) -> None:
    """Illegal addresses by the historian."""

    async def probe(client: AsyncModbusTcpClient) -> None:
        for number in range(25):
            await client.read_holding_registers(1000 + number, count=2)
            await asyncio.sleep(0.2)

    def act(cell: Cell) -> None:
        with lab.step("exception burst", "hist", "plc1", ["T0846", "T0888"], ["MB07"]):
            lab["hist"].run(session("plc1", probe))

    _while_polled(lab, act)


@capture(
    "modbus/exception-single.pcap",
    "Two exceptions in ten seconds, as after a typing error: no burst.",
    "plc1 hmi hist",
    rules="MB07",
    kind="benign",
    learn=NORMAL,
    check={"modbus.exception_code": 2},
)
def exception_single(lab: Lab) -> None:
    """Two illegal addresses, four seconds apart."""

    async def mistype(client: AsyncModbusTcpClient) -> None:
        for address in (1000, 1001):
            await client.read_holding_registers(address, count=2)
            await asyncio.sleep(4)

    _while_polled(lab, lambda cell: lab["hist"].run(session("plc1", mistype)))


@capture(
    "modbus/identification-by-stranger.pcap",
    "A stranger asks both controllers who they are: FC 43/14 basic, regular, extended, one object, and FC 17.",
    "plc1 plc2 hmi att",
    rules="MB08",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && modbus.func_code==43": 6, "ip.src==10.9.1.66 && modbus.func_code==17": 2},
)
def identification_by_stranger(lab: Lab) -> None:
    """Four identity reads on each controller."""

    def act(cell: Cell) -> None:
        for server in ("plc1", "plc2"):
            with lab.step("identification by a stranger", "att", server, ["T0888"], ["MB08"]):
                lab["att"].run(session(server, identify))

    _while_polled(lab, act)


async def identify(client: AsyncModbusTcpClient) -> None:
    """Ask for the identity in every way the protocol has."""
    for code in (1, 2, 3):
        await client.read_device_information(read_code=code)
    await client.read_device_information(read_code=4, object_id=2)
    await client.report_device_id()


def _diagnose(lab: Lab, name: str, techniques: list[str], rule: str, work: Work, after: float = WARM_UP) -> None:
    def act(cell: Cell) -> None:
        with lab.step(name, "att", "plc1", techniques, [rule]):
            lab["att"].run(session("plc1", work))

    _while_polled(lab, act, after)


@capture(
    "modbus/restart-communications.pcap",
    "FC 8 sub-function 1: restart communications, with and without clearing the event log.",
    "plc1 hmi att",
    rules="MB09",
    learn=NORMAL,
    check={"modbus.func_code==8 && modbus.diagnostic_code==1": 2},
)
def restart_communications(lab: Lab) -> None:
    """Two restarts."""

    async def restart(client: AsyncModbusTcpClient) -> None:
        await client.diag_restart_communication(False)
        await asyncio.sleep(1)
        await client.diag_restart_communication(True)

    _diagnose(lab, "restart communications", ["T0816", "T0814"], "MB09", restart)


@capture(
    "modbus/force-listen-only.pcap",
    "FC 8 sub-function 4: the controller goes silent, the HMI's requests stay unanswered until a restart (8/1).",
    "plc1 hmi att",
    rules="MB10",
    learn=NORMAL,
    check={"modbus.func_code==8 && modbus.diagnostic_code==4": 1},
)
def force_listen_only(lab: Lab) -> None:
    """Listen-only for four seconds."""

    async def silence(client: AsyncModbusTcpClient) -> None:
        await client.diag_force_listen_only(no_response_expected=True)
        await asyncio.sleep(4)
        await client.diag_restart_communication(False, no_response_expected=True)

    _diagnose(lab, "force listen-only mode", ["T0814", "T0803"], "MB10", silence, after=4)


@capture(
    "modbus/clear-counters.pcap",
    "FC 8 sub-functions 10 and 20: counters and diagnostic register cleared, overrun counter cleared.",
    "plc1 hmi att",
    rules="MB11",
    learn=NORMAL,
    check={"modbus.func_code==8 && modbus.diagnostic_code==10": 2, "modbus.diagnostic_code==20": 2},
)
def clear_counters(lab: Lab) -> None:
    """Both clearing sub-functions."""

    async def clear(client: AsyncModbusTcpClient) -> None:
        await client.diag_clear_counters()
        await client.diag_clear_overrun_counter()

    _diagnose(lab, "clear counters", ["T0872"], "MB11", clear)


@capture(
    "modbus/diagnostics-read.pcap",
    "The engineering station reads diagnostic counters and echoes data (8/0, 8/2, 8/11 to 8/15): nothing is changed.",
    "plc1 hmi eng",
    rules="MB09 MB10 MB11 MB08",
    kind="benign",
    learn=NORMAL,
    check={"modbus.func_code==8": 10},
)
def diagnostics_read(lab: Lab) -> None:
    """Reading sub-functions only."""

    async def look(client: AsyncModbusTcpClient) -> None:
        await client.diag_query_data(b"\x12\x34")
        await client.diag_read_diagnostic_register()
        await client.diag_read_bus_message_count()
        await client.diag_read_bus_comm_error_count()
        await client.diag_read_bus_exception_error_count()
        await client.diag_read_device_message_count()
        await client.read_device_information(read_code=1)

    _while_polled(lab, lambda cell: lab["eng"].run(session("plc1", look)))


@capture(
    "modbus/unit-scan.pcap",
    "A stranger tries unit identifiers 1 to 20 behind the gateway; only 1 to 3 answer.",
    "gw hmi att",
    rules="MB12",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && modbus": 20},
)
def unit_scan(lab: Lab) -> None:
    """One read per unit."""
    with modbus_cell(lab, [("hmi", "gw")]):
        time.sleep(WARM_UP)
        with lab.step("unit identifier scan", "att", "gw", ["T0846"], ["MB12"]):
            lab["att"].run(session("gw", scan_units))
        time.sleep(WARM_UP)


async def scan_units(client: AsyncModbusTcpClient) -> None:
    """Read one register from units 1 to 20."""
    for unit in range(1, 21):
        await client.read_input_registers(0, count=1, device_id=unit)
        await asyncio.sleep(0.1)


@capture(
    "modbus/broadcast-write.pcap",
    "A stranger writes a register to unit 0 of the serial gateway: every device behind it obeys, none answers.",
    "gw hmi att",
    rules="MB14 MB01",
    learn=NORMAL,
    check={"modbus.func_code==6 && mbtcp.unit_id==0": 1},
)
def broadcast_write(lab: Lab) -> None:
    """Three broadcasts."""

    async def broadcast(client: AsyncModbusTcpClient) -> None:
        for value in (1, 2, 3):
            await client.write_register(10, value, device_id=0, no_response_expected=True)
            await asyncio.sleep(0.5)

    with modbus_cell(lab, [("hmi", "gw")]):
        time.sleep(WARM_UP)
        with lab.step("broadcast write", "att", "gw", ["T0855"], ["MB14", "MB01"]):
            lab["att"].run(session("gw", broadcast))
        time.sleep(WARM_UP)


@capture(
    "modbus/direct-unit-255.pcap",
    "The HMI writes a known set-point of a direct TCP server as unit 255: the usual unit there, not a broadcast.",
    "plc1 hmi",
    rules="MB14",
    kind="benign",
    learn=NORMAL,
    check={"modbus.func_code==6 && mbtcp.unit_id==255": 6},
)
def direct_unit_255(lab: Lab) -> None:
    """Three writes with unit 255."""

    async def write(client: AsyncModbusTcpClient) -> None:
        for value in (1950, 2000, 2050):
            await client.write_register(100, value, device_id=255)
            await asyncio.sleep(2)

    with modbus_cell(lab, (), devices=()) as cell:
        cell.start_device("plc1", Controller("plc1", (ip("plc1"), MODBUS_PORT), (1, 255)))
        cell.poll("hmi", "plc1")
        time.sleep(WARM_UP)
        lab["hmi"].run(session("plc1", write))


@capture(
    "modbus/file-record-write.pcap",
    "FC 21: a stranger writes two file records of the controller.",
    "plc1 hmi att",
    rules="MB17",
    learn=NORMAL,
    check={"modbus.func_code==21": 2},
)
def file_record_write(lab: Lab) -> None:
    """Two records of file 4."""

    async def write(client: AsyncModbusTcpClient) -> None:
        await client.write_file_record([FileRecord(4, 7, b"\x06\xaf\x04\xbe"), FileRecord(4, 9, b"\x10\x0d")])

    _diagnose(lab, "file record write", ["T0889"], "MB17", write)


@capture(
    "modbus/file-record-read.pcap",
    "FC 20 and FC 24: a stranger reads file records and a FIFO queue.",
    "plc1 hmi att",
    rules="MB17",
    learn=NORMAL,
    check={"modbus.func_code==20": 2, "modbus.func_code==24": 2},
)
def file_record_read(lab: Lab) -> None:
    """Two files, one queue."""

    async def take(client: AsyncModbusTcpClient) -> None:
        await client.read_file_record([FileRecord(4, 1, record_length=4), FileRecord(3, 9, record_length=2)])
        await client.read_fifo_queue(address=1246)

    _diagnose(lab, "file record read", ["T0801"], "MB17", take)
