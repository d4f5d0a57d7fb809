"""What a sensor elsewhere sends, on its way to the disk: never held whole in memory, there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from sensors.spool import Spool
from sensors.whole_files import sync_folder

LEFT_BEHIND = 3600.0
"""Seconds after which a file that is not whole is one of a server that was killed."""
FREE_SHARE, FREE_MOST = 0.05, 1 << 30
"""The part of the disk that stays free for the store, at most so many bytes."""


MOST_COUNTED = 10_000
"""Segments whose size is asked for."""


class NoRoom(Exception):
    """The disk has none for more: the sensor keeps what it has until the worker has made some."""


class Arriving:
    """A file of the inbox while it comes. `keep` gives it its place; without that it goes again."""

    def __init__(self, folder: Path, name: str) -> None:
        """A file of this name in the folder of its sensor. Raises NoRoom, OSError."""
        self._folder, self._name, self._tmp = folder, name, folder / "tmp"
        self._tmp.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sweep()
        self._check_room(0)
        self._path = self._tmp / f"{secrets.token_hex(8)}.part"
        self._file = self._path.open("xb")
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        """More of it. Raises NoRoom, OSError."""
        self._check_room(len(data))
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)

    def digest(self) -> bytes:
        """SHA-256 of what came."""
        return self._digest.digest()

    def keep(self) -> None:
        """From now on it is the worker's, also after a power cut. Raises OSError."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._path.rename(self._folder / self._name)
        sync_folder(self._folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        with suppress(FileNotFoundError):
            self._path.unlink()

    def _check_room(self, more: int) -> None:
        disk = os.statvfs(self._tmp)
        wanted = min(int(disk.f_blocks * disk.f_frsize * FREE_SHARE), FREE_MOST)
        if disk.f_bavail * disk.f_frsize - more < wanted:
            raise NoRoom

    def _sweep(self) -> None:
        for each in self._tmp.iterdir():
            with suppress(FileNotFoundError):
                if time.time() - each.stat().st_mtime > LEFT_BEHIND:
                    each.unlink()


def waiting_in(inbox: Path, sensor: str) -> tuple[int, int, int]:
    """Segments of a sensor that wait here for the worker, bytes of the first of them (`MOST_COUNTED`), and segments
    that were refused. Raises OSError."""
    folder = inbox / sensor
    if folder.parent != inbox or folder.name in (".", "..") or not folder.is_dir():
        return 0, 0, 0
    waiting = size = 0
    for each in Spool(folder):
        waiting += 1
        if waiting <= MOST_COUNTED:
            with suppress(FileNotFoundError):  # the worker took it just now
                size += each.path.stat().st_size
    refused = folder / "refused"
    return waiting, size, sum(1 for _ in refused.iterdir()) if refused.is_dir() else 0
