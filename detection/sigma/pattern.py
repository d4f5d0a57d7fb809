r"""Sigma strings: `*` is any text, `?` any one character, `\*`, `\?` and `\\` the characters themselves.

A backslash before any other character is itself. Source: Sigma specification 2.1, rules, "Escaping"; pySigma agrees.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

ANY = object()
ONE = object()
WILDCARDS = {"*": ANY, "?": ONE}
ESCAPABLE = ("*", "?", "\\")


def parse_pattern(value: str) -> tuple[str | object, ...]:
    """Parts of a Sigma string: literal text, ANY and ONE."""
    parts: list[str | object] = []
    literal = ""
    escaped = False
    for char in value:
        if escaped:
            literal += char if char in ESCAPABLE else "\\" + char
            escaped = False
        elif char == "\\":
            escaped = True
        elif char in WILDCARDS:
            parts += [literal, WILDCARDS[char]] if literal else [WILDCARDS[char]]
            literal = ""
        else:
            literal += char
    if escaped:
        literal += "\\"
    return (*parts, literal) if literal else tuple(parts)


def plain_text(value: str) -> str | None:
    """The text a Sigma string without wildcards stands for, None when it has some."""
    parts = parse_pattern(value)
    if not parts:
        return ""
    return parts[0] if len(parts) == 1 and isinstance(parts[0], str) else None


def pattern_regex(value: str, modifiers: Iterable[str]) -> str:
    """Regular expression (Rust's dialect) for a Sigma string under contains, startswith, endswith and cased."""
    body = "".join(_part_regex(part) for part in parse_pattern(value))
    start = "" if "contains" in modifiers or "endswith" in modifiers else r"\A"
    end = "" if "contains" in modifiers or "startswith" in modifiers else r"\z"
    flags = "s" if "cased" in modifiers else "is"
    return f"(?{flags}:{start}{body}{end})"


def _part_regex(part: str | object) -> str:
    if part is ANY:
        return ".*"
    return "." if part is ONE else pl.escape_regex(str(part))


def regex_problem(regex: str) -> str | None:
    """What is wrong with a regular expression, None when Polars takes it (Rust's dialect: no look-around)."""
    try:
        pl.select(pl.lit("").str.contains(regex))
    except pl.exceptions.ComputeError as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip().startswith("error")]
        return lines[0] if lines else str(error).splitlines()[0]
    return None
