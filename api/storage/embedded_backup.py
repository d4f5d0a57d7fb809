"""Backups of the embedded store: one tar file, a consistent moment of a store that is being written meanwhile.

bittern.db                        a snapshot of the database (SQLite `VACUUM INTO`)
events/<dataset>/<day>/*.parquet  the files that the snapshot registers; registered files are never changed
manifest.json                     schema, time, SHA-256 and size of each part; last, so that a file cut off is known
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from api.storage.embedded_database import SCHEMA, plain_errors
from api.storage.embedded_files import backing_up
from api.storage.embedded_migration import schema_of
from response.store_errors import Damaged, Invalid, WrongSchema
from response.times import time_text

FORM = "bittern.backup/v1"
DATABASE, MANIFEST = "bittern.db", "manifest.json"
PART = re.compile(r"bittern\.db|events/[a-z_]{1,40}/\d{4}-\d\d-\d\d/[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.parquet")
LARGEST_MANIFEST = 1 << 28
CHUNK = 1 << 20
Progress = Callable[[int], None]


class BadBackup(Exception):
    """The file is no whole backup: `reason` is a code, `part` what of it."""

    def __init__(self, path: Path, reason: str, part: str = "") -> None:
        self.path, self.reason, self.part = path, reason, part
        super().__init__(f"{path}: {reason} {part}")


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: when it was made (RFC 3339), the store's schema, SHA-256 and size of each part."""

    at: str
    schema: int
    parts: dict[str, tuple[str, int]]

    @property
    def bytes(self) -> int:
        """Size of all parts."""
        return sum(size for _, size in self.parts.values())


def back_up(root: Path, target: Path, at: int, progress: Progress = lambda _: None) -> Manifest:
    """Writes the store in `root` to the file `target`, all of it or nothing; `at` is now (ns), `progress` is told the
    bytes written. The key of notification secrets is not part of it. Raises StoreError, OSError for the place."""
    snapshot = target.with_name(f".{target.name}.snapshot")
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        with _private(unfinished):  # a place that cannot be written says so itself, and not the database
            pass
        with backing_up(root):  # nothing that the snapshot names is removed before it is read
            schema, files = _snapshot(root / DATABASE, snapshot, target)
            with plain_errors(target), _private(unfinished) as out, tarfile.open(fileobj=out, mode="w|") as tar:
                parts = {}
                for name, path in ((DATABASE, snapshot), *((each, root / each) for each in files)):
                    parts[name] = _add(tar, name, path)
                    progress(parts[name][1])
                made = Manifest(time_text(at), schema, parts)
                _add_text(tar, json.dumps({"form": FORM, **vars(made)}).encode())
        with plain_errors(target):
            unfinished.replace(target)
        return made
    finally:
        for path in (snapshot, unfinished):
            with suppress(OSError):
                path.unlink(missing_ok=True)


def check_backup(path: Path) -> Manifest:
    """Reads a backup and compares every part with its digest. Raises BadBackup, OSError."""
    return _read(path, lambda name, content: None)


def restore(path: Path, root: Path) -> Manifest:
    """Puts a backup where no store is yet: the whole of it, checked, or nothing.

    Raises BadBackup, WrongSchema when a later program made it, Invalid when there is something at `root`, StoreError.
    """
    with plain_errors(root):
        if root.exists() and any(root.iterdir()):
            raise Invalid(str(root), "folder_not_empty")
        root.parent.mkdir(parents=True, exist_ok=True)
    beside = root.with_name(f".{root.name}.restoring")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        with plain_errors(root):
            made = _read(path, lambda name, content: _put(beside / name, content))
            if made.schema > SCHEMA:
                raise WrongSchema(str(path), "other_schema", found=str(made.schema), known=SCHEMA)
            beside.chmod(0o700)  # as a store is that was made here
            with suppress(FileNotFoundError):
                root.rmdir()
            beside.replace(root)
        return made
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _snapshot(database: Path, target: Path, backup: Path) -> tuple[int, list[str]]:
    """Copies the database; what is full or fails then is where the backup goes."""
    target.unlink(missing_ok=True)
    with plain_errors(backup):
        with closing(sqlite3.connect(database.absolute().as_uri() + "?mode=ro", uri=True)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
        target.chmod(0o600)
        with closing(sqlite3.connect(target)) as connection:
            files = connection.execute("SELECT path FROM files ORDER BY path").fetchall()
            return schema_of(connection, database), [path for (path,) in files]


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    """A new file that only this user may read, durable when it is left."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _add(tar: tarfile.TarFile, name: str, path: Path) -> tuple[str, int]:
    """Adds a file; gives its SHA-256 and size."""
    try:
        content = path.open("rb")
    except FileNotFoundError:
        raise Damaged(str(path), "file_missing") from None
    with content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = content.tell(), 0o600
        content.seek(0)
        tar.addfile(entry, content)
    return digest, entry.size


def _add_text(tar: tarfile.TarFile, text: bytes) -> None:
    entry = tarfile.TarInfo(MANIFEST)
    entry.size, entry.mode = len(text), 0o600
    tar.addfile(entry, io.BytesIO(text))


def _read(path: Path, take: Callable[[str, Iterator[bytes]], None]) -> Manifest:
    """Goes through a backup once. `take` gets each part; what it leaves is read on. Nothing of the archive is trusted:
    names that are no part of a store, links and devices are refused."""
    found: dict[str, tuple[str, int]] = {}
    manifest: Any = None
    try:
        with tarfile.open(path, "r|") as tar:
            for entry in tar:
                content = tar.extractfile(entry) if entry.isreg() else None
                if content is None or manifest is not None or entry.name in found:
                    raise BadBackup(path, "unexpected", entry.name)
                if entry.name == MANIFEST:
                    manifest = json.loads(content.read(LARGEST_MANIFEST))
                elif PART.fullmatch(entry.name):
                    found[entry.name] = _taken(entry.name, content, take)
                else:
                    raise BadBackup(path, "unexpected", entry.name)
    except (tarfile.TarError, ValueError, EOFError):
        raise BadBackup(path, "not_a_backup" if not found else "cut_off") from None
    return _compared(path, manifest, found)


def _taken(name: str, content: IO[bytes], take: Callable[[str, Iterator[bytes]], None]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0

    def chunks() -> Iterator[bytes]:
        nonlocal size
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            yield chunk

    flow = chunks()
    take(name, flow)
    for _ in flow:
        pass
    return digest.hexdigest(), size


def _compared(path: Path, manifest: Any, found: dict[str, tuple[str, int]]) -> Manifest:
    if manifest is None:
        raise BadBackup(path, "cut_off" if found else "not_a_backup")
    try:
        known = {str(name): (str(digest), int(size)) for name, (digest, size) in manifest["parts"].items()}
        made = Manifest(str(manifest["at"]), int(manifest["schema"]), known)
        is_form = manifest["form"] == FORM
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadBackup(path, "not_a_backup") from None
    if not is_form:
        raise BadBackup(path, "not_a_backup")
    for name in sorted(known.keys() | found.keys()):
        if known.get(name) != found.get(name):
            raise BadBackup(path, "changed" if name in known and name in found else "missing", name)
    if DATABASE not in known:
        raise BadBackup(path, "missing", DATABASE)
    return made


def _put(target: Path, content: Iterator[bytes]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with _private(target) as file:
        for chunk in content:
            file.write(chunk)
