"""An assessment as tables for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import tzinfo

from api.output.assess_words import query_title, reason_text, reason_texts
from api.output.moments import clock, span
from api.output.page import Page, Part
from api.output.told import safe
from api.texts import Texts
from response.compliance.assessment import MEANS, OBJECTS, STATES, Assessment, Difference, QueryResult, Verdict
from response.compliance.library import Library

STYLES = {"pass": "good", "fail": "bad", "inconclusive": "warn", "not_applicable": "faint"}
ACTIONS_SHOWN = 12


def assessment_page(page: Page, made: Assessment, words: Texts, zone: tzinfo) -> None:
    """The whole at a glance: what was seen, verdicts, levels, matrix, plan."""
    when = clock(made.made_at, zone)
    page.line((words.get("assess.line.head", name=safe(made.name), when=when), "strong"))
    zones = ", ".join(made.zones) or "–"
    period = span(made.start, made.end, zone)
    page.line((words.get("assess.line.period", span=period, zones=zones, id=made.id), "faint"))
    _visibility(page, made, words)
    _frameworks(page, made, words)
    _levels(page, made, words)
    _matrix(page, made, words)
    _plan(page, made, words, zone)
    if made.previous is not None:
        page.gap()
        page.line(words.get("assess.line.changed", count=len(made.differences)))


def _head(page: Page, words: Texts, key: str) -> None:
    page.gap()
    page.line((words.get(f"assess.line.{key}"), "strong"))


def _visibility(page: Page, made: Assessment, words: Texts) -> None:
    _head(page, words, "seen")
    for reason in made.visibility.blind:
        page.line(reason_text(reason, words), indent=2)
    heads = [words.get(f"column.{n}") for n in ("zone", "sensors", "uptime", "loss", "one_way", "in_the_way")]
    rows = [
        [
            safe(seen.zone),
            safe(", ".join(seen.sensors) or "–"),
            _share(seen.uptime),
            _share(seen.loss),
            _share(seen.one_way),
            reason_texts(seen.blind, words) or words.get("assess.line.clear"),
        ]
        for seen in made.visibility.zones
    ]
    page.columns(heads, rows, indent=2)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2%}"


def _frameworks(page: Page, made: Assessment, words: Texts) -> None:
    _head(page, words, "frameworks")
    heads = [words.get("column.framework"), *(words.get(f"column.{state}") for state in STATES), ""]
    rows: list[list[Part]] = []
    for used in made.frameworks:
        counts = Counter(verdict.state for verdict in made.verdicts if verdict.framework == used.id)
        numbers: list[Part] = [(str(counts[state]), STYLES[state] if counts[state] else "faint") for state in STATES]
        rows.append([used.id, *numbers, used.title.get(words.lang, "")])
    page.columns(heads, rows, indent=2)


def _levels(page: Page, made: Assessment, words: Texts) -> None:
    if not made.levels:
        return
    _head(page, words, "levels")
    requirements = list(dict.fromkeys(level.requirement for level in made.levels))
    rows: list[list[Part]] = []
    for zone in dict.fromkeys(level.zone for level in made.levels):
        own = [level for level in made.levels if level.zone == zone]
        cells: list[Part] = [
            (f"{x.not_disproved}/{'–' if x.target is None else x.target} ({x.measured}/{x.selected})",
             "bad" if x.target is not None and x.not_disproved < x.target else "")
            for x in own
        ]  # fmt: skip
        rows.append([safe(zone), *cells])
    page.columns([words.get("column.zone"), *requirements], rows, indent=2)


def _matrix(page: Page, made: Assessment, words: Texts) -> None:
    _head(page, words, "matrix")
    cells = {(cell.object, cell.means): cell for cell in made.matrix}
    rows: list[list[Part]] = []
    for item in OBJECTS:
        row: list[Part] = [words.get(f"object.{item}")]
        for means in MEANS:
            cell = cells[item, means]
            numbers = (cell.rules, cell.queries, cell.playbooks, cell.proofs)
            row.append("/".join(map(str, numbers)) if any(numbers) else ("–", "faint"))
        rows.append(row)
    page.columns([words.get("column.object"), *(words.get(f"assess.means.{m}") for m in MEANS)], rows, indent=2)
    page.line((words.get("assess.line.cell"), "faint"), indent=2)


def _plan(page: Page, made: Assessment, words: Texts, zone: tzinfo) -> None:
    failing = [action for action in made.actions if action.state == "fail"]
    if not failing:
        return
    _head(page, words, "plan")
    heads = [words.get(f"column.{name}") for name in ("severity", "due", "owner", "assets", "what")]
    rows: list[list[Part]] = [
        [
            (words.get(f"severity.{action.severity}"), action.severity),
            clock(action.due, zone)[:10] if action.due is not None else "–",
            safe(action.owner or "–"),
            safe(", ".join(action.assets[:3]) or "–"),
            safe(reason_text(action.summary, words)),
        ]
        for action in failing[:ACTIONS_SHOWN]
    ]
    page.columns(heads, rows, indent=2)
    if len(failing) > ACTIONS_SHOWN:
        page.line((words.get("assess.line.more", count=len(failing) - ACTIONS_SHOWN), "faint"), indent=2)


def controls_table(page: Page, verdicts: Sequence[Verdict], known: Library, words: Texts) -> None:
    """Controls with state, basis, title and why."""
    titles = {c.name: c for framework in known.frameworks.values() for c in framework.controls}
    heads = [words.get(f"column.{name}") for name in ("control", "state", "basis", "why")]
    rows: list[list[Part]] = []
    for verdict in verdicts:
        control = titles.get(verdict.control)
        title = control.title.get(words.lang, "") if control else ""
        why = reason_texts(verdict.reasons, words)
        told = f"{title}. {why}" if title else why
        if control is not None and control.verify:
            told = f"{told} [{words.get('assess.line.verify')}]"
        state: Part = (words.get(f"assess.state.{verdict.state}"), STYLES[verdict.state])
        rows.append([verdict.control, state, words.get(f"assess.basis.{verdict.basis}"), safe(told)])
    page.columns(heads, rows)


def frameworks_table(page: Page, known: Library, words: Texts) -> None:
    """Frameworks with how much of each evidence can decide."""
    names = ("framework", "controls", "auto", "partial", "manual", "verify", "title")
    rows: list[list[Part]] = []
    for framework in known.frameworks.values():
        kinds = Counter(control.evidence for control in framework.controls)
        marked = sum(control.verify for control in framework.controls)
        numbers = (len(framework.controls), kinds["auto"], kinds["partial"], kinds["manual"], marked)
        rows.append([framework.id, *map(str, numbers), framework.title.get(words.lang, "")])
    page.columns([words.get(f"column.{name}") for name in names], rows)
    page.gap()
    for framework in known.frameworks.values():
        page.line((f"{framework.id}: {framework.licence}", "faint"), hang=2)


def differences_table(page: Page, found: Sequence[Difference], words: Texts) -> None:
    """Controls whose state changed."""
    rows: list[list[Part]] = [
        [each.control, *((words.get(f"assess.state.{s}") if s else "–") for s in (each.before, each.after))]
        for each in found
    ]
    page.columns([words.get(f"column.{name}") for name in ("control", "before", "after")], rows)


def evidence_page(page: Page, result: QueryResult, rows: Sequence[object], words: Texts) -> None:
    """A query's result and its rows."""
    state: Part = (words.get(f"assess.state.{result.state}"), STYLES[result.state])
    page.line((query_title(result.query, words), "strong"), "  ", state)
    page.line(reason_texts(result.reasons, words), indent=2)
    if result.parameters:
        told = ", ".join(f"{name}={value}" for name, value in result.parameters.items())
        page.line((words.get("assess.line.parameters", parameters=told), "faint"), indent=2)
    page.line((words.get("assess.line.rows", count=f"{result.rows:,}", digest=result.digest), "faint"), indent=2)
    for row in rows:
        page.line(safe(str(row)), indent=2, hang=2)
