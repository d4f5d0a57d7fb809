"""HART-IP against tshark: sessions, commands, addresses, response codes, device status, identity, values.

tshark 4.0 knows no direct PDU and no audit log, so that these are left out; it names what commands tell its own way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare, said
from tests.oracles.tshark import Tree, messages

LEAST_FACTS = 6_000
"""A comparison of fewer facts that agree compares nothing."""

_SESSION = {0: "Session Initiate", 1: "Session Close", 2: "Keep Alive"}
_FRAME, _TO_SUB_DEVICE, _EXTENDED = 3, 77, 31
_OF_THEIRS = {
    "pv_loop_current": "loop_current", "pv_percent_range": "percent_of_range", "pv": "pv", "sv": "sv", "tv": "tv",
    "qv": "qv", "loop_current_mode": "loop_current_mode", "primary_variable_classification": "pv.classification",
    "secondary_variable_classification": "sv.classification", "tertiary_variable_classification": "tv.classification",
    "quaternary_variable_classification": "qv.classification", "upper_transducer_limit": "pv.transducer.upper",
    "lower_transducer_limit": "pv.transducer.lower", "minimum_span": "pv.minimum_span",
    "pv_alarm_selection_code": "pv.alarm_selection", "pv_transfer_function_code": "pv.transfer_function",
    "pv_upper_and_lower_range_values_units": "pv.range.unit", "pv_upper_range_value": "pv.range.upper",
    "pv_lower_range_value": "pv.range.lower", "pv_damping_value": "pv.damping", "write_protect_code": "write_protect",
    "standardized_status_0": "standardized_status_0", "standardized_status_1": "standardized_status_1",
    "standardized_status_2": "standardized_status_2", "standardized_status_3": "standardized_status_3",
    "analog_channel_saturated": "analog_channel_saturated", "analog_channel_fixed": "analog_channel_fixed",
    "ext_device_status": "extended_status", "configure_change": "configuration_change_counter",
}  # fmt: skip
_OF_IDENTITY = {"expanded_device_type": "device_type", "hart_univ_rev": "universal_revision",
                "device_rev": "device_revision", "software_rev": "software_revision"}  # fmt: skip
_UNITS = {12: "kPa", 32: "°C", 36: "mV", 45: "m"}
_VARIABLES = {244: "percent_of_range", 245: "loop_current", 246: "pv", 247: "sv", 248: "tv", 249: "qv"}
_NOT_USED = 250


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    return compare(name, ours_of(capture), theirs_of(capture, options))


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What tshark says."""
    facts = Facts()
    for message in messages(capture, "hart_ip", *options):
        tree = message.tree
        kind, identifier = tree.number("hart_ip.message_type"), tree.number("hart_ip.message_id")
        way = {0: "asks", 2: "publishes"}.get(kind or 0, "answers")
        if identifier in _SESSION:
            told = facts.message(message.last, f"{_SESSION[identifier]} {way}")
            if way == "answers":
                told["status"] = str(tree.number("hart_ip.status"))
            elif (master := tree.number("hart_ip.session_init.master_type")) is not None:
                told["master"] = {0: "secondary", 1: "primary"}.get(master, "-")
                told["timer"] = str(tree.number("hart_ip.session_init.inactivity_close_timer"))
        elif identifier == _FRAME and (command := tree.number("hart_ip.pt.command")) is not None:
            extended = tree.number("hart_ip.pt.rsp.command_number") if command == _EXTENDED else None
            told = facts.message(message.last, f"{command if extended is None else extended} {way}")
            told["unit"] = _unit(tree, command)
            if command == _TO_SUB_DEVICE:
                told["inner"] = str(tree.number("hart_ip.pt.rsp.embedded_command"))
            if way != "asks":
                told |= _answer(tree, command)
    return facts


def _masked(address: str) -> str:
    digits = address.replace(":", "")
    return f"{int(digits[:2], 16) & 0x3F:02x}{digits[2:]}"


def _unit(tree: Tree, command: int) -> str:
    if command == _TO_SUB_DEVICE and (card := tree.number("hart_ip.pt.rsp.io_card")) is not None:
        inner = tree.first("hart_ip.pt.rsp.unique_id")
        address = _masked(inner) if inner else str(tree.number("hart_ip.pt.rsp.poll_address"))
        return f"{card}.{tree.number('hart_ip.pt.rsp.channel')}/{address}"
    long = tree.first("hart_ip.pt.long_address")
    return _masked(long) if long else str(tree.number("hart_ip.pt.short_addr"))


def _answer(tree: Tree, command: int) -> dict[str, str]:
    codes = tree.all("hart_ip.pt.response_code")
    if not codes:
        return {}
    told = {"code": str(int(codes[-1].show, 0))}
    statuses = tree.all("hart_ip.pt.device_status")
    told["device_status"] = str(int(statuses[-1].show, 0))
    told |= {name: _number(tree, f"rsp.{field}") for field, name in _OF_THEIRS.items() if _has(tree, field)}
    told |= {
        name: str(tree.number(f"hart_ip.pt.rsp.{field}")) for field, name in _OF_IDENTITY.items() if _has(tree, field)
    }
    if device := tree.first("hart_ip.pt.rsp.device_id"):
        told["device_id"] = device.replace(":", "")
    told |= _slots(tree)
    told |= _texts(tree, command)
    for name, field in (("pv", "pv_units"), ("tv", "tv_units")):
        unit = tree.number(f"hart_ip.pt.rsp.{field}")
        if unit in _UNITS:
            told[f"unit of {name}"] = _UNITS[unit]
    return {name: value for name, value in told.items() if value != "nan"}


def _has(tree: Tree, field: str) -> bool:
    return tree.first(f"hart_ip.pt.rsp.{field}") is not None


def _number(tree: Tree, field: str) -> str:
    shown = tree.first(f"hart_ip.pt.{field}") or ""
    value = float(int(shown, 0)) if shown.startswith("0x") else float(shown)
    return "nan" if math.isnan(value) else said(value)


def _slots(tree: Tree) -> dict[str, str]:
    told: dict[str, str] = {}
    for slot in range(8):
        code = tree.number(f"hart_ip.pt.rsp.slot{slot}_device_var")
        if code is None or code == _NOT_USED:
            continue
        name = _VARIABLES.get(code, f"variable:{code}")
        told[name] = _number(tree, f"rsp.slot{slot}_device_var_value")
        if _has(tree, f"slot{slot}_device_var_status"):
            told[f"{name}.quality"] = _number(tree, f"rsp.slot{slot}_device_var_status")
    return told


def _texts(tree: Tree, command: int) -> dict[str, str]:
    told = {}
    for field, name in (("tag", "long_tag" if command in (20, 22) else "tag"), ("descriptor", "descriptor"),
                        ("message", "message")):  # fmt: skip
        text = tree.first(f"hart_ip.pt.rsp.{field}")
        if text is not None:
            told[name] = text.rstrip(" @\0").lstrip()
    day, month, year = (tree.number(f"hart_ip.pt.rsp.{part}") or 0 for part in ("day", "month", "year"))
    if _has(tree, "day"):
        told["date"] = f"{1900 + year}-{month:02}-{day:02}" if 1 <= day <= 31 and 1 <= month <= 12 else ""
    for field, name in (("transducer_serail_number", "pv.transducer_serial"), ("final_assembly_number",) * 2):
        digits = tree.first(f"hart_ip.pt.rsp.{field}")
        if digits is not None:
            told[name] = said(float(int(digits.replace(":", ""), 16)))
    if command in (6, 7) and _has(tree, "poll_address"):
        told["polling_address"] = _number(tree, "rsp.poll_address")
    return told


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for items in ours.messages(capture, "hart_ip"):
        head = items[0]
        first, last, reply = head["ot.packet.first"], head["ot.packet.last"], head["ot.reply"]
        details, name = head["ot.details"], head["ot.function.name"]
        if details.get("direct") or name in ("Direct PDU", "Read Audit Log"):
            continue
        answered = reply in ("answered", "unexpected", "duplicate", "differing")
        if name in _SESSION.values():
            if reply in ("answered", "unanswered", "none"):
                told = facts.message(first, f"{name} asks")
                if name == "Session Initiate":
                    told |= {"master": details.get("master", "-"), "timer": str(details.get("inactivity_timer"))}
            if answered:
                facts.message(last, f"{name} answers")["status"] = str(head["ot.status.code"] or 0)
        elif name is not None:
            _frames(facts, items, answered)
    return facts


def _frames(facts: Facts, items: Sequence[ours.Row], answered: bool) -> None:
    head = items[0]
    inner = head["ot.details"].get("to_sub_device")
    code = _TO_SUB_DEVICE if inner else head["ot.function.code"]
    # What is read together has functions of its own.
    if any(row["ot.function.code"] != head["ot.function.code"] for row in items):
        code = 78
    common = {"unit": head["ot.unit"]} | ({"inner": str(head["ot.function.code"])} if inner else {})
    if head["ot.operation"] == "publish":
        facts.message(head["ot.packet.first"], f"{code} publishes").update(common | _told(items, code))
        return
    if head["ot.reply"] in ("answered", "unanswered", "none"):
        facts.message(head["ot.packet.first"], f"{code} asks").update(common)
    if answered:
        facts.message(head["ot.packet.last"], f"{code} answers").update(common | _told(items, code))


_DECODED = {0, 1, 2, 3, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 33, 38, 48}
"""Commands whose data tshark reads."""


def _told(items: Sequence[ours.Row], code: int) -> dict[str, str]:
    head = items[0]
    told = {"code": str(head["ot.status.code"] or 0)}
    for row in items:
        name, details = row["ot.object.address"], row["ot.details"]
        if name is None or (name != "device_status" and (code not in _DECODED or head["event.outcome"] != "success")):
            continue
        numbers = row["ot.value.numbers"]
        if numbers is not None and len(numbers):
            told[name] = said(numbers[0])
        elif row["ot.value.text"] is not None or row["ot.value.type"] == "text":
            told[name] = row["ot.value.text"] or ""
        if code in (1, 3) and name in ("pv", "tv") and details.get("unit") in _UNITS.values():
            told[f"unit of {name}"] = details["unit"]
    if code in (0, 11, 21) and "device_id" in head["ot.details"]:
        details = head["ot.details"]
        told |= {name: str(details[name]) for name in ("universal_revision", "device_revision", "software_revision")}
        told |= {"device_id": details["device_id"], "device_type": str(int(details["device_type"], 16))}
    return told
