"""How far a feed has come, in a file that is there whole or not at all.

It is written after the segment that holds the rows is in the spool. What dies in between is told again, with the same
ids, so that the store keeps it once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sensors.feed.logfile import Mark
from sensors.whole_files import write_whole

FORM = "bittern.feed/v1"
MOST_MARKS = 4096
"""Files that are remembered; the oldest are forgotten first."""


class BadState(Exception):
    """A file that holds no state of this feed: `path` and `why`, a code."""

    def __init__(self, path: Path, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(f"{path}: {why}")


@dataclass(frozen=True)
class State:
    """Files by what tells them from others, the clock (ns), the time of the newest file that was read (ns, of the file
    system), counts that are still open."""

    marks: Mapping[str, Mark] = field(default_factory=dict)
    clock: int = 0
    newest: int = 0
    tally: Sequence[Sequence[int | str]] = ()


class StateFile:
    """Where the state of one feed is kept."""

    def __init__(self, path: Path, feed: str) -> None:
        self.path, self._feed = path, feed

    def read(self) -> State:
        """What was saved last; an empty state where nothing was. Raises BadState, OSError."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return State()
        try:
            saved: Any = json.loads(data)
            if saved["form"] != FORM:
                raise BadState(self.path, "other_form")
            if saved["feed"] != self._feed:
                raise BadState(self.path, "other_feed")
            marks = {
                printed: Mark(printed, int(offset), int(number), head.encode("latin-1"))
                for printed, (offset, number, head) in saved["files"].items()
            }
            return State(marks, int(saved["clock"]), int(saved["newest"]), saved["counts"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadState(self.path, "unreadable") from error

    def write(self, state: State) -> None:
        """Raises OSError."""
        kept = list(state.marks.values())[-MOST_MARKS:]
        saved = {
            "form": FORM,
            "feed": self._feed,
            "clock": state.clock,
            "newest": state.newest,
            "files": {mark.printed: [mark.offset, mark.number, mark.head.decode("latin-1")] for mark in kept},
            "counts": [list(each) for each in state.tally],
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self.path, json.dumps(saved, separators=(",", ":")).encode())
