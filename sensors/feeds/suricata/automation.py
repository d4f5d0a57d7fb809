"""Transactions of Modbus, DNP3 and EtherNet/IP.

Source: `rust/src/modbus/log.rs`, `src/output-json-dnp3.c`, `rust/src/enip/logger.rs` of Suricata 7 and 8.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sensors.feed import cip
from sensors.feed.dnp3 import FUNCTIONS as DNP3_FUNCTIONS
from sensors.feed.dnp3 import RESTARTED, refusal
from sensors.feed.modbus import EXCEPTIONS, FUNCTIONS, SUBFUNCTIONS, span
from sensors.feed.rows import Row, Rows, part, whole, words
from sensors.feeds.suricata.record import Eve

ESCAPED = re.compile(r"\\x([0-9a-fA-F]{2})")
READ_WRITE, DIAGNOSTICS = 23, 8
POINTS = {1: "binary-input", 2: "binary-input", 10: "binary-output", 12: "binary-output", 20: "counter",
          21: "frozen-counter", 30: "analog-input", 32: "analog-input", 34: "analog-deadband", 40: "analog-output",
          41: "analog-output", 50: "time", 70: "file", 80: "indication"}  # fmt: skip
WRITES = {50: "time.set", 70: "file.write", 80: "diagnose.clear", 34: "write.parameter", 41: "write", 10: "write"}
"""What a DNP3 WRITE does, by the group of its objects."""


def modbus(eve: Eve, rows: Rows) -> None:
    """A request with its reply, or what of the two was seen."""
    asked, told = eve.part("modbus", "request"), eve.part("modbus", "response")
    said = asked if isinstance(asked, Mapping) else told
    code = whole(part(said, "function_raw"))
    if code is None:
        return
    function = FUNCTIONS.get(code & 0x7F)
    operation = function.operation if function else "unknown"
    refused = whole(part(told, "exception", "raw"))
    sub = whole(part(said, "diagnostic", "raw")) if code & 0x7F == DIAGNOSTICS else None
    if sub in SUBFUNCTIONS:
        operation = SUBFUNCTIONS[sub][0]
    unit, number = whole(part(said, "unit_id")), whole(part(said, "transaction_id"))
    common: Row = {
        "ot.function.code": code & 0x7F,
        "ot.function.name": function.name if function else None,
        "ot.subfunction.code": sub,
        "ot.subfunction.name": SUBFUNCTIONS[sub][1] if sub in SUBFUNCTIONS else None,
        "ot.unit": str(unit) if unit is not None else None,
        "event.outcome": "unknown" if told is None else "failure" if refused is not None else "success",
        "ot.reply": None if told is None else "answered" if asked is not None else "unexpected",
        "ot.status.code": refused,
        "ot.status.name": EXCEPTIONS.get(refused) if refused is not None else None,
        "ot.details": {"transaction_id": number} if number is not None else None,
    }
    kind = function.kind if function else None
    write = {**common, **_range(kind, part(asked, "write"), function.type if function else None)}
    read = {**common, **_range(kind, part(asked, "read"), function.type if function else None, part(told, "read"))}
    if code & 0x7F == READ_WRITE:
        rows.add("transaction", {**eve.transaction("modbus", "write"), **write, "ot.items": 2})
        rows.add("transaction", {**eve.transaction("modbus", "read"), **read, "ot.item": 1, "ot.items": 2})
        return
    rows.add("transaction", {**eve.transaction("modbus", operation), **(write if part(asked, "write") else read)})


def _range(kind: str | None, asked: Any, type_: str | None, told: Any = None) -> Row:
    """The objects that a request names, with the values of it or of its reply."""
    start = whole(part(asked, "address"))
    if kind is None or start is None:
        return {}
    one = part(asked, "quantity") is None
    count = 1 if one else whole(part(asked, "quantity"))
    data = part(asked, "data") if part(asked, "data") is not None else part(told, "data")
    return {
        "ot.object.kind": kind,
        "ot.object.address": span(kind, start, count),
        "ot.object.start": start,
        "ot.object.count": count,
        "ot.value.type": type_,
        "ot.value.numbers": _values(data, count or 1, type_),
    }


def _values(data: object, count: int, type_: str | None) -> list[float] | None:
    """Values of the octets; None where there are not as many as were asked for."""
    if isinstance(data, int):
        return [float(data != 0) if type_ == "bit" else float(data)]
    if not isinstance(data, str):
        return None
    octets = octets_of(data)
    if type_ == "bit" and len(octets) == -(-count // 8):
        return [float(octets[place // 8] >> place % 8 & 1) for place in range(count)]
    if type_ == "uint16" and len(octets) == 2 * count:
        return [float(int.from_bytes(octets[place : place + 2], "big")) for place in range(0, len(octets), 2)]
    return None


def octets_of(text: str) -> bytes:
    """Octets as EVE writes them: letters, and `\\x…` for what is none."""
    if ESCAPED.search(text):
        return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text).encode("latin-1", "replace")
    return text.encode()


def dnp3(eve: Eve, rows: Rows) -> None:
    """A request or a reply: EVE has a line for each; Suricata 8 may have one for both."""
    both = eve.part("dnp3")
    asked = part(both, "request") or (both if part(both, "type") == "request" else None)
    told = part(both, "response") or (both if part(both, "type") in ("response", "unsolicited_response") else None)
    if asked is not None:
        _dnp3_request(eve, asked, told, rows)
    elif told is not None:
        _dnp3_reply(eve, told, rows)


def _dnp3_request(eve: Eve, asked: Any, told: Any, rows: Rows) -> None:
    code = whole(part(asked, "application", "function_code"))
    if code is None:
        return
    name, operation = DNP3_FUNCTIONS.get(code, (None, "unknown"))
    indications = _indications(told)
    refused = refusal(indications) if told is not None else None
    station, master = whole(part(asked, "dst")), whole(part(asked, "src"))
    common: Row = {
        "ot.function.code": code,
        "ot.function.name": name,
        "ot.unit": str(station) if station is not None else None,
        "event.outcome": "unknown" if told is None else "failure" if refused else "success",
        "ot.reply": None if told is None else "answered",
        "ot.status.code": refused[0] if refused else None,
        "ot.status.name": refused[1] if refused else None,
        "ot.details": {"master": master} if master is not None else None,
    }
    items = list(_points(part(asked, "application", "objects"))) or [{}]
    for place, item in enumerate(items):
        does = WRITES.get(item.pop("group", 0), operation) if code == 2 else operation
        item.pop("group", None)
        counted = {"ot.item": place, "ot.items": len(items)}
        rows.add("transaction", {**eve.transaction("dnp3", does), **common, **item, **counted})


def _dnp3_reply(eve: Eve, told: Any, rows: Rows) -> None:
    """What a station says unasked, and that it restarted; a reply to a request of another line adds nothing certain."""
    code = whole(part(told, "application", "function_code"))
    restarted = (_indications(told) or 0) & RESTARTED
    if code != 130 and not restarted:
        return
    station = whole(part(told, "src"))
    row = {
        **eve.transaction("dnp3", "alarm.raise" if restarted else "notify"),
        "ot.client.ip": words(eve.record.get("dest_ip")),
        "ot.server.ip": words(eve.record.get("src_ip")),
        "ot.server.port": whole(eve.record.get("src_port")),
        "ot.function.code": code,
        "ot.function.name": DNP3_FUNCTIONS[code][0] if code in DNP3_FUNCTIONS else None,
        "ot.unit": str(station) if station is not None else None,
        "event.outcome": "unknown",
        "ot.reply": "none",
    }
    if restarted:
        row |= {"ot.object.kind": "indication", "ot.object.address": "indication:device_restart"}
    rows.add("transaction", row)


def _indications(told: Any) -> int | None:
    named = part(told, "iin", "indicators")
    bits = {"device_restart": RESTARTED, "no_func_code_support": 0x0100, "object_unknown": 0x0200,
            "parameter_error": 0x0400}  # fmt: skip
    return sum(bits.get(str(name), 0) for name in named) if isinstance(named, list) else None


def _points(objects: object) -> list[Row]:
    """Points of a command or a write, up to 1,000; objects without points are ranges."""
    found: list[Row] = []
    for each in objects if isinstance(objects, list) else []:
        group = whole(part(each, "group"))
        kind = POINTS.get(group or 0)
        points = part(each, "points")
        for point in points if isinstance(points, list) else []:
            index, value = whole(part(point, "index")), part(point, "value")
            found.append(
                {
                    "group": group,
                    "ot.object.kind": kind,
                    "ot.object.address": f"{kind}:{index}" if kind and index is not None else None,
                    "ot.object.start": index,
                    "ot.object.count": 1,
                    "ot.value.numbers": [value] if isinstance(value, int | float) else None,
                }
            )
        if not points:
            found.append({"group": group, "ot.object.kind": kind})
    return found[:1000]


def enip(eve: Eve, rows: Rows) -> None:
    """Commands of the encapsulation and the CIP inside (Suricata 8)."""
    asked, told = eve.part("enip", "request"), eve.part("enip", "response")
    service = part(asked, "cip", "service")
    command = words(part(asked, "command"))
    failed = words(part(told, "status")) not in (None, "Success")
    outcome = "unknown" if told is None else "failure" if failed else "success"
    common: Row = {"event.outcome": outcome, "ot.reply": None if told is None else "answered"}
    named = {name: (code, operation) for code, (name, operation) in cip.COMMANDS.items()}
    if command in named:
        code, operation = named[command]
        said = {"ot.function.code": code, "ot.function.name": command}
        rows.add("transaction", {**eve.transaction("enip", operation), **common, **said})
    elif words(service) is not None:
        code_of = {name.replace("_", " ").lower(): code for code, (name, _) in cip.SERVICES.items()}
        number = code_of.get(str(service).replace("_", " ").lower())
        path = {
            str(part(each, "segment_type")): whole(part(each, "value")) for each in part(asked, "cip", "path") or []
        }
        cip_class = path.get("class") if path.get("class") is not None else whole(part(asked, "cip", "class"))
        name, operation = cip.service(number, cip_class) if number is not None else (str(service), "unknown")
        said = {
            "ot.function.code": number,
            "ot.function.name": name,
            "ot.object.kind": "instance" if cip_class is not None else None,
            "ot.object.address": cip.path(cip_class, path.get("instance"), path.get("attribute")),
        }
        rows.add("transaction", {**eve.transaction("enip", operation), **common, **said})
