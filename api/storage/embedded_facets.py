"""Counts alerts of the embedded store, all of them and by the values of their fields."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from api.storage.embedded_alerts import where_of
from api.storage.triage import check_alerts, check_facets, largest
from response.alerts import SEVERITIES
from response.ports import AlertQuery

COLUMNS = {"status": "status", "class": "class", "rule.name": "rule", "assignee": "nullif(assignee, '')"} | {
    name: name for name in ("severity", "resolution", "incident", "suppressed_by")
}
"""Where a facet is a column; the others lie in the alert's JSON."""
SEVERAL = ("threat.technique.id",)


def count_alerts(connection: sqlite3.Connection, query: AlertQuery) -> int:
    """How many alerts a query finds."""
    check_alerts(query)
    where, values = where_of(query)
    found = connection.execute(f"SELECT count(*) FROM alerts WHERE {' AND '.join(where)}", values).fetchone()
    return int(found[0])


def alert_facets(
    connection: sqlite3.Connection, query: AlertQuery, by: Sequence[str]
) -> Mapping[str, tuple[tuple[str | None, int], ...]]:
    """Alerts of a query counted by the values of fields."""
    check_facets(query, by)
    where, values = where_of(query)
    condition = " AND ".join(where)
    return {name: largest(_counted(connection, name, condition, values)) for name in by}


def _counted(
    connection: sqlite3.Connection, name: str, condition: str, values: Sequence[object]
) -> list[tuple[str | None, int]]:
    path = f"'$.\"{name}\"'"
    if name in SEVERAL:  # one row of a value each, one of NULL where there is none
        source = f"(SELECT * FROM alerts WHERE {condition}) LEFT JOIN json_each(json_extract(body, {path})) AS part"
        statement = f"SELECT part.value, count(*) FROM {source} GROUP BY 1"
    else:
        column = COLUMNS.get(name, f"json_extract(body, {path})")
        statement = f"SELECT {column}, count(*) FROM alerts WHERE {condition} GROUP BY 1"
    rows = connection.execute(statement, values).fetchall()
    if name == "severity":
        return [(SEVERITIES[row[0]], row[1]) for row in rows]
    return [(row[0], row[1]) for row in rows]
