"""The eight answers about an alert as sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import tzinfo
from typing import Any

from api.output.alert_lines import end_line, explained_line, technique_names
from api.output.attack import attack
from api.output.moments import clock, span
from api.output.page import Page
from api.output.told import Teller, safe
from response.alerts import Alert
from response.incidents.killchain import Matrix
from response.triage.story import Around, Fact, Story, tell


class Storyteller:
    """Tells stories in the language of a teller, with times in a zone."""

    def __init__(self, teller: Teller, zone: tzinfo) -> None:
        self._teller, self._zone, self._words = teller, zone, teller.texts

    def tell(self, story: Story, alert: Alert) -> dict[str, list[str]]:
        """Sentences by question."""
        return {
            question: [line for fact in facts for line in self._lines(fact, alert) if line]
            for question, facts in story.items()
        }

    def question(self, name: str) -> str:
        """The heading of a question."""
        return self._words.get(f"story.question.{name}")

    def _lines(self, fact: Fact, alert: Alert) -> Iterator[str]:
        if fact.code.startswith("rule."):
            yield from self._rule(fact, alert)
        elif fact.code == "story.end":
            end = {name: value for name, value in fact.parameters.items() if name != "side" and value is not None}
            yield end_line(str(fact.parameters["side"]), end, self._teller)
        elif fact.code == "story.explained":
            yield explained_line(str(fact.parameters["name"]), fact.parameters["value"], self._teller, self._zone)
        elif fact.code == "story.lacking":
            yield self._teller.lacking(alert)
        else:
            shown = SHOWN.get(fact.code, _as_it_is)
            filled = shown(self._teller, fact.parameters, self._zone)
            yield self._words.get(fact.code, **{name: safe(value) for name, value in filled.items()})

    def _rule(self, fact: Fact, alert: Alert) -> Iterator[str]:
        told, rule = self._teller.tell(alert), self._teller.rule(alert.rule)
        if fact.code == "rule.do":
            yield f"{fact.parameters['number']}. {told.do[fact.parameters['number'] - 1]}"
        elif fact.code == "rule.described" and rule is not None:
            yield rule.described(self._teller.lang) or self._words.get("story.rule_gone", rule=alert.rule)
        elif fact.code == "rule.harmless" and rule is not None:
            yield self._words.get("story.harmless", list=self._joined(rule.harmless(self._teller.lang)))
        else:
            yield {"rule.what": told.what, "rule.why": told.why, "rule.safety": told.safety}.get(fact.code, "")

    def _joined(self, found: tuple[str, ...]) -> str:
        return self._words.get("story.joint").join(found)


def else_lines(page: Page, alert: Alert, known: Around, teller: Teller, zone: tzinfo) -> None:
    """What else there is beside an alert: precedent, incident, and what is near."""
    story = tell(alert, teller.rule(alert.rule), Matrix((), {}), None, known)
    teller_of = Storyteller(teller, zone)
    page.line((teller_of.question("else"), "faint"), indent=2)
    for line in teller_of.tell({"else": story["else"]}, alert)["else"]:
        page.line(line, indent=4)


Shown = Callable[[Teller, Mapping[str, Any], tzinfo], Mapping[str, object]]


def _as_it_is(teller: Teller, given: Mapping[str, Any], zone: tzinfo) -> Mapping[str, object]:
    return given


def _seen(teller: Teller, given: Mapping[str, Any], zone: tzinfo) -> Mapping[str, object]:
    when = span(given["first_seen"], given["last_seen"], zone)
    return {"count": f"{given['count']:,}", "when": when, "status": teller.texts.word("status", given["status"])}


def _precedent(teller: Teller, given: Mapping[str, Any], zone: tzinfo) -> Mapping[str, object]:
    words = teller.texts
    ended = [f"{words.word('resolution', name)} {count}" for name, count in given["resolutions"].items()]
    return {
        "times": given["times"],
        "resolutions": words.get("alert.joint").join(ended),
        "who": given["who"] or "–",
        "at": clock(given["at"], zone) if given["at"] is not None else "–",
        "reason": given["reason"] or "–",
    }


def _related(teller: Teller, given: Mapping[str, Any], zone: tzinfo) -> Mapping[str, object]:
    words = teller.texts
    by = words.get("alert.joint").join(words.get(f"story.by.{each}") for each in given["by"])
    named = teller.title(given["rule"])
    return {"rule": named, "minutes": f"{given['minutes']:+d}", "by": by, "alert": given["alert"]}


def _technique(teller: Teller, given: Mapping[str, Any], zone: tzinfo) -> Mapping[str, object]:
    tactics = [attack().tactics[tactic].name for tactic in given["tactics"]]
    return {"technique": technique_names([given["technique"]])[0], "tactics": ", ".join(tactics)}


SHOWN: Mapping[str, Shown] = {
    "story.seen": _seen,
    "story.precedent": _precedent,
    "story.related": _related,
    "story.technique": _technique,
    "story.objects": lambda t, g, z: {
        "objects": t.texts.get("alert.joint").join(t.texts.word("object", o) for o in g["objects"])
    },
    "story.controls": lambda t, g, z: {"controls": ", ".join(g["controls"])},
    "story.playbook": lambda t, g, z: {"playbook": t.texts.word("playbook", g["playbook"])},
}
"""How parameters are prepared for their text, by code; others are filled in as they are."""
