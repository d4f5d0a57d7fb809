"""PROFIBUS by a reader of ours in Python, on the records of the capture: tshark 4.0 does not know the link type.

Frames by kind: tokens, services of DP by access point with their answers, process data, diagnosis, records of DPV1.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare

LEAST_FACTS = 2_500
"""A comparison of fewer facts that agree compares nothing."""
SERVICES = {
    53: "Set_Ext_Prm", 55: "Set_Slave_Add", 56: "RD_Inp", 57: "RD_Outp", 58: "Global_Control", 59: "Get_Cfg",
    60: "Slave_Diag", 61: "Set_Prm", 62: "Chk_Cfg",
}  # fmt: skip
FUNCTIONS = {9: "FDL status", 14: "Ident"}
RECORDS = {0x5E: "DS_Read", 0x5F: "DS_Write"}
EXCHANGES = (3, 5, 12, 13)
"""Functions that carry data with an answer: SDA and SRD, low and high."""
ACYCLIC = (50, 51)


@dataclass(frozen=True)
class Frame:
    """One frame: number, kind, stations, control, access points, data."""

    number: int
    kind: str
    to: int = -1
    source: int = -1
    control: int = 0
    points: tuple[int | None, int | None] = (None, None)
    data: bytes = b""


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    return compare(name, ours_of(capture), theirs_of(capture))


def _frames(capture: Path) -> Iterator[Frame]:
    content = capture.read_bytes()
    at, number = 24, 0
    while at < len(content):
        length = struct.unpack_from("<I", content, at + 8)[0]
        number += 1
        frame = _read(number, content[at + 16 : at + 16 + length])
        if frame is not None:
            yield frame
        at += 16 + length


def _read(number: int, raw: bytes) -> Frame | None:
    if raw == b"\xe5":
        return Frame(number, "short")
    if raw[0] == 0xDC and len(raw) == 3:
        return Frame(number, "token", raw[1], raw[2])
    begin = {0x10: 1, 0xA2: 1, 0x68: 4}.get(raw[0])
    if begin is None or raw[-1] != 0x16 or (begin == 1 and len(raw) != (6 if raw[0] == 0x10 else 14)):
        return None
    body = raw[begin:-2]
    if sum(body) & 0xFF != raw[-2] or (raw[0] == 0x68 and not raw[1] == raw[2] == len(body)):
        return None
    data, points = body[3:], []
    for address in body[:2]:
        points.append(data[0] & 0x3F if address & 0x80 and data else None)
        if address & 0x80 and not data:
            return None
        data = data[1:] if address & 0x80 else data
    return Frame(number, "telegram", body[0] & 0x7F, body[1] & 0x7F, body[2], (points[0], points[1]), data)


def theirs_of(capture: Path) -> Facts:
    """What the reader says. An answer is the frame behind its request."""
    facts, asked, records = Facts(), None, dict[tuple[int, int], Frame]()
    for frame in _frames(capture):
        if frame.kind == "token":
            facts.message(frame.number, "token").update(ends=f"{frame.source}>{frame.to}")
            asked = None
        elif asked is not None and replace(frame, number=asked.number) == asked:
            continue  # sent again, for nobody answered
        elif frame.kind == "telegram" and frame.control & 0x40:
            asked = _request(facts, frame, records)
        elif asked is not None and (frame.kind == "short" or (frame.to, frame.source) == (asked.source, asked.to)):
            _answer(facts, asked, frame, records)
            asked = None
    return facts


def _request(facts: Facts, frame: Frame, records: dict[tuple[int, int], Frame]) -> Frame:
    ends = f"{frame.source}>{'BUS' if frame.to == 127 else frame.to}"
    point, own = frame.points
    if frame.control & 0x0F in FUNCTIONS:
        facts.message(frame.number, FUNCTIONS[frame.control & 0x0F]).update(ends=ends)
    elif own in ACYCLIC:
        if frame.data and frame.data[0] in RECORDS:
            facts.message(frame.number, RECORDS[frame.data[0]]).update(
                ends=ends, place=f"{frame.data[1]}/{frame.data[2]}"
            )
            records[frame.source, frame.to] = frame
    elif point in SERVICES:
        told = facts.message(frame.number, SERVICES[point])
        told["ends"] = ends
        if point == 61 and len(frame.data) >= 7:
            told["ident"] = f"{int.from_bytes(frame.data[4:6], 'big'):#06x}"
        if point == 58:
            told["command"] = str(frame.data[0])
        if point == 55:
            told["station"] = str(frame.data[0])
    elif frame.points == (None, None) and frame.control & 0x0F in EXCHANGES:
        facts.message(frame.number, "Data_Exchange").update(ends=ends, outputs=frame.data.hex())
    return frame


def _answer(facts: Facts, asked: Frame, frame: Frame, records: dict[tuple[int, int], Frame]) -> None:
    point, own = asked.points
    name = SERVICES.get(point or 0)
    if asked.control & 0x0F in FUNCTIONS:
        name = FUNCTIONS[asked.control & 0x0F]
    elif asked.points == (None, None):
        name = "Data_Exchange"
    elif own in ACYCLIC:
        request = records.pop((asked.source, asked.to), None) if frame.data else None
        if request is not None and frame.data[0] & 0x7F == request.data[0]:
            told = facts.messages[request.number, RECORDS[request.data[0]], 0]
            told["answered"] = str(frame.number)
            if frame.data[0] == 0x5E:
                told["content"] = frame.data[4:].hex()
        elif request is not None:
            records[asked.source, asked.to] = request
        return
    if name is None or name == "Global_Control" or (asked.number, name, 0) not in facts.messages:
        return
    told = facts.messages[asked.number, name, 0]
    told["answered"] = str(frame.number)
    if name == "Data_Exchange":
        told["inputs"] = frame.data.hex()
    if name == "Slave_Diag" and len(frame.data) >= 6:
        told |= {"ident": f"{int.from_bytes(frame.data[4:6], 'big'):#06x}", "master": str(frame.data[3])}


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for items in ours.messages(capture, "profibus"):
        head = items[0]
        name, frame, reply = head["ot.function.name"], head["ot.packet.first"], head["ot.reply"]
        ends = f"{_station(head['source.mac'])}>{_station(head['destination.mac'])}"
        details = head["ot.details"] or {}
        if reply in ("unexpected", "differing") or str(head["ot.operation"]).startswith("alarm."):
            continue
        if name == "Token":
            facts.message(frame, "token").update(ends=ends)
        elif name in ("MSAC_C1", "MSAC_C2"):
            if head["ot.subfunction.name"] in RECORDS.values():
                told = facts.message(frame, head["ot.subfunction.name"])
                told |= {"ends": ends, "place": head["ot.object.address"]}
                if reply == "answered":
                    told["answered"] = str(head["ot.packet.last"])
                    if head["ot.subfunction.name"] == "DS_Read" and head["event.outcome"] == "success":
                        told["content"] = head["ot.value.text"]
        elif name in (*SERVICES.values(), *FUNCTIONS.values(), "Data_Exchange"):
            told = facts.message(frame, name)
            told["ends"] = ends
            if reply == "answered":
                told["answered"] = str(head["ot.packet.last"])
            _service(told, name, items, details)
    return facts


def _service(told: dict[str, str], name: str, items: Sequence[ours.Row], details: ours.Row) -> None:
    if name == "Data_Exchange":
        octets = {each["ot.object.kind"]: bytes(map(int, each["ot.value.numbers"] or ())).hex() for each in items}
        told["outputs"] = octets.get("output", "")
        if "answered" in told:
            told["inputs"] = octets.get("input", "")
    elif name == "Global_Control":
        told["command"] = str(items[0]["ot.subfunction.code"])
    elif name == "Set_Slave_Add":
        told["station"] = str(details["new_station"])
    elif name == "Set_Prm" and "ident" in details:
        told["ident"] = str(details["ident"]).lower()
    elif name == "Slave_Diag" and "ident" in details:
        told |= {"ident": str(details["ident"]).lower(), "master": str(details.get("master", 255))}


def _station(name: str) -> str:
    return name.removeprefix("PB-")
