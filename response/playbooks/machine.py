"""The state machine of a run: pure, so that it goes on from its record after any interruption.

`advance(run, event, now)` gives the new run and what the program has to perform now. Whoever performs commits the run
with `Began` first, performs, and commits it with `Performed`. A record that says `doing` while nobody performs it was
interrupted (`Resumed`): an observing, notifying or recording step is done again under the same key, a step that
touches network or process is never repeated by itself, and neither is one that was interrupted again and again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from detection.sigma.wrong import Wrong, WrongError, wrong
from response.playbooks.action import SUCCESS
from response.playbooks.effects import REPEATABLE
from response.playbooks.events import (
    Answered,
    Approved,
    Began,
    Cancelled,
    Clock,
    Decided,
    Event,
    Performed,
    Refused,
    Resumed,
    Ticked,
)
from response.playbooks.model import Playbook, Step
from response.playbooks.run import PROGRAM, Phase, Run, Thread
from response.playbooks.variables import Values
from response.playbooks.walk import Walk
from response.times import SECOND

TIMELESS: tuple[Phase, ...] = ("arrived", "doing", "decision")
"""No timeout ends what is being done, nor what nobody knows whether it was done."""
MOST_TRIES = 3
"""How often a step is begun before a person is asked: it may be what kills the program."""
KEPT_LETTERS = 2_000
"""Letters of a person's words that stay in the record."""


@dataclass(frozen=True)
class Perform:
    """A step for the program to perform: which action, with which filled arguments, under which key."""

    thread: str
    key: str
    action: str
    arguments: Mapping[str, Any]
    since: int | None
    seconds: float | None


class NotAllowed(WrongError):
    """What a person asked of a run cannot be: the run is as it was. `wrong` says why and what to do."""


def begin(run: Run, playbooks: Mapping[str, Playbook], given: Values, now: int) -> tuple[Run, tuple[Perform, ...]]:
    """Starts a run at its playbook, with values for its external variables."""
    walk = Walk(run, now, playbooks)
    walk.note("began", who=run.by, slug=run.playbook)
    walk.begin(next(each for each in playbooks.values() if each.slug == run.playbook), given)
    return walk.done(), _due(walk)


def advance(
    run: Run, event: Event, now: int, playbooks: Mapping[str, Playbook] | None = None
) -> tuple[Run, tuple[Perform, ...]]:
    """The run after an event, and what is to be performed now (also what was before and has not begun).

    `now` in ns; `playbooks` saves reading those of the run again. Raises NotAllowed for what people may not do; a run
    that has ended takes no event.
    """
    if run.state != "ongoing":
        raise NotAllowed(wrong("playbook_run_over", state=run.state))
    walk = Walk(run, now, playbooks)
    HANDLERS[type(event)](walk, event)
    walk.settle()
    return walk.done(), _due(walk)


def key_of(run: Run, thread: Thread) -> str:
    """The idempotency key of one performance of a step: the run, the thread, and the how manieth step of the run."""
    return f"{run.id}:{thread.id}:{thread.visit}"


def _due(walk: Walk) -> tuple[Perform, ...]:
    return tuple(_perform(walk, thread) for thread in walk.threads() if thread.phase == "due")


def _perform(walk: Walk, thread: Thread) -> Perform:
    step = walk.step(thread)
    seconds = step.timeout / SECOND if step.timeout else None
    return Perform(thread.id, key_of(walk.run, thread), step.action, thread.arguments or {}, thread.since, seconds)


def _at(walk: Walk, thread_id: str, *phases: Phase) -> tuple[Thread, Step]:
    """The thread and its step, if it is in one of the phases."""
    found = {thread.id: thread for thread in walk.threads()}.get(thread_id)
    if found is None or found.phase not in phases:
        raise NotAllowed(wrong("playbook_run_elsewhere", thread=thread_id, phase=found.phase if found else None))
    return found, walk.step(found)


def _person(who: str) -> None:
    if not who.strip() or who == PROGRAM:
        raise NotAllowed(wrong("playbook_run_nobody"))


def _clock(walk: Walk, _: Clock) -> None:
    for thread in walk.threads():
        if thread.phase == "delayed" and thread.until is not None and thread.until <= walk.now:
            walk.put(thread, phase="arrived")
    for thread in walk.threads():
        alive = any(each.id == thread.id for each in walk.threads())
        if alive and thread.phase not in TIMELESS and thread.deadline and thread.deadline <= walk.now:
            if any(each.phase in ("doing", "decision") and _is_below(walk, each, thread) for each in walk.threads()):
                continue
            walk.drop_below(thread)
            walk.follow(thread, "timeout_error", "timed_out")


def _is_below(walk: Walk, thread: Thread, above: Thread) -> bool:
    while thread.parent is not None:
        if thread.parent == above.id:
            return True
        thread = walk.thread(thread.parent)
    return False


def _began(walk: Walk, event: Began) -> None:
    thread, step = _at(walk, event.thread, "due")
    walk.note("performing", thread, action=step.action, key=key_of(walk.run, thread))
    walk.put(thread, phase="doing", since=thread.since or walk.now, tries=thread.tries + 1)


def _performed(walk: Walk, event: Performed) -> None:
    thread, step = _at(walk, event.thread, "doing")
    if event.key != key_of(walk.run, thread):
        raise NotAllowed(wrong("playbook_run_elsewhere", thread=event.thread, phase=thread.phase))
    outcome = event.outcome
    walk.assign(thread, {name: value for name, value in outcome.variables.items() if name in step.gives})
    walk.follow(thread, outcome.status, outcome.code, **outcome.parameters)


def _resumed(walk: Walk, _: Resumed) -> None:
    for thread in walk.threads():
        if thread.phase != "doing":
            continue
        effect = walk.step(thread).effect
        walk.note("interrupted", thread, effect=effect)
        again = effect in REPEATABLE and thread.tries < MOST_TRIES
        walk.put(thread, phase="due" if again else "decision")


def _approved(walk: Walk, event: Approved) -> None:
    _person(event.who)
    thread, step = _at(walk, event.thread, "approval")
    if event.who == walk.run.by:
        raise NotAllowed(wrong("playbook_run_own", who=event.who))
    if event.who in thread.approvals:
        raise NotAllowed(wrong("playbook_run_twice", who=event.who, needed=step.approvals))
    walk.note("approved", thread, event.who, effect=step.effect, needed=step.approvals)
    thread = walk.put(thread, approvals=(*thread.approvals, event.who))
    if len(thread.approvals) >= step.approvals:
        walk.put(thread, phase="arrived", until=thread.until or walk.now)


def _refused(walk: Walk, event: Refused) -> None:
    _person(event.who)
    thread, _ = _at(walk, event.thread, "approval")
    walk.follow(thread, "failed", "refused", event.who, reason=event.reason[:KEPT_LETTERS])


def _answered(walk: Walk, event: Answered) -> None:
    _person(event.who)
    thread, step = _at(walk, event.thread, "answer")
    note = (event.note or "")[:KEPT_LETTERS] or None
    if not event.able:
        walk.follow(thread, "failed", "not_done", event.who, note=note)
        return
    if step.gives:
        walk.assign(thread, {step.gives[0]: _value(step, event.value)})
    walk.follow(thread, SUCCESS, "answered" if step.gives else "did", event.who, value=event.value, note=note)


def _value(step: Step, value: str | None) -> str:
    words = tuple(each.value for each in step.answers)
    if value is None or not value.strip():
        raise NotAllowed(wrong("playbook_run_no_answer", known=words))
    if words and value not in words:
        raise NotAllowed(wrong("playbook_run_answer", value=value[:80], known=words))
    return value[:KEPT_LETTERS]


def _decided(walk: Walk, event: Decided) -> None:
    _person(event.who)
    thread, _ = _at(walk, event.thread, "decision")
    if event.became == "again":
        walk.note("decided", thread, event.who, code="again")
        walk.put(thread, phase="arrived", approvals=(), arguments=None, since=None, tries=0)
    else:
        walk.follow(thread, SUCCESS if event.became == "done" else "failed", f"decided_{event.became}", event.who)


def _ticked(walk: Walk, event: Ticked) -> None:
    _person(event.who)
    waiting = next((t for t in walk.threads() if t.step == event.step and t.phase == "answer"), None)
    if waiting is not None and event.ticked:
        _answered(walk, Answered(waiting.id, event.who))
        return
    step = next((s for each in walk.run.playbooks.values() for s in each.steps.values() if s.id == event.step), None)
    why = _not_tickable(walk.run, step)
    if step is None or why:
        raise NotAllowed(why or wrong("playbook_run_no_step", step=event.step))
    ticked = {name: who for name, who in walk.run.ticked.items() if name != step.id}
    walk.run = replace(walk.run, ticked=ticked | ({step.id: event.who} if event.ticked else {}))
    walk.note("ticked" if event.ticked else "unticked", who=event.who, step_ahead=step.id)


def _not_tickable(run: Run, step: Step | None) -> Wrong | None:
    if step is None:
        return None
    if not step.manual or step.gives or step.approvals:
        return wrong("playbook_run_no_tick", step=step.id)
    if step.id in run.outcomes():
        return wrong("playbook_run_passed", step=step.id)
    return None


def _cancelled(walk: Walk, event: Cancelled) -> None:
    _person(event.who)
    begun = [thread.step for thread in walk.threads() if thread.phase == "doing"]
    walk.note("cancelled", who=event.who, reason=event.reason[:KEPT_LETTERS], begun=begun)
    walk.stop("failed")


HANDLERS: Mapping[type, Callable[[Walk, Any], None]] = {
    Clock: _clock,
    Began: _began,
    Performed: _performed,
    Resumed: _resumed,
    Approved: _approved,
    Refused: _refused,
    Answered: _answered,
    Decided: _decided,
    Ticked: _ticked,
    Cancelled: _cancelled,
}
