"""Runs in the store: started, stepped by the worker, and decided by people. Every change is one commit with its deed.

A run is journalled before and after each action. Whoever performs holds the run under a name for `HOLD`; a worker that
starts again under the same name takes its runs up at once, another one when the time is over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from detection.occurrence import text_id
from detection.sigma.wrong import wrong
from response.playbooks.action import Outcome, Task
from response.playbooks.actions import BY_NAME
from response.playbooks.events import Began, Clock, Event, Performed, Resumed
from response.playbooks.load import Playbooks
from response.playbooks.machine import NotAllowed, Perform, advance, begin
from response.playbooks.ports import Ports
from response.playbooks.run import PROGRAM, Line, Run, run_body, run_of
from response.playbooks.trigger import values_of
from response.playbooks.variables import Values
from response.ports import Page, Store
from response.records import Deed, Put, RecordQuery, Stored
from response.store_errors import Conflict
from response.times import SECOND

HOLD = 120 * SECOND
USUAL_SECONDS = 30.0
MOST_STEPS = 200
"""Actions that one call of `work` performs of one run."""
TRIES = 5


@dataclass(frozen=True)
class Desk:
    """What the program does with runs. `clock` gives ns since the epoch; `ports` is what actions act through."""

    store: Store
    playbooks: Playbooks
    ports: Ports
    clock: Callable[[], int]

    def start(
        self,
        slug: str,
        by: str,
        nonce: str,
        alert: str | None = None,
        incident: str | None = None,
        given: Values | None = None,
        *,
        dry: bool = False,
    ) -> tuple[Run, str]:
        """Starts the playbook that rules call `slug` for an alert or an incident; the run and its etag.

        A run for an incident is about its first alert. `nonce` makes the run's id: the same nonce starts the same run
        once, and gives it again when it is there. Raises NotAllowed for a playbook that is unknown or not valid now,
        NotFound for an unknown alert or incident.
        """
        if slug not in self.playbooks.by_slug:
            known = tuple(sorted(self.playbooks.by_slug))
            raise NotAllowed(wrong("playbook_run_unknown", slug=slug, known=known))
        if not self.playbooks.by_slug[slug].valid_at(self.clock()):
            raise NotAllowed(wrong("playbook_run_not_valid", slug=slug))
        if incident and not alert:
            alert = next(iter(self.store.record("incident", incident).body.get("alerts", ())), None)
        about = self.store.alert(alert) if alert else None
        values = {**(values_of(about) if about else {}), **(given or {})}
        chosen = {each.id: each for each in self.playbooks.with_called(slug)}
        now = self.clock()
        run = Run(
            id=text_id("run", slug, alert or "", incident or "", by, nonce),
            at=now,
            by=by,
            playbook=slug,
            documents={name: each.document for name, each in chosen.items()},
            alert=alert,
            incident=incident or (about.incident if about else None),
            drill=about.drill if about else False,
            dry=dry,
        )
        run, _ = begin(run, chosen, values, now)
        deed = Deed(now, by, "run.start", "run", run.id, {"playbook": slug, "alert": alert, "dry": dry})
        try:
            return self._put(run, None, deed)
        except Conflict:
            return self.run(run.id)

    def run(self, run_id: str) -> tuple[Run, str]:
        """A run and its etag. Raises NotFound."""
        stored = self.store.record("run", run_id)
        return run_of(stored.id, stored.body), stored.etag

    def runs(
        self, equals: Mapping[str, Any] | None = None, limit: int = 100, cursor: str | None = None
    ) -> Page[Stored]:
        """Records of runs, newest first; `equals` over state, playbook, alert, incident, waiting."""
        return self.store.records(RecordQuery("run", equals or {}, limit=limit, cursor=cursor))

    def decide(self, run_id: str, event: Event, who: str, etag: str | None = None) -> tuple[Run, str]:
        """What a person decides: approve, refuse, answer, tick, say what became of a step, cancel.

        With `etag` the run must still be that version (Conflict); without, a change by the worker in between is no
        obstacle. Raises NotAllowed, NotFound.
        """
        for left in reversed(range(TRIES)):
            run, found = self.run(run_id)
            now = self.clock()
            moved, _ = advance(run, event, now)
            try:
                return self._put(moved, etag or found, _deed(now, who, run_id, event))
            except Conflict:
                if etag is not None or not left:
                    raise
        raise AssertionError("the last try returns or raises")

    def work(self, holder: str) -> int:
        """Steps every run that has something to do for the program; how many actions were performed."""
        performed = 0
        cursor: str | None = None
        names: list[str] = []
        while True:
            page = self.runs({"waiting": ("work", "time")}, limit=500, cursor=cursor)
            names += [each.id for each in page.items]
            cursor = page.cursor
            if cursor is None:
                break
        for name in names:
            performed += self.step(name, holder)
        return performed

    def step(self, run_id: str, holder: str) -> int:
        """Performs what a run is waiting for the program to do; how many actions were performed.

        A run that somebody else holds, or that somebody changed in this moment, is left for the next time.
        """
        try:
            return self._step(run_id, holder)
        except Conflict:
            return 0

    def _step(self, run_id: str, holder: str) -> int:
        run, etag = self.run(run_id)
        now = self.clock()
        if run.state != "ongoing" or (run.holder not in (None, holder) and (run.held_until or 0) > now):
            return 0
        run, etag, due = self._taken(run, etag, holder)
        performed = 0
        while due and performed < MOST_STEPS:
            run, etag, due = self._perform(run, etag, due[0])
            performed += 1
        if run.state == "ongoing" and run.holder is not None:
            self._put(replace(run, holder=None, held_until=None), etag)
        return performed

    def _taken(self, run: Run, etag: str, holder: str) -> tuple[Run, str, tuple[Perform, ...]]:
        """The run after the clock, held; what a holder before left half done is taken up."""
        now = self.clock()
        moved, due = advance(run, Clock(), now)
        if moved.state == "ongoing" and any(thread.phase == "doing" for thread in moved.threads):
            moved, due = advance(moved, Resumed(), now)
        if due:
            moved = replace(moved, holder=holder, held_until=now + HOLD)
        if moved != run:
            moved, etag = self._put(moved, etag)
        return moved, etag, due

    def _perform(self, run: Run, etag: str, due: Perform) -> tuple[Run, str, tuple[Perform, ...]]:
        now = self.clock()
        begun, _ = advance(run, Began(due.thread), now)
        begun, etag = self._put(replace(begun, held_until=now + HOLD), etag)
        outcome = perform(begun, due, self.ports, due.since or now)
        try:
            moved, rest = advance(begun, Performed(due.thread, due.key, outcome), self.clock())
            moved, etag = self._put(moved, etag)
        except Conflict:
            return self._told_late(run.id, due, outcome)
        return moved, etag, rest

    def _told_late(self, run_id: str, due: Perform, outcome: Outcome) -> tuple[Run, str, tuple[Perform, ...]]:
        """The run was changed while the action went on: tell it what came of it, also when it was cancelled."""
        for left in reversed(range(TRIES)):
            run, etag = self.run(run_id)
            now = self.clock()
            try:
                moved, rest = advance(run, Performed(due.thread, due.key, outcome), now)
            except NotAllowed:  # it was cancelled, or others have gone on without us
                line = Line(now, PROGRAM, "late", None, None, outcome.status, outcome.code, outcome.parameters)
                moved, rest = replace(run, lines=(*run.lines, line)), ()
            try:
                return *self._put(moved, etag), rest
            except Conflict:
                if not left:
                    raise
        raise AssertionError("the last try returns or raises")

    def _put(self, run: Run, etag: str | None, deed: Deed | None = None) -> tuple[Run, str]:
        stored = self.store.commit((Put("run", run.id, run_body(run), etag),), deed)[0]
        assert isinstance(stored, Stored)
        return run, stored.etag


def perform(run: Run, due: Perform, ports: Ports, since: int) -> Outcome:
    """Performs one action through its ports. Whatever goes wrong is its outcome: one step never breaks a run."""
    action = BY_NAME[due.action]
    assert action.perform is not None
    absent = [name for name in action.ports if getattr(ports, name) is None]
    if absent:
        return Outcome("server_side_error", "port_absent", {"port": absent[0]})
    texts = {name for name, argument in action.arguments.items() if argument.kind == "texts"}
    task = Task(
        key=due.key,
        at=since,
        who=f"{PROGRAM}/{run.playbook}",
        arguments={n: v[ports.language] if n in texts else v for n, v in due.arguments.items()},
        alert=run.alert,
        incident=run.incident,
        drill=run.drill,
        seconds=due.seconds or USUAL_SECONDS,
    )
    try:
        return action.perform(task, ports)
    except TimeoutError as error:
        return Outcome("timeout_error", "broke", {"why": type(error).__name__})
    except Exception as error:  # one broken action must not be begun again and again
        return Outcome("server_side_error", "broke", {"why": f"{type(error).__name__}: {error}"[:300]})


def _deed(now: int, who: str, run_id: str, event: Event) -> Deed:
    facts = {name: value for name, value in vars(event).items() if name not in ("who", "outcome") and value is not None}
    return Deed(now, who, f"run.{type(event).__name__.lower()}", "run", run_id, facts)
