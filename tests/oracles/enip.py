"""EtherNet/IP against tshark: services with their objects, statuses and pairing, commands, connections, PCCC, I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import fields

NAMES = (
    "frame.number", "tcp.segment", "enip.command", "enip.response_to", "cip.service", "cip.genstat", "cip.class",
    "cip.instance", "cip.attribute", "cip.symbol", "cip.cm.conn_serial_num", "cip.cm.vendor", "cip.cm.orig_serial_num",
    "cip.cm.otrpi", "cip.cm.torpi", "cip.cm.ot_connid", "cip.cm.to_connid", "cip.cm.fwo.consize", "cip.pccc.cmd.code",
    "cip.pccc.fnc.code_06", "cip.pccc.fnc.code_07", "cip.pccc.fnc.code_0f", "cip.pccc.file.num",
    "cip.pccc.element.num", "cip.pccc.gs.status", "enip.cpf.sai.connid", "ip.proto",
)  # fmt: skip

LEAST_FACTS = 18_000
"""A comparison of fewer facts that agree compares nothing."""
SEND = ("0x006f", "0x0070")
MULTIPLE, UNCONNECTED, LIST = 0x0A, 0x52, (0x03, 0x04)
SINGLE = (0x0E, 0x10)
CLASS = re.compile(r"class:0x([0-9A-F]+)(?:/(\d+))?(?:/(\d+))?")

Row = dict[str, list[str]]


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    mine, theirs = ours_of(capture), theirs_of(capture, options)
    for key, found in mine.messages.items():
        other = theirs.messages.get(key)
        if other is None:
            continue
        # What one side states of a frame and the other does not know how to: no fact of both.
        for field in (found.keys() | other.keys()) - (found.keys() & other.keys()):
            if field not in ("services", "commands"):
                found.pop(field, None)
                other.pop(field, None)
    return compare(name, mine, theirs)


def _numbers(values: Iterable[str]) -> str:
    return " ".join(str(int(value, 0)) for value in values)


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What tshark says, by frame and direction."""
    facts = Facts()
    begun: dict[str, str] = {}
    for frame in fields(capture, "(enip || cipio) && !tcp.analysis.retransmission && !icmp", NAMES, *options):
        number = int(frame["frame.number"][0])
        began = min((int(segment) for segment in frame["tcp.segment"]), default=number)
        if frame["enip.cpf.sai.connid"]:
            facts.message(number, "io")["connection"] = _numbers(frame["enip.cpf.sai.connid"])
            continue
        others = [command for command in frame["enip.command"] if command not in SEND]
        if others:
            facts.message(number, "commands")["commands"] = _numbers(others)
        codes = [int(code, 16) for code in frame["cip.service"]]
        if not codes:
            continue
        if codes[0] & 0x80:
            told = _reply(frame, codes)
            if "answers" in told:
                told["answers"] = begun.get(told["answers"], told["answers"])
            facts.message(number, "reply").update(told)
        else:
            begun[str(number)] = str(began)
            facts.message(began, "request").update(_request(frame, codes))
    return facts


def _inner(codes: Sequence[int], frame: Row) -> list[int]:
    """Services without the ones that only carry them."""
    left = list(codes)
    first = frame["cip.class"][:1]
    if left[0] & 0x7F == UNCONNECTED and len(left) > 1 and first and int(first[0], 16) == 6:
        left = left[1:]
    if len(frame["enip.command"]) > 1:
        return [code for code in left if code & 0x7F != MULTIPLE]
    return left[1:] if left[0] & 0x7F == MULTIPLE and len(left) > 1 else left


def _request(frame: Row, codes: Sequence[int]) -> dict[str, str]:
    inner = _inner(codes, frame)
    told = {"services": " ".join(map(str, inner))}
    if frame["cip.symbol"]:
        told["symbols"] = ".".join(frame["cip.symbol"])
    if len(inner) == 1 and frame["cip.class"] and not frame["cip.symbol"]:
        told["class"] = str(int(frame["cip.class"][-1], 16))
        if frame["cip.instance"]:
            told["instance"] = str(int(frame["cip.instance"][-1], 16))
        if inner[0] in SINGLE + LIST and frame["cip.attribute"]:
            told["attributes"] = " ".join(frame["cip.attribute"])
    for field, key in (("serial", "cip.cm.conn_serial_num"), ("vendor", "cip.cm.vendor"),
                       ("originator", "cip.cm.orig_serial_num"), ("o_t_rpi", "cip.cm.otrpi"),
                       ("t_o_rpi", "cip.cm.torpi"), ("sizes", "cip.cm.fwo.consize")):  # fmt: skip
        if frame[key]:
            told[field] = _numbers(_milliseconds(frame[key]))
    function = frame["cip.pccc.fnc.code_0f"] + frame["cip.pccc.fnc.code_06"] + frame["cip.pccc.fnc.code_07"]
    if frame["cip.pccc.cmd.code"] and function:
        told["pccc"] = str(int(frame["cip.pccc.cmd.code"][0], 16) << 8 | int(function[0], 16))
    if frame["cip.pccc.file.num"] and frame["cip.pccc.element.num"]:
        told["table"] = f"{int(frame['cip.pccc.file.num'][0], 0)}:{int(frame['cip.pccc.element.num'][0], 0)}"
    return told


def _milliseconds(values: Iterable[str]) -> list[str]:
    """tshark shows intervals in milliseconds with a fraction; ours are microseconds."""
    return [str(round(float(value) * 1000)) if "." in value else value for value in values]


def _reply(frame: Row, codes: Sequence[int]) -> dict[str, str]:
    inner = [code & 0x7F for code in codes]
    statuses = frame["cip.genstat"]
    if inner[0] == MULTIPLE and len(inner) > 1:
        inner, statuses = inner[1:], statuses[1:]
    told = {"services": " ".join(map(str, inner)), "statuses": _numbers(statuses)}
    if len(frame["enip.response_to"]) == 1:
        told["answers"] = frame["enip.response_to"][0]
    for field, key in (("o_t_id", "cip.cm.ot_connid"), ("t_o_id", "cip.cm.to_connid")):
        if frame[key]:
            told[field] = _numbers(frame[key])
    if frame["cip.pccc.gs.status"]:
        told.pop("statuses")
    return told


def ours_of(capture: Path) -> Facts:
    """What our events say, by frame and direction."""
    frames: dict[tuple[int, str], list[dict[str, str]]] = {}
    sessions = {
        (row["ot.packet.first"], row["ot.details"].get("connection_serial")): row["ot.details"]
        for row in ours.rows(capture, "session", "enip")
        if row["ot.session_kind"] == "cip_connection"
    }
    found = sorted(ours.messages(capture, "enip"), key=lambda m: (m[0]["ot.packet.first"], m[0]["ot.message"]))
    for items in found:
        head = items[0]
        code, name, reply = head["ot.function.code"], head["ot.function.name"], head["ot.reply"]
        first, last = head["ot.packet.first"], head["ot.packet.last"]
        if name == "I/O data":
            frames.setdefault((first, "io"), []).append({"connection": str(int(head["ot.unit"], 16))})
        elif name in COMMANDS or name == "Unknown command":
            lone = reply in ("unexpected", "duplicate", "differing")
            for frame in {first, last} if not lone else {last}:
                frames.setdefault((frame, "commands"), []).append({"commands": str(code)})
        elif name not in ("SendRRData", "SendUnitData"):
            if reply in ("answered", "unanswered", "none"):
                details = sessions.get((first, head["ot.details"].get("connection_serial")), {})
                frames.setdefault((first, "request"), []).append(_asked(items, details))
            if reply in ("answered", "unexpected", "duplicate", "differing") and head["ot.status.name"] not in REFUSED:
                details = sessions.get((first, head["ot.details"].get("connection_serial")), {})
                frames.setdefault((last, "reply"), []).append(_answered(items, details))
    facts = Facts()
    for (frame, kind), told in sorted(frames.items()):
        fields = facts.message(frame, kind)
        if len(told) == 1:
            fields.update(told[0])
            continue
        for key in ("services", "commands", "symbols", "statuses"):
            values = [one[key] for one in told if key in one]
            if values:
                fields[key] = ("." if key == "symbols" else " ").join(values)
    return facts


REFUSED = ("Invalid session handle", "Poorly formed or incorrect data", "Invalid length")
"""Statuses of the encapsulation: there is no CIP reply then."""
COMMANDS = (
    "NOP", "ListTargets", "ListServices", "ListIdentity", "ListInterfaces", "RegisterSession", "UnRegisterSession",
    "IndicateStatus", "Cancel",
)  # fmt: skip


def _services(items: Sequence[ours.Row]) -> list[ours.Row]:
    """One row of each service: attributes of a list are several items of one."""
    return [
        item
        for number, item in enumerate(items)
        if item["ot.function.code"] not in LIST or number == 0 or not _same_list(items[number - 1], item)
    ]


def _same_list(before: ours.Row, item: ours.Row) -> bool:
    place = [CLASS.findall(row["ot.object.address"] or "")[-1:] for row in (before, item)]
    objects = [[part[:2] for part in one] for one in place]
    return bool(place[0]) and before["ot.function.code"] == item["ot.function.code"] and objects[0] == objects[1]


def _asked(items: Sequence[ours.Row], session: ours.Row) -> dict[str, str]:
    services = _services(items)
    told = {"services": " ".join(str(item["ot.function.code"]) for item in services)}
    symbols = [re.sub(r"\[.*?\]|/class.*", "", item["ot.object.address"]) for item in services
               if item["ot.object.kind"] == "tag"]  # fmt: skip
    if symbols:
        told["symbols"] = ".".join(symbols)
    head = items[0]
    objects = CLASS.findall(head["ot.object.address"] or "")
    if len(services) == 1 and objects and not symbols:
        told["class"] = str(int(objects[-1][0], 16))
        if objects[-1][1]:
            told["instance"] = objects[-1][1]
        if head["ot.function.code"] in SINGLE + LIST:
            listed = [CLASS.findall(item["ot.object.address"])[-1][2] for item in items]
            rest = [item["ot.details"].get("attributes", "") for item in items]
            attributes = " ".join(part for part in (*listed, *rest) if part)
            if attributes:
                told["attributes"] = attributes
    if session:
        vendor, originator = session["originator"].split("/")
        told |= {"serial": str(session["connection_serial"]), "vendor": vendor, "originator": str(int(originator, 16))}
        if "o_t_rpi" in session:
            told |= {"o_t_rpi": str(session["o_t_rpi"]), "t_o_rpi": str(session["t_o_rpi"]),
                     "sizes": f"{session['o_t_size']} {session['t_o_size']}"}  # fmt: skip
    if head["ot.subfunction.code"] is not None:
        told["pccc"] = str(head["ot.subfunction.code"])
    table = re.fullmatch(r"(?:[A-Z]+|[a-z-]+:)(\d+)[:/](\d+).*", head["ot.object.address"] or "")
    if head["ot.object.kind"] == "data-table" and table:
        told["table"] = f"{table[1]}:{table[2]}"
    return told


def _answered(items: Sequence[ours.Row], session: ours.Row) -> dict[str, str]:
    services = _services(items)
    told = {"services": " ".join(str(item["ot.function.code"]) for item in services)}
    if all(item["ot.subfunction.code"] is None for item in items):
        told["statuses"] = " ".join(str(item["ot.status.code"] or 0) for item in services)
    head = items[0]
    if head["ot.reply"] == "answered":
        told["answers"] = str(head["ot.packet.first"])
    if "o_t_id" in session and head["event.outcome"] == "success":
        told |= {"o_t_id": str(session["o_t_id"]), "t_o_id": str(session["t_o_id"])}
    return told
