"""Segments on their way from a spool to somewhere else: in order, each until it is known to be there for good.

The process that listens to the plant cannot send anything; this is another one, and knows files only. It may be cut off
anywhere: what it had claimed is sent again, and stored once all the same.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sensors.segment_file import BadSegment, read_manifest
from sensors.spool import Spool, SpooledSegment

IDLE = 0.5
"""Seconds until the spool is looked at again when it is empty."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds after a failure: doubled while that goes on, and shortened by chance up to the half, so that many sensors do
not come back at once."""


class NotSent(Exception):
    """It did not arrive, as far as anybody knows: a code with parameters, and the seconds the other end asks for."""

    def __init__(self, code: str, wait: float = 0.0, **parameters: object) -> None:
        self.code, self.wait, self.parameters = code, wait, parameters
        super().__init__(code)


class NeverTaken(Exception):
    """The other end will never take this one: a code with parameters."""

    def __init__(self, code: str, **parameters: object) -> None:
        self.code, self.parameters = code, parameters
        super().__init__(code)


class Target(Protocol):
    """Where segments go."""

    def send(self, sensor: str, name: str, data: bytes) -> None:
        """Returns when it is there for good. Raises NotSent, NeverTaken."""

    def close(self) -> None:
        """Ends connections."""


@dataclass
class Said:
    """What a forwarder tells: that it fails (once for each reason), that it goes on, what was put aside."""

    failed: Callable[[NotSent], None]
    again: Callable[[int], None]
    aside: Callable[[Path, NeverTaken | BadSegment], None]


@dataclass
class Forwarder:
    """Sends what a spool holds. `chance` gives numbers from 0 to 1; `keep` is for how many seconds a segment that was
    sent is kept in the folder `sent` (0: not at all)."""

    spool: Spool
    target: Target
    said: Said
    chance: Callable[[], float]
    keep: float = 0.0
    sent: int = 0
    _failures: int = 0
    _since: int = 0
    _told: str | None = None
    _swept: float = 0.0
    _stopped: threading.Event = field(default_factory=threading.Event)

    def run(self, *, once: bool = False) -> None:
        """Until `stop`; `once`: until the spool is empty. Then raises NotSent as soon as something does not arrive."""
        while not self._stopped.is_set():
            self._forget_kept()
            worked = False
            for segment in self.spool:
                worked = True
                failed = self._forward(segment)
                if failed is not None:
                    if once:
                        raise failed
                    self._wait(failed)
                    break
                if self._stopped.is_set():
                    break
            if not worked:
                if once:
                    return
                self._stopped.wait(IDLE)

    def stop(self) -> None:
        """Ends `run` after the segment at hand."""
        self._stopped.set()

    def _forward(self, segment: SpooledSegment) -> NotSent | None:
        claimed = self.spool.take(segment)
        if claimed is None:
            return None
        try:
            manifest, _ = read_manifest(claimed.path)
            self.target.send(manifest.sensor, claimed.path.name, claimed.path.read_bytes())
        except (BadSegment, NeverTaken) as error:
            self.said.aside(self.spool.refuse(claimed), error)
            return None
        except NotSent as error:
            return error
        self._arrived(claimed)
        return None

    def _arrived(self, claimed: SpooledSegment) -> None:
        if self.keep > 0:
            self.spool.keep(claimed)
        else:
            self.spool.done(claimed)
        self.sent += 1
        if self._told is not None:
            self.said.again(self.sent - self._since)
        self._failures, self._since, self._told = 0, self.sent, None

    def _wait(self, failed: NotSent) -> None:
        if failed.code != self._told:
            self.said.failed(failed)
        self._told = failed.code
        pause = min(FIRST_PAUSE * 2**self._failures, LONGEST_PAUSE) * (0.5 + 0.5 * self.chance())
        self._failures = min(self._failures + 1, 16)
        self._stopped.wait(max(pause, failed.wait))

    def _forget_kept(self) -> None:
        now = time.time()
        if self.keep > 0 and now - self._swept > self.keep / 10:
            self._swept = now
            self.spool.forget_kept(now - self.keep)
