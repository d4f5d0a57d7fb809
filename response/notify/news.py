"""News: something that people may want to hear of, as a code with parameters (design, law 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from detection.occurrence import text_id

Value: TypeAlias = "str | int | bool | list[str] | None"

TEAM = ("alert_raised", "incident_opened", "approval_asked", "sla_breached", "health")
"""Kinds that a route takes when it names none."""
PERSONAL = ("assigned", "mention")
"""Kinds that are for the persons they name: their own channels, and routes that ask for the kind."""
PLAIN = ("note",)
"""A text that a playbook brings along; only to the channel that the playbook names."""
OWN = ("digest", "test")
"""Kinds that the program makes for one channel."""
RAISED = ("alert_raised", "health")
"""Kinds that say that an alert was raised: of the plant, or of the health of what watches it."""
KINDS = (*TEAM, *PERSONAL, *PLAIN, *OWN)
SUBJECTS = ("alert", "incident", "run", "sensor", "route", "channel")


@dataclass(frozen=True)
class Subject:
    """What news are about: a kind of `SUBJECTS` and its id."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True)
class News:
    """Something that happened.

    `sequence` tells apart what happens repeatedly to one subject ("" when it happens once). `parameters` fill the
    texts; `facts` go to programs beside the text (names of the vocabulary). `thread` is the same for subjects that
    repeat each other, None where nothing does. Null severity, zones or class: news without one.
    """

    kind: str
    subject: Subject
    at: int
    sequence: str = ""
    severity: str | None = None
    rule: str | None = None
    rule_class: str | None = None
    zones: tuple[str, ...] = ()
    drill: bool = False
    persons: tuple[str, ...] = ()
    thread: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Value] = field(default_factory=dict)


def raised_kind(rule_class: str) -> str:
    """The kind of news that an alert of this class is when it is raised."""
    return "health" if rule_class == "health" else "alert_raised"


def message_id(channel: str, subject: Subject, kind: str, sequence: str) -> str:
    """The id of a message: the same for ever for what it is about, so that a receiver knows one that comes twice."""
    return f"msg_{text_id('message', channel, subject.kind, subject.id, kind, sequence)}"
