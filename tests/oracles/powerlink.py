"""POWERLINK against tshark: every frame with its nodes, states, sizes, services, identities, NMT commands and SDO."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import fields

LEAST_FACTS = 3_000
"""A comparison of fewer facts that agree compares nothing."""
SOC, PREQ, PRES, SOA, ASND = 1, 3, 4, 5, 6
IDENT, STATUS, REQUEST, COMMAND, SDO = 1, 2, 3, 4, 5
CYCLE = ("frame.number", "epl.mtyp", "epl.dest", "epl.src", "epl.preq.size", "epl.pres.size", "epl.pres.stat",
         "epl.soa.svid", "epl.soa.svtg")  # fmt: skip
ANSWERS = ("frame.number", "epl.src", "epl.asnd.ires.state", "epl.asnd.ires.vendorid", "epl.asnd.ires.productcode",
           "epl.asnd.ires.revisionno", "epl.asnd.ires.serialno", "epl.asnd.ires.hostname", "epl.asnd.ires.mtu",
           "epl.asnd.ires.ip", "epl.asnd.sres.stat", "epl.asnd.sres.el.entry.type")  # fmt: skip
MANAGEMENT = (
    "frame.number",
    "epl.dest",
    "epl.asnd.nmtcommand.cid",
    "epl.asnd.nmtrequest.rcid",
    "epl.asnd.nmtrequest.rct",
)
OBJECTS = ("frame.number", "epl.asnd.sdo.cmd.transaction.id", "epl.asnd.sdo.cmd.response",
           "epl.asnd.sdo.cmd.command.id", "epl.asnd.sdo.cmd.data.index", "epl.asnd.sdo.cmd.data.subindex",
           "epl.asnd.sdo.cmd.abort.code",
           "epl.asnd.sdo.cmd.segmentation")  # fmt: skip
SEQUENCE = ("frame.number", "epl.asnd.sdo.seq.receive.con", "epl.asnd.sdo.seq.send.con")
FIRST = ("frame.number", "epl_v1.service", "epl_v1.dest", "epl_v1.src", "epl_v1.preq.pollsize", "epl_v1.pres.pollsize")
STATES = {0: "off", 0x19: "initialising", 0x1C: "not active", 0x1D: "pre-operational 1", 0x1E: "basic Ethernet",
          0x29: "reset application", 0x39: "reset communication", 0x4D: "stopped", 0x5D: "pre-operational 2",
          0x6D: "ready to operate", 0xFD: "operational"}  # fmt: skip
BY_INDEX = (1, 2)
OCTET = 0xFF
"""tshark has the abort code, a number of four octets, in a field of one."""

Row = dict[str, list[str]]


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    return compare(name, ours_of(capture), theirs_of(capture, options))


def _number(row: Row, field: str) -> int:
    return int(row[field][0], 0) if row[field] else -1


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What tshark says."""
    facts = Facts()
    for row in fields(capture, "epl && !udp && !_ws.malformed", CYCLE, *options):
        _their_frame(facts, row)
    for row in fields(capture, "epl.asnd.ires.vendorid || epl.asnd.sres.stat", ANSWERS, *options):
        _their_answer(facts, row)
    for row in fields(capture, "epl.asnd.nmtcommand.cid || epl.asnd.nmtrequest.rcid", MANAGEMENT, *options):
        asked = bool(row[MANAGEMENT[3]])
        told = facts.message(_number(row, "frame.number"), "request" if asked else "command")
        told["id"] = str(_number(row, MANAGEMENT[3] if asked else MANAGEMENT[2]))
        told["node"] = str(_number(row, MANAGEMENT[4] if asked else MANAGEMENT[1]))
    for row in fields(capture, "epl.asnd.sdo.cmd.command.id", OBJECTS, *options):
        _their_object(facts, row)
    for row in fields(capture, "epl.asnd.sdo.seq", SEQUENCE, *options):
        states = (_number(row, SEQUENCE[1]), _number(row, SEQUENCE[2]))
        if states in ((0, 1), (0, 0)):
            facts.message(_number(row, "frame.number"), "connection")["opens"] = str(states == (0, 1))
    for row in fields(capture, "epl_v1 && !_ws.malformed", FIRST, *options):
        told = facts.message(_number(row, "frame.number"), "first version")
        told["service"] = str(_number(row, FIRST[1]))
        size = row[FIRST[4]] or row[FIRST[5]]
        if size:
            told["size"] = str(int(size[0], 0))
    return facts


def _their_frame(facts: Facts, row: Row) -> None:
    kind, frame = _number(row, "epl.mtyp"), _number(row, "frame.number")
    if kind == SOC:
        facts.message(frame, "cycle")["type"] = str(kind)
    elif kind == PREQ:
        facts.message(frame, "poll").update(
            {"node": str(_number(row, "epl.dest")), "size": str(_number(row, CYCLE[4]))}
        )
    elif kind == PRES:
        told = facts.message(frame, "answer")
        told |= {"node": str(_number(row, "epl.src")), "size": str(_number(row, CYCLE[5]))}
        told["state"] = str(_number(row, CYCLE[6]))
    elif kind == SOA:
        told = facts.message(frame, "invitation")
        told["service"] = str(_number(row, CYCLE[7]))
        if told["service"] != "0":
            told["node"] = str(_number(row, CYCLE[8]))


def _their_answer(facts: Facts, row: Row) -> None:
    frame = _number(row, "frame.number")
    if row["epl.asnd.ires.vendorid"]:
        told = facts.message(frame, "ident")
        names = {"vendor": "vendorid", "product": "productcode", "revision": "revisionno", "serial": "serialno"}
        told |= {ours: str(_number(row, f"epl.asnd.ires.{theirs}")) for ours, theirs in names.items()}
        told |= {"mtu": str(_number(row, "epl.asnd.ires.mtu")), "host": row["epl.asnd.ires.hostname"][0]}
        told |= {"ip": row["epl.asnd.ires.ip"][0], "state": STATES.get(_number(row, ANSWERS[2]), "unknown")}
        told["node"] = str(_number(row, "epl.src"))
        return
    told = facts.message(frame, "status")
    told |= {"node": str(_number(row, "epl.src")), "state": STATES.get(_number(row, "epl.asnd.sres.stat"), "unknown")}
    kinds = [int(kind, 0) for kind in row["epl.asnd.sres.el.entry.type"]]
    told["errors"] = str(sum(kind != 0 for kind in kinds))  # the last one only says that there are no more


def _their_object(facts: Facts, row: Row) -> None:
    frame, code = _number(row, "frame.number"), _number(row, OBJECTS[3])
    if row[OBJECTS[6]]:
        facts.message(frame, "abort")["code"] = str(int(row[OBJECTS[6]][0], 0) & OCTET)
    elif not _number(row, OBJECTS[2]) and _number(row, OBJECTS[7]) in (0, 1):
        told = facts.message(frame, "object")
        told["command"] = str(code)
        if code in BY_INDEX:
            told |= {"index": str(_number(row, OBJECTS[4])), "sub": str(max(0, _number(row, OBJECTS[5])))}


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    messages = ours.messages(capture, "powerlink")
    first_version = any(items[0]["ot.function.name"] == "EoC" for items in messages)  # the second has none
    for items in messages:
        head = items[0]
        if first_version:
            _our_first(facts, head)
        elif head["ot.function.name"] in ("SoC", "PReq", "PRes", "SoA", "ASnd"):
            _our_frame(facts, items)
        elif head["ot.function.name"] in ("NMTCommand", "NMTRequest"):
            asked = head["ot.function.name"] == "NMTRequest"
            told = facts.message(head["ot.packet.first"], "request" if asked else "command")
            told["id"] = str(head["ot.subfunction.code"])
            node = head["ot.object.address"].removeprefix("node:")
            told["node"] = "255" if node == "all" else node
        elif head["ot.function.name"] == "SDO":
            _our_object(facts, head)
    return facts


def _our_first(facts: Facts, head: ours.Row) -> None:
    told = facts.message(head["ot.packet.first"], "first version")
    told["service"] = str(head["ot.function.code"])
    if head["ot.function.name"] in ("PReq", "PRes"):
        told["size"] = str(head["ot.object.count"])


def _our_frame(facts: Facts, items: Sequence[ours.Row]) -> None:
    head, data = items[0], items[-1]
    frame, kind = head["ot.packet.first"], head["ot.function.name"]
    if kind == "SoC":
        facts.message(frame, "cycle")["type"] = str(SOC)
    elif kind == "PReq":
        told = facts.message(frame, "poll")
        told |= {"node": head["ot.unit"], "size": str(head["ot.object.count"])}
    elif kind == "PRes":
        told = facts.message(frame, "answer")
        told |= {
            "node": data["ot.object.address"].partition("/")[0].partition(":")[2],
            "size": str(data["ot.object.count"]),
        }
        told["state"] = str(int(head["ot.value.numbers"][0]))
    elif kind == "SoA" and head["ot.reply"] != "unexpected":
        told = facts.message(frame, "invitation")
        told["service"] = str(head["ot.subfunction.code"])
        if told["service"] != "0":
            told["node"] = head["ot.object.address"].removeprefix("node:")
    answered = kind == "SoA" and head["ot.reply"] == "answered"
    if (answered or kind == "ASnd") and head["ot.subfunction.code"] in (IDENT, STATUS):
        _our_answer(facts, items)


def _our_answer(facts: Facts, items: Sequence[ours.Row]) -> None:
    head = items[0]
    details, node = head["ot.details"], head["ot.object.address"].removeprefix("node:")
    if head["ot.subfunction.code"] == STATUS:
        told = facts.message(head["ot.packet.last"], "status")
        told |= {"node": node, "state": details["nmt_state"], "errors": str(details.get("errors", 0))}
        return
    told = facts.message(head["ot.packet.last"], "ident")
    told |= {name: str(details[name]) for name in ("vendor", "product", "revision", "serial", "mtu")}
    told |= {"host": details["host_name"], "ip": details["address"].partition("/")[0]}
    told |= {"node": node, "state": details["nmt_state"]}


def _our_object(facts: Facts, head: ours.Row) -> None:
    first, last = head["ot.packet.first"], head["ot.packet.last"]
    code = head["ot.subfunction.code"]
    if code is None:
        facts.message(first, "connection")["opens"] = str(head["ot.operation"] == "session.open")
        return
    if head["ot.reply"] != "unexpected":
        told = facts.message(first, "object")
        told["command"] = str(code)
        if code in BY_INDEX:
            index, _, sub = head["ot.object.address"].partition(":")
            told |= {"index": str(int(index, 16)), "sub": str(int(sub, 16))}
    if head["event.outcome"] == "failure" and head["ot.status.code"] and head["ot.item"] == 0 and code != 0x31:
        facts.message(last, "abort")["code"] = str(head["ot.status.code"] & OCTET)
