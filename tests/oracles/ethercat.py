"""EtherCAT against tshark: every datagram as it was sent and as it came back, AL states, mailbox messages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import fields

LEAST_FACTS = 3_000
"""A comparison of fewer facts that agree compares nothing."""
DATAGRAM = ("ecat.cmd", "ecat.ado", "ecat.lad", "ecat.subframe.length", "ecat.cnt")
AL = "ecat.reg.alstatus"
SDO = ("frame.number", "eth.src", "ecat_mailbox.coe.sdoidx", "ecat_mailbox.coe.sdosub",
       "ecat_mailbox.coe.abortcode", "ecat.cnt")  # fmt: skip
FILE = ("frame.number", "eth.src", "ecat_mailbox.foe_opmode", "ecat_mailbox.foe_filename", "ecat_mailbox.foe_errcode",
        "ecat.cnt")  # fmt: skip
DRIVE = ("frame.number", "eth.src", "ecat_mailbox.soe_opcode", "ecat_mailbox.soe_idn")
OBJECT = ("frame.number", "eth.src", "ecat_mailbox.coe.sdoinfoopcode", "ecat_mailbox.coe.sdoinfoindex")
MEMORY = 0x1000
"""Offset from which on there are mailboxes: what stands in them is compared as mail."""
AL_STATUS, AL_CODE = 0x0130, 0x0134
LOGICAL = ("LRD", "LWR", "LRW")
MAIL = ("CoE", "FoE", "SoE", "AoE", "EoE", "VoE", "ERR")
READ, WRITE = 1, 2

Row = dict[str, list[str]]


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    return compare(name, ours_of(capture), theirs_of(capture, options))


def _frame(row: Row) -> int:
    return int(row["frame.number"][0])


def _back(row: Row) -> bool:
    """Whether a frame comes back: the first slave has set the second bit of the source address."""
    return bool(int(row["eth.src"][0][:2], 16) & 2)


def _first(row: Row, field: str) -> str:
    return str(int(row[field][0], 0)) if row[field] else "-"


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What tshark says."""
    facts = Facts()
    for row in fields(capture, "ecat && !udp && !_ws.malformed", ("frame.number", "eth.src", *DATAGRAM, AL), *options):
        _their_datagrams(facts, row)
    for row in fields(capture, "ecat_mailbox.coe.sdoidx && ecatf.type == 1", SDO, *options):
        if not _back(row):
            told = facts.message(_frame(row), "sdo")
            told |= {"index": _first(row, SDO[2]), "sub": _first(row, SDO[3])}
    for row in fields(capture, "ecat_mailbox.coe.abortcode", SDO, *options):
        if row["ecat.cnt"][0] != "0":
            facts.message(_frame(row), "abort")["code"] = _first(row, "ecat_mailbox.coe.abortcode")
    for row in fields(capture, "ecat_mailbox.foe_opmode", FILE, *options):
        if not _back(row) and int(row["ecat_mailbox.foe_opmode"][0], 0) in (READ, WRITE):
            told = facts.message(_frame(row), "file")
            told |= {"opcode": _first(row, FILE[2]), "name": row["ecat_mailbox.foe_filename"][0]}
        elif row["ecat_mailbox.foe_errcode"]:
            facts.message(_frame(row), "file error")["code"] = _first(row, "ecat_mailbox.foe_errcode")
    for row in fields(capture, "ecat_mailbox.soe_idn", DRIVE, *options):
        if not _back(row):
            told = facts.message(_frame(row), "drive")
            told |= {"opcode": _first(row, DRIVE[2]), "idn": _first(row, DRIVE[3])}
    for row in fields(capture, "ecat_mailbox.coe.sdoinfoopcode", OBJECT, *options):
        if not _back(row):
            facts.message(_frame(row), "object")["opcode"] = _first(row, OBJECT[2])
    return facts


def _their_datagrams(facts: Facts, row: Row) -> None:
    frame, back = _frame(row), _back(row)
    offsets, logical, states = iter(row["ecat.ado"]), iter(row["ecat.lad"]), iter(row[AL])
    shown = zip(row["ecat.cmd"], row["ecat.subframe.length"], row["ecat.cnt"], strict=False)
    for command, length, counter in shown:
        code = int(command, 0)
        memory = 10 <= code <= 12
        address = int(next(logical if memory else offsets), 0)
        if not memory and address >= MEMORY:
            continue
        told = facts.message(frame, "back" if back else "sent")
        told |= {"command": str(code), "address": str(address) if code else "-", "length": str(int(length, 0))}
        status = not memory and address == AL_STATUS
        if back and not status and address != AL_CODE:
            told["counter"] = counter
        if status and (word := next(states, None)) is not None and back and counter != "0":
            told["state"] = str(int(word, 0) & 0xFF)


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for items in ours.messages(capture, "ethercat"):
        head = items[0]
        if head["network.transport"] != "ethernet" or head["ot.function.name"] == "Network variables":
            continue
        if head["ot.function.name"] in MAIL or head["ot.object.kind"] == "mailbox":
            _our_mail(facts, head)
        else:
            _our_datagram(facts, head)
    return facts


def _our_datagram(facts: Facts, head: ours.Row) -> None:
    memory = head["ot.function.name"] in LOGICAL
    address = head["ot.object.start"] if memory else head["ot.subfunction.code"]
    if address is None:
        address = 0 if head["ot.object.kind"] is None else MEMORY
    if not memory and address >= MEMORY:
        return
    code = head["ot.function.code"]
    common = {"command": str(code), "address": str(address) if code else "-"}
    common["length"] = str(head["network.bytes"] - 12)
    counter = head["ot.status.code"]
    answered = head["ot.reply"] == "answered"
    if answered or counter is None:
        facts.message(head["ot.packet.first"], "sent").update(common)
    if answered or counter is not None:
        told = facts.message(head["ot.packet.last"], "back")
        told.update(common)
        status = not memory and address == AL_STATUS
        if not status and (memory or address != AL_CODE):
            told["counter"] = str(counter)
        numbers = head["ot.value.numbers"]
        if status and numbers:
            told["state"] = str(int(numbers[0]) & 0xFF)


def _our_mail(facts: Facts, head: ours.Row) -> None:
    first, last = head["ot.packet.first"], head["ot.packet.last"]
    kind, code, address = head["ot.function.name"], head["ot.subfunction.code"], head["ot.object.address"] or ""
    asked = head["ot.reply"] in ("answered", "unanswered")
    failed = head["event.outcome"] == "failure" and head["ot.status.name"] not in (None, "Unsupported protocol")
    if kind == "CoE" and head["ot.subfunction.name"] in ("SDO upload", "SDO download"):
        index, _, sub = address.partition(":")
        if asked:
            facts.message(first, "sdo").update({"index": str(int(index, 16)), "sub": str(int(sub or "0", 16))})
        if failed:
            facts.message(last, "abort")["code"] = str(head["ot.status.code"])
    elif kind == "CoE" and asked:
        facts.message(first, "object")["opcode"] = str(code)
    elif kind == "FoE":
        facts.message(first, "file").update({"opcode": str(code), "name": address})
        if failed:
            facts.message(last, "file error")["code"] = str(head["ot.status.code"])
    elif kind == "SoE" and asked:
        facts.message(first, "drive").update({"opcode": str(code), "idn": _idn(address)})


def _idn(address: str) -> str:
    """`drive:0/P-0-0032` as the number that it is."""
    kind, group, number = address.rpartition("/")[2].split("-")
    return str((kind == "P") << 15 | int(group) << 12 | int(number))
