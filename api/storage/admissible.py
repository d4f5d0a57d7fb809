"""Whether all rows of a frame may be stored as they are: nearly always they may, which one question tells.

It never says so of a row that `admission` would refuse or change; where it does not say so, each row is looked at.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from sensors.fields import vocabulary
from sensors.frames import selected

LONGEST_ID = 512
"""Bytes: the longest `_id` that Elasticsearch takes."""

_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
IPV4 = rf"{_OCTET}(\.{_OCTET}){{3}}"
_GROUP = "[0-9a-f]{1,4}"
_SHORT = "|".join(
    f"({_GROUP}:){{{before}}}:({_GROUP}(:{_GROUP}){{0,{6 - before}}})?"
    if before
    else f"::({_GROUP}(:{_GROUP}){{0,6}})?"
    for before in range(7)
)
ADDRESS = rf"^({IPV4}|({_GROUP}:){{7}}{_GROUP}|{_SHORT})$"
"""Addresses as they are nearly always written (RFC 5952 without its mixed form); others may be addresses too."""
_OBJECT = r"^\s*\{"


def is_admissible(dataset: str, frame: pl.DataFrame) -> bool:
    """Whether every row has a time, an id of its own, the right dataset, addresses, objects and finite numbers.

    `frame` has the stored columns of the dataset in their types.
    """
    names = ("@timestamp", "event.id", "event.dataset")
    if any(frame[name].null_count() for name in names) or frame["event.id"].n_unique() < frame.height:
        return False
    tests = selected(frame, _tests(dataset)).row(0)
    # `all` of nothing but nulls is true: what is not there breaks nothing.
    return all(tests)


@cache
def _tests(dataset: str) -> list[pl.Expr]:
    length = pl.col("event.id").str.len_bytes()
    tests = [
        pl.col("@timestamp").dt.epoch("ns").min() >= 0,
        (length.min() > 0) & (length.max() <= LONGEST_ID),
        (pl.col("event.dataset") == dataset).all(),
    ]
    words = vocabulary()
    stored = {f.name: f.type for f in (*words.datasets[dataset].fields, *words.context) if f.stored}
    for name, kind in stored.items():
        column = pl.col(name)
        if name.endswith(".ip"):
            tests.append(column.unique().cast(pl.String).str.contains(ADDRESS).all())
        elif name.endswith(".details"):
            tests.append(column.str.contains(_OBJECT).all())
            tests.append(column.drop_nulls().unique().str.json_path_match("$").is_not_null().all())
        elif kind in ("f32", "f64"):
            tests.append(column.is_finite().all())
        elif kind == "list<f64>":
            tests.append(column.explode().is_finite().all())
    return [test.alias(str(number)) for number, test in enumerate(tests)]
