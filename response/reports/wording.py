"""Texts of a report: each said in the report's languages, one line a language, once where both are the same.

A parameter may be a word of the catalogue (`Word`), so that it is said in the language of its sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from response.compliance.assessment import Reason
from response.reports.canonical import plain
from response.reports.model import Title
from response.times import SECOND, time_text


class Wording(Protocol):
    """The catalogue of one language."""

    @property
    def lang(self) -> str:
        """zh or en."""

    @property
    def by_key(self) -> Mapping[str, str]:
        """The texts by key."""

    def get(self, key: str, /, **parameters: object) -> str:
        """The text with its placeholders filled. Raises KeyError."""

    def word(self, group: str, name: str) -> str:
        """The word for a code, or the code itself."""


@dataclass(frozen=True)
class Word:
    """A code of a list (`severity`, `high`) that is put into a sentence in the sentence's language."""

    group: str
    name: str


@dataclass(frozen=True)
class Piece:
    """One line of text. `lang` is "" for what no language owns: addresses, ids, hashes. `style` names how it looks:
    strong, faint, code, a state or a severity."""

    text: str
    lang: str = ""
    style: str = ""


Said = tuple[Piece, ...]
CODED = {"query": "assess.query", "what": "assess.word", "kind": "assess.word", "state": "assess.state"}
"""Parameters of reasons that are codes, with the group of the catalogue that words them."""
NOTHING: Said = (Piece("–", style="faint"),)


class Speaker:
    """Says things in the report's languages, the leading one first, the other one fainter where it follows."""

    def __init__(self, words: Sequence[Wording]) -> None:
        self.words = tuple(words)

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(words.lang for words in self.words)

    def say(self, key: str, style: str = "", /, **parameters: object) -> Said:
        """A text of the catalogue in each language. Raises KeyError when there is none."""
        return self._said([(w.lang, w.get(key, **_filled(w, parameters))) for w in self.words], style)

    def word(self, group: str, name: str, style: str = "") -> Said:
        """The word for a code in each language; the code itself where there is none."""
        return self._said([(w.lang, w.word(group, name)) for w in self.words], style)

    def list(self, group: str, names: Sequence[str], style: str = "") -> Said:
        """The words for several codes, on one line in each language; a dash for none."""
        if not names:
            return NOTHING
        return self._said([(w.lang, ", ".join(w.word(group, name) for name in names)) for w in self.words], style)

    def title(self, title: Title, fallback: str, style: str = "") -> Said:
        """A name that comes in both languages; `fallback` where a language has none."""
        by_lang = {"en": title.en, "zh": title.zh}
        other = title.en or title.zh or fallback
        return self._said([(lang, by_lang.get(lang) or other) for lang in self.languages], style)

    def reason(self, reason: Reason, style: str = "") -> Said:
        """Why, in each language; its code and parameters where the catalogue lacks it."""
        return self._said([(w.lang, _reason(w, reason)) for w in self.words], style)

    def told(self, reason: Reason, style: str = "") -> Said:
        """A text whose whole key is the code."""
        return self._said([(w.lang, _told(w, reason.code, reason)) for w in self.words], style)

    def reasons(self, reasons: Sequence[Reason], style: str = "") -> Said:
        """All of them, one line each in each language."""
        return tuple(piece for reason in reasons for piece in self.reason(reason, style))

    def pieces(self, texts: Sequence[str], style: str = "") -> Said:
        """Texts at hand, one for each of the report's languages in their order."""
        return self._said(list(zip(self.languages, texts, strict=True)), style)

    def inline(self, key: str, **parameters: object) -> str:
        """A text in all languages on one line."""
        return " / ".join(piece.text for piece in self.say(key, **parameters))

    def _said(self, texts: Sequence[tuple[str, str]], style: str) -> Said:
        if len({text for _, text in texts}) == 1:
            return (Piece(texts[0][1], texts[0][0] if len(texts) == 1 else "", style),)
        first, *rest = texts
        return (Piece(first[1], first[0], style), *(Piece(text, lang, style or "second") for lang, text in rest))


def data(text: str | None, style: str = "") -> Said:
    """What no language owns; a dash where there is nothing."""
    return (Piece(text, style=style),) if text else NOTHING


def cut(text: str, letters: int = 96) -> str:
    """The text, or its beginning where it is longer: what comes from a packet must not fill pages."""
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def listed(texts: Sequence[str], style: str = "", most: int = 8) -> Said:
    """Several on one line, the first `most` of them and how many more."""
    more = f" … +{len(texts) - most}" if len(texts) > most else ""
    return data(", ".join(map(cut, texts[:most])) + more, style)


def clock(ns: int | None, style: str = "") -> Said:
    """`2026-11-24 00:14:39Z`; a dash where not known."""
    return data(None if ns is None else moment(ns), style)


def moment(ns: int) -> str:
    """A time for people, in UTC, cut to seconds."""
    return f"{time_text(ns)[:19].replace('T', ' ')}Z"


def duration(ns: int | None) -> str:
    """`2 d 03:04`, `3:04:05`; a dash where there is none."""
    if ns is None:
        return "–"
    minutes, seconds = divmod(max(ns, 0) // SECOND, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"{days} d {hours:02d}:{minutes:02d}" if days else f"{hours}:{minutes:02d}:{seconds:02d}"


def share(value: float | None) -> str:
    """A share of 0 to 1 in percent."""
    return "–" if value is None else f"{value * 100:.4g} %"


def _filled(words: Wording, parameters: Mapping[str, object]) -> dict[str, object]:
    return {name: words.word(v.group, v.name) if isinstance(v, Word) else v for name, v in parameters.items()}


def _reason(words: Wording, reason: Reason) -> str:
    return _told(words, f"assess.reason.{reason.code}", reason)


def _told(words: Wording, key: str, reason: Reason) -> str:
    try:
        return words.get(key, **{name: _worded(words, name, value) for name, value in reason.parameters.items()})
    except KeyError:
        told = ", ".join(f"{name} {shown(value)}" for name, value in reason.parameters.items())
        return f"{reason.code} ({told})" if told else reason.code


def _worded(words: Wording, name: str, value: Any) -> str:
    """A parameter of a reason: codes of closed lists in the reader's words, numbers as people write them."""
    if group := CODED.get(name):
        return ", ".join(words.word(group, part.strip()) for part in shown(value).split(","))
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else shown(value)


def shown(value: Any) -> str:
    """A value of any kind as text: lists with commas."""
    if isinstance(value, (list, tuple)):
        return ", ".join(map(shown, value))
    if isinstance(value, bool):
        return str(value).lower()
    return str(plain(value))
