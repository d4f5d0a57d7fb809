"""What actions act through: small ports that the program gives them, so that an action can reach nothing else.

Every port that makes something takes the `key` of the step: asked twice with the same key it makes it once, or, where
the world outside cannot promise that, passes the key on as message id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class AlertDesk(Protocol):
    """What a step may do to alerts."""

    def assign(self, alert: str, assignee: str, who: str, at: int) -> None:
        """Give the alert to somebody."""

    def comment(self, alert: str, text: str, who: str, at: int) -> None:
        """Add a line to the alert's history; the same text of the same step (`who`, `at`) once only."""


@dataclass(frozen=True)
class AssetFacts:
    """What is known of an asset, None where nothing is. `criticality` and `roles` as in the site model."""

    key: str
    name: str | None = None
    zone: str | None = None
    owner: str | None = None
    criticality: str | None = None
    vendor: str | None = None
    mac: str | None = None
    roles: tuple[str, ...] = ()


class Inventory(Protocol):
    """The assets that are known."""

    def about(self, address: str) -> AssetFacts | None:
        """The asset with this IP or MAC address, None when there is none."""


@dataclass(frozen=True)
class Kept:
    """Evidence that was put aside: where, its SHA-256 and what it holds."""

    name: str
    sha256: str
    alerts: int
    events: int
    packets: int


class Evidence(Protocol):
    """The evidence behind an alert."""

    def keep(self, alert: str, key: str) -> Kept:
        """Put aside everything that proves the alert, under a name made from `key`. Raises OSError, StoreError."""


class Messenger(Protocol):
    """The way to people."""

    def send(self, to: str, subject: str, text: str, key: str, drill: bool) -> str:
        """Queue a message to a channel or a person; the id of the message, which stays the same for the same key."""


class Tickets(Protocol):
    """The list of what is to be done."""

    def open(self, subject: str, text: str, facts: Mapping[str, Any], key: str, at: int) -> str:
        """Make a ticket; its id, which stays the same for the same key."""


@dataclass(frozen=True)
class Call:
    """One HTTP request. `seconds` bounds all of it."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: str | None
    key: str
    seconds: float


@dataclass(frozen=True)
class Reply:
    """What came back: status 100 to 599 and the body as text."""

    status: int
    text: str


class CallRefused(Exception):
    """A request that is not made, or whose answer is not taken: a code of `playbook.outcome` with its parameters."""

    def __init__(self, code: str, status: str, /, **parameters: str | int) -> None:
        super().__init__(f"{code}: {parameters}")
        self.code = code
        self.status = status
        self.parameters = parameters


class Http(Protocol):
    """The way to other programs."""

    def call(self, call: Call) -> Reply:
        """Make a request that the allow-list allows. Raises CallRefused."""


@dataclass(frozen=True)
class Ports:
    """The ports that there are; a step whose port is absent fails and says so."""

    alerts: AlertDesk | None = None
    inventory: Inventory | None = None
    evidence: Evidence | None = None
    messenger: Messenger | None = None
    tickets: Tickets | None = None
    http: Http | None = None
    language: str = "en"
    """Language of texts that leave the program or stay in a record, en or zh."""
