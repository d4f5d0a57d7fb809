"""Generic records, the audit log and the changes of the embedded store, inside its transactions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from api.storage.cursors import read_cursor, write_cursor
from api.storage.embedded_alerts import read_alert, write_alert
from api.storage.record_query import check_records, line_from, place_of, wanted_words
from api.storage.records import dumps
from response.alerts import Alert, changed, marked
from response.ports import Page
from response.records import (
    KINDS,
    AuditLine,
    Change,
    Decide,
    Deed,
    Delete,
    Put,
    RecordQuery,
    Stored,
    Write,
    line_record,
    next_line,
    words_of_body,
)
from response.store_errors import Conflict, NotFound


def apply(connection: sqlite3.Connection, writes: Sequence[Write], deed: Deed | None) -> tuple[Stored | Alert, ...]:
    """Apply the writes and their line of the audit log. Raises Conflict, NotFound, Invalid: then nothing is done."""
    done = tuple(result for write in writes if (result := _apply_one(connection, write)) is not None)
    if deed is not None:
        line = next_line(last_line(connection), deed)
        body = {**line_record(line.number, deed, line.previous), "hash": line.hash}
        connection.execute("INSERT INTO audit VALUES (?, ?, ?)", (line.number, line.hash, dumps(body)))
    return done


def _apply_one(connection: sqlite3.Connection, write: Write) -> Stored | Alert | None:
    if isinstance(write, Put):
        return _put(connection, write)
    if isinstance(write, Delete):
        _delete(connection, write)
        return None
    known = read_alert(connection, write.alert)
    if isinstance(write, Decide):
        alert = changed(known, write.change, write.etag)
    else:
        alert = marked(known, write.incident, write.suppressed_by)
    if alert == known:
        return known
    write_alert(connection, alert)
    note(connection, "alert", alert.id, alert.etag)
    return alert


def note(connection: sqlite3.Connection, kind: str, record_id: str, etag: str | None) -> None:
    """Note a change that clients follow."""
    connection.execute("INSERT INTO changes (kind, id, etag) VALUES (?, ?, ?)", (kind, record_id, etag))


def _put(connection: sqlite3.Connection, put: Put) -> Stored:
    known = _etag_of(connection, put.kind, put.id)
    _check_etag(put.kind, put.id, known, put.etag)
    etag = str(int(known or 0) + 1)
    body = dumps(put.body)
    row = (put.kind, put.id, int(etag), place_of(put.kind, put.body), body)
    connection.execute("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)", row)
    connection.execute("DELETE FROM record_words WHERE kind = ? AND id = ?", (put.kind, put.id))
    words = [(put.kind, name, value, put.id) for name, value in words_of_body(KINDS[put.kind], put.body)]
    connection.executemany("INSERT INTO record_words VALUES (?, ?, ?, ?)", words)
    note(connection, put.kind, put.id, etag)
    return Stored(put.kind, put.id, etag, json.loads(body))


def _delete(connection: sqlite3.Connection, gone: Delete) -> None:
    known = _etag_of(connection, gone.kind, gone.id)
    if known is None:
        raise NotFound(f"{gone.kind} {gone.id}", "no_such_id")
    _check_etag(gone.kind, gone.id, known, gone.etag)
    for table in ("records", "record_words"):
        connection.execute(f"DELETE FROM {table} WHERE kind = ? AND id = ?", (gone.kind, gone.id))
    note(connection, gone.kind, gone.id, None)


def _etag_of(connection: sqlite3.Connection, kind: str, record_id: str) -> str | None:
    row = connection.execute("SELECT etag FROM records WHERE kind = ? AND id = ?", (kind, record_id)).fetchone()
    return None if row is None else str(row["etag"])


def _check_etag(kind: str, record_id: str, known: str | None, given: str | None) -> None:
    if known != given:
        raise Conflict(f"{kind} {record_id}", "other_etag", etag=known or "", given=given or "")


def read_record(connection: sqlite3.Connection, kind: str, record_id: str) -> Stored:
    """One record. Raises NotFound."""
    row = connection.execute("SELECT etag, body FROM records WHERE kind = ? AND id = ?", (kind, record_id)).fetchone()
    if row is None:
        raise NotFound(f"{kind} {record_id}", "no_such_id")
    return Stored(kind, record_id, str(row["etag"]), json.loads(row["body"]))


def list_records(connection: sqlite3.Connection, query: RecordQuery) -> Page[Stored]:
    """One page of records."""
    check_records(query)
    after = read_cursor(query)
    where: list[str] = ["kind = ?"]
    values: list[Any] = [query.kind]
    for name, wanted in query.equals.items():
        words = wanted_words(wanted)
        where.append(
            "id IN (SELECT id FROM record_words WHERE kind = ? AND field = ?"
            f" AND value IN ({', '.join('?' * len(words))}))"
        )
        values += [query.kind, name, *words]
    bounds: list[tuple[str, Any]] = [("time >= ?", query.start), ("time < ?", query.end)]
    where += [test for test, bound in bounds if bound is not None]
    values += [bound for _, bound in bounds if bound is not None]
    direction, beyond = ("DESC", "<") if query.descending else ("ASC", ">")
    if after is not None:
        where.append(f"(time, id) {beyond} (?, ?)")
        values += after
    statement = (
        f"SELECT id, etag, time, body FROM records WHERE {' AND '.join(where)}"
        f" ORDER BY time {direction}, id {direction} LIMIT ?"
    )
    rows = connection.execute(statement, [*values, query.limit + 1]).fetchall()
    shown = rows[: query.limit]
    cursor = write_cursor(query, (shown[-1]["time"], shown[-1]["id"])) if len(rows) > query.limit else None
    return Page(tuple(Stored(query.kind, r["id"], str(r["etag"]), json.loads(r["body"])) for r in shown), cursor)


def list_changes(connection: sqlite3.Connection, after: int, limit: int) -> tuple[Change, ...]:
    """Changes behind a number, in order."""
    rows = connection.execute("SELECT * FROM changes WHERE number > ? ORDER BY number LIMIT ?", (after, limit))
    return tuple(Change(row["number"], row["kind"], row["id"], row["etag"]) for row in rows)


def last_change(connection: sqlite3.Connection) -> int:
    """The number of the latest change, 0 when there is none."""
    return int(connection.execute("SELECT coalesce(max(number), 0) FROM changes").fetchone()[0])


def list_lines(connection: sqlite3.Connection, after: int, limit: int) -> tuple[AuditLine, ...]:
    """Lines of the audit log behind a number, in order."""
    rows = connection.execute("SELECT body FROM audit WHERE number > ? ORDER BY number LIMIT ?", (after, limit))
    return tuple(line_from(json.loads(row["body"])) for row in rows)


def last_line(connection: sqlite3.Connection) -> AuditLine | None:
    """The latest line of the audit log."""
    row = connection.execute("SELECT body FROM audit ORDER BY number DESC LIMIT 1").fetchone()
    return None if row is None else line_from(json.loads(row["body"]))
