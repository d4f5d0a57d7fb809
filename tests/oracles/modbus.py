"""Modbus against tshark: requests and replies by frame, unit and function; addresses, counts, exceptions, registers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import fields

NAMES = (
    "frame.number", "modbus.func_code", "mbtcp.unit_id", "modbus.exception_code",
    "modbus.regval_uint16", "modbus.reference_num", "modbus.word_cnt", "modbus.bit_cnt", "modbus.request_frame",
    "mbrtu.unit_id",
)  # fmt: skip

LEAST_FACTS = 60_000
"""A comparison of fewer facts that agree compares nothing."""
READS = (1, 2, 3, 4)
REGISTERS = (3, 4)
REFUSAL = "UMAS Refusal"  # stands in the data of function 90, which tshark does not read


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture; `options` tell tshark which port speaks Modbus, and how it is framed."""
    mine, theirs = ours_of(capture), theirs_of(capture, options)
    for key, found in mine.messages.items():
        other = theirs.messages.get(key, {})
        if "answers" not in other:
            found.pop("answers", None)  # tshark joins no exceptions to their requests.
        if found.pop("lone", None):
            # Without its request an answer has no addresses, so that its registers are nobody's points.
            for field in ("answers", "registers", "exception"):
                other.pop(field, None)
    return compare(name, mine, theirs)


def _kind(unit: object, code: int) -> str:
    return f"unit {unit} function {code}"


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What tshark says. Its columns do not tell messages of one frame apart: further fields where there is one."""
    facts = Facts()
    for frame in fields(capture, "(mbtcp || mbrtu) && !tcp.analysis.retransmission", NAMES, *options):
        number = int(frame["frame.number"][0])
        units, codes = frame["mbtcp.unit_id"] or frame["mbrtu.unit_id"], frame["modbus.func_code"]
        messages = [facts.message(number, _kind(unit, int(code))) for unit, code in zip(units, codes, strict=False)]
        if len(messages) == 1:
            messages[0] |= _single(frame, int(codes[0]))
    return facts


def _single(frame: dict[str, list[str]], code: int) -> dict[str, str]:
    told = {"answers": frame["modbus.request_frame"], "exception": frame["modbus.exception_code"]}
    if code in READS and not frame["modbus.exception_code"]:
        counts = frame["modbus.word_cnt"] + frame["modbus.bit_cnt"]
        if counts:
            told |= {"start": frame["modbus.reference_num"], "count": counts}
        if code in REGISTERS:
            told["registers"] = [" ".join(frame["modbus.regval_uint16"])]
    return {name: values[0] for name, values in told.items() if values and values[0]}


def ours_of(capture: Path) -> Facts:
    """What our events say, of frames with one message in full."""
    seen: list[tuple[int, str, dict[str, str]]] = []
    for items in ours.messages(capture, "modbus"):
        head = items[0]
        code, reply = head["ot.function.code"] & 0x7F, head["ot.reply"]
        kind, frame = _kind(head["ot.unit"], code), head["ot.packet.first"]
        if reply in ("answered", "unanswered", "none"):
            asked = {"start": str(head["ot.object.start"]), "count": str(head["ot.object.count"])}
            seen.append((frame, kind, asked if code in READS and head["ot.object.start"] is not None else {}))
        if reply in ("answered", "unexpected", "duplicate", "differing"):
            answer = {"answers": str(frame)} | _answer(head, code) if reply == "answered" else {"lone": "yes"}
            seen.append((head["ot.packet.last"], kind, answer))
    facts, crowd = Facts(), Counter(frame for frame, _, _ in seen)
    for frame, kind, found in seen:
        facts.message(frame, kind).update(found if crowd[frame] == 1 else {})
    return facts


def _answer(head: ours.Row, code: int) -> dict[str, str]:
    if head["event.outcome"] == "failure" and head["ot.status.code"] and head["ot.status.name"] != REFUSAL:
        return {"exception": str(head["ot.status.code"])}
    if code in REGISTERS and head["ot.value.numbers"] is not None:
        return {"registers": " ".join(str(int(value)) for value in head["ot.value.numbers"])}
    return {}
