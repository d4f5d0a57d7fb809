"""What may happen to a run. Events are all that changes one: `machine.advance` says how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from response.playbooks.action import Outcome


@dataclass(frozen=True)
class Clock:
    """Time has passed: delays and timeouts are looked at."""


@dataclass(frozen=True)
class Began:
    """The program is about to perform the step of a thread; journalled before it does."""

    thread: str


@dataclass(frozen=True)
class Performed:
    """The program performed it; `key` names the performance."""

    thread: str
    key: str
    outcome: Outcome


@dataclass(frozen=True)
class Resumed:
    """Whoever performed the run is gone: what was begun is done again where that is harmless, else people are asked."""


@dataclass(frozen=True)
class Approved:
    """A person approves the step of a thread."""

    thread: str
    who: str


@dataclass(frozen=True)
class Refused:
    """A person refuses to approve it."""

    thread: str
    who: str
    reason: str


@dataclass(frozen=True)
class Answered:
    """A person did the step, or answers its question with `value`; `able` False says that it could not be done."""

    thread: str
    who: str
    value: str | None = None
    note: str | None = None
    able: bool = True


@dataclass(frozen=True)
class Decided:
    """A person says what became of an interrupted step; `again` asks for approval anew."""

    thread: str
    who: str
    became: Literal["done", "failed", "again"]


@dataclass(frozen=True)
class Ticked:
    """A person did a step that the run has not come to yet, or takes that back."""

    step: str
    who: str
    ticked: bool = True


@dataclass(frozen=True)
class Cancelled:
    """A person ends the run."""

    who: str
    reason: str


Event: TypeAlias = Clock | Began | Performed | Resumed | Approved | Refused | Answered | Decided | Ticked | Cancelled
