"""Content on its way into a sensor that runs: read beside the capture, put in force between two batches.

Nothing is lost by it: packets wait in the ring for the moment in which detection changes, and all that it knows goes on
(`Detection.successor`). Content that cannot be read leaves the sensor with what it has. When rules fail that did not
fail before, the sensor goes back to what it had, by itself, and says so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

from api.content.folder import ContentFolder
from api.content.knowledge import Knowledge, check_files, manifest_in, read_knowledge
from api.content.manifest import Manifest
from api.content.marks import marked
from api.content.running import ATTEMPTS, Running, running_of, write_running
from api.content.state import FILE, State
from api.content.trouble import BadContent, Trouble, bad
from sensors.capture import EventBatch

LOOK = 1.0
"""Seconds between two looks at the folder."""
WELL = 60.0
"""Seconds after which a version that judges without a failure counts as running well."""
AGAIN = 3600 * 1_000_000_000
"""Packet time (ns) after which the version in force is told again."""


@dataclass(frozen=True)
class Content:
    """A version that was read: the name of its folder, what it says of itself, what detection judges by."""

    name: str
    manifest: Manifest
    knowledge: Knowledge


@dataclass
class Said:
    """What is told: a version in force, one that was not taken, one taken back, that the folder cannot be written."""

    took: Callable[[Manifest], object]
    refused: Callable[[str, tuple[Trouble, ...]], object]
    mute: Callable[[OSError], object]


@dataclass
class Taking:
    """Watches a folder of content for the sensor called `sensor`. `fallback` is what the command line gave: it fills in
    what content does not bring. Who signed a version was asked when it was put there. `clock` is the wall clock, ns."""

    root: Path
    sensor: str
    fallback: Knowledge
    said: Said
    clock: Callable[[], int]
    monotonic: Callable[[], float] = monotonic
    current: Content | None = None
    _before: Content | None = None
    _refused: tuple[int, tuple[Trouble, ...]] | None = None
    _spurned: set[str] = field(default_factory=set)
    _mark: tuple[int, int] | None = None
    _looked: float = 0.0
    _since: float | None = None
    _known_failures: frozenset[str] = frozenset()
    _reading: threading.Thread | None = None
    _read: Content | Exception | None = None
    _wanted: str | None = None
    _told_at: int | None = None

    def begin(self) -> Knowledge:
        """What to begin with: the version in force, the one before when that cannot be read or did not get well
        `ATTEMPTS` times, else what the command line gave."""
        self._mark = self._stamp()
        state = self._state()
        self._hear(state)
        last = running_of(self.root, self.sensor)
        for name in (state.current, state.previous):
            if name is None:
                continue
            attempts = last.attempts if last is not None and last.version == name and last.state != "well" else 0
            try:
                if attempts >= ATTEMPTS:
                    raise bad("never_well", attempts=attempts)
                found = self._load(name)
            except Exception as error:  # whatever is wrong with it, the sensor begins all the same
                self._spurn(name, error)
                continue
            self._note(name, "trying", attempts + 1)
            self._put(found)
            return found.knowledge
        return self.fallback

    def watched(
        self,
        batches: Iterable[EventBatch],
        put: Callable[[Knowledge], object],
        failures: Callable[[], Iterable[str]],
    ) -> Iterator[EventBatch]:
        """The batches, with what is to be told of content among them; `put` is called between two of them with what is
        to judge from then on. `failures` are the parts of detection that failed since then."""
        for batch in batches:
            if not batch.known:
                self._turn(put, failures)
            yield self._marked(batch)

    def _turn(self, put: Callable[[Knowledge], object], failures: Callable[[], Iterable[str]]) -> None:
        now = self.monotonic()
        if self._reading is not None and not self._reading.is_alive():
            self._reading = None
            self._take(put, frozenset(failures()))
        if now - self._looked < LOOK:
            return
        self._looked = now
        self._watch_over(now, put, failures)
        if self._reading is None and (stamp := self._stamp()) != self._mark:
            self._mark = stamp
            self._begin_reading()

    def _hear(self, state: State) -> None:
        """Takes up what was refused before it came to this sensor."""
        refused = state.refused
        heard = (refused.version, refused.troubles) if refused is not None and refused.troubles else None
        if heard != self._refused:
            self._refused, self._told_at = heard, None

    def _begin_reading(self) -> None:
        state = self._state()
        self._hear(state)
        wanted = state.current
        if wanted not in self._spurned:
            self._spurned.clear()  # somebody went back, and may come again on purpose
        if wanted is None or wanted in self._spurned or (self.current is not None and wanted == self.current.name):
            return
        self._wanted = wanted
        self._reading = threading.Thread(target=self._read_wanted, name="content", daemon=True)
        self._reading.start()

    def _read_wanted(self) -> None:
        assert self._wanted is not None
        try:
            self._read = self._load(self._wanted)
        except Exception as error:  # told where batches pass: what fails here would be silent
            self._read = error

    def _take(self, put: Callable[[Knowledge], object], failing: frozenset[str]) -> None:
        """Puts in force what was read."""
        read, self._read = self._read, None
        if isinstance(read, Content):
            try:
                put(read.knowledge)
            except Exception as error:  # what judges goes on, for it was not touched
                read = error
            else:
                self._before, self._known_failures = self.current, failing
                self._put(read)
                self._note(read.name, "trying", 1)
        if isinstance(read, Exception) and self._wanted is not None:
            self._spurn(self._wanted, read)

    def _watch_over(
        self, now: float, put: Callable[[Knowledge], object], failures: Callable[[], Iterable[str]]
    ) -> None:
        """Takes back a version under which something fails that did not before."""
        if self.current is None or self._since is None:
            return
        if broken := sorted(set(failures()) - self._known_failures):
            failed, before = self.current, self._before
            self._since = None
            if before is None and self.current is not None:
                put(self.fallback)
            elif before is not None:
                put(before.knowledge)
            self.current, self._before = before, None
            self._spurn(failed.name, bad("parts_failed", label=failed.manifest.label, parts=", ".join(broken[:8])))
        elif now - self._since >= WELL:
            self._since = None
            self._note(self.current.name, "well", 0)

    def _put(self, content: Content) -> None:
        self.current, self._since, self._told_at = content, self.monotonic(), None
        self.said.took(content.manifest)

    def _load(self, name: str) -> Content:
        """Reads a version whole. Raises BadContent, OSError."""
        folder = ContentFolder(self.root).version(name)
        manifest = manifest_in(folder)
        if troubles := [t for t in manifest.admission(0, "9999", self.sensor) if t.code == "other_sensor"]:
            raise BadContent(*troubles)
        check_files(folder, manifest)
        found = read_knowledge(folder, manifest)
        site, known = found.site or self.fallback.site, found.known or self.fallback.known
        return Content(name, manifest, replace(found, site=site, known=known))

    def _spurn(self, name: str, error: Exception) -> None:
        """Says that a version is not taken, and does not try it again."""
        troubles = error.troubles if isinstance(error, BadContent) else (_trouble(error),)
        self._spurned.add(name)
        self._refused, self._told_at = (_number(name), troubles), None
        self._note(name, "failed", 0, troubles)
        self.said.refused(name, troubles)

    def _state(self) -> State:
        with suppress(BadContent, OSError):
            return ContentFolder(self.root).state
        return State()

    def _stamp(self) -> tuple[int, int] | None:
        """Another one when the state was written."""
        try:
            about = (self.root / FILE).stat()
        except OSError:
            return None
        return about.st_ino, about.st_mtime_ns

    def _note(self, name: str, state: str, attempts: int, troubles: tuple[Trouble, ...] = ()) -> None:
        try:
            write_running(self.root, Running(self.sensor, name, state, self.clock(), attempts, troubles))
        except OSError as error:
            self.said.mute(error)

    def _marked(self, batch: EventBatch) -> EventBatch:
        """The batch with the version in force among its counters, and as a row when that is news, or an hour ago."""
        refused = (self._refused[0], self._refused[1][0].code) if self._refused is not None else None
        version = self.current.manifest.version if self.current is not None else None
        is_due = not batch.known and (self._told_at is None or batch.clock - self._told_at >= AGAIN)
        if is_due:
            self._told_at = batch.clock
        return marked(batch, self.sensor, version, refused, with_rows=is_due)


def _number(name: str) -> int:
    """The version in the name of a folder: `plant-7-0123456789ab`."""
    number = name.rsplit("-", 2)[-2:][0]
    return int(number) if number.isascii() and number.isdigit() else 0


def _trouble(error: Exception) -> Trouble:
    if isinstance(error, OSError):
        return Trouble("unreadable", {"why": error.strerror or str(error)})
    return Trouble("not_put", {"why": f"{type(error).__name__}: {error}"[:200]})
