"""What a query over events means, the same for both stores."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from api.storage.admission import is_address, stored_datasets, stored_schema
from api.storage.cursors import check_limit
from api.storage.event_conditions import GROUPED, SUMMED, check_conditions, kind_of
from response.ports import MOST_BUCKETS, MOST_GROUPED_BY, MOST_PER_PAGE, MOST_SUMS, EventQuery, Scalar
from response.store_errors import Invalid
from sensors.fields import vocabulary

NOT_COMPARED = ("ts", "json", "list<f64>")


def check_events(query: EventQuery) -> None:
    """Raises Invalid for a query that no store answers: unknown dataset or field, a value that cannot be there."""
    check_limit(query)
    if query.dataset not in stored_datasets():
        raise Invalid("dataset", "dataset_not_stored", value=query.dataset, datasets=tuple(stored_datasets()))
    check_conditions(query.dataset, query.where)
    for name, wanted in query.equals.items():
        if name not in stored_schema(query.dataset):
            raise Invalid(name, "field_not_stored", dataset=query.dataset)
        kind = vocabulary().field(name).type
        if kind in NOT_COMPARED:
            raise Invalid(name, "not_by_equality", type=kind)
        for value in wanted_values(wanted):
            _check_value(name, kind, value)


def check_grouping(dataset: str, by: Sequence[str], limit: int, sums: Sequence[str]) -> None:
    """Raises Invalid for fields that nobody groups by or sums, or too many of them."""
    if not 1 <= len(by) <= MOST_GROUPED_BY or len(set(by)) < len(by) or not 1 <= limit <= MOST_PER_PAGE:
        raise Invalid("by", "grouped_by", most=MOST_GROUPED_BY)
    for name in by:
        kind = kind_of(dataset, name)
        if kind not in GROUPED:
            raise Invalid(name, "not_by_grouping", type=kind)
    if len(sums) > MOST_SUMS:
        raise Invalid("sums", "grouped_by", most=MOST_SUMS)
    for name in sums:
        kind = kind_of(dataset, name)
        if kind not in SUMMED:
            raise Invalid(name, "not_by_grouping", type=kind)


def check_step(query: EventQuery, step: int) -> None:
    """Raises Invalid for spans that could be too many."""
    if query.start is None or query.end is None or step < 1 or (query.end - query.start) // step > MOST_BUCKETS:
        raise Invalid("step", "too_many_spans", most=MOST_BUCKETS)


def wanted_values(wanted: Scalar | Sequence[Scalar]) -> tuple[Scalar, ...]:
    """The value or values of an equality as a tuple."""
    return (wanted,) if wanted is None or isinstance(wanted, (str, int, float, bool)) else tuple(wanted)


def _check_value(name: str, kind: str, value: Scalar) -> None:
    if value is None:
        return
    numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
    fine = {
        "bool": isinstance(value, bool),
        "f32": numeric,
        "f64": numeric,
    }.get(kind, isinstance(value, str) if "dict" in kind or "utf8" in kind else numeric and value == int(value))
    if not fine:
        raise Invalid(name, "value_of_another_type", value=value, type=kind)
    if name.endswith(".ip") and not is_address(str(value)):
        raise Invalid(name, "not_an_address", value=str(value))


def comparable(wanted: Scalar | Sequence[Scalar], kind: pl.DataType) -> tuple[list[Scalar], bool]:
    """The values that a column of this type can hold, and whether None is among those asked for."""
    values = wanted_values(wanted)
    present = [v for v in values if v is not None]
    inner = kind.inner if isinstance(kind, pl.List) else kind
    if inner == pl.Categorical() or inner == pl.String() or not present:
        return list(present), None in values
    held = pl.Series(present).cast(inner, strict=False).drop_nulls()
    return held.to_list(), None in values
