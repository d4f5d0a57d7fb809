"""What an action is: a name, its effect class, its arguments and the function that performs it through ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from response.playbooks.effects import Effect
from response.playbooks.ports import Ports

Status: TypeAlias = Literal[
    "successfully_executed", "failed", "ongoing", "server_side_error", "client_side_error", "timeout_error",
    "exception_condition_error",
]  # fmt: skip
"""Status words of an execution, those of SOARCA."""
SUCCESS: Status = "successfully_executed"


@dataclass(frozen=True)
class Argument:
    """One argument. `kind` text, or texts: an object with a text in `en` and `zh`; `quoted` names one of
    `variables.QUOTES`; `words` is the closed list of its values."""

    kind: Literal["text", "texts"] = "text"
    required: bool = True
    quoted: str = "line"
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """One performance of an action.

    `key` is the same whenever the same step of the same run is done again; `at` the time (ns) of the first attempt;
    `who` the run as it stands in histories; `arguments` are filled, texts are those of the ports' language.
    """

    key: str
    at: int
    who: str
    arguments: Mapping[str, Any]
    alert: str | None = None
    incident: str | None = None
    drill: bool = False
    seconds: float = 30.0


@dataclass(frozen=True)
class Outcome:
    """How it ended: a status word, a code of `playbook.outcome` with parameters (JSON values), and new values of
    variables."""

    status: Status
    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Action:
    """An action of the list `ACTIONS`.

    `undo` says whether what it did can be undone; the text `playbook.action.<name>.undo` says how, or why not.
    `ports` are the names of the ports it needs; `gives` the variables it sets. `perform` is None where a person does
    the step and the run waits for the answer.
    """

    name: str
    effect: Effect
    undo: bool
    perform: Callable[[Task, Ports], Outcome] | None
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    gives: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()


def done(code: str, /, variables: Mapping[str, str | None] | None = None, **parameters: Any) -> Outcome:
    """It was done."""
    return Outcome(SUCCESS, code, parameters, variables or {})
