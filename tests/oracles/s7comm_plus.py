"""S7comm-plus against the library s7commplus on what tshark's transport hands over: tshark has no dissector of it.

Compared by frame: which requests, responses and notifications there are, with version, function, sequence of pairing,
session, result, and of GetMultiVariables each value's type and numbers and the items in error.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.needs import PROJECT, need
from tests.oracles import ours, tshark
from tests.oracles.agreement import Agreement, Facts, compare, said

LEAST_FACTS = 2_000
"""A comparison of fewer facts that agree compares nothing."""

_PYTHON = PROJECT / "build" / "plant-venv" / "bin" / "python"
_SCRIPT = PROJECT / "tests" / "oracles" / "s7comm_plus_theirs.py"
_SEVERAL = ("GetMultiVariables", "SetMultiVariables")
_UNTOLD = {"timestamp", "wstring", "blob", "struct", "lword", "null", "s7string"}
"""Types whose numbers the library gives none of, or which are no numbers."""


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    mine, theirs = ours_of(capture), theirs_of(capture, options)
    for key, other in theirs.messages.items():
        if other.get("values") == "untold":  # sparse and address arrays are beyond the library
            other.pop("values")
            mine.messages.get(key, {}).pop("values", None)
        if other.get("function") == "Error":  # answers any function, which the pairing alone tells
            other.pop("function")
            mine.messages.get(key, {}).pop("function", None)
    return compare(name, mine, theirs)


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for items in ours.messages(capture, "s7comm_plus"):
        head = items[0]
        name, reply = head["ot.function.name"], head["ot.reply"]
        if name == "SystemEvent":
            continue
        version = said(head["ot.details"]["protocol_version"])
        if name == "Notification":
            facts.message(head["ot.packet.first"], "notification")["version"] = version
            continue
        alone = reply in ("unexpected", "duplicate", "differing")
        if not alone:
            facts.message(head["ot.packet.first"], "request").update(version=version, function=said(name))
        if alone or reply == "answered":
            found = facts.message(head["ot.packet.last"], "response")
            found["function"] = said(name)
            # Of several variables each has a result of its own.
            if name not in _SEVERAL:
                found["result"] = said(head["ot.status.code"])
            if name == "GetMultiVariables" and not alone:
                found["values"] = "; ".join(_values(items))
    return facts


def _values(items: Sequence[ours.Row]) -> Iterator[str]:
    for number, item in enumerate(items, 1):
        if item["event.outcome"] == "failure":
            yield f"{number} error"
        elif item["ot.value.type"] is not None:
            yield _value(number, item["ot.value.type"], item["ot.value.numbers"])


def _value(number: int, kind: str, numbers: Sequence[float] | None) -> str:
    return f"{number} {kind} {'-' if kind in _UNTOLD or numbers is None else ' '.join(map(said, numbers))}".strip()


def theirs_of(capture: Path, options: Sequence[str] = ()) -> Facts:
    """What the library says."""
    facts = Facts()
    for told in _messages(capture, tuple(options)):
        kind, version = told["opcode"], said(told["version"])
        if kind == "notification":
            facts.message(told["first"], kind)["version"] = version
        elif kind == "request":
            facts.message(told["first"], kind).update(version=version, function=_name(told["function"]))
        else:
            found = facts.message(told["last"], kind)
            found["function"] = _name(told["function"])
            if found["function"] not in _SEVERAL:
                found["result"] = said(told["result"])
            if "values" in told:
                found["values"] = "untold" if told["values"] is None else _told(told["values"], told["errors"])
    return facts


def _told(values: Sequence[Any], errors: Sequence[int]) -> str:
    found = {number: _value(number, kind, numbers) for number, kind, numbers in values}
    found |= {number: f"{number} error" for number in errors}
    return "; ".join(found[number] for number in sorted(found))


def _name(function: str | None) -> str:
    """`GET_MULTI_VARIABLES` as our word."""
    word = "".join(part.capitalize() for part in (function or "-").split("_"))
    return word.replace("Substreamed", "SubStreamed")


@cache
def _messages(capture: Path, options: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    need(_PYTHON.exists(), "the plant's protocol stacks", "sh compose/plant/setup")
    names = ("frame.number", "tcp.stream", "tcp.srcport", "data.data")
    sieve = "cotp && data && !tcp.analysis.retransmission"
    lines = []
    for row in tshark.fields(capture, sieve, names, *options):
        for unit in row["data.data"]:
            plain = unit.replace(":", "")
            if plain.startswith("72") and len(plain) > 8:
                direction = f"{row['tcp.stream'][0]}-{row['tcp.srcport'][0]}"
                lines.append(f"{direction} {row['frame.number'][0]} {plain}\n")
    done = subprocess.run(
        [str(_PYTHON), str(_SCRIPT)], input="".join(lines), capture_output=True, text=True, check=True
    )
    return tuple(told for line in done.stdout.splitlines() if (told := json.loads(line)))
