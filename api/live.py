"""Tells clients what changed: one thread reads the store's change sequence, every open stream gets it.

A client that comes back names the last change it saw (Last-Event-ID) and misses nothing. What it may not read it is not
told of.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from response.ports import Store
from response.records import Change
from response.store_errors import StoreError

READ_AT_ONCE = 500
SILENCE = 15.0
"""Seconds after which a stream says that it is still there."""
PERMISSION: dict[str, str] = {
    "alert": "alerts:read",
    "incident": "incidents:read",
    "ticks": "alerts:read",
    "mute": "mutes:read",
    "learned": "baseline:read",
    "baseline": "baseline:read",
    "job": "alerts:read",
    "run": "runs:read",
    "message": "notifications:read",
    "assessment": "assessments:read",
    "report": "reports:read",
    "drill": "drill:read",
    "user": "users:read",
    "setting": "settings:read",
    "sensor": "sensors:read",
}
"""What one must hold to be told of a change; other kinds are nobody's business."""


class Live:
    """The change sequence of a store, followed while anybody listens."""

    def __init__(self, store: Store, poll: float) -> None:
        self._store, self._poll = store, poll
        self._wakers: set[Callable[[], None]] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self.listeners = 0

    def close(self) -> None:
        """Wake every stream so that it ends."""
        self._ended.set()
        self._wake()

    async def follow(self, after: int | None, may: Callable[[str], bool]) -> AsyncIterator[Change | None]:
        """Changes behind `after` (None: from now on) that `may` be told; None as a sign of life in silence."""
        loop, woken = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(woken.set)

        position = await asyncio.to_thread(self._store.last_change) if after is None else after
        self._join(wake)
        try:
            while not self._ended.is_set():
                changes = await asyncio.to_thread(self._store.changes, position, READ_AT_ONCE)
                for change in changes:
                    position = change.number
                    if change.kind in PERMISSION and may(PERMISSION[change.kind]):
                        yield change
                if len(changes) == READ_AT_ONCE:
                    continue
                try:
                    await asyncio.wait_for(woken.wait(), SILENCE)
                except TimeoutError:
                    yield None
                woken.clear()
        finally:
            self._leave(wake)

    def _join(self, wake: Callable[[], None]) -> None:
        with self._lock:
            self._wakers.add(wake)
            self.listeners = len(self._wakers)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="changes", daemon=True)
                self._thread.start()

    def _leave(self, wake: Callable[[], None]) -> None:
        with self._lock:
            self._wakers.discard(wake)
            self.listeners = len(self._wakers)

    def _wake(self) -> None:
        with self._lock:
            wakers = list(self._wakers)
        for wake in wakers:
            wake()

    def _watch(self) -> None:
        known = -1
        while not self._ended.wait(self._poll):
            with self._lock:
                if not self._wakers:
                    self._thread = None
                    return
            with suppress(StoreError):  # streams stay open; the next round asks again
                latest = self._store.last_change()
                if latest != known:
                    known = latest
                    self._wake()
