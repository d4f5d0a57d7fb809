"""What an engineer needs to write a dissector for a proprietary protocol (docs/dissectors.md).

A dissector runs in a process of its own, with limits of time and memory; this package is all of the product that is
imported there, and uses the standard library only.
"""

from __future__ import annotations

from sensors.dissector.facts import (
    Fact,
    Flag,
    Identity,
    Item,
    Outcome,
    Publication,
    Reply,
    Request,
    Session,
)
from sensors.dissector.protocol import (
    NEED,
    Bad,
    Dissector,
    Flow,
    Mine,
    Need,
    Oversize,
    Side,
    Transport,
)

__all__ = [
    "NEED",
    "Bad",
    "Dissector",
    "Fact",
    "Flag",
    "Flow",
    "Identity",
    "Item",
    "Mine",
    "Need",
    "Outcome",
    "Oversize",
    "Publication",
    "Reply",
    "Request",
    "Session",
    "Side",
    "Transport",
]
