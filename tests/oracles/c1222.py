"""ANSI C12.22 against tshark: titles, services, tables, users, procedures, responses, frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import fields

LEAST_FACTS = 1_800
"""A comparison of fewer facts that agree compares nothing."""

_SAID = ("cmd", "err", "read.table", "read.offset", "read.count", "write.table", "write.offset", "write.size",
         "logon.user", "procedure.num", "called_ap_title_abs", "called_AP_invocation_id")  # fmt: skip
_NAMES = ("frame.number", *(f"c1222.{name}" for name in _SAID))


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    return compare(name, ours_of(capture), theirs_of(capture, options))


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """Each frame holds one message here; what is enciphered shows no service."""
    facts = Facts()
    for frame in fields(capture, "c1222", _NAMES, *options):
        said = {name: frame[f"c1222.{name}"] for name in _SAID}
        number = int(frame["frame.number"][0])
        if said["err"]:
            told = {"responses": _numbers(said["err"]), "answers": said["called_AP_invocation_id"][0]}
            facts.message(number, "answer").update(told)
        if not said["cmd"]:
            continue
        told = {"services": _numbers(said["cmd"]), "unit": said["called_ap_title_abs"][0]}
        for kind, count in (("read", "count"), ("write", "size")):
            if said[f"{kind}.table"]:
                parts = (said[f"{kind}.offset"], said[f"{kind}.{count}"])
                told["tables"] = " ".join(_table(int(table, 0), *parts) for table in said[f"{kind}.table"])
        if said["logon.user"]:
            told["user"] = said["logon.user"][0].strip()
        if said["procedure.num"]:
            told["procedure"] = str(int(said["procedure.num"][0], 0))
        facts.message(number, "request").update(told)
    return facts


def _numbers(words: Sequence[str]) -> str:
    return " ".join(str(int(word, 0)) for word in words)


def _table(table: int, offsets: Sequence[str], counts: Sequence[str]) -> str:
    name = f"MT{table - 2048}" if table >= 2048 else f"ST{table}"
    if not offsets:
        return name
    first = int(offsets[0], 0)
    return f"{name}[{first}-{first + int(counts[0], 0) - 1}]"


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts, asked = Facts(), _asked(capture)
    for items in ours.messages(capture, "c1222"):
        head = items[0]
        if head["ot.function.code"] is None:
            continue
        told = {"services": " ".join(str(item["ot.function.code"]) for item in items), "unit": head["ot.unit"]}
        tables = " ".join(item["ot.object.address"] for item in items if item["ot.object.address"])
        if tables:
            told["tables"] = tables
        if head["ot.function.name"] == "Logon":
            told["user"] = head["user.name"]
        if "procedure" in head["ot.details"]:
            told["procedure"] = str(head["ot.details"]["procedure"])
        facts.message(head["ot.packet.first"], "request").update(told)
        if head["ot.reply"] == "answered":
            responses = " ".join(str(item["ot.status.code"] or 0) for item in items)
            number = str(asked.get(head["ot.packet.first"]))
            facts.message(head["ot.packet.last"], "answer").update({"responses": responses, "answers": number})
    return facts


def _asked(capture: Path) -> dict[int, str]:
    """Invocation number of each request: our events pair by it, and do not tell it."""
    names = ("frame.number", "c1222.calling_AP_invocation_id")
    return {int(frame[names[0]][0]): frame[names[1]][0] for frame in fields(capture, "c1222", names) if frame[names[1]]}
