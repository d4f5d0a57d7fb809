"""Playbooks and runs for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from api.output.moments import clock
from api.output.page import Page, Part
from api.output.playbook_documents import line_text, run_name, step_name, told
from api.output.told import safe
from api.texts import Texts
from response.playbooks.load import Playbooks
from response.playbooks.model import Playbook
from response.playbooks.run import Line, Run
from response.playbooks.steps import ShownStep, standing, steps_of

MARKS = {"successfully_executed": ("✔", "good"), "ongoing": ("▶", "warn"), None: ("·", "faint")}
BAD = ("✖", "bad")


def playbook_table(page: Page, playbooks: Playbooks, words: Texts) -> None:
    """One playbook a line."""
    heads = [words.get(f"column.{name}") for name in ("playbook", "steps", "effect", "name")]
    rows: list[list[Part]] = [
        [
            slug,
            str(len(steps_of(each, words.lang))),
            words.word("playbooks.effect", playbooks.strongest(slug)),
            each.name[words.lang],
        ]
        for slug, each in sorted(playbooks.by_slug.items())
    ]
    page.columns(heads, rows)


def playbook_page(page: Page, playbook: Playbook, words: Texts) -> None:
    """Everything about a playbook; variables stand as they are written."""
    lang = words.lang
    page.line((playbook.name[lang], "strong"), f"  {playbook.slug}")
    page.line(playbook.description[lang], indent=2)
    for name, text in (("call", playbook.call[lang]), ("safety", playbook.safety[lang])):
        page.line((words.get(f"playbooks.section.{name}"), "faint"), indent=2)
        page.line(told(text, words), indent=4)
    page.line((words.get("playbooks.section.steps"), "faint"), indent=2)
    for step in steps_of(playbook, lang):
        _step(page, step, words)
    page.line(playbook.id, indent=2)


def run_table(page: Page, runs: Sequence[Run], words: Texts, zone: tzinfo) -> None:
    """One run a line, the newest first."""
    heads = [words.get(f"column.{name}") for name in ("run", "at", "by", "state", "waits_for", "playbook")]
    rows: list[list[Part]] = [
        [
            run.id,
            clock(run.at, zone),
            safe(run.by),
            words.word("playbooks.status", run.state),
            waiting_words(run, words),
            run_name(run, words.lang),
        ]
        for run in runs
    ]
    page.columns(heads, rows)


def run_page(page: Page, run: Run, words: Texts, zone: tzinfo) -> None:
    """Where a run stands, and its record."""
    page.line((run_name(run, words.lang), "strong"), f"  {run.id}")
    state = words.word("playbooks.status", run.state)
    waits = f"; {words.get('playbooks.section.waiting')}: {waiting_words(run, words)}" if run.waiting() else ""
    page.line(f"{state}{waits}", indent=2)
    page.line((words.get("playbooks.section.steps"), "faint"), indent=2)
    for each in standing(run, words.lang):
        mark = MARKS.get(each.status, BAD)
        page.line(safe(told(each.step.name, words)), indent=4 + 2 * each.step.depth, label=(f"{mark[0]} ", mark[1]))
    page.line((words.get("playbooks.section.record"), "faint"), indent=2)
    for line in run.lines:
        head = f"{clock(line.at, zone)} {safe(line.who)}  "
        page.line(safe(_told(run, line, words)), indent=4, label=(head, "faint"))
        if line.code == "plan_made":
            _plans(page, line, words)


def dry_run_page(page: Page, run: Run, words: Texts) -> None:
    """What a run would do, from one that touched nothing."""
    page.line((run_name(run, words.lang), "strong"), f"  {run.playbook}")
    for line in run.lines:
        if line.what in ("ended", "branched") and line.code not in ("branches_ended", "condition"):
            page.line(safe(_told(run, line, words)), indent=2)


def waiting_words(run: Run, words: Texts) -> str:
    """What a run waits for, in words."""
    return words.get("alert.joint").join(words.word("playbooks.waiting", each) for each in run.waiting())


def _told(run: Run, line: Line, words: Texts) -> str:
    name = step_name(run, line, words)
    text = line_text(line, words)
    return f"{name}: {text}" if name else text


def _plans(page: Page, line: Line, words: Texts) -> None:
    """The lines of an isolation plan, for the person who will decide."""
    for plan in line.parameters["plans"]:
        where = words.word("playbooks.where", plan["where"])
        page.line((words.get("playbooks.section.plan", maker=plan["maker"], where=where), "strong"), indent=6)
        for name, lines in (("do", plan["do"]), ("undo_lines", plan["undo"])):
            page.line((words.get(f"playbooks.section.{name}"), "faint"), indent=8)
            for each in lines:
                page.line(each, indent=10)


def _step(page: Page, step: ShownStep, words: Texts) -> None:
    indent = 4 + 2 * step.depth
    kind = "" if step.kind == "action" else f" ({words.word('playbooks.kind', step.kind)})"
    page.line(f"{_on(step, words)}{told(step.name, words)}{kind}", indent=indent, label=f"{step.number}. ")
    for text, style in _facts(step, words):
        page.line((told(text, words), style), indent=indent + 3)


def _facts(step: ShownStep, words: Texts) -> Iterator[tuple[str, str]]:
    if step.text:
        yield step.text, ""
    if step.who:
        yield words.get("playbooks.section.who") + step.who, "faint"
    if step.answers:
        given = words.get("alert.joint").join(text for _, text in step.answers)
        yield words.get("playbooks.section.answers") + given, "faint"
    if step.safety:
        yield words.get("playbooks.section.take_care") + step.safety, "warn"
    if step.approvals:
        effect = words.word("playbooks.effect", step.effect or "")
        yield f"{words.get('playbooks.section.approvals', needed=step.approvals)} · {effect}", "warn"
    if step.undo:
        yield words.get("playbooks.section.undo") + step.undo, "faint"


def _on(step: ShownStep, words: Texts) -> str:
    if step.on is None:
        return ""
    known = step.answer or words.by_key.get(f"playbooks.on.{step.on}")
    return f"[{known or words.get('playbooks.on.case', case=step.on)}] "
