"""What is wrong in a file that people write, as a code with parameters; the reader's language renders it (law 9).

The texts stand in `rules/locales`: `issue.<code>.what`, and how to mend it in `issue.<code>.mend`, or, where a word is
in no closed list, in `mend.near`, `mend.known` or `mend.reference`.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

Parameter: TypeAlias = "str | int | float | date | tuple[str, ...] | None"

LISTED = 16
"""So many words of a closed list are named at most."""


@dataclass(frozen=True)
class Wrong:
    """A code and its parameters.

    `mend` is the code of a remedy that several codes share, "" where the code has its own; `cause` is what is wrong
    underneath, for codes that only say where.
    """

    code: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    mend: str = ""
    cause: Wrong | None = None

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.parameters.items())
        return f"{self.code}({shown})" + (f": {self.cause}" if self.cause else "")


def wrong(code: str, cause: Wrong | None = None, /, **parameters: Parameter) -> Wrong:
    """What is wrong, with a remedy of its own."""
    return Wrong(code, parameters, cause=cause)


def unlisted(code: str, word: str, among: Collection[str], /, **parameters: Parameter) -> Wrong:
    """A word that is not in a closed list; the remedy names the likeliest ones, or the list while it is short."""
    near = tuple(difflib.get_close_matches(word, sorted(among), n=3, cutoff=0.6))
    if near:
        return Wrong(code, {**parameters, "near": near}, "near")
    if len(among) <= LISTED:
        return Wrong(code, {**parameters, "known": tuple(sorted(among))}, "known")
    return Wrong(code, parameters, "reference")


class WrongError(ValueError):
    """Raised where reading cannot go on; `wrong` says why."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(str(wrong))
        self.wrong = wrong


def plain_value(value: object) -> Parameter:
    """A value of a file as a parameter: scalars as they are, all else as text."""
    return value if value is None or isinstance(value, str | int | float | date) else str(value)
