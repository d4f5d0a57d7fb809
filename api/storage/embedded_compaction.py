"""Makes few files of many: a live sensor writes one per dataset and segment, thousands a day.

Files of one sensor, dataset and day that are alike small become one, in order of time. The new file is registered in
the transaction that takes the old ones out; whoever dies before it leaves a pending file, after it pending old ones.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from api.storage.embedded_database import Database
from api.storage.embedded_files import EventFile, EventFiles, await_files, register, scan
from api.storage.embedded_parts import retire, written_at
from detection.occurrence import text_id

SMALL = (1_000, 16_000)
"""Rows below which a file is of the first tier, of the second; larger ones stay as they are. So each row is written
anew a few times at most."""
TOGETHER = 16
"""So many files of a tier are made one."""
MOST_ROWS, MOST_FILES = 64_000, 512
"""Of one step: rows are wide, and the writer's lock is held meanwhile."""


@dataclass(frozen=True)
class Heap:
    """Files that become one."""

    dataset: str
    sensor: str
    files: tuple[EventFile, ...]

    @property
    def name(self) -> str:
        """Names the new file after all that are in it, so that a step done again writes the same one."""
        return text_id("compacted", *(file.path for file in self.files))


def next_heap(connection: sqlite3.Connection, dataset: str) -> Heap | None:
    """The largest heap of small files of a dataset, if there is one that is worth it."""
    tier = f"CASE WHEN rows < {SMALL[0]} THEN 0 ELSE 1 END"
    day = "substr(path, 1, length('events/' || dataset) + 12)"
    found = connection.execute(
        f"SELECT sensor, {day} AS day, {tier} AS tier, count(*) AS number FROM files WHERE dataset = ? AND rows < ?"
        " GROUP BY 1, 2, 3 HAVING number >= ? ORDER BY number DESC, day LIMIT 1",
        (dataset, SMALL[1], TOGETHER),
    ).fetchone()
    if found is None:
        return None
    low, high = ((0, SMALL[0]), SMALL)[found["tier"]]
    rows = connection.execute(
        "SELECT path, dataset, first, last, rows, bytes FROM files"
        " WHERE dataset = ? AND sensor = ? AND path >= ? AND path < ? AND rows >= ? AND rows < ?"
        " ORDER BY first, path LIMIT ?",
        (dataset, found["sensor"], found["day"], found["day"] + "\uffff", low, high, MOST_FILES),
    )
    return Heap(dataset, found["sensor"], _bounded([EventFile(**dict(row)) for row in rows]))


def _bounded(files: Sequence[EventFile]) -> tuple[EventFile, ...]:
    """The first of the files that are not too many rows together; two at least."""
    rows = 0
    for number, file in enumerate(files):
        rows += file.rows
        if rows > MOST_ROWS and number >= 2:
            return tuple(files[:number])
    return tuple(files)


def gathered_rows(root: Path, heap: Heap) -> pl.DataFrame:
    """All rows of a heap in order."""
    return scan(root, heap.dataset, heap.files).sort("@timestamp", "event.id").collect()


def keep_age(root: Path, heap: Heap, staged: Path) -> None:
    """The new file is as old as the youngest of the old ones: retention goes by it."""
    written = max(written_at(root / file.path, file.last) for file in heap.files)
    os.utime(staged, ns=(written, written))


def stage_heap(files: EventFiles, heap: Heap) -> EventFile:
    """Write the file of a heap, durable, not in the store yet; its place is already pending."""
    staged = files.stage(place_of(heap), heap.dataset, gathered_rows(files.root, heap))
    keep_age(files.root, heap, files.staged(staged.path))
    return staged


def place_of(heap: Heap) -> str:
    """Where the file of a heap belongs: beside the old ones."""
    return f"{heap.files[0].path.rpartition('/')[0]}/{heap.name}.parquet"


def compact(database: Database, files: EventFiles, dataset: str) -> bool:
    """One heap of a dataset, if there is one; whether there was. The caller holds the writer's lock."""
    with database.writing() as connection:
        files.sweep(connection)
        heap = next_heap(connection, dataset)
        if heap is None:
            return False
        await_files(connection, [place_of(heap)])
    staged = stage_heap(files, heap)
    files.settle([staged])
    with database.writing() as connection:
        register(connection, heap.name, heap.sensor, [staged])
        retire(connection, heap.files)
    with database.writing() as connection:
        files.sweep(connection)
    return True
