"""Occurrences and alerts of the embedded store, inside its transactions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from api.storage.cursors import read_cursor, write_cursor
from api.storage.records import alert_from, alert_record, dumps, occurrence_from, occurrence_record
from api.storage.triage import check_alerts, classes, network_span, query_words, severities, words_of
from detection.occurrence import Occurrence
from response.alerts import (
    EARLIEST_NEEDED,
    SEVERITIES,
    Alert,
    Totals,
    appended,
    continued,
    decided,
    fold_key,
    folded,
    in_order,
    placed,
)
from response.ports import AlertQuery, Page
from response.store_errors import NotFound

ASKED_AT_ONCE = 500
"""Ids in one statement."""
Fresh = dict[str, Occurrence]
"""Occurrences written in this transaction, by id: most of what an alert is computed from need not be read again."""


@dataclass(frozen=True)
class Folded:
    """How many occurrences were new, how many alerts they opened, how many others they went into; all these alerts."""

    occurrences: int
    opened: int
    touched: int
    alerts: tuple[str, ...]


@dataclass(frozen=True)
class _Target:
    """The alert that takes a thread's occurrences, and whether it is to be opened."""

    alert: str
    precedent: str | None
    opens: bool
    since: int
    """The least first_seen of the occurrences it takes, ns."""
    newest: int
    """The greatest first_seen of those it had before."""
    taken: list[Occurrence]
    """Those it takes, in order."""


def fold_in(connection: sqlite3.Connection, occurrences: Iterable[Occurrence]) -> Folded:
    """Store the occurrences that are new, each in its alert, and compute these alerts again."""
    targets: dict[str, _Target] = {}
    new: Fresh = {}
    rows = []
    ordered = in_order(occurrences)
    known = _known(connection, [o.id for o in ordered])
    for o in ordered:
        if o.id in known or o.id in new:
            continue
        thread = fold_key(o)
        target = targets.get(thread)
        if target is None:
            target = targets[thread] = _target(connection, thread, o)
        target.taken.append(o)
        rows.append((o.id, target.alert, o.first_seen, o.last_seen, o.count, dumps(occurrence_record(o))))
        new[o.id] = o
    connection.executemany("INSERT INTO occurrences VALUES (?, ?, ?, ?, ?, ?)", rows)
    for thread, target in targets.items():
        _recompute(connection, thread, target, new)
    opened = sum(target.opens for target in targets.values())
    return Folded(len(new), opened, len(targets) - opened, tuple(target.alert for target in targets.values()))


def _known(connection: sqlite3.Connection, ids: Sequence[str]) -> set[str]:
    """Those of the occurrences that are stored."""
    found: set[str] = set()
    for begin in range(0, len(ids), ASKED_AT_ONCE):
        asked = ids[begin : begin + ASKED_AT_ONCE]
        query = f"SELECT id FROM occurrences WHERE id IN ({', '.join('?' * len(asked))})"
        found |= {row["id"] for row in connection.execute(query, asked)}
    return found


def _target(connection: sqlite3.Connection, thread: str, first: Occurrence) -> _Target:
    rows = connection.execute("SELECT id, status FROM alerts WHERE thread = ? ORDER BY serial", (thread,))
    placement = placed([(row["id"], row["status"]) for row in rows])
    if placement.alert is None:
        return _Target(first.id, placement.precedent, True, first.first_seen, -1, [])
    query = "SELECT max(first_seen) AS newest FROM occurrences WHERE alert = ?"
    newest = connection.execute(query, (placement.alert,)).fetchone()["newest"]
    return _Target(placement.alert, None, False, first.first_seen, newest, [])


def _recompute(connection: sqlite3.Connection, thread: str, target: _Target, fresh: Fresh) -> None:
    if target.opens:
        alert = _computed(connection, target.alert, target.precedent, fresh)
        columns = {"id": alert.id, "thread": thread, **_columns(alert)}
        marks = ", ".join("?" * len(columns))
        connection.execute(f"INSERT INTO alerts ({', '.join(columns)}) VALUES ({marks})", list(columns.values()))
        return
    known = read_alert(connection, target.alert)
    if _is_behind_the_first(connection, target):
        write_alert(connection, continued(known, *_extent(connection, target.alert, fresh)))
        return
    if target.newest < target.since:
        totals, latest = _extent(connection, target.alert, fresh)
        write_alert(connection, appended(known, totals, target.taken, latest))
        return
    write_alert(connection, decided(_computed(connection, target.alert, known.precedent, fresh), known))


def _is_behind_the_first(connection: sqlite3.Connection, target: _Target) -> bool:
    """Whether so many occurrences came before the new ones that these cannot be among the first: a long alert is then
    not read again from its beginning."""
    before = connection.execute(
        "SELECT 1 FROM occurrences WHERE alert = ? AND first_seen < ? LIMIT 1 OFFSET ?",
        (target.alert, target.since, EARLIEST_NEEDED - 1),
    )
    return before.fetchone() is not None


def _extent(connection: sqlite3.Connection, alert_id: str, fresh: Fresh) -> tuple[Totals, Occurrence]:
    sums = connection.execute("SELECT sum(count), count(*) FROM occurrences WHERE alert = ?", (alert_id,)).fetchone()
    latest = connection.execute(
        "SELECT id, body FROM occurrences WHERE alert = ? ORDER BY last_seen DESC, id DESC LIMIT 1", (alert_id,)
    ).fetchone()
    return Totals(*sums), _occurrence(latest, fresh)


def _computed(connection: sqlite3.Connection, alert_id: str, precedent: str | None, fresh: Fresh) -> Alert:
    """The alert as its occurrences make it."""
    earliest = connection.execute(
        "SELECT id, body FROM occurrences WHERE alert = ? ORDER BY first_seen, id LIMIT ?", (alert_id, EARLIEST_NEEDED)
    ).fetchall()
    totals, latest = _extent(connection, alert_id, fresh)
    return folded(alert_id, precedent, totals, [_occurrence(row, fresh) for row in earliest], latest)


def _occurrence(row: sqlite3.Row, fresh: Fresh) -> Occurrence:
    return fresh.get(row["id"]) or occurrence_from(json.loads(row["body"]))


def _columns(alert: Alert) -> dict[str, Any]:
    return {
        "status": alert.status,
        "class": alert.rule_class,
        "severity": SEVERITIES.index(alert.severity),
        "rule": alert.rule,
        "rule_id": alert.rule_id,
        "source_ip": _packed(alert.source.get("ip")),
        "destination_ip": _packed(alert.destination.get("ip")),
        "drill": alert.drill,
        "assignee": alert.assignee or "",
        "resolution": alert.resolution,
        "incident": alert.incident,
        "suppressed_by": alert.suppressed_by,
        "first_seen": alert.first_seen,
        "last_seen": alert.last_seen,
        "count": alert.count,
        "words": "\n".join(words_of(alert)),
        "body": dumps(alert_record(alert)),
    }


def _packed(address: object) -> bytes | None:
    """An address as 16 bytes in order of addresses, IPv4 as mapped IPv6; None when it is none."""
    try:
        return network_span(str(address))[0]
    except ValueError:
        return None


def write_alert(connection: sqlite3.Connection, alert: Alert) -> None:
    """Put an alert into the row that it has."""
    columns = _columns(alert)
    assignments = ", ".join(f"{name} = ?" for name in columns)
    connection.execute(f"UPDATE alerts SET {assignments} WHERE id = ?", [*columns.values(), alert.id])


def read_alert(connection: sqlite3.Connection, alert_id: str) -> Alert:
    """One alert. Raises NotFound."""
    row = connection.execute("SELECT body FROM alerts WHERE id = ?", (alert_id,)).fetchone()
    if row is None:
        raise NotFound(f"alert {alert_id}", "no_such_id")
    return alert_from(json.loads(row["body"]))


def read_occurrences(connection: sqlite3.Connection, alert_id: str) -> tuple[Occurrence, ...]:
    """The occurrences of an alert in order. Raises NotFound."""
    read_alert(connection, alert_id)
    query = "SELECT body FROM occurrences WHERE alert = ? ORDER BY first_seen, id"
    return tuple(occurrence_from(json.loads(row["body"])) for row in connection.execute(query, (alert_id,)))


def list_alerts(connection: sqlite3.Connection, query: AlertQuery) -> Page[Alert]:
    """One page of alerts."""
    check_alerts(query)
    where, values = where_of(query)
    after = read_cursor(query)
    direction, beyond = ("DESC", "<") if query.descending else ("ASC", ">")
    if after is not None:
        where.append(f"({query.sort}, id) {beyond} (?, ?)")
        values += after
    statement = (
        f"SELECT {query.sort} AS place, id, body FROM alerts WHERE {' AND '.join(where)}"
        f" ORDER BY {query.sort} {direction}, id {direction} LIMIT ?"
    )
    rows = connection.execute(statement, [*values, query.limit + 1]).fetchall()
    shown = rows[: query.limit]
    cursor = write_cursor(query, (shown[-1]["place"], shown[-1]["id"])) if len(rows) > query.limit else None
    return Page(tuple(alert_from(json.loads(row["body"])) for row in shown), cursor)


def where_of(query: AlertQuery) -> tuple[list[str], list[Any]]:
    """Conditions and their parameters, in one order."""
    tests: list[tuple[str, Sequence[Any]]] = [
        _one_of("severity", [SEVERITIES.index(s) for s in severities(query)]),
        _one_of("class", classes(query)),
    ]
    if query.statuses:
        tests.append(_one_of("status", query.statuses))
    if query.drill is not None:
        tests.append(("drill = ?", [query.drill]))
    for column, values in (
        ("assignee", query.assignees),
        ("resolution", query.resolutions),
        ("incident", query.incidents),
    ):
        if values:
            tests.append(_one_of(column, values))
    if query.suppressed is not None:
        tests.append((f"suppressed_by IS {'NOT ' * query.suppressed}NULL", []))
    if query.rules:
        by_name, names = _one_of("rule", query.rules)
        by_id, ids = _one_of("rule_id", query.rules)
        tests.append((f"({by_name} OR {by_id})", [*names, *ids]))
    if query.start is not None:
        tests.append(("last_seen >= ?", [query.start]))
    if query.end is not None:
        tests.append(("first_seen < ?", [query.end]))
    if query.source_ip is not None:
        tests.append(("source_ip BETWEEN ? AND ?", network_span(query.source_ip)))
    if query.destination_ip is not None:
        tests.append(("destination_ip BETWEEN ? AND ?", network_span(query.destination_ip)))
    tests += [("instr(words, ?) > 0", [word]) for word in query_words(query.text)]
    return [test for test, _ in tests], [value for _, values in tests for value in values]


def _one_of(column: str, values: Sequence[Any]) -> tuple[str, Sequence[Any]]:
    return f"{column} IN ({', '.join('?' * len(values))})", values
