"""What the embedded store holds, and the files that its events are removed by."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Collection, Sequence
from pathlib import Path

import polars as pl

from api.storage.embedded_files import EventFile, scan
from api.storage.event_query import check_events
from response.ports import EventQuery
from response.retention.holdings import RECENT, DatasetHoldings, Holdings, Part

RECORD_TABLES = {
    "alert": "alerts", "occurrence": "occurrences", "asset": "assets", "audit": "audit", "change": "changes",
    "dead_letter": "dead_letters", "segment": "segments",
}  # fmt: skip


def read_holdings(connection: sqlite3.Connection, root: Path, now: int) -> Holdings:
    """Figures of everything, from the registry alone: no file of events is opened."""
    recent = "first <= :now AND last >= :since"
    rows = connection.execute(
        "SELECT dataset, sum(rows) AS rows, sum(bytes) AS bytes, count(*) AS parts, min(first) AS first,"
        " max(last) AS last,"
        f" coalesce(sum(rows) FILTER (WHERE {recent}), 0) AS recent_rows,"
        f" coalesce(sum(bytes) FILTER (WHERE {recent}), 0) AS recent_bytes,"
        f" max(min(first) FILTER (WHERE {recent}), :since) AS recent_first"
        " FROM files GROUP BY dataset ORDER BY dataset",
        {"now": now, "since": now - RECENT},
    ).fetchall()
    counts = " UNION ALL ".join(f"SELECT '{kind}', count(*) FROM {table}" for kind, table in RECORD_TABLES.items())
    records = connection.execute(f"{counts} UNION ALL SELECT kind, count(*) FROM records GROUP BY kind").fetchall()
    disk = shutil.disk_usage(root)
    return Holdings(
        datasets=tuple(DatasetHoldings(**dict(row)) for row in rows),
        records={str(kind): int(count) for kind, count in records},
        record_bytes=sum(path.stat().st_size for path in root.glob("bittern.db*")),
        disk_bytes=disk.total,
        disk_free=disk.free,
    )


def list_parts(
    connection: sqlite3.Connection, root: Path, dataset: str, after: tuple[int, str] | None, limit: int
) -> tuple[Part, ...]:
    """Files by first row, then path, behind `after`. Raises Invalid for an unknown dataset."""
    check_events(EventQuery(dataset))
    beyond = "" if after is None else " AND (first, path) > (?, ?)"
    rows = connection.execute(
        "SELECT path AS id, dataset, first, last, rows, bytes FROM files"
        f" WHERE dataset = ?{beyond} ORDER BY first, path LIMIT ?",
        [dataset, *(after or ()), limit],
    ).fetchall()
    return tuple(Part(**dict(row), written=written_at(root / row["id"], row["last"])) for row in rows)


def written_at(path: Path, otherwise: int) -> int:
    """When a file was written, ns; one that has gone meanwhile is as old as its rows."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return otherwise


def holding_any(root: Path, dataset: str, files: Sequence[EventFile], events: Collection[str]) -> frozenset[str]:
    """The files that hold any of these events, by path."""
    if not files or not events:
        return frozenset()
    wanted = pl.Series(list(events), dtype=pl.String).implode()
    found = scan(root, dataset, files, path_as="#path").filter(pl.col("event.id").is_in(wanted)).select("#path")
    paths = found.unique().collect().to_series()
    return frozenset(str(Path(path).relative_to(root)) for path in paths)


def registered(connection: sqlite3.Connection, dataset: str, paths: Sequence[str]) -> list[EventFile]:
    """Those of the paths that are files of the dataset."""
    found = []
    for path in paths:
        row = connection.execute(
            "SELECT path, dataset, first, last, rows, bytes FROM files WHERE path = ? AND dataset = ?", (path, dataset)
        ).fetchone()
        found += [EventFile(**dict(row))] if row is not None else []
    return found


def retire(connection: sqlite3.Connection, files: Sequence[EventFile]) -> None:
    """Take files out of the store, inside the caller's transaction; the next sweep removes them from the disk. The
    caller holds the writer's lock."""
    paths = [(file.path,) for file in files]
    connection.executemany("DELETE FROM files WHERE path = ?", paths)
    connection.executemany("INSERT OR IGNORE INTO pending VALUES (?)", paths)
