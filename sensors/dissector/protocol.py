"""The class an engineer derives from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sensors.dissector.facts import Fact

Side = Literal["client", "server"]
Transport = Literal["tcp", "udp", "ethernet"]
Flow = dict[str, Any]
"""What a dissector remembers of one flow, both directions; empty at first, gone when its process was begun anew."""

SCAN = 4096
"""Places looked at in one go for the next message."""


@dataclass(frozen=True, slots=True)
class Need:
    """Too few bytes to tell; with `bytes` of them it can be told (0: not known)."""

    bytes: int = 0


NEED = Need()


@dataclass(frozen=True, slots=True)
class Oversize:
    """A message of so many bytes that is not read."""

    bytes: int


@dataclass(frozen=True, slots=True)
class Bad:
    """No message: a declared flag. The next one is looked for behind this byte."""

    flag: str


@dataclass(frozen=True, slots=True)
class Mine:
    """These bytes are of this protocol: how sure, from 0 to 1, and who sends them, if they tell."""

    confidence: float = 0.9
    sender: Side | None = None


Framing = int | Need | Oversize | Bad
Guess = Mine | Need | None


class Dissector:
    """A protocol read in Python. One object serves all flows; what belongs to a flow goes into its `flow`.

    Everything must depend on the bytes given and on `flow` alone: no clock, no random numbers, no files.
    """

    def probe(self, data: bytes, transport: Transport, ended: bool) -> Guess:
        """Whether first bytes of one direction are of this protocol, by their structure and never by a port. `ended`:
        there will be no more of them."""
        raise NotImplementedError

    def framing(self, side: Side, data: bytes) -> Framing:
        """Length of the message at the head of `data`, which is never empty. By the bytes only; a length once told must
        not change with more bytes."""
        raise NotImplementedError

    def message(self, side: Side, data: bytes, flow: Flow) -> Iterable[Fact]:
        """Facts of one whole message."""
        raise NotImplementedError

    def resynchronise(self, side: Side, data: bytes) -> tuple[int, bool]:
        """Where the next message begins after bytes were lost: (bytes to pass over, whether one begins there).

        Takes the first place where a whole message stands. Where framing believes any bytes, do better.
        """
        begun: int | None = None
        places = min(len(data), SCAN)
        for place in range(places):
            framed = self.framing(side, data[place:])
            if isinstance(framed, int) and 0 < framed <= len(data) - place:
                return place, True
            if begun is None and not isinstance(framed, Bad):
                begun = place
        return (begun if begun is not None else places), False

    def gap(self, side: Side, flow: Flow) -> None:
        """Bytes of a side are missing before the next message."""
