"""CANopen against tshark: commands, states, emergencies, process data, SDO requests with object and value, aborts, LSS.

tshark does not know what a CAN bus speaks, so it is told. It reads the segments of a block as commands of their own,
which the state of the transfer alone can tell: of SDO messages those are compared that name their object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import fields

TOLD = ("-d", "can.subdissector,canopen")
LEAST_FACTS = 600
"""A comparison of fewer facts that agree compares nothing."""
NAMES = (
    "frame.number", "can.id", "can.len", "canopen.node_id", "canopen.nmt_ctrl.cd", "canopen.nmt_ctrl.node_id",
    "canopen.nmt_guard.state", "canopen.em.err_code", "canopen.sdo.cmd", "canopen.sdo.main_idx", "canopen.sdo.sub_idx",
    "canopen.sdo.data.bytes", "canopen.sdo.abort_code", "canopen.pdo.data.bytes", "canopen.lss.cs", "canopen.lss.nid",
    "canopen.lss.bt.tbl_index", "canopen.time_stamp_ms", "canopen.time_stamp_days", "can.flags.rtr",
)  # fmt: skip
SDO_ASKS, SDO_ANSWERS = range(0x601, 0x680), range(0x581, 0x600)
LSS_ANSWERS, LSS_ASKS = 0x7E4, 0x7E5
SDO, LSS, EMERGENCY, TIME, SYNC, NMT, ERROR_CONTROL = "SDO", "LSS", "EMCY", "TIME", "SYNC", "NMT", "NMT error control"
BEGINNING = datetime(1984, 1, 1, tzinfo=UTC)
ABORT = 0x80
FIRST = {1: "Download", 2: "Upload"}
"""Requests whose object tshark reads; of those for blocks it reads nothing."""
OF_ITS_SLAVE = {0x44: 0x43, 0x50: 0x4C}
"""Answers of a slave whose command is not that of their request."""

Row = Mapping[str, list[str]]


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    return compare(name, ours_of(capture), theirs_of(capture, options))


def _number(row: Row, field: str) -> int:
    return int(row[field][0], 0)


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What tshark says."""
    facts = Facts()
    for row in fields(capture, "canopen", NAMES, *TOLD, *options):
        frame, identifier = int(row["frame.number"][0]), _number(row, "can.id")
        if row["can.flags.rtr"] and row["can.flags.rtr"][0] in ("1", "True"):
            continue
        if row["canopen.nmt_ctrl.cd"] and (identifier or not row["canopen.nmt_ctrl.node_id"]):
            continue
        if row["canopen.nmt_ctrl.cd"]:
            told = facts.message(frame, "command")
            told |= {"command": str(_number(row, "canopen.nmt_ctrl.cd"))}
            told["node"] = str(_number(row, "canopen.nmt_ctrl.node_id"))
        elif row["canopen.nmt_guard.state"]:
            told = facts.message(frame, "state")
            told |= {"node": str(identifier & 0x7F), "state": str(_number(row, "canopen.nmt_guard.state"))}
        elif row["canopen.em.err_code"]:
            facts.message(frame, "emergency")["code"] = str(_number(row, "canopen.em.err_code"))
        elif row["canopen.sdo.cmd"]:
            _their_sdo(facts, frame, identifier, row)
        elif row["canopen.lss.cs"]:
            _their_lss(facts, frame, identifier, row)
        elif row["canopen.time_stamp_days"]:
            days, moment = _number(row, "canopen.time_stamp_days"), _number(row, "canopen.time_stamp_ms")
            facts.message(frame, "time")["time"] = _moment(days, moment)
        elif row["canopen.pdo.data.bytes"]:
            told = facts.message(frame, "pdo")
            told |= {"identifier": str(identifier), "data": row["canopen.pdo.data.bytes"][0]}
        elif identifier == 0x080:
            facts.message(frame, "sync")
    return facts


def _moment(days: int, milliseconds: int) -> str:
    moment = BEGINNING + timedelta(days=days, milliseconds=milliseconds)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00")


def _their_sdo(facts: Facts, frame: int, identifier: int, row: Row) -> None:
    command = _number(row, "canopen.sdo.cmd")
    if not row["canopen.sdo.sub_idx"]:
        return
    address = {"index": str(_number(row, "canopen.sdo.main_idx")), "sub": str(_number(row, "canopen.sdo.sub_idx"))}
    if command == ABORT:
        facts.message(frame, "abort").update(code=str(_number(row, "canopen.sdo.abort_code")))
        return
    begins = command >> 5 in FIRST
    expedited = bool(command & 2) and bool(row["canopen.sdo.data.bytes"])
    unused = command >> 2 & 3 if command & 1 else 0
    data = row["canopen.sdo.data.bytes"][0][: 2 * (4 - unused)] if expedited else ""
    if identifier in SDO_ASKS and begins:
        told = facts.message(frame, "sdo")
        told |= {"service": FIRST[command >> 5], **address}
        if command >> 5 == 1 and expedited:
            told["data"] = data
    elif identifier in SDO_ANSWERS and command >> 5 == 2 and expedited:
        facts.message(frame, "value").update(address, data=data)


def _their_lss(facts: Facts, frame: int, identifier: int, row: Row) -> None:
    command = _number(row, "canopen.lss.cs")
    told = facts.message(frame, "lss" if identifier == LSS_ASKS else "lss answer")
    told["command"] = str(command if identifier == LSS_ASKS else OF_ITS_SLAVE.get(command, command))
    if identifier == LSS_ASKS and command == 0x11:
        told["node"] = str(_number(row, "canopen.lss.nid"))
    if identifier == LSS_ASKS and command == 0x13:
        told["rate"] = str(_number(row, "canopen.lss.bt.tbl_index"))


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for items in ours.messages(capture, "canopen"):
        head = items[0]
        service, frame, last = head["ot.function.name"], head["ot.packet.first"], head["ot.packet.last"]
        if service == NMT:
            told = facts.message(frame, "command")
            _, _, node = head["ot.object.address"].rpartition(":")
            told |= {"command": str(head["ot.subfunction.code"]), "node": "0" if node == "all" else node}
        elif service == ERROR_CONTROL and head["ot.reply"] != "unanswered":
            told = facts.message(last, "state")
            sender = head["source.mac"] if head["ot.reply"] == "none" else head["destination.mac"]
            told |= {"node": sender.removeprefix("CAN-"), "state": str(int(head["ot.value.numbers"][0]))}
        elif service == EMERGENCY:
            facts.message(frame, "emergency")["code"] = str(head["ot.status.code"])
        elif service == SDO:
            _our_sdo(facts, head)
        elif service == LSS:
            _our_lss(facts, head)
        elif service == TIME and "time" in head["ot.details"]:
            facts.message(frame, "time")["time"] = head["ot.details"]["time"]
        elif service == SYNC:
            facts.message(frame, "sync")
        elif head["ot.object.kind"] == "pdo":
            told = facts.message(frame, "pdo")
            identifier = int(head["ot.object.address"].partition("[")[0], 16)
            told |= {"identifier": str(identifier), "data": _octets(head["ot.value.numbers"] or ())}
    return facts


def _octets(numbers: Sequence[float]) -> str:
    return bytes(int(number) for number in numbers).hex()


def _our_sdo(facts: Facts, head: ours.Row) -> None:
    index, _, sub = head["ot.object.address"].partition(":")
    address = {"index": str(int(index, 16)), "sub": str(int(sub, 16))}
    service, reply, details = head["ot.subfunction.name"], head["ot.reply"], head["ot.details"]
    expedited = details.get("transfer") == "expedited"
    failed = head["ot.status.code"] is not None
    if reply != "unexpected" and service in FIRST.values():
        told = facts.message(head["ot.packet.first"], "sdo")
        told |= {"service": service, **address}
        if service == "Download" and expedited:
            told["data"] = _value(head)
    if failed:
        facts.message(head["ot.packet.last"], "abort").update(code=str(head["ot.status.code"]))
    elif service == "Upload" and expedited and reply != "unanswered":
        facts.message(head["ot.packet.last"], "value").update(address, data=_value(head))


def _value(head: ours.Row) -> str:
    """The bytes of a value of up to four bytes."""
    widths = {"uint8": 1, "uint16": 2, "uint24": 3, "uint32": 4}
    kind, numbers = head["ot.value.type"], head["ot.value.numbers"]
    if kind in widths and numbers:
        return int(numbers[0]).to_bytes(widths[kind], "little").hex()
    text = head["ot.value.text"] or ""
    return text.encode().hex() if kind == "string" else text


def _our_lss(facts: Facts, head: ours.Row) -> None:
    command, reply = head["ot.subfunction.code"], head["ot.reply"]
    # Slaves that answer a question to all after the first one.
    further = reply == "none" and head["event.outcome"] == "success"
    asked = reply != "unexpected" and not further
    if asked:
        told = facts.message(head["ot.packet.first"], "lss")
        told["command"] = str(command)
        if command == 0x11:
            told["node"] = str(int(head["ot.value.numbers"][0]))
        if command == 0x13:
            told["rate"] = str(int(head["ot.value.numbers"][0]))
    if reply in ("answered", "unexpected") or not asked:
        facts.message(head["ot.packet.last"], "lss answer")["command"] = str(command)
