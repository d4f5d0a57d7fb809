"""What is known of an OPC UA connection while its messages are read."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.oracles.agreement import ABSENT
from tests.oracles.tshark import Message, Tree


@dataclass
class Asked:
    """A request and its fields, to be filled further by the reply."""

    service: str
    sender: str
    fields: dict[str, str]
    tree: Tree | None
    message: Message
    session: dict[str, str] = field(default_factory=dict)


@dataclass
class Stream:
    """One connection."""

    waiting: dict[tuple[str, int], Asked] = field(default_factory=dict)
    opening: list[Asked] = field(default_factory=list)
    hello: list[Asked] = field(default_factory=list)
    begun: dict[tuple[str, int], int] = field(default_factory=dict)
    items: dict[tuple[int, int], str] = field(default_factory=dict)
    handles: dict[tuple[int, int], str] = field(default_factory=dict)
    endpoint: str = ABSENT
    points: dict[bytes, str] = field(default_factory=dict)
