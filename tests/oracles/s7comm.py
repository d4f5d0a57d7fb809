"""S7comm against tshark: requests, replies, pushes by frame; addresses, values, return codes, lists, blocks, TSAPs."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.s7comm_theirs import UNTOLD, theirs_of

LEAST_FACTS = 30_000
"""A comparison of fewer facts that agree compares nothing."""

_USERDATA = 0x700
_FORMS = {"byte": "B", "word": "H", "int": "h", "dword": "I", "dint": "i", "real": "f", "date": "H", "time": "i",
          "time_of_day": "I"}  # fmt: skip
_TRANSFER = range(0x1A, 0x20)


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    mine, theirs = ours_of(capture), theirs_of(capture, options)
    _refusals_without_a_function(mine, theirs)
    for key, other in theirs.messages.items():
        if other.get("items") == UNTOLD:  # a syntax that tshark names no address of
            other.pop("items")
            mine.messages.get(key, {}).pop("items", None)
    return compare(name, mine, theirs)


def _refusals_without_a_function(mine: Facts, theirs: Facts) -> None:
    """A refusal may repeat no function: then the pairing tells it, which tshark does not do."""
    for key in [key for key in theirs.messages if key[1] == "job 0x0 answers"]:
        named = [own for own in mine.messages if own[0] == key[0] and own[1].endswith("answers")]
        if len(named) == 1 and named[0] not in theirs.messages:
            theirs.messages[named[0]] = theirs.messages.pop(key)


def kind(function: int, sub: int | None, part: str) -> str:
    """Kind of a message: `job 0x4 asks`, `userdata 4.1 answers`."""
    if function >= _USERDATA:
        return f"userdata {function - _USERDATA}.{sub} {part}"
    return f"job {function:#x} {part}"


def ours_of(capture: Path) -> Facts:
    """What our events say; of a frame with several messages only that they are there."""
    seen = [*_connections(capture), *_messages(capture)]
    facts, crowd = Facts(), Counter(frame for frame, what, _ in seen if what != "set-up")
    for frame, what, found in seen:
        facts.message(frame, what).update(found if crowd[frame] <= 1 or what == "set-up" else {})
    return facts


def _connections(capture: Path) -> Iterator[tuple[int, str, dict[str, str]]]:
    for row in ours.rows(capture, "session", "s7comm"):
        details = row["ot.details"]
        if row["ot.session_kind"] == "s7_setup" and row["event.outcome"] == "success" and "pdu_size" in details:
            yield row["ot.packet.last"], "set-up", {"pdu_size": str(details["pdu_size"])}
        if row["ot.session_kind"] == "s7_setup" and "called_tsap" in details:
            yield row["ot.packet.first"], "connect", {key: str(details[key]) for key in ("calling_tsap", "called_tsap")}


def _messages(capture: Path) -> Iterator[tuple[int, str, dict[str, str]]]:
    for items in ours.messages(capture, "s7comm"):
        head = items[0]
        function, reply = head["ot.function.code"], head["ot.reply"]
        sub = head["ot.subfunction.code"] if function >= _USERDATA else None
        first, last = head["ot.packet.first"], head["ot.packet.last"]
        if reply == "none" and head["source.ip"] == head["ot.server.ip"] and function >= _USERDATA:
            yield first, kind(function, sub, "pushes"), _values(items)
            continue
        if reply in ("answered", "unanswered", "none"):
            yield first, kind(function, sub, "asks"), _asked(function, sub, items)
        if reply in ("answered", "unexpected", "duplicate", "differing"):
            yield last, kind(function, sub, "answers"), _answered(function, sub, items)


def _asked(function: int, sub: int | None, items: Sequence[ours.Row]) -> dict[str, str]:
    head = items[0]
    if function in (4, 5):
        told = {"items": ";".join(str(item["ot.object.address"]) for item in items)}
        return told | ({"values": _hex(items)} if function == 5 else {})
    if function == 0x28:
        service = head["ot.details"].get("service", head["ot.subfunction.name"])
        return {"service": service} if service else {}
    if function in _TRANSFER and function != 0x1E and function != 0x1F:
        return {"block": str(head["ot.object.address"])}
    named = {(_USERDATA + 4, 1): "list", (_USERDATA + 3, 3): "block"}.get((function, sub or 0))
    return {named: head["ot.object.address"]} if named and head["ot.object.address"] else {}


def _answered(function: int, sub: int | None, items: Sequence[ours.Row]) -> dict[str, str]:
    head = items[0]
    failed = head["event.outcome"] == "failure"
    if function in (4, 5) and not (failed and (head["ot.status.code"] or 0) > 255):
        codes = ";".join("255" if item["event.outcome"] == "success" else str(item["ot.status.code"]) for item in items)
        return {"codes": codes} | ({"values": _hex(items)} if function == 4 else {})
    told = {"status": str(head["ot.status.code"])} if failed and (head["ot.status.code"] or 0) > 255 else {}
    details: Mapping[str, object] = head["ot.details"]
    if (function, sub) == (_USERDATA + 4, 1) and "records" in details:
        told |= {"list": str(head["ot.object.address"]), "records": str(details["records"])}
    if (function, sub) == (_USERDATA + 7, 1) and head["ot.value.text"]:
        told["moment"] = head["ot.value.text"]
    if function == _USERDATA + 3 and sub in (1, 2) and "blocks" in details:
        told["blocks"] = str(details["blocks"]).split(" ", 1)[0].rsplit("=", 1)[-1].lstrip("OBDSFC")
    return told


def _values(items: Sequence[ours.Row]) -> dict[str, str]:
    return {"values": values} if (values := _hex(items)) else {}


def _hex(items: Sequence[ours.Row]) -> str:
    return ";".join(_bytes(item).hex() for item in items if item["ot.value.type"] is not None)


def _bytes(item: ours.Row) -> bytes:
    """The bytes on the wire of our value."""
    word, numbers = item["ot.value.type"], item["ot.value.numbers"]
    if numbers is None:
        return str(item["ot.value.text"] or "").encode()
    if word == "bool":
        return bytes(int(number) for number in numbers)
    if word in ("timer", "s5time"):
        return b"".join(_s5time(number) for number in numbers)
    if word == "counter":
        return b"".join(bytes.fromhex(f"{int(number):04d}") for number in numbers)
    form = _FORMS[word]
    return b"".join(struct.pack(f">{form}", number if form == "f" else int(number)) for number in numbers)


def _s5time(seconds: float) -> bytes:
    """In the finest time base that holds it, as devices send it."""
    for base, unit in enumerate((0.01, 0.1, 1.0, 10.0)):
        if round(seconds / unit, 6) <= 999:
            return bytes.fromhex(f"{base}{round(seconds / unit):03d}")
    raise ValueError(seconds)
