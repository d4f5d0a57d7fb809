"""Segments into a folder, such as the outbox of a data diode: one way, nothing there is ever read or listed."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from api.forwarding import NotSent
from sensors.whole_files import sync_folder, write_durably


class Folder:
    """A folder. A file is written under `tmp` in it and renamed to its place, so it is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._tmp = folder, folder / "tmp"

    def send(self, sensor: str, name: str, data: bytes) -> None:
        half = self._tmp / name
        try:
            self._tmp.mkdir(parents=True, exist_ok=True)
            write_durably(half, data)
            half.rename(self._folder / name)
            sync_folder(self._folder)
        except OSError as error:
            with suppress(OSError):
                half.unlink(missing_ok=True)
            raise NotSent("folder_refuses", path=error.filename or str(self._folder), why=error.strerror) from error

    def close(self) -> None:
        """Nothing is held."""
