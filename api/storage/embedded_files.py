"""Parquet files of the embedded store: a file counts once it is registered in the database, not before.

A segment's files are written under `tmp`, named as pending in the database, renamed to their place, and registered in
the transaction that stores the segment. Whatever dies in between leaves files that are pending: the next writer, who
holds the only writer's lock, removes them. Files that are taken out of the store become pending in the transaction that
unregisters them. Whoever reads and finds a file gone asks for the list again.
"""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import polars as pl

from api.refused_writes import refusal
from api.storage.admission import stored_schema
from api.storage.embedded_database import plain_errors
from detection.occurrence import text_id
from sensors.whole_files import sync_folder

PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
COMPRESSION_LEVEL = 1
BACKUP_LOCK = "backup.lock"
"""Below the root: held, shared, by who reads files that may be taken out of the store meanwhile."""


@dataclass(frozen=True)
class EventFile:
    """One Parquet file: `path` below the store's folder, its dataset, span of @timestamp (ns), rows and bytes."""

    path: str
    dataset: str
    first: int
    last: int
    rows: int
    bytes: int


class EventFiles:
    """The folders `events` and `tmp` of a store."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tmp = root / "tmp"

    def place(self, segment: str, dataset: str, frame: pl.DataFrame) -> str:
        """Where the rows of a segment's dataset belong, by the day of the first one."""
        day = datetime.fromtimestamp(span_of(frame)[0] // 1_000_000_000, UTC).date()
        name = segment if PLAIN_NAME.fullmatch(segment) else text_id("segment", segment)
        return f"events/{dataset}/{day}/{name}.parquet"

    def stage(self, path: str, dataset: str, frame: pl.DataFrame) -> EventFile:
        """Write the rows that belong at `path` under `tmp`, durable; they are not in the store yet."""
        first, last = span_of(frame)
        staged = self.staged(path)
        # Of some seventy columns many are empty, and each costs as much as a full one; `scan` gives them back as null.
        told = frame[[column.name for column in frame.get_columns() if column.null_count() < frame.height]]
        with full_disks(staged), staged.open("wb") as file:
            told.write_parquet(file, compression="zstd", compression_level=COMPRESSION_LEVEL)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        return EventFile(path, dataset, first, last, frame.height, size)

    def staged(self, path: str) -> Path:
        """Where a file is written that belongs at `path`."""
        return self.tmp / path.replace("/", "~")

    def settle(self, files: Iterable[EventFile]) -> None:
        """Rename staged files to their places, durable."""
        folders = set()
        for file in files:
            target = self.root / file.path
            with plain_errors(target):
                if not target.parent.is_dir():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    folders |= {target.parent.parent, target.parent.parent.parent}
                self.staged(file.path).replace(target)
                folders.add(target.parent)
        for folder in folders:
            with plain_errors(folder):
                sync_folder(folder)

    def sweep(self, connection: sqlite3.Connection) -> None:
        """Remove what a writer that died left behind, and files that were taken out of the store; those wait while a
        backup reads. The caller holds the writer's lock and a write transaction."""
        for leftover in self.tmp.iterdir():
            leftover.unlink()
        paths = [self.root / row["path"] for row in connection.execute("SELECT path FROM pending")]
        if not paths:
            return
        with not_backed_up(self.root) as free:
            if not free:
                return
            for path in paths:
                path.unlink(missing_ok=True)
            for folder in {path.parent for path in paths}:
                _leave(folder)
            connection.execute("DELETE FROM pending")


def _leave(folder: Path) -> None:
    """Make durable that files have gone from a folder; it goes too when it was the last."""
    with suppress(FileNotFoundError):
        sync_folder(folder)
    with suppress(OSError):  # other files are in it, or it has gone
        folder.rmdir()


@contextmanager
def not_backed_up(root: Path) -> Iterator[bool]:
    """Whether nobody makes a backup; nobody begins one meanwhile. Never waits."""
    with (root / BACKUP_LOCK).open("ab") as lock:
        try:
            fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def backing_up(root: Path) -> Iterator[None]:
    """While it lasts no file is removed that was registered when it began. Of a store on a medium that cannot be
    written nothing is removed anyway."""
    path = root / BACKUP_LOCK
    with ExitStack() as opened:
        lock: IO[bytes] | None = None
        for mode in ("ab", "rb"):
            with suppress(OSError):
                lock = lock or opened.enter_context(path.open(mode))
        if lock is not None:
            fcntl.flock(lock.fileno(), fcntl.LOCK_SH)
        yield


def span_of(frame: pl.DataFrame) -> tuple[int, int]:
    """First and last @timestamp of rows, in ns; there is at least one row, and each has a time."""
    times = frame["@timestamp"].cast(pl.Int64)
    first, last = times.min(), times.max()
    assert isinstance(first, int)
    assert isinstance(last, int)
    return first, last


def await_files(connection: sqlite3.Connection, paths: Iterable[str]) -> None:
    """Name files as pending that are going to be written, inside the caller's transaction."""
    connection.executemany("INSERT OR IGNORE INTO pending VALUES (?)", [(path,) for path in paths])


def register(connection: sqlite3.Connection, segment: str, sensor: str, files: Iterable[EventFile]) -> None:
    """Make settled files part of the store, inside the caller's transaction."""
    for f in files:
        connection.execute("DELETE FROM pending WHERE path = ?", (f.path,))
        row = (f.path, segment, f.dataset, sensor, f.first, f.last, f.rows, f.bytes)
        connection.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def overlapping(
    connection: sqlite3.Connection, dataset: str, start: int, end: int, sensor: str | None = None
) -> list[EventFile]:
    """Registered files of a dataset with rows in `start` <= @timestamp < `end`, by first row."""
    query = "SELECT path, dataset, first, last, rows, bytes FROM files WHERE dataset = ? AND first < ? AND last >= ?"
    parameters: list[Any] = [dataset, end, start]
    if sensor is not None:
        query += " AND sensor = ?"
        parameters.append(sensor)
    return [EventFile(**dict(row)) for row in connection.execute(query + " ORDER BY first, path", parameters)]


def scan(root: Path, dataset: str, files: Iterable[EventFile], path_as: str | None = None) -> pl.LazyFrame:
    """The rows of files with the columns that the dataset has today, null where a file is older than the column; what
    was stored as words is read as text where it has become text. `path_as` names a column with the file of a row."""
    paths = [root / f.path for f in files]
    schema = stored_schema(dataset)
    words_as_text = pl.ScanCastOptions(categorical_to_string="allow")
    return pl.scan_parquet(
        paths,
        schema=schema,
        cast_options=words_as_text,
        missing_columns="insert",
        extra_columns="ignore",
        glob=False,
        include_file_paths=path_as,
    )


@contextmanager
def full_disks(path: Path) -> Iterator[None]:
    """`plain_errors` that also knows how Polars words a failing disk, if it says what failed at all."""
    with plain_errors(path):
        try:
            yield
        except pl.exceptions.ComputeError as error:
            found = re.search(r"\(os error (\d+)\)", str(error))
            if found is not None:
                raise OSError(int(found[1]), os.strerror(int(found[1]))) from error
            if refused := refusal(path):
                raise refused from error
            raise
