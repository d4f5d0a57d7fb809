"""Golden captures of S7comm-plus: the stack on both sides, plain and in TLS, and a controller's messages by hand."""

from __future__ import annotations

import contextlib
import struct

from s7commplus import Client
from s7commplus.error import S7Error

from compose.plant import s7_plus_frames as plus
from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.s7_frames import data as classic
from compose.plant.s7_frames import dialogue
from compose.plant.s7_plus_device import ES, controller_plus, work_plus

_REFUSED = (S7Error, RuntimeError, ValueError, OSError)
_PRODUCT = "1;6ES7 512-1DK01-0AB0;V2.6"
_NEW, _OWN = 0x70000D3C, 0x7000040B


def _everything(client: Client) -> None:
    client.db_read(1, 0, 4)
    client.db_read_multi([(1, 0, 4), (1, 8, 4), (2, 3, 1)])
    client.db_write(1, 4, struct.pack(">h", 1450))
    for level in (20.5, 20.5, 21.25):
        client.db_write(1, 0, struct.pack(">f", level))
        client.db_read(1, 0, 4)
    for attempt in (
        lambda: client.db_read(99, 0, 4),
        lambda: client.db_write(99, 0, b"\1\2"),
        client.list_datablocks,
        lambda: client.explore(3),
        client.get_cpu_state,
        lambda: client.read_area(82, 4, 2),
    ):
        with contextlib.suppress(*_REFUSED):
            attempt()


@capture(
    "s7comm_plus/stack.pcap",
    "The client and the emulator of s7commplus: blocks read and written, refused ones, the program explored.",
    "plc1 hmi eng",
    kind="golden",
    check={"cotp.type==0x0f": 30},
)
def stack(lab: Lab) -> None:
    """An operator station, then an engineering station."""
    with controller_plus(lab):
        work_plus(lab, "hmi", _everything)
        work_plus(lab, "eng", lambda client: client.db_read(2, 0, 8), ES)


@capture(
    "s7comm_plus/tls.pcap",
    "The same stack in TLS inside the transport connection: named and nothing more.",
    "plc1 hmi",
    kind="golden",
    check={"cotp.type==0x0f": 8},
)
def encrypted(lab: Lab) -> None:
    """An operator station whose messages nobody reads."""
    with controller_plus(lab, tls=True):
        work_plus(lab, "hmi", lambda client: client.db_read(1, 0, 4), tls=True)


def _keyed(session: int, sequence: int = 1, challenge: bool = True) -> list[tuple[str, bytes]]:
    """A session with a key, up to its set-up."""
    return [
        ("c", plus.call(plus.ES)),
        ("s", plus.accept(plus.ES)),
        ("c", plus.unit(1, plus.open_session(sequence, "TIA Portal", "ENG-PC", 1))),
        ("s", plus.unit(1, plus.session_opened(sequence, session, _PRODUCT, challenge))),
        ("c", plus.unit(2, plus.set_up(sequence + 1, session, challenge))),
        ("s", plus.unit(2, plus.response(plus.SET_MULTI, sequence + 1, b"\0"))),
    ]


def _signed(who: str, message: bytes, parts: int = 1) -> tuple[str, bytes]:
    return who, plus.unit(3, message, signed=True, parts=parts)


@capture(
    "s7comm_plus/controller.pcap",
    "A controller's session with digests: symbols, places, arrays, errors, a subscription, an alarm, a message "
    "in fragments; made by hand after captures of S7-1200 and S7-1500, the stack speaks no digest without a real key.",
    "plc1 eng",
    kind="golden",
    check={"cotp.type==0x0f": 30},
)
def by_hand(lab: Lab) -> None:
    """Everything a session may hold that changes nothing in the controller."""
    level = plus.symbol(0x8A0E0002, 2550, 10, crc=0x1234)
    place = plus.symbol(0x8A0E0001, 2550, 3, 4, 8)
    bit = plus.symbol(82, 3736, 3, 122, 1, 7)
    im0 = struct.pack(">HHHH20s16sH4s", 0x20, 0x38, 0x100, 42, b"6ES7 512-1DK01-0AB0", b"S V-L2C13707", 7, b"V\2\6\1")
    wide = {
        1: plus.value(1, b"\1"),
        2: plus.value(14, struct.pack(">f", 21.5)),
        3: plus.blob(bytes(range(8))),
        4: plus.value(7, b"\3" + struct.pack(">hhh", -1, 0, 1), 0x10),
        5: plus.value(4, b"\7\x81\x00\x09\x05\x00", 0x40),
        6: plus.value(16, struct.pack(">Q", 1_764_000_000_123_456_789)),
        7: plus.value(17, b"\x7f"),
        8: plus.value(13, b"\xff" * 8),
        9: plus.text("Füllen"),
    }
    subscribed = plus.subscription({0xFFFFFFFF: (82, 3736, 9), 0xFFFFFFFE: (0x8A0E0002, 2550, 10)})
    pushed = (
        b"\x92\xff\xff\xff\xff" + plus.value(7, b"\7\xd0") + b"\x92\xff\xff\xff\xfe" + plus.value(14, b"\x41\xac\0\0")
    )
    alarm = plus.item(
        0x8A7E0001, 2681, {2670: plus.value(5, b"\1"), 2673: plus.value(0x17, struct.pack(">I", 3473) + b"\0")}
    )
    gone = plus.item(
        0x8A7E0001, 2681, {2670: plus.value(5, b"\1"), 2677: plus.value(0x17, struct.pack(">I", 3473) + b"\0")}
    )
    own = _OWN
    turns = [
        *_keyed(own),
        _signed("c", plus.get(3, own, 49, 3753)),
        _signed("s", plus.response(plus.GET_STREAM, 3, b"\0" + plus.blob(im0.ljust(60, b"\0")))),
        _signed("c", plus.get(4, own, own, 303)),
        _signed("s", plus.response(plus.GET_STREAM, 4, b"\0" + plus.value(2, b"\x14" + bytes(20), 0x10))),
        _signed("c", plus.read(5, own, level, place, bit)),
        _signed(
            "s", plus.were_read(5, {1: plus.value(14, b"\x41\xac\0\0"), 2: plus.blob(bytes(8))}, {3: 0xFFF4 | 1 << 63})
        ),
        _signed("c", plus.read(6, own, *(plus.symbol(0x8A0E0003, 2550, n, crc=7) for n in range(1, 10)))),
        _signed("s", plus.were_read(6, wide), parts=3),
        _signed("c", plus.explore(7, own, 3)),
        _signed("s", plus.response(plus.EXPLORE, 7, struct.pack(">I", 3) + b"\1" + plus.block(plus.DB, 2, b""))),
        _signed("c", plus.create(8, own, own, subscribed)),
        _signed("s", plus.response(plus.CREATE, 8, b"\x01" + plus.vlq(0x7000C001))),
        _signed("s", plus.notification(0x7000C001, 1, pushed)),
        _signed("s", plus.notification(0x7000C001, 2, b"\x13\xff\xff\xff\xff")),
        _signed("s", plus.notification(0x7000C001, 3, b"", alarm)),
        _signed("s", plus.notification(0x7000C001, 4, b"", gone)),
        _signed("c", plus.put(9, own, 0x7000C001, 1053, plus.value(7, b"\0\6"))),
        _signed("s", plus.response(plus.SET, 9)),
        ("s", plus.system_event(602)),
        _signed("c", plus.delete(10, own, 0x7000C001)),
        _signed("s", plus.response(plus.DELETE, 10, struct.pack(">I", 0x7000C001))),
        _signed("c", plus.request(plus.GET_LINK, 11, struct.pack(">I", 49) + plus.vlq(2270) + b"\0\0", own)),
        _signed("s", plus.response(plus.GET_LINK, 11, b"\x01" + struct.pack(">I", 0x88E10102))),
        _signed("c", plus.request(0x0777, 12, b"", own)),
        _signed("s", plus.response(0x04B1, 12, b"", plus.REFUSED)),
        _signed("c", plus.invoke(13, own, 1387, 1387)),
        _signed("s", plus.response(plus.INVOKE, 13, b"\0\0\0")),
        ("c", classic(bytes.fromhex("320100000001000800 00f0000001000100f0"))),
        _signed("s", plus.response(plus.INVOKE, 13, b"\0\0\0")),
        _signed("c", plus.delete(14, own, own)),
        _signed("s", plus.response(plus.DELETE, 14, struct.pack(">I", own))),
        ("s", plus.system_event(930, b"LOGOUT")),
    ]
    dialogue(lab, "eng", "plc1", turns)


@capture(
    "s7comm_plus/control.pcap",
    "Stop, start, retentive reset, memory reset, blocks loaded, read out, deleted and edited, a protection level, test "
    "jobs, a download's methods, passwords; made by hand, the stack refuses to send them.",
    "plc1 eng",
    kind="golden",
    check={"cotp.type==0x0f": 30},
)
def control(lab: Lab) -> None:
    """Everything that changes what the controller does."""
    own = _NEW
    state = {n: plus.value(8, bytes([n])) for n in (1, 2, 3)}
    loaded = plus.block(plus.OB, 1, b"\xca\xfe" * 40)
    told = struct.pack(">I", 3) + b"\1" + plus.block(plus.OB, 1, b"\1")
    asked: list[tuple[int, bytes, int, bytes]] = [
        (plus.SET, plus.put(3, own, plus.EXECUTION, plus.STATE_REQUEST, state[1]), 0, b""),
        (plus.SET, plus.put(4, own, plus.EXECUTION, plus.STATE_REQUEST, state[3]), 0, b""),
        (plus.SET, plus.put(5, own, plus.EXECUTION, plus.STATE_REQUEST, state[2]), plus.REFUSED, b""),
        (plus.SET, plus.put(6, own, 201, 387, plus.value(1, b"\1")), 0, b""),
        (plus.BEGIN, plus.request(plus.BEGIN, 7, b"\1\0\x12" + bytes(4), own), 0, b"\0\x12" + bytes(4)),
        (plus.CREATE, plus.create(8, own, 3, loaded), 0, b"\x01" + plus.vlq(0x8A570001)),
        (plus.CREATE, plus.create(9, own, 3, plus.block(plus.DB, 9, b"")), plus.REFUSED, b"\0"),
        (plus.END, plus.request(plus.END, 10, b"\0\1", own), 0, b""),
        (plus.EXPLORE, plus.explore(11, own, 0x8A570001, 2580), 0, told),
        (plus.DELETE, plus.delete(12, own, 0x8A0E0009), 0, struct.pack(">I", 0x8A0E0009)),
        (plus.SET_STREAM, plus.stream(13, own, 0x8A570001, 2580, plus.blob(b"\1\2\3")), 0, b""),
        (plus.SET, plus.put(14, own, plus.CPU, 3451, plus.value(8, b"\1")), 0, b""),
        (plus.CREATE, plus.create(15, own, 11, plus.item(0x7FFFC002, 2709, {2693: plus.blob(b"\1")})), 0,
         b"\x01" + plus.vlq(0x7000C002)),
        (plus.INVOKE, plus.invoke(16, own, 2, 15_000_009), 0, b"\0\0\0"),
        (plus.CREATE, plus.create(17, own, 8, plus.item(0x7FFFC003, 3636, {})), 0, b"\x01" + plus.vlq(0x7000C003)),
        (plus.SET, plus.put(18, own, own, plus.LEGITIMATE, plus.blob(bytes(range(40)))), plus.REFUSED, b""),
        (plus.SET, plus.put(19, own, own, plus.LEGITIMATE, plus.blob(bytes(range(40)))), 0, b""),
    ]  # fmt: skip
    turns = _keyed(own)
    for sequence, (function, request, result, body) in enumerate(asked, 3):
        turns.append(_signed("c", request))
        turns.append(_signed("s", plus.response(function, sequence, body, result)))
    turns.append(_signed("c", plus.put(20, own, plus.EXECUTION, plus.STATE_REQUEST, state[3])))
    dialogue(lab, "eng", "plc1", turns)
