"""Brings an embedded store of an earlier schema to this one, in one transaction; the database as it was is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from api.storage.embedded_database import SCHEMA, plain_errors
from response.store_errors import WrongSchema

Step = Callable[[sqlite3.Connection], None]

SECOND = """
ALTER TABLE alerts ADD COLUMN assignee TEXT NOT NULL DEFAULT '';
ALTER TABLE alerts ADD COLUMN resolution TEXT;
ALTER TABLE alerts ADD COLUMN incident TEXT;
ALTER TABLE alerts ADD COLUMN suppressed_by TEXT;
UPDATE alerts SET
    assignee = coalesce(json_extract(body, '$.assignee'), ''), resolution = json_extract(body, '$.resolution');
CREATE INDEX alerts_of_incident ON alerts (incident);
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
INSERT INTO changes (kind, id, etag) SELECT 'alert', id, json_extract(body, '$.etag') FROM alerts ORDER BY serial;
CREATE TABLE audit (number INTEGER PRIMARY KEY, hash TEXT NOT NULL, body TEXT NOT NULL)
"""
"""Records, audit log and changes. Every alert is noted as changed, so that incidents are made of them."""


def _script(text: str) -> Step:
    def step(connection: sqlite3.Connection) -> None:
        for statement in text.split(";"):
            connection.execute(statement)

    return step


STEPS: dict[int, Step] = {1: _script(SECOND)}
"""What leads from each schema to the next. There is no way back: the kept database is."""


@dataclass(frozen=True)
class Migration:
    """From which schema to which; `kept` is the database as it was, None when nothing was done."""

    found: int
    schema: int
    kept: Path | None


def migrate(root: Path, *, dry: bool = False) -> Migration:
    """Brings the store in `root` to this program's schema; `dry` only says what would be done.

    Raises WrongSchema for a database of a later program or of another one, Busy while somebody writes, StoreError.
    """
    path = root / "bittern.db"
    with plain_errors(path), closing(sqlite3.connect(path.absolute().as_uri() + "?mode=rw", uri=True)) as connection:
        connection.isolation_level = None
        found = schema_of(connection, path)
        if found == SCHEMA or dry:
            return Migration(found, SCHEMA, None)
        kept = root / f"bittern.db.schema-{found}"
        kept.unlink(missing_ok=True)  # of an attempt that was cut off
        connection.execute("VACUUM INTO ?", (str(kept),))
        kept.chmod(0o600)
        _run(connection, path)
        return Migration(found, SCHEMA, kept)


def schema_of(connection: sqlite3.Connection, path: Path) -> int:
    """The schema of a database, one that this program can bring to its own. Raises WrongSchema."""
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").fetchone():
        raise WrongSchema(str(path), "foreign_database")
    found = int(connection.execute("SELECT schema FROM meta").fetchone()[0])
    if found != SCHEMA and found not in STEPS:
        raise WrongSchema(str(path), "other_schema", found=str(found), known=SCHEMA)
    return found


def _run(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Asked again, now that nobody else writes: another process may have done it meanwhile.
        for schema in range(schema_of(connection, path), SCHEMA):
            STEPS[schema](connection)
        connection.execute("UPDATE meta SET schema = ?", (SCHEMA,))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
