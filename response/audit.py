"""Checks the audit log as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from response.ports import Store
from response.records import GENESIS, AuditLine, first_broken

READ_AT_ONCE = 2000


@dataclass(frozen=True)
class ChainCheck:
    """`lines` that hold; `broken` the number of the first that does not follow, None when all do; `head` the hash of
    the last line that holds. `head_known`: whether a head kept elsewhere is among the lines (None when none was given):
    a chain that was cut at its end shows only there."""

    lines: int
    broken: int | None
    head: str
    head_known: bool | None = None


def check_chain(store: Store, known_head: str | None = None) -> ChainCheck:
    """Read the log from its first line."""
    last: AuditLine | None = None
    broken: int | None = None
    known = None if known_head is None else known_head == GENESIS
    while broken is None and (lines := store.audit(last.number if last else 0, READ_AT_ONCE)):
        broken = first_broken(lines, after=last)
        held = [line for line in lines if broken is None or line.number < broken]
        known = known if known is None else known or any(line.hash == known_head for line in held)
        last = held[-1] if held else last
    return ChainCheck(last.number if last else 0, broken, last.hash if last else GENESIS, known)
