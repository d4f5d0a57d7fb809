"""A run of a playbook: all that is needed to go on with it anywhere, as one JSON record (kind `run`).

Inside the program times are nanoseconds; in the record they are ISO text. The record holds the playbooks as they were
when the run began: a newer version of the file changes no run that is under way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

from response.playbooks.action import Status
from response.playbooks.model import Playbook, read_playbook
from response.times import time_ns, time_text

Phase: TypeAlias = Literal["arrived", "delayed", "approval", "due", "doing", "answer", "decision", "branches"]
"""Where a thread stands at its step: `due` is to be performed, `doing` has been begun, `decision` was interrupted and
a person says what became of it, `branches` waits for the threads below."""
PEOPLE: tuple[Phase, ...] = ("approval", "answer", "decision")
WORK: tuple[Phase, ...] = ("due", "doing")
TIMES = ("at", "ended_at", "until", "deadline", "since", "held_until")
FIRST = "t1"
"""The first thread of every run, and the scope of its playbook's variables."""
PROGRAM = "bittern"
"""Who acts where the program does; no name of a person."""


@dataclass(frozen=True)
class Thread:
    """One place where the run is. `scope` names the variables it sees, `visit` counts the steps of the run, so that
    thread and visit name one performance of a step; `since` is when it was begun, `until` ends a delay."""

    id: str
    parent: str | None
    scope: str
    playbook: str
    step: str
    phase: Phase = "arrived"
    visit: int = 0
    since: int | None = None
    tries: int = 0
    until: int | None = None
    deadline: int | None = None
    approvals: tuple[str, ...] = ()
    arguments: Mapping[str, Any] | None = None
    rounds: int = 0
    failed: bool = False
    branch_failed: bool = False
    exceptional: bool = False


@dataclass(frozen=True)
class Line:
    """One line of a run's record: `who` did `what` at `at` (ns), at which step, with which outcome."""

    at: int
    who: str
    what: str
    step: str | None = None
    playbook: str | None = None
    status: Status | None = None
    code: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """A run. `by` is who asked for it (`PROGRAM` when nobody did), `state` a status word; `variables` by scope;
    `ticked` are steps that people did before the run came to them; `holder` performs its actions until `held_until`."""

    id: str
    at: int
    by: str
    playbook: str
    documents: Mapping[str, Mapping[str, Any]]
    alert: str | None = None
    incident: str | None = None
    drill: bool = False
    dry: bool = False
    state: Status = "ongoing"
    ended_at: int | None = None
    variables: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    threads: tuple[Thread, ...] = ()
    visits: int = 0
    made: int = 0
    ticked: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    holder: str | None = None
    held_until: int | None = None

    @cached_property
    def playbooks(self) -> Mapping[str, Playbook]:
        """The playbooks of the run by id."""
        return {name: read_playbook(document) for name, document in self.documents.items()}

    def thread(self, thread_id: str) -> Thread | None:
        """A thread, None when it is gone."""
        return next((thread for thread in self.threads if thread.id == thread_id), None)

    def waiting(self) -> list[str]:
        """What the run waits for: of `PEOPLE`, `work` for the program, `time` for the clock; sorted."""
        found = {str(thread.phase) for thread in self.threads if thread.phase in PEOPLE}
        found |= {"work" for thread in self.threads if thread.phase in WORK}
        found |= {"time" for thread in self.threads if thread.phase == "delayed" or thread.deadline is not None}
        return sorted(found)

    def outcomes(self) -> dict[str, Status]:
        """The latest outcome of each step by id; a step where the run is now is ongoing."""
        found: dict[str, Status] = {line.step: line.status for line in self.lines if line.step and line.status}
        return found | dict.fromkeys((thread.step for thread in self.threads), "ongoing")


def run_body(run: Run) -> dict[str, Any]:
    """The record of a run."""
    body = {name: getattr(run, name) for name in Run.__dataclass_fields__ if name not in ("id", "threads", "lines")}
    body["threads"] = [_texted(asdict(thread)) for thread in run.threads]
    body["lines"] = [_texted(asdict(line)) for line in run.lines]
    return _texted(body) | {"waiting": run.waiting()}


def run_of(run_id: str, body: Mapping[str, Any]) -> Run:
    """The run that a record holds."""
    fields = {name: value for name, value in _numbered(body).items() if name in Run.__dataclass_fields__}
    fields["threads"] = tuple(
        Thread(**_numbered(each) | {"approvals": tuple(each["approvals"])}) for each in body["threads"]
    )
    fields["lines"] = tuple(Line(**_numbered(each)) for each in body["lines"])
    return Run(id=run_id, **fields)


def _texted(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: time_text(value) if name in TIMES and value is not None else _plain(value)
        for name, value in fields.items()
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _numbered(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: time_ns(value) if name in TIMES and isinstance(value, str) else value for name, value in fields.items()
    }
