"""An alert in words: the texts of its rule, filled with its parameters, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from api.texts import Language, texts
from detection.sigma.load import RuleSet
from detection.sigma.model import Head
from detection.sigma.text import UNSAFE, render
from response.alerts import Alert

LONGEST = 512


@dataclass(frozen=True)
class Told:
    """What an alert says. `title` names the rule in short; `safety` what to take care of, or ""."""

    title: str
    what: str
    why: str
    do: tuple[str, ...]
    safety: str


class Teller:
    """Tells alerts in one language. A rule that is not loaded (any more) is told by its name."""

    def __init__(self, rules: RuleSet, lang: Language) -> None:
        heads: Iterable[Head] = (*rules.rules, *rules.correlations)
        self._rules: Mapping[str, Head] = {head.name: head for head in heads}
        self.lang: Language = lang
        self.texts = texts(lang)

    @property
    def known(self) -> tuple[str, ...]:
        """Names of the rules that are loaded."""
        return tuple(self._rules)

    def rule(self, name: str) -> Head | None:
        """The rule of this name, None when it is not loaded."""
        return self._rules.get(name)

    def title(self, name: str) -> str:
        """The title of a rule, or its name."""
        rule = self._rules.get(name)
        return rule.titled(self.lang) if rule else name

    def tell(self, alert: Alert) -> Told:
        """The alert in words."""
        rule = self._rules.get(alert.rule)
        if rule is None or rule.bittern is None or not rule.bittern.text[self.lang].what:
            what = self.texts.get("alert.unknown_rule", rule=safe(alert.rule))
            return Told(alert.rule, what, self.texts.get("alert.unknown_rule_why"), (), "")
        text = rule.bittern.text[self.lang]
        return Told(
            title=rule.titled(self.lang),
            what=self._fill(text.what, alert),
            why=self._fill(text.why, alert),
            do=tuple(self._fill(step, alert) for step in text.do),
            safety=self._fill(rule.bittern.safety.get(self.lang, ""), alert),
        )

    def lacking(self, alert: Alert) -> str:
        """What the site has not declared, so that the rule could only remind; "" when nothing is lacking."""
        if not alert.lacking:
            return ""
        joint = self.texts.get("alert.joint")
        return self.texts.get(
            "alert.lacking", needs=joint.join(self.texts.word("need", need) for need in alert.lacking)
        )

    def _fill(self, template: str, alert: Alert) -> str:
        return render(template, alert.parameters, self.lang)


def safe(value: object) -> str:
    """A value from outside (packets, file names) for people: no control characters, at most 512 letters."""
    text = UNSAFE.sub("\N{REPLACEMENT CHARACTER}", str(value))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
