"""Golden captures of S7comm with python-snap7 3.3.0: variables, blocks, services, status list, clock, passwords."""

from __future__ import annotations

import contextlib
import struct
from datetime import UTC, datetime

from snap7.client import Client
from snap7.error import S7Error
from snap7.type import Area, Block, WordLen

from compose.plant import s7_frames as frames
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
    for attempt in (client.compress, client.copy_ram_to_rom):
        with contextlib.suppress(*_REFUSED):
            attempt(100)
    client.get_plc_datetime()
    client.set_plc_datetime(datetime(2026, 11, 28, 9, 30, 15, 125000, tzinfo=UTC))
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
    "All that native Snap7 asks and answers: areas, a read in two messages, status lists, blocks, services.",
    "plc1 eng",
    kind="golden",
    check={"s7comm": 60},
)
def native_stack(lab: Lab) -> None:
    """The second stack on both sides."""
    device = NativeController(lab)
    native(lab, "eng", "everything")
    device.stop()


@capture(
    "s7comm/connections.pcap",
    "Calls that are refused, not answered, or accepted and left; made by hand, the stacks refuse nobody.",
    "plc1 att",
    kind="golden",
    check={"cotp.type==0x0e": 5, "cotp.type==0x08": 1},
)
def connections(lab: Lab) -> None:
    """Five calls."""
    turns: tuple[list[tuple[str, bytes]], ...] = (
        [("c", frames.call(0x0102)), ("s", frames.refuse(1))],
        [("c", frames.call(0x0203))],
        [("c", frames.call(0x0304)), ("s", frames.accept(0x0304))],
        [("c", frames.call(0x0102)), ("s", frames.accept(0x0102)), ("c", frames.job(1, frames.SETUP))],
        [
            *(("c", frames.call(0x0102)), ("s", frames.accept(0x0102)), ("c", frames.job(1, frames.SETUP))),
            ("s", frames.done(1, frames.SETUP, error=0x8500)),
        ],
    )
    for one in turns:
        frames.dialogue(lab, "att", "plc1", one)


@capture(
    "s7comm/userdata.pcap",
    "Cyclic data, watched, modified and forced variables, diagnostic and mode messages, items that are no pointers, "
    "a message in segments; made by hand after captures of STEP 7 and WinCC, no stack speaks them.",
    "plc1 eng",
    kind="golden",
    check={"s7comm.param.userdata.funcgroup==1": 8, "s7comm.param.userdata.funcgroup==2": 5},
)
def hand_made(lab: Lab) -> None:
    """What engineering software asks beyond the stacks."""
    pointer = bytes.fromhex("120a10040001000184000010") + bytes.fromhex("120a10010001000083000009")
    values = bytes.fromhex("0002ff0400101234ff0300010100")
    moved = bytes.fromhex("0002ff0400101235ff0300010100")
    watched = struct.pack(">HBBHHBBHH", 2, 0x01, 6, 0, 0, 0x10, 1, 0, 8)
    seen = struct.pack(">H", 2) + bytes.fromhex("ff0900064133851fdeadff09000102")
    turns: list[tuple[str, bytes]] = [
        ("c", frames.call(0x0102)),
        ("s", frames.accept(0x0102)),
        ("c", frames.job(1, frames.SETUP)),
        ("s", frames.done(1, frames.SETUP)),
        ("c", frames.userdata(2, 4, 2, 1, b"\x00\x02\x01\x01" + pointer)),
        ("s", frames.userdata(2, 8, 2, 1, values, 1)),
        ("s", frames.userdata(0, 0, 2, 1, values, 1)),
        ("s", frames.userdata(0, 0, 2, 1, moved, 1)),
        ("c", frames.userdata(3, 4, 2, 4, b"\x01\x01")),
        ("s", frames.userdata(3, 8, 2, 4, b"", 1)),
        ("c", frames.userdata(4, 4, 1, 2, frames.test_job(watched))),
        ("s", frames.userdata(4, 8, 1, 2, b"", 3)),
        ("c", frames.userdata(5, 4, 1, 14, frames.test_job(b"\x02\x03"))),
        ("s", frames.userdata(5, 8, 1, 14, b"", 4)),
        ("s", frames.userdata(0, 0, 1, 2, _pushed(seen), 3)),
        ("c", frames.userdata(6, 4, 1, 8, frames.test_job(bytes.fromhex("000102010000000400090002beef")))),
        ("s", frames.userdata(6, 8, 1, 8, b"", 5)),
        ("c", frames.userdata(7, 4, 1, 9, frames.test_job(bytes.fromhex("0001100300000000000900010100")))),
        ("s", frames.userdata(7, 8, 1, 9, b"", 6, error=0xD0A1)),
        ("c", frames.userdata(8, 4, 1, 15, frames.test_job(b"\x02\x03"))),
        ("s", frames.userdata(8, 8, 1, 15, b"", 7)),
        ("s", frames.userdata(0, 0, 4, 3, bytes.fromhex("43043bff00000000000026112809301512"))),
        ("s", frames.data(bytes.fromhex("320700000000000800000100101000000200"))),
        ("c", frames.job(9, bytes.fromhex("0402120c b00204000a00080100 0b0000 120882 41 00010002 7f 03"))),
        ("s", frames.done(9, b"\x04\x02", bytes.fromhex("ff0900051122334455000a000000"))),
        ("c", frames.job(10, b"\x2a\x00")),
        ("s", frames.done(10, b"\x2a", error=0x8104)),
    ]
    request = frames.job(11, b"\x04\x01" + pointer[:12])[7:]
    turns += [("c", frames.data(request[:9], end=False)), ("c", frames.data(request[9:]))]
    turns.append(("s", frames.done(11, b"\x04\x01", bytes.fromhex("ff0400104321"))))
    frames.dialogue(lab, "eng", "plc1", turns)


def _pushed(seen: bytes) -> bytes:
    """Contents of what a test job reports: parameters of four bytes, then the values."""
    return struct.pack(">HH", 4, len(seen)) + b"\x01\x00\x00\x02" + seen
