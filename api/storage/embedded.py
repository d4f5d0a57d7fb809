"""The embedded store: SQLite for records, Parquet for events, in one folder. Default of the demo and of one box.

PATH/bittern.db: segments, occurrences, alerts, assets, dead letters
PATH/events/<dataset>/<yyyy-mm-dd>/<segment>.parquet: events
PATH/tmp: files being written · PATH/writer.lock: held while a segment is written
"""

from __future__ import annotations

import errno
import json
import os
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import polars as pl

from api.storage.assets import gathered, merged
from api.storage.embedded_alerts import fold_in, list_alerts, read_alert, read_occurrences
from api.storage.embedded_compaction import compact
from api.storage.embedded_database import SCHEMA, Database, plain_errors
from api.storage.embedded_events import (
    count_events,
    count_found,
    events_over_time,
    group_events,
    not_stored,
    read_events,
    sums_over_time,
)
from api.storage.embedded_facets import alert_facets, count_alerts
from api.storage.embedded_files import EventFile, EventFiles, await_files, overlapping, register, span_of
from api.storage.embedded_lock import WRITER_SECONDS, sole_writer
from api.storage.embedded_parts import holding_any, list_parts, read_holdings, registered, retire
from api.storage.embedded_records import (
    apply,
    last_change,
    list_changes,
    list_lines,
    list_records,
    note,
    read_record,
)
from api.storage.intake import Intake, gathered_in, take_in
from api.storage.records import asset_from, asset_record, dead_letter_from, dead_letter_record, dumps
from detection.occurrence import Occurrence
from response.alerts import Alert, AlertChange
from response.ports import (
    AlertQuery,
    AssetRecord,
    DeadLetter,
    EventGroups,
    EventPage,
    EventQuery,
    EventSums,
    Page,
    Segment,
    StoreHealth,
    Written,
)
from response.records import AuditLine, Change, Decide, Deed, RecordQuery, Stored, Write
from response.retention.holdings import Holdings, Part
from response.retention.policy import Bound
from response.store_errors import Busy, NotFound, ReadOnly, StoreError

New = tuple[Segment, Intake]
"""A segment that is not stored yet, sorted."""
READ_AGAIN = 5
Answer = TypeVar("Answer")


class EmbeddedStore:
    """The Store port over one folder. One segment is written at a time; any number of threads and processes read."""

    def __init__(self, root: Path) -> None:
        """Open the folder, make it when it is missing. Raises StoreError. Where nothing can be written it is read."""
        self._root = root
        self._files = EventFiles(root)
        with suppress(ReadOnly), plain_errors(root):
            if root.is_file():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            root.mkdir(mode=0o700, parents=True, exist_ok=True)  # hashes of passwords, and what a plant does
            self._files.tmp.mkdir(exist_ok=True)
        self._database = Database(root / "bittern.db")
        if self._database.writable:
            with suppress(Busy, ReadOnly), self._sole_writer(patience=0):
                self._sweep()

    def _sole_writer(self, patience: float = WRITER_SECONDS) -> AbstractContextManager[None]:
        return sole_writer(self._root / "writer.lock", patience)

    def _sweep(self) -> None:
        with self._database.writing() as connection:
            self._files.sweep(connection)

    def _check_writable(self) -> None:
        if not self._database.writable:
            raise ReadOnly(str(self._root), "opened_for_reading")

    def write(self, segment: Segment) -> Written:
        return self.write_all([segment])

    def write_all(self, segments: Sequence[Segment]) -> Written:
        self._check_writable()
        with self._sole_writer():
            new, known = [], 0
            for each in {each.id: each for each in segments}.values():
                if (rows := self._rows_of(each.id)) is None:
                    new.append((each, take_in(each)))
                else:
                    known += rows
            if not new:
                return Written(events_known=known)
            try:
                intake = gathered_in([taken for _, taken in new])
                done = self._store(new, intake, self._news(new[0][0].sensor, intake))
            except BaseException:
                with suppress(StoreError):  # what stays is swept by the next writer
                    self._sweep()
                raise
            return done + Written(events_known=known)

    def _rows_of(self, segment: str) -> int | None:
        with self._database.reading() as connection:
            row = connection.execute("SELECT rows FROM segments WHERE id = ?", (segment,)).fetchone()
        return None if row is None else int(row["rows"])

    def _news(self, sensor: str, intake: Intake) -> dict[str, pl.DataFrame]:
        """The rows that no segment of the sensor brought before."""
        news = {}
        for dataset, frame in intake.frames.items():
            first, last = span_of(frame)
            with self._database.reading() as connection:
                files = overlapping(connection, dataset, first, last + 1, sensor)
            rows = not_stored(self._root, frame, dataset, files)
            if not rows.is_empty():
                news[dataset] = rows
        return news

    def _store(self, new: Sequence[New], intake: Intake, news: dict[str, pl.DataFrame]) -> Written:
        """Files go by the first of the segments."""
        name = new[0][0].id
        places = {dataset: self._files.place(name, dataset, frame) for dataset, frame in news.items()}
        with self._database.writing() as connection:
            self._files.sweep(connection)
            await_files(connection, places.values())
        staged = [self._files.stage(places[dataset], dataset, frame) for dataset, frame in news.items()]
        self._files.settle(staged)
        with self._database.writing() as connection:
            return self._commit(connection, new, intake, staged)

    def _commit(
        self, connection: sqlite3.Connection, new: Sequence[New], intake: Intake, staged: list[EventFile]
    ) -> Written:
        rows = [(s.id, s.sensor, s.first, s.last, taken.rows, dumps(s.counters)) for s, taken in new]
        connection.executemany("INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?)", rows)
        register(connection, new[0][0].id, new[0][0].sensor, staged)
        folds = fold_in(connection, intake.occurrences)
        for alert_id in folds.alerts:
            note(connection, "alert", alert_id, read_alert(connection, alert_id).etag)
        dead = 0
        for letter in intake.dead:
            letter_row = (letter.id, dumps(dead_letter_record(letter)))
            dead += connection.execute("INSERT OR IGNORE INTO dead_letters VALUES (?, ?)", letter_row).rowcount
        written = sum(file.rows for file in staged)
        return Written(written, intake.rows - written, folds.occurrences, folds.opened, folds.touched, dead)

    def alerts(self, query: AlertQuery) -> Page[Alert]:
        with self._database.reading() as connection:
            return list_alerts(connection, query)

    def alert(self, alert_id: str) -> Alert:
        with self._database.reading() as connection:
            return read_alert(connection, alert_id)

    def count_alerts(self, query: AlertQuery) -> int:
        with self._database.reading() as connection:
            return count_alerts(connection, query)

    def alert_facets(self, query: AlertQuery, by: Sequence[str]) -> Mapping[str, tuple[tuple[str | None, int], ...]]:
        with self._database.reading() as connection:
            return alert_facets(connection, query, by)

    def occurrences(self, alert_id: str) -> tuple[Occurrence, ...]:
        with self._database.reading() as connection:
            return read_occurrences(connection, alert_id)

    def update_alert(self, alert_id: str, change: AlertChange, etag: str) -> Alert:
        [alert] = self.commit([Decide(alert_id, change, etag)])
        assert isinstance(alert, Alert)
        return alert

    def commit(self, writes: Sequence[Write], deed: Deed | None = None) -> tuple[Stored | Alert, ...]:
        self._check_writable()
        with self._database.writing() as connection:
            return apply(connection, writes, deed)

    def record(self, kind: str, record_id: str) -> Stored:
        with self._database.reading() as connection:
            return read_record(connection, kind, record_id)

    def records(self, query: RecordQuery) -> Page[Stored]:
        with self._database.reading() as connection:
            return list_records(connection, query)

    def changes(self, after: int, limit: int = 500) -> tuple[Change, ...]:
        with self._database.reading() as connection:
            return list_changes(connection, after, limit)

    def last_change(self) -> int:
        with self._database.reading() as connection:
            return last_change(connection)

    def audit(self, after: int = 0, limit: int = 500) -> tuple[AuditLine, ...]:
        with self._database.reading() as connection:
            return list_lines(connection, after, limit)

    def _reading_files(self, read: Callable[[], Answer]) -> Answer:
        """Reads again, from a new list of files, where one was taken out of the store before it was opened."""
        with plain_errors(self._root):
            for _ in range(READ_AGAIN):
                with suppress(FileNotFoundError):
                    return read()
            return read()

    def events(self, query: EventQuery) -> EventPage:
        return self._reading_files(lambda: read_events(self._root, self._database, query))

    def group_events(self, query: EventQuery, by: Sequence[str], limit: int, sums: Sequence[str] = ()) -> EventGroups:
        return self._reading_files(lambda: group_events(self._root, self._database, query, by, limit, sums))

    def events_over_time(self, query: EventQuery, step: int) -> tuple[tuple[int, int], ...]:
        return self._reading_files(lambda: events_over_time(self._root, self._database, query, step))

    def sums_over_time(self, query: EventQuery, step: int, by: Sequence[str], of: str) -> EventSums:
        return self._reading_files(lambda: sums_over_time(self._root, self._database, query, step, by, of))

    def count_events(self, query: EventQuery) -> int:
        return self._reading_files(lambda: count_found(self._root, self._database, query))

    def count(self, dataset: str) -> int:
        return count_events(self._database, dataset)

    def holdings(self, now: int) -> Holdings:
        with self._database.reading() as connection, plain_errors(self._root):
            return read_holdings(connection, self._root, now)

    def parts(self, dataset: str, after: tuple[int, str] | None = None, limit: int = 500) -> tuple[Part, ...]:
        with self._database.reading() as connection, plain_errors(self._root):
            return list_parts(connection, self._root, dataset, after, limit)

    def parts_holding(self, dataset: str, parts: Sequence[str], events: Collection[str]) -> frozenset[str]:
        def read() -> frozenset[str]:
            with self._database.reading() as connection:
                files = registered(connection, dataset, parts)
            return holding_any(self._root, dataset, files, events)

        return self._reading_files(read)

    def remove_parts(self, dataset: str, parts: Sequence[str]) -> None:
        self._check_writable()
        with self._sole_writer():
            with self._database.writing() as connection:
                retire(connection, registered(connection, dataset, parts))
            self._sweep()

    def tend(self, dataset: str, bound: Bound) -> bool:
        self._check_writable()
        with self._sole_writer():
            return compact(self._database, self._files, dataset)

    def vacuum(self) -> None:
        """Give free room of the database back to the disk. Raises Busy while somebody else has a transaction open."""
        self._check_writable()
        with self._sole_writer():
            self._sweep()
            self._database.shrink()

    def put_assets(self, assets: Sequence[AssetRecord]) -> None:
        self._check_writable()
        with self._database.writing() as connection:
            for key, record in gathered(assets).items():
                row = connection.execute("SELECT body FROM assets WHERE key = ?", (key,)).fetchone()
                whole = record if row is None else merged(asset_from(json.loads(row["body"])), record)
                connection.execute("INSERT OR REPLACE INTO assets VALUES (?, ?)", (key, dumps(asset_record(whole))))

    def assets(self) -> tuple[AssetRecord, ...]:
        with self._database.reading() as connection:
            rows = connection.execute("SELECT body FROM assets ORDER BY key").fetchall()
        return tuple(asset_from(json.loads(row["body"])) for row in rows)

    def asset(self, key: str) -> AssetRecord:
        with self._database.reading() as connection:
            row = connection.execute("SELECT body FROM assets WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise NotFound(f"asset {key}", "no_such_key")
        return asset_from(json.loads(row["body"]))

    def dead_letters(self) -> tuple[DeadLetter, ...]:
        with self._database.reading() as connection:
            rows = connection.execute("SELECT body FROM dead_letters ORDER BY id").fetchall()
        return tuple(dead_letter_from(json.loads(row["body"])) for row in rows)

    def health(self) -> StoreHealth:
        with self._database.reading() as connection:
            counts = connection.execute(
                "SELECT (SELECT count(*) FROM segments) AS segments, (SELECT count(*) FROM alerts) AS alerts,"
                " (SELECT count(*) FROM dead_letters) AS dead_letters,"
                " (SELECT coalesce(sum(bytes), 0) FROM files) AS bytes"
            ).fetchone()
        with plain_errors(self._root):
            size = counts["bytes"] + sum(p.stat().st_size for p in self._root.glob("bittern.db*"))
        return StoreHealth(
            kind="embedded",
            location=f"embedded:{self._root}",
            version=f"SQLite {sqlite3.sqlite_version}, Polars {pl.__version__}, schema {SCHEMA}",
            status="green",
            writable=self._database.writable,
            segments=counts["segments"],
            alerts=counts["alerts"],
            dead_letters=counts["dead_letters"],
            bytes=size,
        )

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
