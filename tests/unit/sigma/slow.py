"""A slow, plain evaluator of rules over rows as dicts: what the compiled expressions must agree with.

Written from the Sigma specification and the rules of null and case stated in `detection.sigma.compile`, with nothing of
the compiler's: conditions are run by Python's own `eval` after names are replaced, patterns by Python's `re`.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from sensors.fields import vocabulary

COMPARE: dict[str, Callable[[float, float], bool]] = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}


def holds(detection: Mapping[str, Any], dataset: str, row: Mapping[str, Any]) -> bool:
    """Whether a rule's `detection` section is true of `row`. Conditions use and, or, not and parentheses only."""
    names = {name: _block(block, dataset, row) for name, block in detection.items() if name != "condition"}
    return bool(eval(detection["condition"], {"__builtins__": {}}, names))


def _block(block: Any, dataset: str, row: Mapping[str, Any]) -> bool:
    maps = block if isinstance(block, list) else [block]
    return any(all(_item(key, value, dataset, row) for key, value in each.items()) for each in maps)


def _item(key: str, value: Any, dataset: str, row: Mapping[str, Any]) -> bool:
    field, *modifiers = key.split("|")
    found, kind = _lookup(field, dataset, row)
    wanted = value if isinstance(value, list) else [value]
    if "exists" in modifiers:
        return bool((found is not None) == wanted[0])
    tests = [_one(found, kind, modifiers, each, dataset, row) for each in wanted]
    return all(tests) if "all" in modifiers else any(tests)


def _lookup(field: str, dataset: str, row: Mapping[str, Any]) -> tuple[Any, str]:
    if not field.startswith("ot.details."):
        return row.get(field), vocabulary().rule_fields(dataset)[field].type
    detail = vocabulary().details["modbus"][field.removeprefix("ot.details.")]
    whole = row.get("ot.details")
    found = json.loads(whole).get(detail.name) if whole and row.get("network.protocol") == "modbus" else None
    return found, detail.type


def _one(found: Any, kind: str, modifiers: list[str], wanted: Any, dataset: str, row: Mapping[str, Any]) -> bool:
    if wanted is None:
        return found is None
    if found is None:
        return False
    if "fieldref" in modifiers:
        return bool(found == _lookup(wanted, dataset, row)[0])
    elements = found if isinstance(found, list) else [found]
    if isinstance(found, list):
        modifiers = [modifier for modifier in modifiers if modifier != "contains"]
    return any(_element(element, kind, modifiers, wanted) for element in elements)


def _element(found: Any, kind: str, modifiers: list[str], wanted: Any) -> bool:
    for name, compare in COMPARE.items():
        if name in modifiers:
            return bool(compare(found, wanted))
    if not isinstance(found, str):
        return bool(found == wanted)
    if "cidr" in modifiers:
        try:
            return ipaddress.ip_address(found) in ipaddress.ip_network(wanted)
        except ValueError:
            return False
    if "re" in modifiers:
        return re.search(wanted, found) is not None
    is_plain = not set(modifiers) & {"contains", "startswith", "endswith"} and not re.search(r"(?<!\\)[*?]", wanted)
    exact = "cased" in modifiers or (is_plain and kind in ("dict", "list<dict>"))
    return _like(found, wanted, modifiers, exact=exact)


def _like(found: str, wanted: str, modifiers: list[str], *, exact: bool) -> bool:
    body = "".join(_regex(token) for token in re.findall(r"\\[*?\\]|.", wanted, re.DOTALL))
    if set(modifiers) & {"contains", "endswith"}:
        body = ".*" + body
    if set(modifiers) & {"contains", "startswith"}:
        body += ".*"
    return re.fullmatch(body, found, re.DOTALL | (0 if exact else re.IGNORECASE)) is not None


def _regex(token: str) -> str:
    if len(token) == 2:
        return re.escape(token[1])
    return {"*": ".*", "?": "."}.get(token, re.escape(token))
