"""Facts that a dissector may state of one message. The core pairs requests with replies and makes events of them.

Operations are the words of `sensors/fields/operations.yml`; names of functions, kinds and types come from the
protocol's own tables, never from packets. Longer texts are cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["unknown", "success", "failure"]
Status = tuple[int, str]
"""Status code and the protocol's own term for it."""
Details = Mapping[str, "int | float | bool | str"]
"""Keys declared under `details`."""


@dataclass(frozen=True, slots=True)
class Item:
    """One object of a message, or a range of them.

    `kind` is the kind of object (`scale`, `recipe`), `address` its name; or `start` and `count` number a range.
    `values` are numbers of the protocol's type `type`, or one text. `operation` may be left out in a reply.
    """

    operation: str | None = None
    kind: str | None = None
    address: str | None = None
    start: int | None = None
    count: int = 0
    values: Sequence[int | float | bool] | str | None = None
    type: str | None = None
    outcome: Outcome | None = None
    status: Status | None = None
    details: Details | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """Asks for something. `key` finds its reply: whatever both carry (a sequence number with a station). Without one,
    replies come in the order of the requests."""

    items: Sequence[Item]
    key: bytes | int | None = None
    function: str | None = None
    function_code: int | None = None
    subfunction: str | None = None
    subfunction_code: int | None = None
    unit: str | int | None = None
    client_name: str | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """Answers a request. What the request said need not be repeated, but helps where the request was not seen; items
    are laid upon those of the request, in order."""

    outcome: Outcome
    items: Sequence[Item] = ()
    key: bytes | int | None = None
    status: Status | None = None
    function: str | None = None
    function_code: int | None = None
    subfunction: str | None = None
    subfunction_code: int | None = None
    unit: str | int | None = None
    client_name: str | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """Says something that nobody answers."""

    items: Sequence[Item]
    function: str | None = None
    function_code: int | None = None
    subfunction: str | None = None
    subfunction_code: int | None = None
    unit: str | int | None = None
    client_name: str | None = None
    user: str | None = None
    outcome: Outcome = "unknown"
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """Something odd: a word declared under `flags`, the byte where it is, declared details."""

    name: str
    offset: int | None = None
    details: Details | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """A fact about who sent the message (`about="sender"`) or who receives it: vendor, model, firmware, serial…"""

    attribute: str
    value: str
    confidence: float = 0.9
    about: Literal["sender", "receiver"] = "sender"


@dataclass(frozen=True, slots=True)
class Session:
    """A login, channel or handshake, told by the message that settles it. A secret itself is never told."""

    kind: str
    operation: str
    outcome: Outcome
    status: Status | None = None
    user: str | None = None
    secret_kind: Literal["none", "password", "certificate", "token"] | None = None
    client_name: str | None = None
    server_name: str | None = None
    details: Details | None = None


Fact = Request | Reply | Publication | Flag | Identity | Session
