"""IEC 104 against tshark: every object of every data unit by frame, type and cause; station, value, quality, time.

Our transaction joins a request with its answers, so that it stands at two frames; what tshark says of the confirmation
between is compared only where we tell it by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, Key, compare, said
from tests.oracles.iec104_tree import ANSWERS, Unit, functions, units

LEAST_FACTS = 50_000
"""A comparison of fewer facts that agree compares nothing."""
_DIRECT = {"originator": "originator", "test": "test"}
_SEGMENT, _READ, _REQUESTED, _CONFIRMED, _TERMINATED = 125, 102, 5, 7, 10


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture; `options` tell tshark which port speaks IEC 104."""
    mine, (theirs, between) = ours_of(capture), theirs_of(capture, options)
    level(mine, theirs, between)
    return compare(name, mine, theirs)


def level(mine: Facts, theirs: Facts, between: Sequence[Key]) -> None:
    """Leave out what only one of both can say."""
    for key in between:
        if key not in mine.messages:
            theirs.messages.pop(key, None)
    for key, found in theirs.messages.items():
        if found.pop("raw", None):
            # tshark 4.0 shows the octets of these types without reading them.
            for field in ("value", "quality", "time", "time_invalid"):
                mine.messages.get(key, {}).pop(field, None)


def _kind(code: int, cause: int, address: int) -> str:
    return f"object {address} requested" if cause == _REQUESTED and code != _READ and code < 45 else (
        f"type {code} cause {cause} object {address}"
    )  # fmt: skip


def theirs_of(capture: Path, options: Sequence[str]) -> tuple[Facts, list[Key]]:
    """What tshark says, and which confirmations came between a request and its termination or value."""
    facts, between = Facts(), []
    confirmed: dict[tuple[int, int, int], list[Key]] = {}
    for frame, name in functions(capture, *options):
        facts.message(frame, name)
    for unit in units(capture, *options):
        for address, found in unit.objects:
            kind = _kind(unit.code, unit.cause, address)
            message = facts.message(unit.frame, kind)
            key = next(reversed(facts.messages))
            message |= _stated(unit, found)
            place = (unit.stream, unit.code, address)
            if unit.cause == _CONFIRMED and not unit.negative:
                confirmed.setdefault(place, []).append(key)
            if unit.cause == _TERMINATED and confirmed.get(place):
                between.append(confirmed[place].pop())
            if unit.code == _SEGMENT or (unit.code == _READ and unit.cause == _CONFIRMED):
                between.append(key)
    return facts, between


def _stated(unit: Unit, found: dict[str, str]) -> dict[str, str]:
    if unit.cause in ANSWERS:
        return {"negative": "1"} if unit.negative and unit.cause < 44 else {}
    return {"station": str(unit.station)} | unit.head | found


def ours_of(capture: Path, protocol: str = "iec104") -> Facts:
    """What our events say; IEC 101 has the same data units."""
    facts = Facts()
    for frame, kind, found in sorted(_seen(capture, protocol), key=lambda told: told[0]):
        facts.message(frame, kind).update(found)
    return facts


def _seen(capture: Path, protocol: str) -> Iterator[tuple[int, str, dict[str, str]]]:
    for items in ours.messages(capture, protocol):
        for row in items:
            if row["ot.function.code"] is None:
                yield from _function(row)
            elif row["ot.reply"] in ("answered", "unanswered"):
                yield from _paired(row)
            else:
                yield row["ot.packet.first"], _place(row, row["ot.subfunction.code"]), _lone(row)


def _function(row: ours.Row) -> Iterator[tuple[int, str, dict[str, str]]]:
    name, reply = row["ot.function.name"], row["ot.reply"]
    if reply != "unexpected":
        yield row["ot.packet.first"], f"{name} act", {}
    if reply in ("answered", "unexpected"):
        yield row["ot.packet.last"], f"{name} con", {}


def _place(row: ours.Row, cause: int) -> str:
    address = row["ot.object.address"]
    return _kind(row["ot.function.code"], cause, int(address.rpartition(":")[2]) if address else 0)


def _paired(row: ours.Row) -> Iterator[tuple[int, str, dict[str, str]]]:
    code, cause, details = row["ot.function.code"], row["ot.subfunction.code"], row["ot.details"]
    reads = code == _READ and row["ot.reply"] == "answered" and row["event.outcome"] == "success"
    found = _facts(row)
    # A reading is asked for by one station; the value comes with whatever originator the outstation writes.
    asked = {name: value for name, value in found.items() if name in ("station", "originator")} if reads else found
    yield row["ot.packet.first"], _place(row, cause), asked
    if row["ot.reply"] != "answered":
        return
    if reads:
        place = _place(row, cause).split(" ")[-1]
        found.pop("originator", None)
        yield row["ot.packet.last"], f"object {place} requested", found
        return
    status = row["ot.status.code"]
    answer = _TERMINATED if details.get("terminated") else (status if status is not None else cause + 1)
    yield row["ot.packet.last"], _place(row, answer), _negative(row)


def _lone(row: ours.Row) -> dict[str, str]:
    return _negative(row) if row["ot.subfunction.code"] in ANSWERS else _facts(row)


def _negative(row: ours.Row) -> dict[str, str]:
    return {"negative": "1"} if row["ot.status.name"] == "negative confirmation" else {}


def _facts(row: ours.Row) -> dict[str, str]:
    details: dict[str, Any] = row["ot.details"]
    found = {"station": str(row["ot.unit"])}
    for ours_name, name in _DIRECT.items():
        if ours_name in details:
            found[name] = said(details[ours_name])
    numbers = row["ot.value.numbers"]
    value = numbers[0] if numbers else details.get("value")
    if value is not None:
        found["value"] = f"{value:.6g}"
    elif row["ot.value.type"]:
        found["value"] = "nan" if row["ot.value.text"] == "NaN" else str(row["ot.value.text"])
    if row["ot.function.code"] < 120:
        found |= {name: said(details[name]) for name in ("quality", "time", "time_invalid") if name in details}
    return found
