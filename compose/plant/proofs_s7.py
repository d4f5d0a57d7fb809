"""Proof captures of the S7comm rules: the cell at work, and what intruders do to its controller (python-snap7)."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from collections.abc import Callable

from snap7.client import Client
from snap7.error import S7Error
from snap7.type import Area, Block

from compose.plant import s7_frames as frames
from compose.plant.addresses import S7_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.s7_device import OP, PG, NativeController, block, controller, native, work_as

NORMAL = "s7comm/hmi-normal.pcap"
ALL_RULES = "S701 S702 S703 S704 S705 S706 S706N S707 S708 S709 S710 S711 S712 S713"
_REFUSED = (S7Error, RuntimeError, ValueError, OSError)
_POLL = 0.5  # seconds


def _operate(seconds: float) -> Callable[[Client], None]:
    """Poll as an operator station does, with a set-point now and then."""

    def work(client: Client) -> None:
        for number in range(int(seconds / _POLL)):
            client.db_read(1, 0, 16)
            client.read_area(Area.MK, 0, 0, 4)
            if number % 8 == 4:
                client.db_write_real(10, 0, 20.0 + number % 3)
            time.sleep(_POLL)

    return work


def _maintain(client: Client) -> None:
    """What an engineering station does without changing anything."""
    client.read_szl(0x0011, 0)
    client.read_szl(0x001C, 0)
    client.read_szl(0x0424, 0)
    client.list_blocks()
    client.full_upload(Block.DB, 1)
    client.get_plc_datetime()


def _normal(lab: Lab, seconds: float) -> None:
    with controller(lab):
        operator = lab["hmi"].begin(work_as, lab, "hmi", _operate(seconds))
        time.sleep(1)
        work_as(lab, "eng", _maintain, PG)
        operator.result(90)


@capture(
    NORMAL,
    "An S7 cell at work: polling, set-points, an engineering station that looks. Learn the baseline from it.",
    "plc1 hmi eng",
    rules=ALL_RULES,
    kind="benign",
    check={"s7comm.param.func==4": 60, "s7comm.param.func==5": 4, "s7comm.param.func==0x1e": 2},
)
def hmi_normal(lab: Lab) -> None:
    """25 seconds of normal work."""
    _normal(lab, 25)


@capture(
    "s7comm/hmi-normal-later.pcap",
    "The same cell later: same clients, objects and ranges. With the baseline learned, nothing may fire.",
    "plc1 hmi eng",
    rules=ALL_RULES,
    kind="benign",
    learn=NORMAL,
    check={"s7comm.param.func==4": 16},
)
def hmi_normal_later(lab: Lab) -> None:
    """8 seconds of the same work."""
    _normal(lab, 8)


def _while_polled(lab: Lab, act: Callable[[], None]) -> None:
    with controller(lab):
        operator = lab["hmi"].begin(work_as, lab, "hmi", _operate(3))
        time.sleep(1)
        act()
        operator.result(60)


def _attack(
    lab: Lab, name: str, techniques: list[str], rule: str, work: Callable[[Client], None], kind: int = OP
) -> None:
    def act() -> None:
        with lab.step(name, "att", "plc1", techniques, rule.split()):
            work_as(lab, "att", work, kind)

    _while_polled(lab, act)


@capture("s7comm/stop.pcap", "A stranger stops the controller.", "plc1 hmi att", rules="S701", learn=NORMAL,
         check={"s7comm.param.func==0x29": 2})  # fmt: skip
def stop(lab: Lab) -> None:
    """PLC stop."""
    _attack(lab, "stop the controller", ["T0858", "T0816"], "S701", lambda client: void(client.plc_stop()))


@capture("s7comm/start.pcap", "A stranger starts the controller, warm and cold.", "plc1 hmi att", rules="S702",
         learn=NORMAL, check={"s7comm.param.func==0x28": 4})  # fmt: skip
def start(lab: Lab) -> None:
    """Both starts."""

    def work(client: Client) -> None:
        client.plc_hot_start()
        client.plc_cold_start()

    _attack(lab, "start the controller", ["T0858"], "S702", work)


@capture("s7comm/download.pcap", "A stranger loads a data block.", "plc1 hmi att", rules="S703 S711", learn=NORMAL,
         check={"s7comm.param.func==0x1b": 2})  # fmt: skip
def download(lab: Lab) -> None:
    """A block of 300 bytes."""

    def work(client: Client) -> None:
        client.download(block(0x0A, 2, bytes(228)), 2)

    _attack(lab, "load a block", ["T0843", "T0889"], "S703 S711", work, PG)


@capture("s7comm/upload.pcap", "A stranger reads a data block out.", "plc1 hmi att", rules="S704 S711", learn=NORMAL,
         check={"s7comm.param.func==0x1e": 2})  # fmt: skip
def upload(lab: Lab) -> None:
    """A whole block."""
    _attack(lab, "read a block out", ["T0845"], "S704 S711", lambda client: void(client.full_upload(Block.DB, 1)), PG)


@capture("s7comm/delete.pcap", "A stranger deletes a block, compresses the memory, copies it to the card (native).",
         "plc1 att", rules="S705", learn=NORMAL, check={"s7comm.param.func==0x28": 6})  # fmt: skip
def delete(lab: Lab) -> None:
    """Three services."""
    device = NativeController(lab)
    with lab.step("delete and compress", "att", "plc1", ["T0889", "T0809"], ["S705"]):
        for job in ("delete", "maintain"):
            native(lab, "att", job)
    device.stop()


@capture("s7comm/unauthorised-write.pcap", "A host that may not write changes a set-point and an output.",
         "plc1 hmi att", rules="S706", learn=NORMAL, check={"s7comm.param.func==5": 4})  # fmt: skip
def unauthorised_write(lab: Lab) -> None:
    """Two writes."""

    def work(client: Client) -> None:
        client.db_write_real(10, 0, 95.0)
        client.write_area(Area.PA, 0, 0, bytearray(b"\x00"))

    _attack(lab, "unauthorised write", ["T0855", "T0836"], "S706", work)


@capture("s7comm/first-write-to-block.pcap", "The operator station, an allowed writer, writes a block it never wrote.",
         "plc1 hmi", rules="S706N", learn=NORMAL, check={"s7comm.param.func==5": 2})  # fmt: skip
def first_write(lab: Lab) -> None:
    """Two writes to DB2."""

    def work(client: Client) -> None:
        client.db_write(2, 0, bytearray(b"\x01\x02"))
        client.db_write(2, 10, bytearray(b"\x03\x04"))

    def act() -> None:
        with lab.step("first write to a block", "hmi", "plc1", ["T0836"], ["S706N"]):
            work_as(lab, "hmi", work)

    _while_polled(lab, act)


@capture("s7comm/identification-by-stranger.pcap", "A stranger reads order number, firmware, names and serial number.",
         "plc1 hmi att", rules="S707", learn=NORMAL, check={"s7comm.param.userdata.funcgroup==4": 4})  # fmt: skip
def identification(lab: Lab) -> None:
    """The lists that scanners read."""

    def work(client: Client) -> None:
        client.read_szl(0x0011, 0)
        client.read_szl(0x001C, 0)

    _attack(lab, "read the identification", ["T0888"], "S707", work)


@capture("s7comm/password.pcap", "A stranger tries passwords and clears the protection of the session.", "plc1 hmi att",
         rules="S708", learn=NORMAL, check={"s7comm.param.userdata.funcgroup==5": 6})  # fmt: skip
def password(lab: Lab) -> None:
    """Two passwords."""

    def work(client: Client) -> None:
        for secret in ("basisk", "12345678"):
            client.set_session_password(secret)
        client.clear_session_password()

    _attack(lab, "enter passwords", ["T0859", "T0892"], "S708", work)


@capture("s7comm/clock-set.pcap", "The clock of the controller is set.", "plc1 hmi att", rules="S709", learn=NORMAL,
         check={"s7comm.param.userdata.funcgroup==7": 2})  # fmt: skip
def clock_set(lab: Lab) -> None:
    """One setting."""
    _attack(lab, "set the clock", ["T0836"], "S709", lambda client: void(client.set_plc_system_datetime()))


@capture("s7comm/tsap-scan.pcap", "A stranger calls rack 0, slot 0 to 7 one after another and hangs up.",
         "plc1 hmi att", rules="S710", learn=NORMAL, check={"cotp.type==0x0e": 8})  # fmt: skip
def tsap_scan(lab: Lab) -> None:
    """Eight calls by hand to the real stack."""

    def scan() -> None:
        for slot in range(8):
            with socket.create_connection((ip("plc1"), S7_PORT), timeout=3) as end:
                end.sendall(frames.call(0x0300 | slot))
                end.recv(64)
            time.sleep(0.05)

    def act() -> None:
        with lab.step("scan of rack and slot", "att", "plc1", ["T0846"], ["S710"]):
            lab["att"].call(scan)

    _while_polled(lab, act)


@capture("s7comm/force.pcap", "A flag is modified, an input forced by test jobs; made by hand, no stack speaks them.",
         "plc1 att", rules="S712", learn=NORMAL, check={"s7comm.param.userdata.funcgroup==1": 6})  # fmt: skip
def force(lab: Lab) -> None:
    """Modify, enable, force."""
    item = struct.pack(">HBBHH", 1, 0x02, 1, 0, 4) + b"\x00\x09\x00\x02\xbe\xef"
    forced = struct.pack(">HBBHH", 1, 0x10, 3, 0, 0) + b"\x00\x09\x00\x01\x01\x00"
    asked = ((8, frames.test_job(item)), (14, frames.test_job(b"\x08\x02")), (9, frames.test_job(forced)))
    turns = [("c", frames.call(0x0102)), ("s", frames.accept(0x0102)), ("c", frames.job(1, frames.SETUP))]
    turns.append(("s", frames.done(1, frames.SETUP)))
    for number, (function, contents) in enumerate(asked, 2):
        turns.append(("c", frames.userdata(number, 4, 1, function, contents)))
        turns.append(("s", frames.userdata(number, 8, 1, function, b"", number)))
    with lab.step("modify and force", "att", "plc1", ["T0835", "T0831"], ["S712"]):
        frames.dialogue(lab, "att", "plc1", turns)


@capture("s7comm/system-data.pcap", "A stranger tries to load system data: SDB 0, the hardware configuration; refused.",
         "plc1 hmi att", rules="S713", learn=NORMAL, check={"s7comm.param.func==0x1a": 1})  # fmt: skip
def system_data(lab: Lab) -> None:
    """One request."""

    def work(client: Client) -> None:
        request = client.protocol.build_download_request(0x42, 0, bytes(block(0x0B, 0, bytes(64))))
        with contextlib.suppress(*_REFUSED):
            client._send_receive(request)

    _attack(lab, "load system data", ["T0857"], "S713", work)


def void(_: object) -> None:
    """Work that returns nothing."""
