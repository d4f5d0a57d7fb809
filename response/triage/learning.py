"""What learning an alert means: the scope it takes, and the baseline entry that sensors will hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from detection.baseline.entries import DAY, Entry
from detection.sigma.load import RuleSet
from response.alerts import Alert
from response.incidents.ends import name_of
from response.store_errors import Invalid
from response.triage.scope import Scope, Span, known_roles, object_of, value_of

EXACT, RANGE, ROLE = "exact", "range", "role"
FORMS = (EXACT, RANGE, ROLE)
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


def baseline_entry(alert: Alert, rules: RuleSet, by: str, expires: int | None) -> dict[str, Any] | None:
    """The entry of the baseline that makes a sensor's learner know this, as JSON; None where the rule has no learner
    behind it, or one whose entries a single alert does not tell."""
    named = _named(alert, rules)
    told = _entry(alert, named)
    if told is None:
        return None
    kind, entity, value = told
    entry = Entry(
        entity=entity,
        kind=kind,
        value=value,
        since=alert.first_seen,
        last=alert.last_seen,
        count=alert.count,
        days=max(1, alert.last_seen // DAY - alert.first_seen // DAY + 1),
        how="approved",
        by=by,
        expires=expires,
        origin=(alert.id,),
    )
    return {name: list(v) if isinstance(v := getattr(entry, name), tuple) else v for name in Entry.__slots__}


def entry_of(record: Mapping[str, Any]) -> Entry:
    """The entry that `baseline_entry` wrote."""
    return Entry(**{**record, "origin": tuple(record["origin"])})


def _entry(alert: Alert, named: Mapping[str, str]) -> tuple[str, str, str] | None:
    """Kind, entity and value as the learner writes them."""
    observed = alert.explanation.get("observed")
    learner = alert.explanation.get("learner")
    if not isinstance(observed, Mapping):
        return None
    if learner == "D1" and "ot.entity" in named:
        attribute, value = alert.parameters.get("ot.attribute"), str(observed.get("value", ""))
        entity = named["ot.entity"]
        return ("attribute", f"{entity} {attribute}", value) if attribute else ("address", entity, value)
    if learner == "D2" and "conversation" in observed:
        return "conversation", str(observed["conversation"]), ""
    if learner == "D3" and {"ot.client.ip", "ot.server.ip"} <= named.keys() and "operation" in observed:
        return _operation(alert, named, observed)
    return None


def _operation(alert: Alert, named: Mapping[str, str], observed: Mapping[str, Any]) -> tuple[str, str, str] | None:
    if alert.protocol is None:
        return None
    unit = f"#{named['ot.unit']}" if named.get("ot.unit") else ""
    channel = f"{named['ot.client.ip']}>{named['ot.server.ip']}/{alert.protocol}{unit}"
    operation, where = str(observed["operation"]), str(observed.get("object") or "")
    expected = alert.explanation.get("expected")
    if isinstance(expected, Mapping) and "objects" in expected and where:
        return "object", f"{channel} {operation}", where
    return "operation", channel, operation


def _named(alert: Alert, rules: RuleSet) -> dict[str, str]:
    """The values of the rule's key by field."""
    heads = (*rules.rules, *rules.correlations)
    fields = next((head.bittern.dedup for head in heads if head.name == alert.rule and head.bittern), ())
    return dict(zip(fields, alert.dedup, strict=False))
