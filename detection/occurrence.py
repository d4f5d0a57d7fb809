"""Occurrences: a rule's judgement with the rows that caused it, immutable and with a deterministic id.

Vocabulary §5: part 0 is the first hit of a (rule, dedup values, packet-time minute), sent at once; part 1 is the rest
of that minute, sent at its end. The worker, or `bittern analyze` itself, folds occurrences into alerts.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _BASE32 for second in _BASE32]
MINUTE = 60_000_000_000
EVENTS_PER_OCCURRENCE = 20


@dataclass(frozen=True, slots=True)
class Packets:
    """Where packets are: capture source and inclusive frame numbers (from 1)."""

    capture: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One immutable occurrence.

    Times are nanoseconds since the epoch (UTC). `dedup` are the values of the rule's dedup fields as text, in the
    rule's order, "" for null. `count` is the number of hits it stands for; `events` names at most
    `EVENTS_PER_OCCURRENCE` of them, the first ones. `parameters` are the placeholders of the rule's texts by field
    name; `source` and `destination` hold mac, ip, port, asset, roles, zone, owner where known; `explanation` holds
    observed, expected, since, support, learner, score, p_value where a learner was behind it.
    """

    id: str
    sensor: str
    rule: str
    rule_id: str
    rule_version: str
    rule_class: str
    severity: str
    dedup: tuple[str, ...]
    minute: int
    part: int
    count: int
    first_seen: int
    last_seen: int
    events: tuple[str, ...]
    packets: tuple[Packets, ...]
    protocol: str | None
    source: dict[str, Any]
    destination: dict[str, Any]
    parameters: dict[str, Any]
    explanation: dict[str, Any]
    techniques: tuple[str, ...]
    controls: tuple[str, ...]
    objects: tuple[str, ...]
    playbook: str | None = None
    drill: bool = False
    lacking: tuple[str, ...] = field(default=())
    """What the rule needs and the site has not declared (`needs`): it then fired as class policy."""


def text_id(*parts: str | int) -> str:
    """26 letters base32 of BLAKE2b-128 over the parts, each framed by its length so that no two lists collide."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = str(part).encode()
        digest.update(len(data).to_bytes(4, "big") + data)
    number = int.from_bytes(digest.digest(), "big") << 2  # 130 bits: thirteen pairs of letters
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])


def occurrence_id(sensor: str, rule: str, dedup: tuple[str, ...], minute: int, part: int) -> str:
    """The id of an occurrence: a hash of what it is about, never of when it was computed."""
    return text_id("occurrence", sensor, rule, *dedup, minute, part)
