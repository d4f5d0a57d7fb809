"""The spool: a folder through which a sensor hands segments to the worker. Files only, one way, so a diode may lie
between; every step may be cut off and done again.

FOLDER/<16 digits>-<name>/   a segment: its files and MANIFEST.json with the SHA-256 of each
FOLDER/tmp/                  segments being written; what an interrupted sensor left there is swept when it opens
FOLDER/done/                 a segment being forgotten; what an interrupted worker left there goes with the next
FOLDER/refused/              segments whose files do not fit their manifest: kept, never taken again

The number counts up, so the worker takes them in the order in which they were made.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sensors.whole_files import sync_folder, write_durably

MANIFEST = "MANIFEST.json"
FORM = "bittern.segment/v1"
_NAME = re.compile(r"^(\d{16})-([a-z0-9]{1,64})$")


class BadSegment(Exception):
    """A segment whose files do not fit its manifest: `path` and `why`, a code."""

    def __init__(self, path: Path, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(f"{path}: {why}")


@dataclass(frozen=True)
class SpooledSegment:
    """A segment in the spool."""

    path: Path
    number: int
    name: str

    def files(self) -> dict[str, bytes]:
        """Its files by name, each checked against the manifest. Raises BadSegment."""
        try:
            manifest = json.loads((self.path / MANIFEST).read_bytes())
            hashes: Mapping[str, str] = manifest["files"]
            found = {name: (self.path / name).read_bytes() for name in hashes}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadSegment(self.path, "unreadable") from error
        if manifest.get("form") != FORM:
            raise BadSegment(self.path, "other_form")
        for name, data in found.items():
            if hashlib.sha256(data).hexdigest() != hashes[name]:
                raise BadSegment(self.path, "hash_differs")
        return found


class Spool:
    """A spool folder. One sensor writes, one worker takes; they need not run at the same time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tmp = folder / "tmp"

    def open_for_writing(self) -> None:
        """Make the folder, and sweep what an interrupted sensor left half written."""
        shutil.rmtree(self._tmp, ignore_errors=True)
        self._tmp.mkdir(parents=True)

    def put(self, name: str, files: Mapping[str, bytes]) -> Path:
        """Hand over a segment: it is there whole or not at all, and stays after a power cut."""
        number = max((each.number for each in self), default=0) + 1
        half = self._tmp / name
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True)
        hashes = {each: hashlib.sha256(data).hexdigest() for each, data in files.items()}
        manifest = json.dumps({"form": FORM, "name": name, "files": hashes}, sort_keys=True).encode()
        try:
            for each, data in {**files, MANIFEST: manifest}.items():
                write_durably(half / each, data)
            sync_folder(half)
        except OSError:
            shutil.rmtree(half, ignore_errors=True)  # a full disk has use for the room
            raise
        whole = self._folder / f"{number:016d}-{name}"
        half.rename(whole)
        sync_folder(self._folder)
        return whole

    def __iter__(self) -> Iterator[SpooledSegment]:
        """Segments that are there, in order."""
        try:
            names = sorted(path.name for path in self._folder.iterdir())
        except FileNotFoundError:
            return
        for name in names:
            if fits := _NAME.match(name):
                yield SpooledSegment(self._folder / name, int(fits[1]), fits[2])

    def done(self, segment: SpooledSegment) -> None:
        """Forget a segment that is stored: all at once, so that no half of it is ever taken for a broken one."""
        going = self._folder / "done"
        shutil.rmtree(going, ignore_errors=True)
        going.mkdir()
        segment.path.rename(going / segment.path.name)
        shutil.rmtree(going)

    def refuse(self, segment: SpooledSegment) -> Path:
        """Put a segment aside that cannot be taken, and say where it is kept."""
        aside = self._folder / "refused" / segment.path.name
        aside.parent.mkdir(exist_ok=True)
        shutil.rmtree(aside, ignore_errors=True)
        segment.path.rename(aside)
        return aside
