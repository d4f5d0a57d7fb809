"""Golden captures of S7comm with python-snap7 3.3.0: variables, blocks, services, status list, clock, passwords."""

from __future__ import annotations

import contextlib
from datetime import datetime

from snap7.client import Client
from snap7.error import S7Error
from snap7.type import Area, Block, WordLen

from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.s7_device import PG, NativeController, block, controller, merker, native, work_as

# What snap7 raises when the device refuses; the captures hold refusals on purpose.
_REFUSED = (S7Error, RuntimeError, ValueError, OSError)


def _variables(client: Client) -> None:
    for area, start in ((Area.MK, 4), (Area.PE, 0), (Area.PA, 0)):
        client.read_area(area, 0, start, 2)
    client.db_read(1, 4, 20)
    client.read_area(Area.DB, 10, 0, 1, WordLen.Real)
    client.read_area(Area.DB, 10, 4, 2, WordLen.Int)
    client.read_area(Area.DB, 10, 6, 1, WordLen.Word)
    client.read_area(Area.DB, 10, 8, 1, WordLen.DInt)
    client.read_area(Area.DB, 10, 12, 1, WordLen.DWord)
    client.read_area(Area.DB, 1, 48, 8, WordLen.Char)
    client.read_area(Area.MK, 0, 8 * 2 + 1, 1, WordLen.Bit)
    client.read_area(Area.TM, 0, 5, 1)
    client.read_area(Area.CT, 0, 3, 2)
    client.db_write(2, 0, bytearray(b"\x01\x02\x03\x04"))
    client.write_area(Area.MK, 0, 20, bytearray(b"\xbe\xef"))
    client.db_write_real(10, 0, 42.25)
    client.db_write_bool(2, 6, 3, True)
    client.write_area(Area.PA, 0, 1, bytearray(b"\xff"))
    # Three polls that differ in one byte: a change of one point.
    for value in (b"\x00", b"\x00", b"\x07"):
        client.db_write(2, 8, bytearray(value))
        client.db_read(2, 8, 4)
    several = [
        {"area": Area.DB, "db_number": 1, "start": 0, "size": 4},
        {"area": Area.MK, "db_number": 0, "start": 60, "size": 3},
        {"area": Area.PE, "db_number": 0, "start": 0, "size": 1},
    ]
    client.read_multi_vars(several)
    for number, start in ((99, 0), (1, 5000)):
        with contextlib.suppress(*_REFUSED):
            client.db_read(number, start, 4)
    with contextlib.suppress(*_REFUSED):
        client.db_write(99, 0, bytearray(2))


@capture(
    "s7comm/variables.pcap",
    "Read and write of every area and type an S7ANY pointer has, several variables at once, refused ones.",
    "plc1 hmi",
    kind="golden",
    check={"s7comm.param.func==4": 20, "s7comm.param.func==5": 8},
)
def variables(lab: Lab) -> None:
    """An operator station reads and writes."""
    with controller(lab):
        work_as(lab, "hmi", _variables)


def _programming(client: Client) -> None:
    client.list_blocks()
    client.list_blocks_of_type(Block.DB, 100)
    with contextlib.suppress(*_REFUSED):
        client.get_block_info(Block.DB, 1)
    client.full_upload(Block.DB, 1)
    client.upload(10)
    client.download(block(0x0A, 2, bytes(range(200)) * 2), 2)
    for attempt in (lambda: client.download(block(0x0A, 77, b"new"), 77), lambda: client.full_upload(Block.OB, 1)):
        with contextlib.suppress(*_REFUSED):
            attempt()


@capture(
    "s7comm/blocks.pcap",
    "Blocks listed, described, read out and loaded: the device asks for the parts of a download; two are refused.",
    "plc1 eng",
    kind="golden",
    check={f"s7comm.param.func=={code}": 2 for code in range(0x1A, 0x20)},
)
def blocks(lab: Lab) -> None:
    """An engineering station reads blocks out and loads one."""
    with controller(lab):
        work_as(lab, "eng", _programming, PG)


def _services(client: Client) -> None:
    client.plc_stop()
    client.plc_hot_start()
    client.plc_stop()
    client.plc_cold_start()
    for attempt in (
        lambda: client.compress(100),
        lambda: client.copy_ram_to_rom(100),
    ):
        with contextlib.suppress(*_REFUSED):
            attempt()
    client.get_plc_datetime()
    client.set_plc_datetime(datetime(2026, 11, 28, 9, 30, 15, 125000))
    client.set_session_password("basisk")
    client.set_session_password("Sommer26")
    client.clear_session_password()


@capture(
    "s7comm/services.pcap",
    "Stop, warm and cold start, compress, copy RAM to ROM, delete, clock read and set, password entered and cleared.",
    "plc1 eng",
    kind="golden",
    check={"s7comm.param.func==0x29": 2, "s7comm.param.func==0x28": 6, "s7comm.param.userdata.funcgroup==5": 4},
)
def services(lab: Lab) -> None:
    """Everything that changes what the controller does, short of loading."""
    with controller(lab):
        work_as(lab, "eng", _services, PG)


def _identity(client: Client) -> None:
    for number, index in ((0x0011, 0), (0x0111, 1), (0x001C, 0), (0x0132, 4), (0x0424, 0), (0x0000, 0), (0x0091, 0)):
        with contextlib.suppress(*_REFUSED):
            client.read_szl(number, index)
    merker(client, 0, 1)


@capture(
    "s7comm/identity.pcap",
    "The system status list: order number, firmware, names and serial number, protection, operating mode; one refused.",
    "plc1 eng",
    kind="golden",
    check={"s7comm.param.userdata.funcgroup==4": 12},
)
def identity(lab: Lab) -> None:
    """A scanner's questions."""
    with controller(lab):
        work_as(lab, "eng", _identity, PG, slot=0)


@capture(
    "s7comm/native.pcap",
    "All that native Snap7 asks and answers: areas, a read in two messages, status list in fragments, blocks, services.",
    "plc1 eng",
    kind="golden",
    check={"s7comm": 60},
)
def native_stack(lab: Lab) -> None:
    """The second stack on both sides."""
    device = NativeController(lab)
    native(lab, "eng", "everything")
    device.stop()
