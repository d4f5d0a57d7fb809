"""The steps of a playbook as people tick them off, in order, and where a run stands at each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from response.playbooks.model import Playbook, Step
from response.playbooks.run import FIRST, Phase, Run, Thread
from response.playbooks.variables import USE, Values

Lang = Literal["en", "zh"]
SILENT = ("start", "end")


@dataclass(frozen=True)
class ShownStep:
    """One step for people. `number` counts from 1, `depth` is how many branches lie around it, `on` the label of the
    branch that it begins (`on_true`, a case …) or None, `answer` the text of the answer that leads there; texts are in
    the language asked for, None where there is none.

    `effect` None where the step acts on nothing (a branch). `tickable` says that it can be ticked ahead of the run.
    """

    number: int
    id: str
    kind: str
    depth: int
    on: str | None
    answer: str | None
    name: str
    text: str | None
    who: str | None
    safety: str | None
    undo: str | None
    action: str | None
    effect: str | None
    approvals: int
    manual: bool
    tickable: bool
    answers: tuple[tuple[str, str], ...]
    playbook: str | None


@dataclass(frozen=True)
class StandingStep:
    """A step with where the run stands: `status` a status word or None, `thread` and `phase` where the run waits at it
    now, `approvals` who approved so far, `ticked` who did it ahead, `arguments` what the action will get."""

    step: ShownStep
    status: str | None
    thread: str | None
    phase: Phase | None
    approvals: tuple[str, ...]
    ticked: str | None
    arguments: dict[str, Any] | None


def steps_of(playbook: Playbook, lang: Lang, values: Values | None = None) -> tuple[ShownStep, ...]:
    """The steps in the order in which people read them: a branch right below the step that opens it; every step once.

    With `values` the texts name what they are about; a variable that is not known stands in them by name.
    """
    shown: list[ShownStep] = []
    answers = {(s.gives[0], a.value): a.text[lang] for s in playbook.steps.values() if s.gives for a in s.answers}
    for step, depth, label, switch in _in_order(playbook):
        if step.kind not in SILENT:
            answer = answers.get((switch.removesuffix(":value"), label or ""))
            shown.append(_shown(step, len(shown) + 1, depth, label, answer, lang, values))
    return tuple(shown)


def standing(run: Run, lang: Lang) -> tuple[StandingStep, ...]:
    """The steps of the run's playbook, each followed by those of a playbook that it calls, and where the run stands."""
    playbooks = run.playbooks
    main = next(each for each in playbooks.values() if each.slug == run.playbook)
    here = {(thread.playbook, thread.step): thread for thread in run.threads}
    root = run.variables.get(FIRST, {})
    found: list[StandingStep] = []
    _stand(run, main, root, lang, here, 0, found)
    return tuple(found)


def _stand(
    run: Run,
    playbook: Playbook,
    values: Values,
    lang: Lang,
    here: dict[tuple[str, str], Thread],
    depth: int,
    found: list[StandingStep],
) -> None:
    outcomes, playbooks = run.outcomes(), run.playbooks
    for step in steps_of(playbook, lang, values):
        thread = here.get((playbook.id, step.id))
        moved = ShownStep(**{**vars(step), "number": len(found) + 1, "depth": step.depth + depth})
        found.append(
            StandingStep(
                moved,
                outcomes.get(step.id),
                thread.id if thread else None,
                thread.phase if thread else None,
                thread.approvals if thread else (),
                run.ticked.get(step.id),
                dict(thread.arguments) if thread and thread.arguments else None,
            )
        )
        if step.playbook:
            given = {name: values.get(name) for name in playbook.steps[step.id].takes}
            _stand(run, playbooks[step.playbook], given, lang, here, depth + step.depth + 1, found)


def named(text: str, values: Values) -> str:
    """The text with the values that are known; a variable that is not stands there by its name."""
    return USE.sub(lambda found: values.get(found[1]) or found[0], text)


def _in_order(playbook: Playbook) -> Iterator[tuple[Step, int, str | None, str]]:
    """Each step with its depth, the label of the branch that it begins, and the switch that this is a case of."""
    seen: set[str] = set()
    waiting: list[tuple[str, int, str | None, str]] = []
    if playbook.exception:
        waiting.append((playbook.exception, 0, "on_failure", ""))
    waiting.append((playbook.start, 0, None, ""))
    while waiting:
        name, depth, label, switch = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        step = playbook.steps[name]
        yield step, depth, label, switch
        followers = list(dict.fromkeys(target for _, target in step.followers()))
        failure = step.on_failure if step.on_failure not in (step.on_success, None) else None
        waiting += [(target, depth, None, "") for target in reversed(followers) if target != failure]
        if failure:
            waiting.append((failure, depth + 1, "on_failure", ""))
        waiting += [(target, depth + 1, branch, step.switch) for branch, target in reversed(list(step.branches()))]


def _shown(
    step: Step, number: int, depth: int, label: str | None, answer: str | None, lang: Lang, values: Values | None
) -> ShownStep:
    def told(texts: Any) -> str | None:
        text = texts.get(lang) if texts else None
        return named(text, values or {}) if text else None

    acting = step.kind == "action"
    return ShownStep(
        number=number,
        id=step.id,
        kind=step.kind,
        depth=depth,
        on=label,
        answer=answer,
        name=told(step.name) or "",
        text=told(step.text),
        who=told(step.who),
        safety=told(step.safety),
        undo=told(step.undo),
        action=step.action if acting else None,
        effect=step.effect if acting else None,
        approvals=step.approvals,
        manual=step.manual,
        tickable=step.manual and not step.gives and not step.approvals,
        answers=tuple((each.value, each.text[lang]) for each in step.answers),
        playbook=step.playbook or None,
    )
