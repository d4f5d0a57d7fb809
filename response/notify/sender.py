"""What a sender is: the kind of a channel, how its settings are read, and how a letter goes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from detection.sigma.model import Step
from detection.sigma.reading import Reading
from detection.sigma.wrong import Parameter
from response.notify.news import Subject, Value


@dataclass(frozen=True)
class Letter:
    """A message in words, ready to go. `at` (ns) is when the news became known; `link` "" without a base address.

    `subject` and each line of `text` hold no control characters.
    """

    id: str
    kind: str
    about: Subject
    at: int
    subject: str
    text: str
    lang: str
    severity: str | None = None
    drill: bool = False
    link: str = ""
    facts: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Surroundings:
    """What a sender is given: the moment of this attempt (ns), the name of this host, the program's version."""

    now: int
    host: str = "-"
    version: str = "-"


@dataclass(frozen=True)
class Receipt:
    """What the receiver answered: a code of `notify.receipt` with its parameters."""

    code: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


class Undelivered(Exception):
    """A letter that did not arrive: a code of `notify.failure` with its parameters, none of them secret.

    `lasting`: to try again is no use until a person has changed something. `patience` (ns) is what the receiver asked
    for before the next attempt.
    """

    def __init__(
        self, code: str, parameters: Mapping[str, Parameter] | None = None, *, lasting: bool = False, patience: int = 0
    ) -> None:
        super().__init__(f"{code}: {parameters}")
        self.code = code
        self.parameters: Mapping[str, Parameter] = parameters or {}
        self.lasting = lasting
        self.patience = patience


@dataclass(frozen=True)
class Sender:
    """A kind of channel.

    `keys` are the keys of its own in the settings, `secret` those whose values are secret. `read` makes the options
    from the settings (what is wrong goes to the reading), `shown` says without secrets where the channel leads,
    `send` delivers a letter or raises Undelivered, and returns within `seconds` of its options.
    """

    type: str
    keys: tuple[str, ...]
    secret: tuple[str, ...]
    read: Callable[[Reading, tuple[Step, ...]], Any]
    shown: Callable[[Any], str]
    send: Callable[[Any, Letter, Surroundings], Receipt]
