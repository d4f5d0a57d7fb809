"""What to set at the switch: the answers of `rules/mirror/switches`, one file a maker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """Commands as they are typed, or the way through menus, or why there is nothing to set (`reason`); texts by
    language (en, zh)."""

    commands: str = ""
    menu: Mapping[str, str] | None = None
    note: Mapping[str, str] | None = None
    reason: Mapping[str, str] | None = None

    def lines(self, lang: str) -> list[str]:
        """The commands, one a line, else the menu, else the reason; then the note."""
        text = self.menu or self.reason
        lines = self.commands.splitlines() if self.commands else [text[lang]] if text else []
        return [*lines, *([self.note[lang]] if self.note else [])]


@dataclass(frozen=True)
class Switch:
    """A maker: `word` as on the command line; `sure` False where models differ so much that the manual has the last
    word; `answers` by what mends."""

    word: str
    name: str
    models: str
    sure: bool
    answers: Mapping[str, Answer]


def read_switch(word: str, data: Mapping[str, Any]) -> Switch:
    """A maker from its file. Raises TypeError, KeyError for a file that is none."""
    answers = {mend: Answer(**answer) for mend, answer in data["answers"].items()}
    return Switch(word, data["name"], data["models"], data["sure"], answers)
