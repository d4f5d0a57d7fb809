"""Many spools below one folder, one for each sensor, taken by one worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from api.worker import Intake, unwatched
from response.ports import Store


class Intakes:
    """The duty that stores what the spools below a folder hold, those to come as well: a folder that appears there is a
    new sensor's spool. Hidden ones are none."""

    def __init__(self, store: Store, folder: Path, beat: Callable[[], None] = unwatched) -> None:
        self._store, self._folder, self._beat = store, folder, beat
        self._intakes: dict[str, Intake] = {}

    @property
    def counts(self) -> Counter[str]:
        """What all of them counted."""
        return sum((intake.counts for intake in self._intakes.values()), Counter[str]())

    @property
    def depth(self) -> int:
        """How many segments wait."""
        return sum(intake.depth for intake in self._intakes.values())

    def __call__(self, now: int) -> bool:
        try:
            names = sorted(each.name for each in self._folder.iterdir() if each.is_dir() and each.name[0] != ".")
        except FileNotFoundError:  # no sensor was here yet
            names = []
        for name in names:
            self._intakes.setdefault(name, Intake(self._store, self._folder / name, self._beat))
        done = [self._intakes[name](now) for name in names]  # every one, whatever the others held
        return any(done)
