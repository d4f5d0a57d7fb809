"""Golden captures of IEC 60870-5-104 whose APDUs are made by hand: what no free stack sends, over real connections."""

from __future__ import annotations

import struct
from collections.abc import Awaitable, Callable

from compose.plant import iec104_frames as f
from compose.plant.catalogue import capture
from compose.plant.iec104_frames import Link, Master, Responder, asdu, row
from compose.plant.lab import Lab

_MOMENT = (2026, 11, 28, 9, 30, 15, 250)
_TIME, _SHORT_TIME = f.cp56(_MOMENT), f.cp24(30, 15, 250)
FLOAT = struct.pack("<f", 1.5)
_FILE = bytes(range(200)) * 2


def talk(lab: Lab, work: Callable[[Link], Awaitable[None]], answer: f.Answer = f.confirm, start: bool = True) -> None:
    """Let a controlling station of bytes speak with an outstation of bytes."""

    async def visit() -> None:
        async with Master("rtu", start) as link:
            await work(link)

    station = Responder("rtu", answer)
    lab["rtu"].run(station.serve())
    lab["hmi"].run(visit())
    lab["rtu"].run(station.stop())


async def _services(link: Link) -> None:
    await link.send(asdu(105, f.ACT, (0, b"\x01")))
    await link.send(asdu(105, f.ACT, (0, b"\x02")))
    await link.send(asdu(103, f.ACT, (0, _TIME)))
    await link.send(asdu(106, f.ACT, (0, b"\x64\x00")))
    await link.send(asdu(107, f.ACT, (0, b"\x2a\x00" + _TIME)))
    await link.send(asdu(110, f.ACT, (5001, b"\x00\x40\x01")))
    await link.send(asdu(111, f.ACT, (5002, b"\x9c\xff\x02")))
    await link.send(asdu(112, f.ACT, (5003, FLOAT + b"\x03")))
    await link.send(asdu(113, f.ACT, (5001, b"\x03")))
    await link.send(asdu(101, f.ACT, (0, b"\x85")))
    await link.send(asdu(45, f.ACT, (4001, b"\x81")))
    await link.send(asdu(45, f.DEACT, (4001, b"\x01")))
    await link.send(asdu(50, f.ACT, (4006, FLOAT + b"\x80")))
    await link.send(asdu(50, f.ACT, (4006, struct.pack("<f", 99.0) + b"\x00")))
    await link.send(asdu(102, f.REQUEST, (1301, b"")))
    await link.send(asdu(200, f.ACT, (7, b"\x01\x02\x03")))
    await link.acknowledge()
    await link.raw(f.unnumbered(f.TESTFR_ACT))
    await link.raw(f.unnumbered(f.STOPDT_ACT))


def _services_answer(unit: bytes) -> list[bytes]:
    if unit[0] == 105 and unit[-1] == 1:
        return [*f.confirm(unit), asdu(70, 4, (0, b"\x02"))]
    if unit[0] == 102:
        return [asdu(13, f.REQUEST, (1301, FLOAT + b"\x00"))]
    if unit[0] == 200:
        return [f.mirror(unit, 44, negative=True)]
    if unit[0] == 50 and not unit[13] & 0x80:
        return [f.mirror(unit, f.ACT_CON, negative=True)]
    return f.confirm(unit)


@capture(
    "iec104/services.pcap",
    "By hand, no free stack sends them: reset process, delay, parameters, counter reset, cancelled and differing "
    "selections, read, an unknown type, STOPDT.",
    "rtu hmi",
    kind="golden",
    check={f"iec60870_asdu.typeid=={code}": 2 for code in (105, 106, 110, 111, 112, 113)},
)
def services(lab: Lab) -> None:
    """All system and parameter types."""
    talk(lab, _services, _services_answer)


_PROCESS = (
    asdu(2, f.SPONTANEOUS, (1001, b"\x01" + _SHORT_TIME)),
    asdu(4, f.SPONTANEOUS, (1003, b"\x82" + _SHORT_TIME)),
    asdu(6, f.SPONTANEOUS, (1004, b"\xbf\x00" + _SHORT_TIME)),
    asdu(8, f.SPONTANEOUS, (1005, b"\x01\x02\x03\x04\x00" + _SHORT_TIME)),
    asdu(10, f.SPONTANEOUS, (1006, b"\x00\x20\x00" + _SHORT_TIME)),
    asdu(12, f.SPONTANEOUS, (1007, b"\xff\xff\x01" + _SHORT_TIME)),
    asdu(14, f.SPONTANEOUS, (1008, FLOAT + b"\x00" + _SHORT_TIME)),
    asdu(16, 37, (1011, b"\x10\x00\x00\x00\x61" + _SHORT_TIME)),
    asdu(17, f.SPONTANEOUS, (1201, b"\x8a\x0c\x00" + _SHORT_TIME)),
    asdu(18, f.SPONTANEOUS, (1202, b"\x03\x00\x0c\x00" + _SHORT_TIME)),
    asdu(19, f.SPONTANEOUS, (1203, b"\x05\x00\x0c\x00" + _SHORT_TIME)),
    row(1, f.STATION, 2001, b"\x01", b"\x00", b"\x81"),
    row(3, f.STATION, 2101, b"\x01", b"\x02"),
    row(11, f.STATION, 2201, b"\x01\x00\x00", b"\xff\x7f\x00", b"\x00\x80\x01"),
    row(13, f.STATION, 2301, FLOAT + b"\x00", b"\x00\x00\xc0\x7f\x00"),
    row(21, f.STATION, 2401, b"\x00\x40", b"\x00\xc0"),
    asdu(110, f.STATION, (5001, b"\x00\x40\x01")),
    asdu(36, f.SPONTANEOUS, (1108, FLOAT + b"\x00" + _TIME), (1109, FLOAT + b"\x10" + _TIME), origin=3),
)


def _process_answer(unit: bytes) -> list[bytes]:
    if unit[0] != 100:
        return []
    return [f.mirror(unit, f.ACT_CON), *_PROCESS[11:17], f.mirror(unit, f.ACT_TERM), *_PROCESS[:11], _PROCESS[17]]


async def _interrogate(link: Link) -> None:
    await link.send(asdu(100, f.ACT, (0, b"\x14")), pause=0.4)
    await link.acknowledge()


@capture(
    "iec104/process.pcap",
    "By hand, no free stack sends them: types with CP24Time2a, sequences of elements, parameters read back, several "
    "objects with time in one unit.",
    "rtu hmi",
    kind="golden",
    check={f"iec60870_asdu.typeid=={code}": 1 for code in (2, 4, 6, 8, 10, 12, 14, 16, 17, 18, 19, 21)},
)
def process(lab: Lab) -> None:
    """All types of the process that c104 does not send."""
    talk(lab, _interrogate, _process_answer)


def _named(*rest: int) -> bytes:
    return struct.pack("<H", 1) + bytes(rest)


def _length(size: int) -> bytes:
    return struct.pack("<I", size)[:3]


def sender_steps(content: bytes, cause: int = f.FILE, checksum: int | None = None) -> list[bytes]:
    """Return what the sender of a file in one section sends, from section ready to last section."""
    total = sum(content) & 0xFF if checksum is None else checksum
    parts = [content[at : at + 200] for at in range(0, len(content), 200)]
    return [
        asdu(121, cause, (6001, _named(1) + _length(len(content)) + b"\x00")),
        *(asdu(125, cause, (6001, _named(1, len(part)) + part)) for part in parts),
        asdu(123, cause, (6001, _named(1, 3, total))),
        asdu(123, cause, (6001, _named(1, 1, total))),
    ]


def _files_answer(unit: bytes) -> list[bytes]:
    steps, called = sender_steps(_FILE), unit[12] & 0x0F if unit[0] == 122 else None
    if unit[0] == 122 and unit[2] & 0x3F == f.REQUEST:
        listed = _named() + _length(len(_FILE)) + b"\x20" + _TIME
        return [asdu(126, f.REQUEST, (6001, listed), (6002, b"\x02\x00" + _length(64) + b"\x20" + _TIME))]
    if unit[0] == 120:
        return [asdu(122, f.FILE, (6001, _named(0, 2)))]
    if unit[0] == 121:
        return [asdu(122, f.FILE, (6001, _named(1, 6)))]
    if unit[0] == 123:
        return [asdu(124, f.FILE, (6001, _named(1, 3 if unit[12] == 3 else 1)))]
    answers = {
        1: [asdu(120, f.FILE, (6001, _named() + _length(len(_FILE)) + b"\x00"))],
        2: steps[:1],
        4: [],
        6: steps[1:-1],
    }
    if unit[0] == 124 and unit[12] == 3:
        return steps[-1:]
    return answers.get(called, []) if called is not None else []


async def _files(link: Link) -> None:
    await link.send(asdu(122, f.REQUEST, (0, b"\x00\x00\x00\x00")), pause=0.1)
    await link.send(asdu(122, f.FILE, (6001, _named(0, 1))), pause=0.1)
    await link.send(asdu(122, f.FILE, (6001, _named(0, 2))), pause=0.1)
    await link.send(asdu(122, f.FILE, (6001, _named(1, 6))), pause=0.2)
    await link.send(asdu(124, f.FILE, (6001, _named(1, 3))), pause=0.1)
    await link.send(asdu(124, f.FILE, (6001, _named(1, 1))), pause=0.1)
    await link.send(asdu(122, f.FILE, (6001, _named(0, 4))), pause=0.1)
    await link.send(asdu(127, f.FILE, (6001, _named() + _TIME + _TIME)), pause=0.1)
    await link.send(asdu(120, f.FILE, (6001, _named() + _length(64) + b"\x00")), pause=0.1)
    for step in sender_steps(bytes(64), checksum=1):
        await link.send(step, pause=0.05)
    await link.acknowledge()


@capture(
    "iec104/files.pcap",
    "By hand, no free stack sends them: directory, a file read in two segments, deleted, the log queried, a file "
    "written with a wrong checksum.",
    "rtu hmi",
    kind="golden",
    check={f"iec60870_asdu.typeid=={code}": 1 for code in (120, 121, 122, 123, 124, 125, 126)},
)
def files(lab: Lab) -> None:
    """All file types, both ways."""
    talk(lab, _files, _files_answer)


async def _odd(link: Link) -> None:
    command = asdu(45, f.ACT, (4001, b"\x01"))
    await link.raw(f.unnumbered(f.STARTDT_ACT), 0.1)
    await link.raw(f.information(0, 0, command))
    await link.raw(f.information(0, 0, command))
    await link.raw(f.information(5, 0, command))
    await link.raw(f.supervisory(900))
    await link.raw(f.supervisory(1))
    await link.raw(f.supervisory(0))
    link.sent = 6
    await link.send(asdu(45, 3, (4001, b"\x01")))
    await link.send(asdu(45, f.ACT, (0, b"\x01")))
    await link.send(asdu(100, f.ACT, (9, b"\x14")))
    await link.send(asdu(45, f.ACT, (4001, b"\x01"), station=0))
    await link.send(asdu(45, f.ACT, (4001, b"\x01"), station=0xFFFF))
    await link.send(row(45, f.ACT, 4001, b"\x01", b"\x01"))
    await link.send(asdu(45, f.ACT, (4001, b"\x01")) + b"\x00")
    await link.send(asdu(45, f.ACT))
    await link.send(asdu(103, f.ACT, (0, b"\xff\xff\x3f\x1f\x00\x0f\x7f")))
    await link.send(asdu(1, f.SPONTANEOUS, (1001, b"\x01")))
    await link.raw(f.information(link.sent, 0, b"\x2d\x01"))
    link.sent += 1
    await link.raw(bytes([0x68, 6, 1, 0, 0, 0, 9, 9]))
    await link.raw(bytes([0x68, 4, 0x17, 0, 0, 0]))
    await link.raw(bytes([0x68, 255, 0, 0]) + f.unnumbered(f.TESTFR_ACT), 0.1)
    await link.raw(b"\x00\x01" + f.unnumbered(f.TESTFR_ACT), 0.1)


def _odd_answer(unit: bytes) -> list[bytes]:
    if unit[0] == 100:
        burst = [asdu(30, f.STATION, (3000 + at, b"\x01" + _TIME)) for at in range(14)]
        return [f.mirror(unit, f.ACT_CON), *burst, f.mirror(unit, f.ACT_TERM)]
    if unit[0] == 45 and len(unit) == 10:
        return [f.mirror(unit[:9] + b"\x00", f.ACT_CON)]
    return []


@capture(
    "iec104/odd.pcap",
    "By hand: data before the start, sequence numbers that repeat, jump, acknowledge too much and go back, the window "
    "exceeded, illegal causes, addresses, lengths, times.",
    "rtu hmi",
    kind="golden",
    check={"iec60870_104": 30},
)
def odd(lab: Lab) -> None:
    """Everything wrong once."""

    async def work(link: Link) -> None:
        await link.send(asdu(45, f.ACT, (4001, b"\x01")))
        link.sent = 0
        await _odd(link)

    talk(lab, work, _odd_answer, start=False)
