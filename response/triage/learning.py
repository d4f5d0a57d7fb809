"""What learning an alert means: the scope it takes, and the baseline entry that sensors will hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from detection.baseline.entries import DAY, Entry
from detection.sigma.load import RuleSet
from response.alerts import Alert
from response.incidents.ends import name_of
from response.store_errors import Invalid
from response.triage.scope import Scope, Span, known_roles, object_of, value_of

EXACT, RANGE, ROLE = "exact", "range", "role"
FORMS = (EXACT, RANGE, ROLE)
FIELDS = ("entity", "kind", "value", "since", "last", "count", "days", "how", "by", "expires", "origin")
YES, APPROVAL, NEVER = "yes", "approval", "never"


def learnable(rules: RuleSet) -> dict[str, str]:
    """By rule name: yes, approval or never."""
    heads = (*rules.rules, *rules.correlations)
    return {head.name: head.bittern.learnable for head in heads if head.bittern is not None}


def learned_scope(
    alert: Alert, form: str, objects: Span | None = None, values: tuple[float, float] | None = None
) -> Scope:
    """The scope that learning an alert takes.

    exact: this rule and key. range: the same two ends, with `objects` or `values` (both ends inside; by default those
    of the alert). role: every host with the same roles. Raises Invalid when the alert has no such thing.
    """
    where = f"alert {alert.id}"
    if form == EXACT:
        return Scope(rule=alert.rule, sensor=alert.sensor, dedup=alert.dedup)
    if form == RANGE:
        return _range(where, alert, objects, values)
    if form != ROLE:
        raise Invalid(where, "no_such_form", value=form, words=FORMS)
    sources, destinations = known_roles(alert.source), known_roles(alert.destination)
    if not sources or not destinations:
        raise Invalid(where, "no_roles")
    return Scope(
        rule=alert.rule,
        sensor=alert.sensor,
        protocol=alert.protocol,
        source_roles=sources,
        destination_roles=destinations,
    )


def _range(where: str, alert: Alert, objects: Span | None, values: tuple[float, float] | None) -> Scope:
    value = value_of(alert)
    if objects is None and values is None:
        values = (value, value) if value is not None else None
        objects = object_of(alert) if values is None else None
    low_high = values or (objects[1:] if objects else None)
    if low_high is None:
        raise Invalid(where, "no_range")
    if low_high[0] > low_high[1]:
        raise Invalid(where, "range_reversed", low=low_high[0], high=low_high[1])
    return Scope(
        rule=alert.rule,
        sensor=alert.sensor,
        source=name_of(alert.source),
        destination=name_of(alert.destination),
        objects=objects if objects is not None else object_of(alert),
        values=values,
    )


def baseline_entries(alert: Alert, findings: pl.DataFrame, by: str, expires: int | None) -> list[dict[str, Any]]:
    """The entries of the baseline that make a sensor's learner know what it found, as JSON.

    `findings` are the alert's own rows of dataset `finding`. None for rules without a learner behind them, and for
    learners whose knowledge is no single fact (ranges, rates): these are held back by the worker alone.
    """
    found = []
    for row in findings.sort("@timestamp", "event.id").iter_rows(named=True):
        for kind, entity, value in _facts(row):
            entry = Entry(
                entity=entity,
                kind=kind,
                value=value,
                since=alert.first_seen,
                last=alert.last_seen,
                count=1,
                days=max(1, alert.last_seen // DAY - alert.first_seen // DAY + 1),
                how="approved",
                by=by,
                expires=expires,
                origin=(alert.id,),
            )
            record = {name: list(v) if isinstance(v := getattr(entry, name), tuple) else v for name in FIELDS}
            if record not in found:
                found.append(record)
    return found


def entry_of(record: Mapping[str, Any]) -> Entry:
    """The entry that `baseline_entries` wrote."""
    return Entry(**{**record, "origin": tuple(record["origin"])})


def _facts(row: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Kind, entity and value, as the learner of a finding writes what it knows."""
    observed = json.loads(row["ot.observed"])
    learner, entity, finding = row["ot.learner"], row["ot.entity"], row["ot.finding"]
    if learner == "D1" and finding == "new_asset":
        yield "address", entity, observed["value"]
    elif learner == "D1":
        yield "attribute", f"{entity} {row['ot.attribute']}", observed["value"]
    elif learner == "D2":
        yield "conversation", entity, ""
    elif learner == "D3":
        operation, where = observed["operation"], observed["object"]
        if finding == "new_operation":
            yield "operation", entity, operation
        if where:
            yield "object", f"{entity} {operation}", where
