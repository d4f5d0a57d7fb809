"""Messages in words: codes and parameters of news become a letter in the language of its channel (design, law 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Protocol

from detection.sigma.load import RuleSet
from detection.sigma.model import Head
from detection.sigma.text import placeholders, render
from response.notify.formats.lines import clean, one_line
from response.notify.news import News
from response.notify.sender import Letter
from response.times import SECOND, time_ns

SUBJECT_MOST, TEXT_MOST = 200, 8000
PATHS: Mapping[str, str] = {
    "alert": "alerts/{id}",
    "incident": "incidents/{id}",
    "run": "playbooks/runs/{id}",
    "sensor": "sensors",
    "route": "alerts",
    "channel": "settings/notifications",
}
"""Where the console shows a subject."""
GROUPS: Mapping[str, str] = {"severity": "severity", "effect": "notify.effect", "term": "notify.term"}
"""Parameters that are codes, and the group of the catalogue that has their words."""
MOMENTS = ("first_seen", "since", "until", "by")
"""Parameters that are times."""
LISTED = 5
"""So many rules are named in a digest, the most frequent ones."""


class Wording(Protocol):
    """The catalogue of one language."""

    @property
    def lang(self) -> Any:
        """zh or en."""

    @property
    def by_key(self) -> Mapping[str, str]:
        """The texts by key."""

    def get(self, key: str, /, **parameters: object) -> str:
        """The text with its placeholders filled. Raises KeyError."""

    def word(self, group: str, name: str) -> str:
        """The word for a code, or the code itself."""


class RuleTexts:
    """What rules say, in both languages."""

    def __init__(self, rules: RuleSet) -> None:
        self._heads: Mapping[str, Head] = {head.name: head for head in (*rules.rules, *rules.correlations)}

    def named(self, rule: str) -> tuple[str, ...]:
        """The parameters that the sentence of a rule shows, in any language: no message holds another value."""
        head = self._heads.get(rule)
        if head is None or head.bittern is None:
            return ()
        return tuple(dict.fromkeys(name for text in head.bittern.text.values() for name in placeholders(text.what)))

    def title(self, rule: str, words: Wording) -> str:
        """The rule in short; its name when it is not loaded."""
        head = self._heads.get(rule)
        if head is None:
            return rule
        return head.titled(words.lang)

    def what(self, rule: str, values: Mapping[str, Any], words: Wording) -> str:
        """What happened; a rule that is not loaded is told by its name."""
        head = self._heads.get(rule)
        if head is None or head.bittern is None or not head.bittern.text[words.lang].what:
            return words.get("notify.unknown_rule", rule=rule)
        return render(head.bittern.text[words.lang].what, values, words.lang)


@dataclass(frozen=True)
class Renderer:
    """Makes letters. `words` are the catalogues by language; `zone` is the site's time zone; `base_url` the address of
    the console, "" when nobody has said it."""

    words: Mapping[str, Wording]
    rules: RuleTexts
    base_url: str = ""
    zone: tzinfo = UTC

    def letter(self, message: str, news: News, lang: str) -> Letter:
        """The letter of a message in a language."""
        words = self.words[lang]
        shown = self._shown(news, words)
        subject = words.get(f"notify.{news.kind}.subject", **shown)
        if news.drill:
            subject = words.get("notify.drill", subject=subject)
        text = words.get(f"notify.{news.kind}.text", **shown)
        return Letter(
            id=message,
            kind=news.kind,
            about=news.subject,
            at=news.at,
            subject=one_line(subject)[:SUBJECT_MOST],
            text=clean(text)[:TEXT_MOST],
            lang=lang,
            severity=news.severity,
            drill=news.drill,
            link=self.link(news),
            facts=news.facts,
        )

    def link(self, news: News) -> str:
        """The page of the subject in the console."""
        if not self.base_url:
            return ""
        return f"{self.base_url.rstrip('/')}/{PATHS[news.subject.kind].format(id=news.subject.id)}"

    def _shown(self, news: News, words: Wording) -> dict[str, str]:
        values = dict(news.parameters)
        inner = values.pop("values", {})
        shown = {name: self._word(name, value, words) for name, value in values.items()}
        if news.severity is not None:
            shown["severity"] = words.word("severity", news.severity)
        if news.rule is not None:
            shown |= {"rule": news.rule, "title": self.rules.title(news.rule, words)}
            shown["what"] = self.rules.what(news.rule, inner, words)
        elif news.subject.kind == "incident":
            shown["title"] = words.get("notify.incident_title", alerts=shown["alerts"], assets=shown["assets"])
            shown["what"] = words.get("notify.incident_what", sensor=shown["sensor"], first_seen=shown["first_seen"])
        if news.kind == "digest":
            shown["lines"] = "\n".join(self._lines(values, words))
        return shown

    def _word(self, name: str, value: Any, words: Wording) -> str:
        if name in MOMENTS and isinstance(value, str) and value:
            return self._moment(value)
        if isinstance(value, Mapping) and set(value) == {"en", "zh"}:
            return str(value[words.lang])
        if isinstance(value, list | tuple):
            return words.get("alert.joint").join(str(each) for each in value) or words.get("notify.nothing")
        return words.word(GROUPS[name], str(value)) if name in GROUPS else str(value)

    def _moment(self, text: str) -> str:
        moment = datetime.fromtimestamp(time_ns(text) // SECOND, self.zone)
        return f"{moment:%Y-%m-%d %H:%M:%S} {moment:%z}"

    def _lines(self, values: Mapping[str, Any], words: Wording) -> list[str]:
        """The lines of a digest: by severity, by kind, the most frequent rules, and why some were only counted."""
        joint = words.get("alert.joint")

        def counted(group: str, counts: Mapping[str, int]) -> str:
            return joint.join(
                words.get("notify.counted", name=words.word(group, name), count=count) for name, count in counts.items()
            )

        lines = [
            words.get("notify.digest.by", what=counted(group, values[name]))
            for name, group in (("severities", "severity"), ("kinds", "notify.kind"))
            if values[name]
        ]
        lines += [
            words.get("notify.counted", name=f"{rule} {self.rules.title(rule, words)}", count=count)
            for rule, count in list(values["rules"].items())[:LISTED]
        ]
        lines += [
            words.get(f"notify.digest.{why}", count=values["why"][why])
            for why in ("limit", "repeat")
            if values["why"].get(why)
        ]
        return lines
