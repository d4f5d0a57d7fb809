"""Reads events of the embedded store: which files, which rows, in pages that stay right while others write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from api.storage.admission import stored_schema
from api.storage.cursors import Place, read_cursor, write_cursor
from api.storage.embedded_database import Database
from api.storage.embedded_files import EventFile, overlapping, scan, span_of
from api.storage.event_conditions import expression, within
from api.storage.event_query import check_events, check_grouping, check_step, comparable
from response.ports import MOST_GROUPS, EventGroup, EventGroups, EventPage, EventQuery, EventSum, EventSums, Scalar

FILES_AT_ONCE = 64
ROWS_AT_ONCE = 250_000
MOST_HELD = 5 * MOST_GROUPS
"""Groups."""
MILLISECOND = 1_000_000
"""Elasticsearch counts spans of time in these; so do we."""
FIRST_TIME = -(2**63)
LAST_TIME = 2**63 - 1


def _condition(name: str, wanted: Scalar | Sequence[Scalar], kind: pl.DataType) -> pl.Expr:
    present, absent = comparable(wanted, kind)
    column = pl.col(name)
    if isinstance(kind, pl.List):
        text = column.cast(pl.List(pl.String()))
        tests = [text.list.contains(value) for value in present]
    elif name.endswith(".ip"):
        tests = [within(column, present)]
    elif kind == pl.Categorical():
        tests = [column.cast(pl.String()).is_in(present)]
    else:
        tests = [column.is_in(pl.Series(present, dtype=kind).implode())]
    tests += [column.is_null()] * absent
    return pl.any_horizontal(*tests, pl.lit(False)).fill_null(False)


def _filters(query: EventQuery, after: Place | None) -> list[pl.Expr]:
    time, row_id = pl.col("@timestamp").dt.epoch("ns"), pl.col("event.id")
    tests = [_condition(name, w, stored_schema(query.dataset)[name]) for name, w in query.equals.items()]
    tests += [expression(query.dataset, condition) for condition in query.where]
    if query.start is not None:
        tests.append(time >= query.start)
    if query.end is not None:
        tests.append(time < query.end)
    if query.ids is not None:
        tests.append(row_id.is_in(list(query.ids)))
    if after is not None:
        then, last = after
        later = (time < then) if query.descending else (time > then)
        tests.append(later | ((time == then) & ((row_id < last) if query.descending else (row_id > last))))
    return tests


def read_events(root: Path, database: Database, query: EventQuery) -> EventPage:
    """One page of a dataset's rows. Files are read in order of time until no further one can matter."""
    check_events(query)
    after = read_cursor(query)
    start, end = _span(query, after)
    with database.reading() as connection:
        files = overlapping(connection, query.dataset, start, end)
    if query.descending:
        files.sort(key=lambda f: f.last, reverse=True)
    tests, most = _filters(query, after), query.limit + 1
    rows = pl.DataFrame(schema=stored_schema(query.dataset))
    for begin in range(0, len(files), FILES_AT_ONCE):
        if rows.height == most and _beyond(files[begin], rows, query.descending):
            break
        more = scan(root, query.dataset, files[begin : begin + FILES_AT_ONCE]).filter(*tests)
        rows = _first(pl.concat([rows.lazy(), more]), most, query.descending).collect()
    return _page(query, rows)


def _span(query: EventQuery, after: Place | None) -> tuple[int, int]:
    start = FIRST_TIME if query.start is None else query.start
    end = LAST_TIME if query.end is None else query.end
    if after is None:
        return start, end
    return (start, min(end, after[0] + 1)) if query.descending else (max(start, after[0]), end)


def _first(rows: pl.LazyFrame, most: int, descending: bool) -> pl.LazyFrame:
    return rows.sort("@timestamp", "event.id", descending=descending).head(most)


def _beyond(file: EventFile, rows: pl.DataFrame, descending: bool) -> bool:
    """Whether a file holds nothing that comes before the last row found so far."""
    last = rows["@timestamp"].dt.epoch("ns").item(-1)
    return bool(file.last < last if descending else file.first > last)


def _page(query: EventQuery, rows: pl.DataFrame) -> EventPage:
    if rows.height <= query.limit:
        return EventPage(rows)
    shown = rows.head(query.limit)
    last = shown.select(pl.col("@timestamp").dt.epoch("ns"), "event.id").row(-1)
    return EventPage(shown, write_cursor(query, last))


def count_events(database: Database, dataset: str) -> int:
    """How many rows of a dataset are registered. Raises Invalid for an unknown one."""
    check_events(EventQuery(dataset))
    with database.reading() as connection:
        found = connection.execute("SELECT coalesce(sum(rows), 0) FROM files WHERE dataset = ?", (dataset,)).fetchone()
    return int(found[0])


def not_stored(root: Path, frame: pl.DataFrame, dataset: str, files: Sequence[EventFile]) -> pl.DataFrame:
    """The rows whose event.id none of the files holds."""
    if not files:
        return frame
    first, last = (pl.lit(end).cast(pl.Datetime("ns", "UTC")) for end in span_of(frame))
    known = scan(root, dataset, files).filter(pl.col("@timestamp").is_between(first, last)).select("event.id")
    stored = frame["event.id"].is_in(known.collect().to_series().implode())
    # Nearly always none is: rows of many columns are not copied for nothing.
    return frame.filter(~stored) if stored.any() else frame


def _files(database: Database, query: EventQuery) -> list[EventFile]:
    """The files that may hold rows of a query."""
    start, end = _span(query, None)
    with database.reading() as connection:
        return overlapping(connection, query.dataset, start, end)


def _all_rows(root: Path, database: Database, query: EventQuery) -> pl.LazyFrame | None:
    """Every row of a query, not read yet; None when no file can hold one."""
    check_events(query)
    files = _files(database, query)
    return scan(root, query.dataset, files).filter(*_filters(query, None)) if files else None


def group_events(
    root: Path, database: Database, query: EventQuery, by: Sequence[str], limit: int, sums: Sequence[str]
) -> EventGroups:
    """The largest groups of the rows of a query. Memory is bounded: so many rows are read at once, and so many groups
    held; where there were more, the smallest so far are let go."""
    check_events(query)
    check_grouping(query.dataset, by, limit, sums)
    totals = {"#count": pl.Expr.sum, "#first": pl.Expr.min, "#last": pl.Expr.max} | {f"#{n}": pl.Expr.sum for n in sums}
    held, whole = pl.DataFrame(), True
    for files in _portions(_files(database, query)):
        rows = scan(root, query.dataset, files).filter(*_filters(query, None)).select(_grouped(query.dataset, by, sums))
        found = rows.group_by(*by).agg(total(pl.col(name)) for name, total in totals.items()).collect()
        if held.width:
            found = pl.concat([held, found]).group_by(*by).agg(total(pl.col(name)) for name, total in totals.items())
        held = found.sort("#count", *by, descending=[True, *[False] * len(by)], nulls_last=True)
        whole = whole and held.height <= MOST_GROUPS
        held = held.head(MOST_HELD)
    return EventGroups(tuple(_group(row, len(by)) for row in held.head(limit).iter_rows()), whole)


def _group(row: Sequence[Any], keys: int) -> EventGroup:
    count, first, last, *summed = row[keys:]
    return EventGroup(tuple(row[:keys]), count, first, last, tuple(int(n) for n in summed))


def _portions(files: Sequence[EventFile]) -> Iterator[list[EventFile]]:
    """The files in parts of about `ROWS_AT_ONCE` rows."""
    portion: list[EventFile] = []
    for file in files:
        portion.append(file)
        if sum(each.rows for each in portion) >= ROWS_AT_ONCE:
            yield portion
            portion = []
    if portion:
        yield portion


def _grouped(dataset: str, by: Sequence[str], sums: Sequence[str]) -> list[pl.Expr]:
    """What is counted of each row. Sums are of floats, as in Elasticsearch: whole numbers would run over."""
    schema = stored_schema(dataset)
    first, last = (
        time.dt.epoch("ns") // MILLISECOND * MILLISECOND
        for time in (pl.col("@timestamp"), pl.max_horizontal("@timestamp", "event.end"))
    )
    return [
        *[pl.col(n).cast(pl.String) if schema[n] == pl.Categorical() else pl.col(n) for n in by],
        pl.lit(1, pl.Int64).alias("#count"),
        first.alias("#first"),
        last.alias("#last"),
        *[pl.col(n).cast(pl.Float64).alias(f"#{n}") for n in sums],
    ]


def events_over_time(root: Path, database: Database, query: EventQuery, step: int) -> tuple[tuple[int, int], ...]:
    """Rows of a query by spans of time."""
    check_events(query)
    check_step(query, step)
    rows = _all_rows(root, database, query)
    if rows is None:
        return ()
    begin = (pl.col("@timestamp").dt.epoch("ns") // step * step).alias("#begin")
    counted = rows.select(begin).group_by("#begin").agg(pl.len().alias("#count")).sort("#begin").collect()
    return tuple(counted.iter_rows())


def sums_over_time(
    root: Path, database: Database, query: EventQuery, step: int, by: Sequence[str], of: str
) -> EventSums:
    """What a field of the rows of a query comes to by span and group. So many rows are read at once."""
    check_events(query)
    check_step(query, step)
    check_grouping(query.dataset, by, 1, [of])
    schema, parts = stored_schema(query.dataset), []
    wanted = [
        (pl.col("@timestamp").dt.epoch("ns") // step * step).alias("#begin"),
        *[pl.col(n).cast(pl.String) if schema[n] == pl.Categorical() else pl.col(n) for n in by],
        pl.col(of).cast(pl.Float64).alias("#value"),
    ]
    for files in _portions(_files(database, query)):
        rows = scan(root, query.dataset, files).filter(*_filters(query, None)).select(wanted)
        totals = pl.len().alias("#count"), pl.col("#value").sum().alias("#sum"), pl.col("#value").max().alias("#most")
        parts.append(rows.group_by("#begin", *by).agg(*totals).collect())
    if not parts:
        return EventSums((), whole=True)
    told = pl.concat(parts).group_by("#begin", *by).agg(pl.col("#count", "#sum").sum(), pl.col("#most").max())
    told = told.sort("#begin", *by, nulls_last=True)
    return EventSums(tuple(map(_sum, told.head(MOST_GROUPS).iter_rows())), told.height <= MOST_GROUPS)


def _sum(row: Sequence[Any]) -> EventSum:
    begin, *values, count, total, most = row
    return EventSum(begin, tuple(values), count, int(total), int(most or 0))


def count_found(root: Path, database: Database, query: EventQuery) -> int:
    """How many rows a query finds."""
    rows = _all_rows(root, database, query)
    return 0 if rows is None else int(rows.select(pl.len()).collect().item())
