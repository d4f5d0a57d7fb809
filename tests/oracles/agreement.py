"""Facts of two decoders side by side: what agrees, what differs, and which differences are explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ABSENT = "-"
"""A fact that one side does not state."""

TEXT_LIMIT = 512
"""Bytes kept of a text from a packet (vocabulary)."""

Key = tuple[int, str, int]
"""Frame in which a request, publication or lone reply began, kind of message, its ordinal among those of the frame."""


def said(value: Any) -> str:
    """A value as text: truth as 0 and 1, numbers without a useless fraction."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return f"{value:.9g}" if value != int(value) or abs(value) >= 2**53 else str(int(value))
    return str(value)


class Facts:
    """What one decoder says: fields by message."""

    def __init__(self) -> None:
        self.messages: dict[Key, dict[str, str]] = {}
        self._seen: Counter[tuple[int, str]] = Counter()

    def message(self, frame: int, kind: str) -> dict[str, str]:
        """The fields of a further message, to be filled; messages of a frame come in their order."""
        key = (frame, kind, self._seen[frame, kind])
        self._seen[frame, kind] += 1
        return self.messages.setdefault(key, {})


@dataclass(frozen=True)
class Difference:
    capture: str
    frame: int
    kind: str
    field: str
    ours: str
    theirs: str

    def __str__(self) -> str:
        return f"{self.capture} frame {self.frame} {self.kind} {self.field}: ours {self.ours!r}, tshark {self.theirs!r}"


@dataclass
class Agreement:
    """Of one capture or many: messages and facts compared, facts that agree, by field; differences."""

    messages: int = 0
    agree: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)

    def add(self, other: Agreement) -> None:
        self.messages += other.messages
        self.agree += other.agree
        self.differences += other.differences


def compare(capture: str, ours: Facts, theirs: Facts) -> Agreement:
    """Field by field over all messages that either side saw."""
    result = Agreement(messages=len(ours.messages.keys() | theirs.messages.keys()))
    for key in sorted(ours.messages.keys() | theirs.messages.keys()):
        left, right = ours.messages.get(key), theirs.messages.get(key)
        frame, kind, _ = key
        if left is None or right is None:
            seen = (ABSENT if left is None else "seen", ABSENT if right is None else "seen")
            result.differences.append(Difference(capture, frame, kind, "message", *seen))
            continue
        result.agree["message"] += 1
        for name in sorted(left.keys() | right.keys()):
            mine, other = left.get(name, ABSENT), right.get(name, ABSENT)
            if mine == other:
                result.agree[name] += 1
            else:
                result.differences.append(Difference(capture, frame, kind, name, mine, other))
    return result


@dataclass(frozen=True)
class Explanation:
    """Why some facts differ. Texts are patterns, where `*` stands for anything.

    `ours` and `theirs` are what each says (`-`: nothing); `right`: ours, tshark, or both (each states a true thing);
    `why` names the clause. An entry that explains no difference fails the comparison, as a difference without one does.
    """

    capture: str
    frames: frozenset[int]
    kind: str
    field: str
    ours: str
    theirs: str
    right: str
    why: str

    def covers(self, difference: Difference) -> bool:
        texts = ((difference.capture, self.capture), (difference.kind, self.kind), (difference.field, self.field),
                 (difference.ours, self.ours), (difference.theirs, self.theirs))  # fmt: skip
        return (not self.frames or difference.frame in self.frames) and all(
            text == pattern or fnmatchcase(text, pattern) for text, pattern in texts
        )


@cache
def explanations(protocol: str) -> tuple[Explanation, ...]:
    """Those of a protocol, from `explained/<protocol>.yml`: none where there is no such file."""
    file = Path(__file__).parent / "explained" / f"{protocol}.yml"
    written: list[dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else []
    return tuple(
        Explanation(
            entry["capture"], frozenset(entry.get("frames", ())), entry.get("kind", "*"), entry["field"],
            str(entry["ours"]), str(entry["theirs"]), entry["right"], entry["why"],
        )
        for entry in written
    )  # fmt: skip


def explain(
    protocol: str, differences: Iterable[Difference]
) -> tuple[dict[Explanation, list[Difference]], list[Difference]]:
    """Differences by their explanation (every explanation is a key), and those without one."""
    known: dict[Explanation, list[Difference]] = {entry: [] for entry in explanations(protocol)}
    bare = []
    for difference in differences:
        found = next((entry for entry in known if entry.covers(difference)), None)
        if found is None:
            bare.append(difference)
        else:
            known[found].append(difference)
    return known, bare
