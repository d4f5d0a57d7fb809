"""The chain of a spool's segments, as their sensor keeps it: one small file that says what comes next.

It is written before the segment that it speaks of gets its place, so that a sensor that is cut off in between finds out
on its next start which of both was done (`Spool.open_for_writing`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from sensors.segment_file import Declared, Link, Manifest
from sensors.whole_files import write_whole

FILE = "chain.json"


@dataclass(frozen=True)
class Chain:
    """A chain: its name, the number of its first segment, the number and hash of its latest, what was given up since,
    what was given up in all (by counter), and the number of the last frame of each capture of which everything is in
    the segments so far (`packet_ring.earlier_captures`)."""

    name: str
    begins: int
    sequence: int
    digest: str | None = None
    given_up: tuple[Declared, ...] = ()
    lost: Mapping[str, int] = field(default_factory=dict)
    reached: Mapping[str, int] = field(default_factory=dict)

    def next_link(self) -> Link:
        """The link of the segment that comes next."""
        return Link(self.name, self.begins, self.sequence + 1, self.digest, self.given_up)

    def grown(self, link: Link, digest: str, reached: Mapping[str, int] | None = None) -> Chain:
        """With the segment of this link, whose manifest has this hash, and which tells what was given up."""
        now = dict(reached) if reached else self.reached
        return replace(self, sequence=link.sequence, digest=digest, given_up=(), reached=now)

    def without(self, gone: Sequence[tuple[Manifest, Counter[str]]]) -> Chain:
        """Without segments (and what they still held), whose absence the next one will tell, with all that they would
        have told themselves."""
        declared = list(self.given_up)
        for manifest, _ in gone:
            link = manifest.link
            if link.chain != self.name:
                continue  # of a chain whose file was lost: what is missing of it is told as a gap
            counts = dict(manifest.lost(manifest.counts))
            one = Declared(
                link.sequence, link.sequence, link.previous, manifest.digest, manifest.first, manifest.last, counts
            )
            for each in (*link.given_up, one):
                _append(declared, each)
        lost = sum((held for _, held in gone), Counter[str]())
        return replace(self.counting(lost), given_up=tuple(declared))

    def counting(self, lost: Counter[str]) -> Chain:
        """With more that was given up in all."""
        return replace(self, lost=dict(Counter(self.lost) + lost))


def _append(declared: list[Declared], one: Declared) -> None:
    before = declared[-1] if declared else None
    if before is None or before.end + 1 != one.begin or before.digest != one.previous:
        declared.append(one)
        return
    counts = Counter(before.counts) + Counter(one.counts)
    declared[-1] = replace(before, end=one.end, digest=one.digest, first=min(before.first, one.first),
                           last=max(before.last, one.last), counts=dict(counts))  # fmt: skip


def read_chain(folder: Path) -> Chain | None:
    """The chain of a spool; None when there is none, or none that can be read: a new one then begins, and is told."""
    try:
        told = json.loads((folder / FILE).read_bytes())
        declared = tuple(Declared(**each) for each in told["given_up"])
        reached = {str(name): int(number) for name, number in told.get("reached", {}).items()}
        return Chain(told["name"], told["begins"], told["sequence"], told["digest"], declared, told["lost"], reached)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_chain(folder: Path, chain: Chain) -> None:
    """Keep it, durable. Raises OSError."""
    write_whole(folder / FILE, json.dumps(asdict(chain), sort_keys=True).encode())
