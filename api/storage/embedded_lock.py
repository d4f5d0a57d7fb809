"""The lock of the embedded store's only writer of segments: the system gives it back when its holder dies."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.storage.embedded_database import plain_errors
from response.store_errors import Busy

WRITER_SECONDS = 30.0
WRITER_STEP = 0.01


@contextmanager
def sole_writer(path: Path, patience: float = WRITER_SECONDS) -> Iterator[None]:
    """Hold the lock at `path`; waits so many seconds for others. Raises Busy, StoreError."""
    deadline = time.monotonic() + patience
    with plain_errors(path):
        lock = path.open("ab")
    with lock:
        while not _locked(lock.fileno()):
            if time.monotonic() >= deadline:
                raise Busy(str(path), "held_by_another", seconds=f"{patience:g}")
            time.sleep(WRITER_STEP)
        yield


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
