"""Content on its way to a sensor: from a folder that somebody fills, or from a server; never by the sensor itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from api.content.folder import ContentFolder
from api.content.manifest import Manifest
from api.content.opening import load_bundle
from api.content.receiving import Receiver
from api.content.running import read_running
from api.content.trouble import BadContent, Trouble
from api.worker import unwatched
from sensors.whole_files import sync_folder

TAKEN, REFUSED = "taken", "refused"
UNFINISHED = ("no_archive", "damaged")
BEAT = 5.0
"""Seconds between two pulses while it waits."""
YOUNG = 60.0
"""Seconds in which a file that is no whole ZIP may be one that is still copied."""


class Away(Exception):
    """A source that gives nothing now: a code of `content.away` with parameters."""

    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(code)
        self.code, self.parameters = code, parameters


@dataclass(frozen=True)
class Offer:
    """A bundle that may be had. `done` is told the troubles that it has, none when it was taken."""

    label: str
    load: Callable[[], bytes]
    done: Callable[[Sequence[Trouble]], None]


class Source(Protocol):
    """Where bundles come from."""

    def offers(self) -> Iterator[Offer]:
        """Those that were not offered yet. Raises Away."""

    def close(self) -> None:
        """Ends connections."""


class Inbox:
    """A folder into which people or a diode put bundles. What was looked at goes below it, into `taken` or `refused`,
    or is remembered where it cannot be moved, as on a stick that is write-protected. `clock` gives seconds."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder, self._clock = folder, clock
        self._seen: set[tuple[str, int, int]] = set()

    def offers(self) -> Iterator[Offer]:
        try:
            files = sorted(each for each in self._folder.iterdir() if each.suffix == ".zip" and each.is_file())
        except OSError as error:
            raise Away("folder", why=error.strerror or "") from error
        for file in files:
            with suppress(OSError):
                about = file.stat()
                mark = file.name, about.st_size, about.st_mtime_ns
                if mark not in self._seen:
                    yield self._offer(file, mark)

    def close(self) -> None:
        return

    def _offer(self, file: Path, mark: tuple[str, int, int]) -> Offer:
        def done(troubles: Sequence[Trouble]) -> None:
            if troubles and troubles[0].code in UNFINISHED and self._clock() - mark[2] / 1e9 < YOUNG:
                return
            self._seen.add(mark)
            with suppress(OSError):
                place = self._folder / (REFUSED if troubles else TAKEN)
                place.mkdir(exist_ok=True)
                file.rename(place / file.name)
                sync_folder(self._folder)

        return Offer(str(file), lambda: load_bundle(file), done)


@dataclass
class Said:
    """What a puller tells: a version in force, one refused, a source that is away (once for each reason), a version
    taken back since a sensor fails with it (the sensor, the version, the one before)."""

    took: Callable[[Manifest, str], object]
    refused: Callable[[str, Sequence[Trouble]], object]
    away: Callable[[Away], object]
    taken_back: Callable[[str, str, str], object]


@dataclass
class Puller:
    """Takes what `source` offers. `every` is the seconds between two looks, shortened by chance up to the half so that
    many sensors do not come at once; `clock` is the wall clock (ns), `chance` gives numbers from 0 to 1; `beat` is
    called while it waits."""

    receiver: Receiver
    source: Source
    said: Said
    clock: Callable[[], int]
    chance: Callable[[], float]
    every: float = 60.0
    beat: Callable[[], None] = unwatched
    taken: int = 0
    refused: int = 0
    _told: str | None = None
    _stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until `stop`."""
        while not self._stopped.is_set():
            try:
                self.turn()
                self._told = None
            except Away as error:
                if error.code != self._told:
                    self.said.away(error)
                self._told = error.code
            self._wait(self.every * (0.5 + 0.5 * self.chance()))

    def stop(self) -> None:
        """Ends `run` after the bundle at hand."""
        self._stopped.set()

    def _wait(self, seconds: float) -> None:
        while seconds > 0 and not self._stopped.is_set():
            self.beat()
            self._stopped.wait(min(BEAT, seconds))
            seconds -= BEAT

    def turn(self) -> None:
        """Takes back what a sensor fails with, then takes what there is. Raises Away."""
        self._watch_over(self.receiver.folder)
        for offer in self.source.offers():
            troubles: Sequence[Trouble] = ()
            try:
                manifest = self.receiver.take(offer.load(), self.clock())
                if manifest is not None:
                    self.taken += 1
                    self.said.took(manifest, offer.label)
            except BadContent as error:
                troubles = error.troubles
            except OSError as error:
                troubles = (Trouble("unreadable", {"why": error.strerror or str(error)}),)
            offer.done(troubles)
            if troubles:
                self.refused += 1
                self.said.refused(offer.label, troubles)
            if self._stopped.is_set():
                return

    def _watch_over(self, folder: ContentFolder) -> None:
        with suppress(BadContent):
            state = folder.state
            if state.current is None or state.previous is None:
                return
            failing = next(
                (r for r in read_running(folder.root) if r.state == "failed" and r.version == state.current), None
            )
            if failing is not None:
                label = folder.manifest(state.current).label
                before = folder.roll_back(self.clock(), *failing.troubles)
                self.said.taken_back(label, failing.sensor, folder.manifest(before).label)
