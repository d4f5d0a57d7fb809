"""What a store takes of a segment: rows by dataset, occurrences, and the dead letters; the same for both stores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import polars as pl

from api.storage.admission import admit, dead_letter, refusal
from detection.occurrence import Occurrence
from response.ports import DeadLetter, Segment
from sensors.fields import vocabulary


@dataclass(frozen=True)
class Intake:
    """`frames` hold no empty dataset; `repeated` counts rows that were twice in the segment."""

    frames: dict[str, pl.DataFrame]
    occurrences: tuple[Occurrence, ...]
    dead: tuple[DeadLetter, ...]
    repeated: int

    @property
    def rows(self) -> int:
        """Events that the segment holds, those repeated too."""
        return sum(frame.height for frame in self.frames.values()) + self.repeated


def take_in(segment: Segment) -> Intake:
    """Sort a segment. Datasets that live in memory only are left out, as the vocabulary says."""
    frames: dict[str, pl.DataFrame] = {}
    dead: list[DeadLetter] = []
    repeated = 0
    for name, frame in segment.datasets.items():
        dataset = vocabulary().datasets.get(name)
        if frame.is_empty() or (dataset is not None and not dataset.stored):
            continue
        admitted = admit(segment.id, name, frame)
        dead += admitted.dead
        repeated += admitted.repeated
        if not admitted.frame.is_empty():
            frames[name] = admitted.frame
    refused = {o.id: _refused(segment.id, o, code) for o in segment.occurrences if (code := refusal(o))}
    taken = tuple(o for o in segment.occurrences if o.id not in refused)
    return Intake(frames, taken, (*dead, *refused.values()), repeated)


def gathered_in(taken: Sequence[Intake]) -> Intake:
    """Several segments of one sensor as if they were one."""
    if len(taken) == 1:
        return taken[0]
    parts: dict[str, list[pl.DataFrame]] = {}
    for each in taken:
        for name, frame in each.frames.items():
            parts.setdefault(name, []).append(frame)
    frames, repeated = {}, sum(each.repeated for each in taken)
    for name, found in parts.items():
        whole = pl.concat(found)
        # By time too: one by one, a row that another segment holds is looked for in its own time only.
        frames[name] = whole.unique(["event.id", "@timestamp"], keep="first", maintain_order=True)
        repeated += whole.height - frames[name].height
    occurrences = tuple(o for each in taken for o in each.occurrences)
    return Intake(frames, occurrences, tuple(letter for each in taken for letter in each.dead), repeated)


def _refused(segment: str, o: Occurrence, code: str) -> DeadLetter:
    text = f"the occurrence of rule {o.rule} cannot be stored: {code}"
    return dead_letter(segment, "occurrence", None, code, text, asdict(o))
