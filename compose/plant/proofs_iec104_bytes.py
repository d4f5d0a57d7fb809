"""Proof captures of IEC 60870-5-104 that no free stack sends: APDUs by hand to the real outstation of c104."""

from __future__ import annotations

import struct
from collections.abc import Awaitable, Callable

from compose.plant import iec104_frames as f
from compose.plant.catalogue import capture
from compose.plant.golden_iec104_bytes import sender_steps
from compose.plant.iec104_cell import Substation
from compose.plant.iec104_frames import Link, Master, asdu
from compose.plant.iec104_station import CAREFUL
from compose.plant.lab import Lab
from compose.plant.proofs_iec104 import NORMAL, while_operated

Deed = Callable[[Link], Awaitable[None]]


def _by_hand(lab: Lab, name: str, techniques: list[str], rules: list[str], deed: Deed, host: str = "att") -> None:
    async def visit() -> None:
        async with Master("rtu") as link:
            await deed(link)

    def act(cell: Substation) -> None:
        with lab.step(name, host, "rtu", techniques, rules):
            lab[host].run(visit())

    while_operated(lab, act)


@capture(
    "iec104/select-differs.pcap",
    "By hand, c104 sends no such pair: the operator station selects 230 and executes 400.",
    "rtu hmi",
    rules="IE02S",
    learn=NORMAL,
    check={"iec60870_asdu.float==400": 1},
)
def select_differs(lab: Lab) -> None:
    """One value selected, another executed."""

    async def deed(link: Link) -> None:
        await link.send(asdu(50, f.ACT, (CAREFUL, struct.pack("<f", 230.0) + b"\x80")), pause=0.2)
        await link.send(asdu(50, f.ACT, (CAREFUL, struct.pack("<f", 400.0) + b"\x00")), pause=0.2)

    _by_hand(lab, "select differs", ["T0855"], ["IE02S"], deed, "hmi")


@capture(
    "iec104/reset.pcap",
    "By hand, c104 sends none: reset process, the event buffer dropped, test commands.",
    "rtu hmi att",
    rules="IE05",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && iec60870_asdu.typeid==105": 2},
)
def reset(lab: Lab) -> None:
    """Types 105 and 104."""

    async def deed(link: Link) -> None:
        await link.send(asdu(104, f.ACT, (0, b"\xaa\x55")), pause=0.1)
        await link.send(asdu(105, f.ACT, (0, b"\x02")), pause=0.1)
        await link.send(asdu(105, f.ACT, (0, b"\x01")), pause=0.2)

    _by_hand(lab, "reset", ["T0816"], ["IE05"], deed)


@capture(
    "iec104/parameters.pcap",
    "By hand, c104 sends none: parameters of measured values loaded and activated.",
    "rtu hmi att",
    rules="IE07",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && iec60870_asdu.typeid==112": 1},
)
def parameters(lab: Lab) -> None:
    """Types 110 to 113."""

    async def deed(link: Link) -> None:
        await link.send(asdu(110, f.ACT, (1301, b"\x00\x40\x01")), pause=0.1)
        await link.send(asdu(112, f.ACT, (1301, struct.pack("<f", 9.5) + b"\x03")), pause=0.1)
        await link.send(asdu(113, f.ACT, (1301, b"\x03")), pause=0.2)

    _by_hand(lab, "parameters", ["T0836", "T0838"], ["IE07"], deed)


@capture(
    "iec104/files.pcap",
    "By hand, c104 sends none: a file is offered to the outstation in one section, the directory is asked for.",
    "rtu hmi att",
    rules="IE08",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && iec60870_asdu.typeid==125": 1},
)
def files(lab: Lab) -> None:
    """Types 120 to 126."""

    async def deed(link: Link) -> None:
        await link.send(asdu(122, f.REQUEST, (0, bytes(4))), pause=0.1)
        await link.send(asdu(120, f.FILE, (6001, b"\x01\x00\x40\x00\x00\x00")), pause=0.1)
        for step in sender_steps(bytes(64)):
            await link.send(step, pause=0.05)

    _by_hand(lab, "files", ["T0843"], ["IE08"], deed)


@capture(
    "iec104/stop.pcap",
    "By hand: a host that is no master of the site starts and stops data transfer.",
    "rtu hmi att",
    rules="IE10",
    learn=NORMAL,
    check={"iec60870_104.utype==0x4": 1},
)
def stop(lab: Lab) -> None:
    """STOPDT."""

    async def deed(link: Link) -> None:
        await link.raw(f.unnumbered(f.STOPDT_ACT), 0.3)

    _by_hand(lab, "stop", ["T0804"], ["IE10"], deed)


@capture(
    "iec104/replay.pcap",
    "By hand: messages sent again with the number they had, then with one far ahead.",
    "rtu hmi att",
    rules="IE11",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && iec60870_104.tx==0": 1},
)
def replay(lab: Lab) -> None:
    """Sequence numbers that do not follow."""

    async def deed(link: Link) -> None:
        command = asdu(100, f.ACT, (0, b"\x14"))
        await link.raw(f.information(0, 0, command), 0)
        await link.raw(f.information(0, 0, command), 0)
        await link.raw(f.information(9, 0, command), 0.2)

    _by_hand(lab, "replay", ["T0830", "T0856"], ["IE11"], deed)


@capture(
    "iec104/malformed.pcap",
    "By hand: an unknown type, a common address of 0, a length that does not fit, octets that begin no message.",
    "rtu hmi att",
    rules="IE12",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && iec60870_asdu.typeid==200": 1},
)
def malformed(lab: Lab) -> None:
    """What no station sends."""

    async def deed(link: Link) -> None:
        await link.send(asdu(200, f.ACT, (1, b"\x01\x02")), pause=0.1)
        await link.send(asdu(45, f.ACT, (4002, b"\x01"), station=0), pause=0.1)
        await link.send(asdu(45, f.ACT, (4002, b"\x01")) + b"\x00\x00", pause=0.1)
        await link.raw(b"\x00\x11\x22\x33", 0.1)

    _by_hand(lab, "malformed", ["T0814", "T0855"], ["IE12"], deed)
