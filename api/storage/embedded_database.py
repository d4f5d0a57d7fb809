"""The SQLite file of the embedded store: schema, a connection per thread, transactions, errors in plain words."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from weakref import WeakSet

from response.store_errors import (
    Busy,
    Damaged,
    Full,
    ReadOnly,
    StoreError,
    Unreachable,
    WrongSchema,
)

SCHEMA = 2
BUSY_SECONDS = 10.0
BUSY_STEP = 0.01

TABLES = """
CREATE TABLE meta (schema INTEGER NOT NULL);
CREATE TABLE segments (
    id TEXT PRIMARY KEY, sensor TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    rows INTEGER NOT NULL, counters TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE pending (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE files (
    path TEXT PRIMARY KEY, segment TEXT NOT NULL, dataset TEXT NOT NULL, sensor TEXT NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX files_by_time ON files (dataset, first);
CREATE TABLE occurrences (
    id TEXT PRIMARY KEY, alert TEXT NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
    count INTEGER NOT NULL, body TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX occurrences_in_order ON occurrences (alert, first_seen, id);
CREATE INDEX occurrences_latest ON occurrences (alert, last_seen, id);
CREATE TABLE alerts (
    serial INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, thread TEXT NOT NULL,
    status TEXT NOT NULL, class TEXT NOT NULL, severity INTEGER NOT NULL, rule TEXT NOT NULL, rule_id TEXT NOT NULL,
    source_ip BLOB, destination_ip BLOB, drill INTEGER NOT NULL,
    assignee TEXT NOT NULL, resolution TEXT, incident TEXT, suppressed_by TEXT,
    first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, count INTEGER NOT NULL,
    words TEXT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX alerts_of_thread ON alerts (thread, serial);
CREATE INDEX alerts_by_last_seen ON alerts (last_seen, id);
CREATE INDEX alerts_by_first_seen ON alerts (first_seen, id);
CREATE INDEX alerts_by_severity ON alerts (severity, id);
CREATE INDEX alerts_by_count ON alerts (count, id);
CREATE INDEX alerts_of_incident ON alerts (incident);
CREATE TABLE assets (key TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE dead_letters (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE records (
    kind TEXT NOT NULL, id TEXT NOT NULL, etag INTEGER NOT NULL, time INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE INDEX records_by_time ON records (kind, time, id);
CREATE TABLE record_words (
    kind TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (kind, field, value, id)
) WITHOUT ROWID;
CREATE INDEX words_of_record ON record_words (kind, id);
CREATE TABLE changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, etag TEXT
);
CREATE TABLE audit (number INTEGER PRIMARY KEY, hash TEXT NOT NULL, body TEXT NOT NULL);
"""

_BY_ERRNO: dict[int, type[StoreError]] = {
    errno.ENOSPC: Full,
    errno.EDQUOT: Full,
    errno.EFBIG: Full,
    errno.EROFS: ReadOnly,
    errno.EACCES: ReadOnly,
    errno.EPERM: ReadOnly,
}
_BY_SQLITE_CODE: dict[int, type[StoreError]] = {
    sqlite3.SQLITE_FULL: Full,
    sqlite3.SQLITE_READONLY: ReadOnly,
    sqlite3.SQLITE_PERM: ReadOnly,
    sqlite3.SQLITE_BUSY: Busy,
    sqlite3.SQLITE_LOCKED: Busy,
    sqlite3.SQLITE_CANTOPEN: Unreachable,
    sqlite3.SQLITE_NOTADB: Damaged,
    sqlite3.SQLITE_CORRUPT: Damaged,
}


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise into `StoreError`."""
    try:
        yield
    except OSError as error:
        kind = _BY_ERRNO.get(error.errno or 0, Unreachable)
        raise kind(str(path), "system", errno=error.errno or 0, message=error.strerror or str(error)) from error
    except sqlite3.Error as error:
        primary = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        kind = _BY_SQLITE_CODE.get(primary, StoreError)
        name = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
        raise kind(str(path), "database", message=str(error), name=name) from error


def _to_wal(connection: sqlite3.Connection) -> None:
    """Readers and a writer side by side. While others open the same new file SQLite refuses this at once, whatever its
    busy time-out, so that it is asked again."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
        time.sleep(BUSY_STEP)


class _Connection(sqlite3.Connection):
    """A connection that closes when its thread has gone."""

    def __del__(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # never opened
            self.close()


class Database:
    """A SQLite file in WAL mode; every thread has a connection of its own."""

    def __init__(self, path: Path) -> None:
        """Open the file, make it when it is missing. Raises WrongSchema, Damaged, ReadOnly, Full, Unreachable.

        On a medium that cannot be written it opens for reading: `writable` is then False.
        """
        self.path = path
        self._local = threading.local()
        self._opened: WeakSet[sqlite3.Connection] = WeakSet()
        self._lock = threading.Lock()
        self._uri = path.absolute().as_uri()
        self.writable = True
        with plain_errors(path):
            self._settle()

    def _settle(self) -> None:
        if self._may_write():
            self._prepare(self._connection())
            return
        if not self.path.exists():
            raise ReadOnly(str(self.path), "no_database")
        # Beside a log that is there SQLite can read; without one nothing changes the file, and it is read as it is.
        log = self.path.with_name(self.path.name + "-wal")
        self._uri += "?mode=ro" if log.exists() else "?mode=ro&immutable=1"
        self.writable = False
        self._check(self._connection())

    def _may_write(self) -> bool:
        """Asked first: SQLite opens what it may not write without a word, and fails later."""
        return all(os.access(p, os.W_OK) for p in (self.path.parent, self.path) if p.exists())

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is not None:
            return found
        made = sqlite3.connect(
            self._uri, BUSY_SECONDS, isolation_level=None, check_same_thread=False, factory=_Connection, uri=True
        )
        made.row_factory = sqlite3.Row
        made.execute("PRAGMA synchronous = FULL")
        with self._lock:
            self._opened.add(made)
        self._local.connection = made
        return made

    def _prepare(self, connection: sqlite3.Connection) -> None:
        _to_wal(connection)
        connection.execute("BEGIN IMMEDIATE")
        try:
            if not connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone():
                for statement in TABLES.split(";"):
                    connection.execute(statement)
                connection.execute("INSERT INTO meta VALUES (?)", (SCHEMA,))
            self._check(connection)
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    def _check(self, connection: sqlite3.Connection) -> None:
        if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").fetchone():
            raise WrongSchema(str(self.path), "foreign_database")
        found = connection.execute("SELECT schema FROM meta").fetchone()[0]
        if found != SCHEMA:
            raise WrongSchema(str(self.path), "other_schema", found=str(found), known=SCHEMA)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection inside one consistent view of the database."""
        with plain_errors(self.path):
            connection = self._connection()
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("COMMIT")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection inside one write transaction: all of it is kept, or nothing."""
        with plain_errors(self.path):
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    def shrink(self) -> None:
        """Write the file anew without free pages, and empty the log."""
        with plain_errors(self.path):
            connection = self._connection()
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            opened, self._opened = list(self._opened), WeakSet()
        self._local = threading.local()
        for connection in opened:
            connection.close()
