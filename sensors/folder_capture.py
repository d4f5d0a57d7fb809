"""Captures of a folder that another tool fills, read by the Rust core as they become whole: one engine, one time line,
the same seam as `sensors.live`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from sensors import _core
from sensors.capture import BadFile, EventBatch, Fared, bad_file, event_batch, fared
from sensors.capture_folder import CaptureFolder, Next
from sensors.dissector.launch import launches
from sensors.fields import dissectors as installed

LOOK = 0.5
"""Seconds between two looks into the folder."""
BEHIND = 64
"""Files whose batches may be on their way, and far more: a few batches wait at most."""
NO_TIME = -(1 << 63)
AHEAD = 4
"""Files that are given before they are read."""


class FolderCapture:
    """Iterating gives `EventBatch`es until `finish` was called and what was given is read.

    With `removing` files are removed once nothing needs them. `trouble` is told of each file that could not be read to
    its end, `strange` of one that is no capture, and `failed` of a folder that cannot be looked into, once until it can
    be. `beat` is called once a second at least.

    Raises `_core.BadFilter` when the filter cannot be understood.
    """

    def __init__(
        self,
        folder: CaptureFolder,
        *,
        sensor: str,
        trouble: Callable[[BadFile], None],
        strange: Callable[[Path], None],
        failed: Callable[[OSError], None],
        beat: Callable[[], None],
        capture_filter: str | None = None,
        removing: bool = False,
    ) -> None:
        self._folder, self._removing = folder, removing
        self._trouble, self._strange, self._failed, self._beat = trouble, strange, failed, beat
        self._fault: Exception | None = None
        self._core = _core.Following(
            sensor=sensor, segment=sensor, filter=capture_filter, dissectors=launches(installed().usable)
        )
        self._names: dict[int, str] = {}
        """Names of files by their number, until nothing of them can be on its way any more."""
        self._given = self._ended = 0
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._follow, name="folder", daemon=True)

    def __iter__(self) -> Iterator[EventBatch]:
        for each in self._folder.begin():
            self._give(each)
        self._watch.start()
        for batch in self._core:
            self._beat()
            self._tell_errors()
            if batch.clock == NO_TIME:  # no frame came so far
                continue
            reached = {}
            if batch.reached and self._names:
                place, frame = batch.reached
                reached = {self._names[place]: frame}
            yield replace(event_batch(batch), known=batch.known, reached=reached)
        self._tell_errors()
        if self._fault is not None:
            raise self._fault

    @property
    def position(self) -> tuple[int, int]:
        """How many files were read to their end, and how many frames."""
        return self._core.position

    @property
    def dissectors(self) -> tuple[Fared, ...]:
        """How the dissectors fare."""
        return tuple(map(fared, self._core.dissectors))

    def finish(self) -> None:
        """End: what was given is read, what is still open is told in the last batches. May be called by a signal
        handler, and twice."""
        self._over.set()
        self._core.finish()

    def close(self) -> None:
        """Stops at once; may be called at any time."""
        self._over.set()
        self._core.close()

    def _follow(self) -> None:
        """Looks into the folder until the end."""
        is_failing = False
        while not self._over.wait(LOOK):
            try:
                self._look()
                is_failing = False
            except OSError as error:
                if not is_failing:
                    self._failed(error)
                is_failing = True
            except Exception as error:  # a fault of the program: raised where somebody sees it, not lost with a thread
                self._fault = error
                self._core.finish()
                return

    def _look(self) -> None:
        for number, frames in self._core.take_ends():
            self._folder.read(self._names[number], frames)
            self._ended = number + 1
            self._names.pop(number - BEHIND, None)
        room = AHEAD - (self._given - self._ended)
        for each in self._folder.news(time.monotonic(), self._strange)[: max(0, room)]:
            if self._over.is_set():
                return
            self._folder.note(each.given)
            self._give(each)
        if self._removing:  # behind the rest: a folder that gives nothing up is read all the same
            for path in self._folder.handed_over():
                path.unlink(missing_ok=True)

    def _give(self, each: Next) -> None:
        self._names[self._given] = each.given.name
        self._given += 1
        self._core.give(each.path, each.given.name, known=each.known)

    def _tell_errors(self) -> None:
        for error in self._core.take_errors():
            self._trouble(bad_file(error))
