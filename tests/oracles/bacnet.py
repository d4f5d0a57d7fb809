"""BACnet/IP against tshark: functions of the link, network messages, services, invoke ids, objects, properties, errors.

Segments and their acknowledgements are left out on both sides: tshark shows each, we the message they make.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tests.needs import tool
from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import fields

NAMES = (
    "frame.number", "ip.src", "ip.dst", "udp.payload", "bvlc.function", "bvlc.result", "bacnet.mesgtyp", "bacnet.dnet",
    "bacnet.snet", "bacnet.hopc", "bacapp.type", "bacapp.invoke_id", "bacapp.confirmed_service",
    "bacapp.unconfirmed_service", "bacapp.objectType", "bacapp.instance_number", "bacapp.property_identifier",
    "bacapp.error_class", "bacapp.error_code", "bacapp.reject_reason", "bacapp.abort_reason",
    "bacapp.present_value.real", "bacapp.present_value.enum_index", "bacapp.present_value.uint",
    "bacapp.present_value.char_string", "bacapp.vendor_identifier", "bacapp.who_is.low_limit",
    "bacapp.who_is.high_limit", "bacapp.sequence_number",
)  # fmt: skip

LEAST_FACTS = 1_500
"""A comparison of fewer facts that agree compares nothing."""
CONFIRMED, UNCONFIRMED, SEGMENT_ACK, ERROR, REJECT, ABORT = 0, 1, 4, 5, 6, 7
READ_PROPERTY, WRITE_PROPERTY, READ_MULTIPLE = 12, 15, 14
NAMED = (READ_PROPERTY, WRITE_PROPERTY)
"""Services of one property, whose address and value both state."""
PRESENT_VALUE = ".present-value"
"""tshark gives values of this property alone as a field."""
ANY_DEVICE = "device,4194303."
"""A device asked without knowing its number; our address is the one that answered."""
I_AM, WHO_IS = 0, 8
NPDU_FUNCTIONS = ("0x04", "0x09", "0x0a", "0x0b")
REFUSALS = {ERROR: "error", REJECT: "reject", ABORT: "abort"}
VALUES = {"real": "bacapp.present_value.real", "enumerated": "bacapp.present_value.enum_index",
          "unsigned": "bacapp.present_value.uint", "characterstring": "bacapp.present_value.char_string"}  # fmt: skip


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    mine, theirs = ours_of(capture), theirs_of(capture, options)
    for key, found in mine.messages.items():
        if found.pop("lone", None):
            # The service of a reply without its request stands in it, the address in the request.
            theirs.messages.get(key, {}).pop("value", None)
    for key, other in theirs.messages.items():
        if key[1].startswith("ask") and other.get("address", "").startswith(ANY_DEVICE):
            other["address"] = mine.messages.get(key, {}).get("address", "-")
        if "value" in other and "value" not in mine.messages.get(key, {}):
            # Structures, dates and the like: we show them as text.
            other.pop("value")
    return compare(name, mine, theirs)


@cache
def words(field: str) -> dict[int, str]:
    """tshark's names of a field's numbers."""
    done = subprocess.run([tool("tshark"), "-G", "values"], capture_output=True, text=True, check=True)
    lines = (line.split("\t") for line in done.stdout.splitlines() if line.startswith("V\t" + field + "\t"))
    return {int(line[2], 0): line[3].split("(")[0].strip().lower() for line in lines}


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What tshark says. A request sent again before its answer is the same one to us."""
    facts = Facts()
    waiting: dict[tuple[str, str, str], str] = {}
    for frame in fields(capture, "bvlc && !icmp", NAMES, *options):
        number, function = int(frame["frame.number"][0]), frame["bvlc.function"][0]
        if function not in NPDU_FUNCTIONS:
            found = facts.message(number, f"link {int(function, 0)}")
            if frame["bvlc.result"]:
                found["result"] = str(int(frame["bvlc.result"][0], 0))
        elif frame["bacnet.mesgtyp"]:
            facts.message(number, f"network {int(frame['bacnet.mesgtyp'][0], 0)}")
        elif frame["bacapp.type"]:
            kind = int(frame["bacapp.type"][0], 0)
            ends = (frame["ip.src"][-1], frame["ip.dst"][-1], "".join(frame["bacapp.invoke_id"]))
            if kind == CONFIRMED and waiting.get(ends) == frame["udp.payload"][0]:
                continue
            if kind == CONFIRMED:
                waiting[ends] = frame["udp.payload"][0]
            elif kind != UNCONFIRMED:
                waiting.pop((ends[1], ends[0], ends[2]), None)
            if kind != SEGMENT_ACK and not frame["bacapp.sequence_number"]:
                _application(facts, number, kind, frame)
    return facts


def _application(facts: Facts, number: int, kind: int, frame: dict[str, list[str]]) -> None:
    service = (frame["bacapp.confirmed_service"] or frame["bacapp.unconfirmed_service"] or ["-1"])[0]
    code = int(service, 0)
    way = {CONFIRMED: "ask", UNCONFIRMED: "tell"}.get(kind, "answer")
    found = facts.message(number, f"{way} {code}" if kind not in (REJECT, ABORT) else "answer")
    if kind != UNCONFIRMED:
        found["invoke"] = frame["bacapp.invoke_id"][0]
    if kind in REFUSALS:
        found["refusal"] = REFUSALS[kind]
        # Errors of parts of a WritePropertyMultiple and the like say more than one.
        for field, words_of in (("error_class", "error_class"), ("error_code", "error_code")):
            if kind == ERROR and frame[f"bacapp.{field}"]:
                found[field] = words(f"bacapp.{words_of}").get(int(frame[f"bacapp.{field}"][0], 0), "-")
    if frame["bacapp.reject_reason"] or frame["bacapp.abort_reason"]:
        found["reason"] = (frame["bacapp.reject_reason"] or frame["bacapp.abort_reason"])[0]
    if way != "tell" and code in NAMED and frame["bacapp.property_identifier"] and kind not in REFUSALS:
        found["address"] = _address(frame)
        told = [(name, frame[field][0]) for name, field in VALUES.items() if len(frame[field]) == 1]
        if len(told) == 1 and found["address"].endswith(PRESENT_VALUE):
            found["value"] = _value(*told[0])
    if way == "tell" and code == I_AM and frame["bacapp.instance_number"] and frame["bacapp.vendor_identifier"]:
        found["device"] = frame["bacapp.instance_number"][0]
        found["vendor"] = frame["bacapp.vendor_identifier"][0]
    if way == "tell" and code == WHO_IS and frame["bacapp.who_is.high_limit"]:
        found["low"], found["high"] = frame["bacapp.who_is.low_limit"][0], frame["bacapp.who_is.high_limit"][0]
    if frame["bacnet.hopc"] and way != "answer":
        found["hops"] = frame["bacnet.hopc"][0]


def _address(frame: dict[str, list[str]]) -> str:
    kind, instance = int(frame["bacapp.objectType"][0], 0), frame["bacapp.instance_number"][0]
    name = int(frame["bacapp.property_identifier"][0], 0)
    objects = words("bacapp.objectType").get(kind, str(kind))
    return f"{objects},{instance}.{words('bacapp.property_identifier').get(name, name)}"


def _value(kind: str, value: str) -> str:
    return f"{float(value):.6g}" if kind != "characterstring" else value.strip("'\"\0")


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for items in ours.messages(capture, "bacnet"):
        head = items[0]
        kind, details = head["ot.subfunction.name"], head["ot.details"]
        if "segments" in details:
            continue
        first, last = head["ot.packet.first"], head["ot.packet.last"]
        code, reply = head["ot.function.code"], head["ot.reply"]
        if kind == "BVLC":
            _link(facts, head, first, last)
        elif kind == "network message":
            facts.message(first, f"network {code}")
            if reply == "answered":
                facts.message(last, "network 7")
        elif kind == "Unconfirmed-Request":
            facts.message(first, f"tell {code}").update(_announced(code, details))
        else:
            asked = reply in ("answered", "unanswered") or (reply == "none" and "refusal" not in details)
            if asked:
                facts.message(first, f"ask {code}").update(_asked(head, code))
            if reply in ("answered", "unexpected", "duplicate", "differing") or not asked:
                _answer(facts, head, last, code)
    return facts


def _link(facts: Facts, head: ours.Row, first: int, last: int) -> None:
    code = head["ot.function.code"]
    answers = {2: 3, 6: 7}
    status = head["ot.status.code"]
    result = {"result": str(status or 0)}
    if head["ot.reply"] == "unexpected":
        facts.message(first, f"link {code}").update(result if code == 0 else {})
        return
    facts.message(first, f"link {code}")
    if head["ot.reply"] == "answered":
        table = code in answers and status is None
        facts.message(last, f"link {answers[code] if table else 0}").update({} if table else result)


def _announced(code: int, details: dict[str, object]) -> dict[str, str]:
    names = {
        I_AM: (("device", "device"), ("vendor", "vendor_id")),
        WHO_IS: (("low", "low_limit"), ("high", "high_limit")),
    }
    wanted = (*names.get(code, ()), ("hops", "hops"))
    return {name: str(details[key]) for name, key in wanted if key in details}


def _asked(head: ours.Row, code: int) -> dict[str, str]:
    details = head["ot.details"]
    found = {name: str(details[name]) for name in ("invoke", "hops") if name in details}
    if code in NAMED and head["ot.object.address"]:
        found["address"] = head["ot.object.address"].split("[")[0]
        if code == WRITE_PROPERTY:
            found |= _said(head)
    return found


def _said(head: ours.Row) -> dict[str, str]:
    numbers, kind = head["ot.value.numbers"], head["ot.value.type"]
    if not (head["ot.object.address"] or "").endswith(PRESENT_VALUE):
        return {}
    if kind == "characterstring":
        return {"value": head["ot.value.text"]}
    if kind in VALUES and numbers is not None and len(numbers) == 1:
        return {"value": f"{numbers[0]:.6g}"}
    return {}


def _answer(facts: Facts, head: ours.Row, frame: int, code: int | None) -> None:
    details = head["ot.details"]
    refusal = details.get("refusal") if "refusal" in details and head["event.outcome"] == "failure" else None
    if refusal and code == READ_MULTIPLE and head["ot.item"] == 0 and head["ot.items"] and refusal == "error":
        # One property of several may be refused in a positive answer.
        refusal = None if head["ot.object.address"] and _positive(head) else refusal
    found = facts.message(frame, "answer" if refusal in ("reject", "abort") else f"answer {code}")
    found["invoke"] = str(details["invoke"])
    if head["ot.reply"] != "answered":
        found["lone"] = "yes"
    if refusal:
        found["refusal"] = str(refusal)
        if refusal == "error":
            if "error_class" in details:
                found["error_class"] = str(details["error_class"])
            if head["ot.status.name"]:
                found["error_code"] = head["ot.status.name"]
        else:
            found["reason"] = str(head["ot.status.code"])
    elif code == READ_PROPERTY and head["ot.object.address"]:
        found["address"] = head["ot.object.address"].split("[")[0]
        found |= _said(head)


def _positive(head: ours.Row) -> bool:
    """Whether the error is that of one property: a whole refusal has no item that says so of itself."""
    return bool(head["ot.value.type"]) or head["ot.items"] > 1
