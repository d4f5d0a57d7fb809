"""Proof captures of the S7comm-plus rules: the cell at work (s7commplus), and what intruders do, mostly by hand."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Sequence

from s7commplus import Client

from compose.plant import s7_plus_frames as plus
from compose.plant.catalogue import capture, labelled
from compose.plant.lab import Lab
from compose.plant.s7_frames import dialogue
from compose.plant.s7_plus_device import ES, controller_plus, work_plus

NORMAL = "s7comm_plus/hmi-normal.pcap"
ALL_RULES = "S714C S714L S714N S714P S714S S714U S714W"
_POLL = 0.5  # seconds
_OWN = 0x70000D3C
_PRODUCT = "1;6ES7 512-1DK01-0AB0;V2.6"


def _operate(seconds: float) -> Callable[[Client], None]:
    """Poll as an operator station does, with a set-point now and then."""

    def work(client: Client) -> None:
        for number in range(int(seconds / _POLL)):
            client.db_read_multi([(1, 0, 4), (1, 8, 4)])
            if number % 8 == 4:
                client.db_write(1, 0, struct.pack(">f", 20.0 + number % 3))
            time.sleep(_POLL)

    return work


def _look(client: Client) -> None:
    """What an engineering station does without changing anything."""
    client.explore(3)
    client.db_read(2, 0, 8)


def _normal(lab: Lab, seconds: float) -> None:
    with controller_plus(lab):
        operator = lab["hmi"].begin(work_plus, lab, "hmi", _operate(seconds))
        time.sleep(1)
        work_plus(lab, "eng", _look, ES)
        operator.result(90)


@capture(NORMAL, "A cell with an S7-1500 at work: polling, set-points, an engineering station that looks. Learn the "
         "baseline from it.", "plc1 hmi eng", rules=ALL_RULES, kind="benign",
         check={"cotp.type==0x0f": 100})  # fmt: skip
def hmi_normal(lab: Lab) -> None:
    """25 seconds of normal work."""
    _normal(lab, 25)


@capture("s7comm_plus/hmi-normal-later.pcap", "The same cell later. With the baseline learned, nothing may fire.",
         "plc1 hmi eng", rules=ALL_RULES, kind="benign", learn=NORMAL,
         check={"cotp.type==0x0f": 30})  # fmt: skip
def hmi_normal_later(lab: Lab) -> None:
    """8 seconds of the same work."""
    _normal(lab, 8)


@capture("s7comm_plus/unauthorised-write.pcap", "A host that may not write changes a set-point.", "plc1 hmi att",
         rules="S714W", learn=NORMAL, check={"cotp.type==0x0f": 20})  # fmt: skip
def unauthorised_write(lab: Lab) -> None:
    """One write while the operator station polls."""
    with controller_plus(lab):
        operator = lab["hmi"].begin(work_plus, lab, "hmi", _operate(3))
        time.sleep(1)
        with lab.step("unauthorised write", "att", "plc1", ["T0855", "T0836"], ["S714W"]):
            work_plus(lab, "att", lambda client: client.db_write(1, 0, struct.pack(">f", 95.0)))
        operator.result(60)


@capture("s7comm_plus/first-write.pcap", "The operator station, an allowed writer, writes a place it never wrote.",
         "plc1 hmi", rules="S714N", learn=NORMAL, check={"cotp.type==0x0f": 20})  # fmt: skip
def first_write(lab: Lab) -> None:
    """Two writes to another data block."""

    def work(client: Client) -> None:
        client.db_write(2, 0, b"\x01\x02")
        client.db_write(2, 10, b"\x03\x04")

    with controller_plus(lab):
        operator = lab["hmi"].begin(work_plus, lab, "hmi", _operate(3))
        time.sleep(1)
        with lab.step("first write to a place", "hmi", "plc1", ["T0836"], ["S714N"]):
            work_plus(lab, "hmi", work)
        operator.result(60)


def _session(
    requests: Sequence[tuple[int, bytes, int, bytes]], key: bool = True, called: bytes = plus.ES
) -> list[tuple[str, bytes]]:
    """A session with requests: function, message, return value and body of the answer."""
    version = 3 if key else 2
    turns = [
        ("c", plus.call(called)),
        ("s", plus.accept(called)),
        ("c", plus.unit(1, plus.open_session(1, "TIA Portal", "PC", 1))),
        ("s", plus.unit(1, plus.session_opened(1, _OWN, _PRODUCT, key))),
        ("c", plus.unit(2, plus.set_up(2, _OWN, key))),
        ("s", plus.unit(2, plus.response(plus.SET_MULTI, 2, b"\0"))),
    ]
    for sequence, (function, message, result, body) in enumerate(requests, 3):
        turns.append(("c", plus.unit(version, message, signed=key)))
        turns.append(("s", plus.unit(version, plus.response(function, sequence, body, result), signed=key)))
    return turns


def _state(sequence: int, state: int) -> tuple[int, bytes, int, bytes]:
    wanted = plus.value(8, bytes([state]))
    return plus.SET, plus.put(sequence, _OWN, plus.EXECUTION, plus.STATE_REQUEST, wanted), 0, b""


_LEVEL = plus.symbol(0x8A0E0002, 2550, 10, crc=0x1234)
_ASKED = (plus.GET_MULTI, plus.read(3, _OWN, _LEVEL), 0, b"\x01" + plus.value(14, b"\x41\xac\0\0") + b"\0\0")


@capture("s7comm_plus/open-session.pcap", "An S7-1200 with old firmware: a session without key, no message signed; by "
         "hand after captures.", "plc1 eng", rules="S714", learn=NORMAL, check={"cotp.type==0x0f": 6})  # fmt: skip
@labelled("session without key", "eng", "plc1", "T0830 T0855", "S714")
def open_session(lab: Lab) -> None:
    """A session that anybody may take over."""
    dialogue(lab, "eng", "plc1", _session([_ASKED], key=False))


@capture("s7comm_plus/signed-session.pcap", "A session with a key, all its messages signed; by hand after captures.",
         "plc1 eng", rules="S714", kind="benign", check={"cotp.type==0x0f": 6})  # fmt: skip
def signed_session(lab: Lab) -> None:
    """A session that only its client can speak in."""
    dialogue(lab, "eng", "plc1", _session([_ASKED]))


@capture("s7comm_plus/stop.pcap", "A stranger stops the controller, starts it, resets retentive memory; by hand, "
         "the stack refuses to.", "plc1 att", rules="S714S", learn=NORMAL, check={"cotp.type==0x0f": 10})  # fmt: skip
@labelled("stop the controller", "att", "plc1", "T0858 T0816", "S714S")
def stop(lab: Lab) -> None:
    """Three requests of an operating state."""
    dialogue(lab, "att", "plc1", _session([_state(3, 1), _state(4, 2), _state(5, 3)]))


@capture("s7comm_plus/download.pcap", "A stranger loads OB1, changes its code and deletes DB9; by hand, no stack does.",
         "plc1 att", rules="S714P", learn=NORMAL, check={"cotp.type==0x0f": 10})  # fmt: skip
@labelled("load and delete blocks", "att", "plc1", "T0843 T0889", "S714P")
def download(lab: Lab) -> None:
    """A block created, one written to, one deleted."""
    code = plus.blob(b"\xca\xfe" * 40)
    asked = [
        (plus.CREATE, plus.create(3, _OWN, 3, plus.block(plus.OB, 1, b"\xca" * 80)), 0, b"\1" + plus.vlq(0x8A570001)),
        (plus.SET_STREAM, plus.stream(4, _OWN, 0x8A570001, 2580, code), 0, b""),
        (plus.DELETE, plus.delete(5, _OWN, 0x8A0E0009), 0, struct.pack(">I", 0x8A0E0009)),
    ]
    dialogue(lab, "att", "plc1", _session(asked))


@capture("s7comm_plus/upload.pcap", "A stranger reads the code of OB1 out; by hand, no stack does.", "plc1 att",
         rules="S714U", learn=NORMAL, check={"cotp.type==0x0f": 6})  # fmt: skip
@labelled("read a block out", "att", "plc1", "T0845", "S714U")
def upload(lab: Lab) -> None:
    """One block."""
    told = struct.pack(">I", 3) + b"\1" + plus.block(plus.OB, 1, b"\xca" * 80)
    dialogue(lab, "att", "plc1", _session([(plus.EXPLORE, plus.explore(3, _OWN, 0x8A570001, 2580), 0, told)]))


@capture("s7comm_plus/legitimation.pcap", "A stranger answers the challenge for the password, refused twice; by hand.",
         "plc1 att", rules="S714L", learn=NORMAL, check={"cotp.type==0x0f": 8})  # fmt: skip
@labelled("guess the password", "att", "plc1", "T0859 T0892", "S714L")
def legitimation(lab: Lab) -> None:
    """Two answers."""
    tried = [
        (plus.SET, plus.put(n, _OWN, _OWN, plus.LEGITIMATE, plus.blob(bytes(40))), plus.REFUSED, b"") for n in (3, 4)
    ]
    dialogue(lab, "att", "plc1", _session(tried))


@capture("s7comm_plus/protection.pcap", "A stranger lowers the protection level and begins a test job; by hand.",
         "plc1 att", rules="S714C", learn=NORMAL, check={"cotp.type==0x0f": 8})  # fmt: skip
@labelled("lower the protection", "att", "plc1", "T0892 T0836", "S714C")
def protection(lab: Lab) -> None:
    """One attribute and one object."""
    job = plus.item(0x7FFFC002, 2709, {2693: plus.blob(b"\1")})
    asked = [
        (plus.SET, plus.put(3, _OWN, plus.CPU, 3451, plus.value(8, b"\1")), 0, b""),
        (plus.CREATE, plus.create(4, _OWN, 11, job), 0, b"\1" + plus.vlq(0x7000C002)),
    ]
    dialogue(lab, "att", "plc1", _session(asked))
