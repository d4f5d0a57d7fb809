"""SECS/GEM over HSMS against tshark: streams, functions, session ids, control messages, acknowledge codes, and the
numbers of status variables and equipment constants.

tshark knows no port of HSMS, so it is told; what it calls a message of another PType is left out on both sides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import fields

TOLD = ("-d", "tcp.port==5000,hsms")
NUMBERS = tuple(
    f"hsms.data.item.value.{kind}"
    for kind in ("float", "double", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
)
HEADER = ("session", "stream", "function", "stype", "ptype")
NAMES = (
    "frame.number", "hsms.header.sessionid", "hsms.header.stream", "hsms.header.function", "hsms.header.ptype",
    "hsms.header.stype", "hsms.header.statusbyte3", "hsms.data.item.value.binary", "hsms.data.item.format", *NUMBERS,
)  # fmt: skip
LEAST_FACTS = 150
"""A comparison of fewer facts that agree compares nothing."""
REFUSED = {
    "Unrecognized Device ID", "Unrecognized Stream Type", "Unrecognized Function Type", "Illegal Data", "Data Too Long",
}  # fmt: skip
CONTROL = {1: "Select", 3: "Deselect", 5: "Linktest", 9: "Separate"}
ACKNOWLEDGED = {
    "S1F13",
    "S1F15",
    "S1F17",
    "S2F15",
    "S2F31",
    "S2F33",
    "S2F35",
    "S2F37",
    "S2F41",
    "S5F3",
    "S7F3",
    "S7F17",
}
"""Messages whose reply begins with an acknowledge code."""
WITH_NUMBERS = {"S1F3", "S2F13"}
REFUSALS = 9
"""The stream of what could not be understood: each of its messages answers one, by the header in it."""


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    mine, theirs = ours_of(capture), theirs_of(capture, options)
    for key, found in mine.messages.items():
        if found.pop("all", None):
            # An empty list asks for every variable; which value is whose only the equipment knows, so none is told.
            theirs.messages.get(key, {}).pop("numbers", None)
    return compare(name, mine, theirs)


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What tshark says."""
    facts = Facts()
    for frame in fields(capture, "hsms", NAMES, *TOLD, *options):
        number = int(frame["frame.number"][0])
        kinds = [int(kind, 0) for kind in frame["hsms.header.stype"]]
        if any(int(kind, 0) for kind in frame["hsms.header.ptype"]):
            continue
        streams = iter(zip(frame["hsms.header.stream"], frame["hsms.header.function"], strict=True))
        for place, kind in enumerate(kinds):
            if kind in CONTROL:
                facts.message(number, f"ask {CONTROL[kind]}")
            elif kind - 1 in CONTROL:
                facts.message(number, f"answer {CONTROL[kind - 1]}")
            elif kind == 0:
                stream, function = (int(each, 0) for each in next(streams))
                primary = function % 2 == 1 and stream != REFUSALS
                word = f"S{stream}F{function if primary or function == 0 or stream == REFUSALS else function - 1}"
                found = facts.message(number, f"{'ask' if primary else 'answer'} {word}")
                found["session"] = str(int(frame["hsms.header.sessionid"][place], 0))
                if len(kinds) == 1:
                    _contents(found, word, primary, frame)
    return facts


def _contents(found: dict[str, str], word: str, primary: bool, frame: Mapping[str, list[str]]) -> None:
    if not primary and word in ACKNOWLEDGED and frame["hsms.data.item.value.binary"]:
        found["code"] = str(int(frame["hsms.data.item.value.binary"][0], 16))
    if not primary and word in WITH_NUMBERS:
        found["numbers"] = _sorted(float(value) for name in NUMBERS for value in frame[name])


def _sorted(numbers: Any) -> str:
    return " ".join(f"{number:.6g}" for number in sorted(numbers))


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for items in ours.messages(capture, "hsms"):
        head = items[0]
        word = head["ot.details"].get("message", head["ot.function.name"])
        first, last = head["ot.packet.first"], head["ot.packet.last"]
        lone = head["ot.reply"] in ("unexpected", "duplicate", "differing")
        if not lone:
            _with_session(facts.message(first, f"ask {word}"), head)
        if head["ot.reply"] != "answered" and not lone:
            continue
        if head["ot.status.name"] == "Entity Not Selected":
            continue
        found = facts.message(last, f"answer {_answer(head, word)}")
        _with_session(found, head)
        if word in ACKNOWLEDGED and head["ot.status.code"] is not None:
            found["code"] = str(head["ot.status.code"])
        if word in WITH_NUMBERS and head["ot.details"].get("all"):
            found["all"] = "yes"
        elif word in WITH_NUMBERS:
            found["numbers"] = _sorted(number for item in items for number in item["ot.value.numbers"] or ())
    return facts


def _answer(head: Mapping[str, Any], word: str) -> str:
    """What the answer is called: refusals and aborted transactions have messages of their own."""
    if head["ot.status.name"] == "Abort Transaction":
        return word.partition("F")[0] + "F0"
    return f"S9F{head['ot.status.code']}" if head["ot.status.name"] in REFUSED else word


def _with_session(found: dict[str, str], head: Mapping[str, Any]) -> None:
    if head["ot.unit"] is not None:
        found["session"] = head["ot.unit"]
