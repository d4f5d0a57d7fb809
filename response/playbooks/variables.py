"""Variables of playbooks: CACAO 2.0 §10.18. `__name__:value` in a text stands for the value of `__name__`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

NAME = re.compile(r"^__[a-zA-Z_][a-zA-Z0-9_-]{0,199}__$")
USE = re.compile(r"(__[a-zA-Z_][a-zA-Z0-9_-]*?__):value")

Values = Mapping[str, str | None]
"""Values by variable name; None is not known."""

QUOTES: Mapping[str, Callable[[str], str]] = {
    "url": lambda value: quote(value, safe=""),
    "json": lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    "line": lambda value: " ".join(value.split()),
}
"""How a value is written into an argument so that it stays a value: it may come from an attacker's packet."""


def used(value: Any) -> set[str]:
    """Names of all variables that a text, or the texts inside lists and objects, use."""
    if isinstance(value, str):
        return set(USE.findall(value))
    if isinstance(value, Mapping):
        return {name for each in value.values() for name in used(each)}
    if isinstance(value, list | tuple):
        return {name for each in value for name in used(each)}
    return set()


def filled(value: Any, values: Values, quoted: Callable[[str], str] = str) -> Any:
    """The same with each variable replaced by its value, "" where it is not known."""
    if isinstance(value, str):
        return USE.sub(lambda found: quoted(values.get(found[1]) or ""), value)
    if isinstance(value, Mapping):
        return {key: filled(each, values, quoted) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [filled(each, values, quoted) for each in value]
    return value
