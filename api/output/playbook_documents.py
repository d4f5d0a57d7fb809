"""Playbooks and runs as programs get them: codes and parameters, and the texts in the language asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from api.output.documents import Json, plain
from api.texts import Language, Texts
from response.playbooks.effects import Effect
from response.playbooks.graph import graph_of
from response.playbooks.model import Playbook
from response.playbooks.run import FIRST, Line, Run, run_body
from response.playbooks.steps import ShownStep, StandingStep, named, standing, steps_of
from response.playbooks.variables import USE
from response.times import time_text


def playbook_document(playbook: Playbook, effect: Effect, words: Texts) -> dict[str, Json]:
    """A playbook in short; `effect` is the strongest of it and of those that it calls."""
    lang = words.lang
    return {
        "slug": playbook.slug,
        "id": playbook.id,
        "modified": playbook.modified,
        "name": playbook.name[lang],
        "description": playbook.description[lang],
        "call": told(playbook.call[lang], words),
        "safety": playbook.safety[lang],
        "types": list(playbook.types),
        "objects": list(playbook.objects),
        "strongest_effect": effect,
        "steps": len(steps_of(playbook, lang)),
    }


def playbook_whole(playbook: Playbook, effect: Effect, words: Texts) -> dict[str, Json]:
    """A playbook with its steps, its graph and its CACAO text."""
    return playbook_document(playbook, effect, words) | {
        "steps": [step_document(each, words) for each in steps_of(playbook, words.lang)],
        "graph": plain(asdict(graph_of(playbook, words.lang))),
        "cacao": plain(playbook.document),
    }


def step_document(step: ShownStep, words: Texts) -> dict[str, Json]:
    """A step as people tick it off."""
    answers: list[Json] = [{"value": value, "text": text} for value, text in step.answers]
    found = {name: told(value, words) if isinstance(value, str) else plain(value) for name, value in vars(step).items()}
    # What the step itself does not say, the action's own text does.
    own = None if step.manual or step.action is None else words.get(f"playbooks.undo.{step.action}")
    return found | {"answers": answers, "undo": found["undo"] or own}


def told(text: str, words: Texts) -> str:
    """A text with the variables that have no value called by their names: `<source>`."""
    return USE.sub(lambda found: f"<{words.word('playbooks.variable', found[1].strip('_'))}>", text)


def run_document(run: Run, words: Texts) -> dict[str, Json]:
    """A run as its record has it, without the playbooks in it."""
    body = {name: value for name, value in run_body(run).items() if name not in ("documents", "threads", "lines")}
    found = plain(body)
    assert isinstance(found, dict)
    return {"id": run.id} | found | {"name": run_name(run, words.lang)}


def run_whole(run: Run, words: Texts) -> dict[str, Json]:
    """A run with where it stands at every step and the lines of its record."""
    return run_document(run, words) | {
        "steps": [_standing(each, words) for each in standing(run, words.lang)],
        "lines": [line_document(run, each, words) for each in run.lines],
    }


def run_name(run: Run, lang: Language) -> str:
    """What the run's playbook is called."""
    return next(each.name[lang] for each in run.playbooks.values() if each.slug == run.playbook)


def line_document(run: Run, line: Line, words: Texts) -> dict[str, Json]:
    """A line of a run's record with its sentence."""
    found = plain(asdict(line) | {"at": time_text(line.at)})
    assert isinstance(found, dict)
    return found | {"step_name": step_name(run, line, words), "text": line_text(line, words)}


def step_name(run: Run, line: Line, words: Texts) -> str | None:
    """What the step of a line is called."""
    if line.step is None or line.playbook is None:
        return None
    name = run.playbooks[line.playbook].steps[line.step].name[words.lang]
    return told(named(name, run.variables.get(FIRST, {})), words) or None


def line_text(line: Line, words: Texts) -> str:
    """What a line says after who and where."""
    given = _shown(line.parameters, words)
    outcome = f"playbooks.outcome.{line.code}"
    if line.code and outcome in words.by_key:
        return words.get(outcome, **given)
    return words.get(f"playbooks.what.{line.what}", **given)


def _shown(parameters: Mapping[str, object], words: Texts) -> dict[str, str]:
    """Parameters as they stand in a sentence: effects and actions by their words, what is not known as a dash."""
    shown = {}
    for name, value in parameters.items():
        if isinstance(value, list | tuple):
            shown[name] = words.get("alert.joint").join(map(str, value))
        elif name in ("effect", "action"):
            shown[name] = words.word(f"playbooks.{name}", str(value))
        else:
            shown[name] = "–" if value in (None, "") else str(value)
    return shown


def _standing(each: StandingStep, words: Texts) -> dict[str, Json]:
    return step_document(each.step, words) | {
        "status": each.status,
        "thread": each.thread,
        "phase": each.phase,
        "approved_by": list(each.approvals),
        "ticked_by": each.ticked,
        "arguments": plain(each.arguments),
    }
