"""Codes of an assessment as sentences in the reader's language (law 9)."""

from __future__ import annotations

from collections.abc import Iterable

from api.texts import Texts
from response.compliance.assessment import Reason

CODED = {"what": "assess.word", "kind": "assess.word", "state": "assess.state"}
"""Parameters that are words of a closed list, with the group of the catalogue that translates them."""


def reason_text(reason: Reason, words: Texts) -> str:
    """Why, as a sentence."""
    shown = {name: _shown(name, value, words) for name, value in reason.parameters.items()}
    return words.get(f"assess.reason.{reason.code}", **shown)


def reason_texts(reasons: Iterable[Reason], words: Texts) -> str:
    """Several reasons, one after the other."""
    return " ".join(reason_text(reason, words) for reason in reasons)


def query_title(name: str, words: Texts) -> str:
    """The title of an evidence query."""
    return words.word("assess.query", name)


def _shown(name: str, value: object, words: Texts) -> str:
    if name == "query":
        return query_title(str(value), words)
    if name in CODED:
        return ", ".join(words.word(CODED[name], part.strip()) for part in str(value).split(","))
    if isinstance(value, float):
        return f"{value:.10g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
