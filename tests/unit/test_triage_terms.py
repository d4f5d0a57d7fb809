"""Promised times by severity and working calendar; the risk of an incident and its terms; policy as shipped."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from detection.site import Calendar, Site
from response.alerts import TRIAGE_SEVERITIES, Alert, AlertChange, changed
from response.incidents.measures import measures, moments
from response.incidents.risk import risk_of
from response.triage.policy import read_policy
from response.triage.sla import terms_of, working_until
from tests.alert_cases import MATRIX, MINUTE, POLICY, act, alerts
from tests.contract.store_cases import SECOND

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = Calendar((0, 1, 2, 3, 4), time(8), time(17), (date(2026, 11, 4),))
"""Monday to Friday, but not the 4th of November 2026, a Wednesday."""


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("begin", "hours", "end"),
    [
        ("2026-11-02T09:00", 2, "2026-11-02T11:00"),
        ("2026-11-02T16:00", 2, "2026-11-03T09:00"),
        ("2026-11-03T16:00", 2, "2026-11-05T09:00"),
        ("2026-11-06T16:30", 1, "2026-11-09T08:30"),
        ("2026-11-07T12:00", 9, "2026-11-09T17:00"),
        ("2026-11-02T05:00", 1, "2026-11-02T09:00"),
    ],
)
def test_working_time_passes_in_working_hours_only(begin: str, hours: int, end: str) -> None:
    assert working_until(at(begin), hours * 60 * MINUTE, OFFICE, SHANGHAI) == at(end)


def test_a_calendar_without_work_ends_all_the_same() -> None:
    never = Calendar((), time(8), time(17), ())
    assert working_until(at("2026-11-02T09:00"), MINUTE, never, SHANGHAI) == at("2026-11-02T09:00") + MINUTE


def one(severity: str, begin: int) -> Alert:
    made = replace(act(0, "10.0.0.1", "10.0.0.9", severity=severity), first_seen=begin, last_seen=begin)
    (alert,) = alerts(made)
    return alert


def test_terms_follow_severity_calendar_and_what_was_done() -> None:
    site = Site(SHANGHAI, calendar=OFFICE)
    begin = at("2026-11-06T16:30")
    medium, high = one("medium", begin), one("high", begin)
    terms = terms_of(medium, POLICY, site, begin)
    assert terms is not None
    assert (terms.acknowledge.by, terms.acknowledge.state) == (at("2026-11-09T15:30"), "due")
    night = terms_of(high, POLICY, site, begin + 61 * MINUTE)
    assert night is not None
    assert (night.acknowledge.by, night.acknowledge.state, night.resolve.state) == (begin + 60 * MINUTE, "late", "due")
    taken = changed(high, AlertChange(begin + 5 * MINUTE, "li", status="in_progress"), high.etag)
    done = changed(taken, AlertChange(begin + 9 * MINUTE, "li", "closed", "maintenance"), taken.etag)
    kept = terms_of(done, POLICY, site, begin + 9000 * MINUTE)
    assert kept is not None
    assert (kept.acknowledge.done, kept.acknowledge.state) == (begin + 5 * MINUTE, "kept")
    assert (kept.resolve.done, kept.resolve.state) == (begin + 9 * MINUTE, "kept")
    again = changed(done, AlertChange(begin + 10 * MINUTE, "li", status="new"), done.etag)
    reopened = terms_of(again, POLICY, site, begin + 9000 * MINUTE)
    assert reopened is not None
    assert reopened.resolve.state == "late"


def test_measures_where_something_has_not_happened() -> None:
    assert measures(moments(10, 20, [])) == {"ttd": 10, "ttt": None, "tta": None, "ttq": None, "ttr": None}
    steps = [(30, "in_progress"), (50, "closed"), (60, "in_progress"), (90, "closed")]
    assert measures(moments(10, 20, steps)) == {"ttd": 10, "ttt": 10, "tta": 20, "ttq": 70, "ttr": 60}
    assert measures(moments(10, 20, steps[:3]))["ttr"] is None
    assert measures(moments(10, 20, [(50, "closed")])) == {
        "ttd": 10, "ttt": None, "tta": None, "ttq": 30, "ttr": None,
    }  # fmt: skip


def test_risk_is_the_product_of_the_terms_it_shows() -> None:
    def hit(number: int, criticality: str | None, severity: str, rule: str = "MB01") -> Alert:
        made = act(number, "10.0.0.1", f"10.0.0.{20 + number}", rule, severity=severity)
        end = made.destination | ({"criticality": criticality} if criticality else {})
        (alert,) = alerts(replace(made, destination=end))
        return alert

    row = [hit(0, "low", "medium"), hit(1, "critical", "high"), hit(2, None, "medium", "MB03")]
    risk = risk_of(row, MATRIX, POLICY)
    assert risk["impact"]["criticality"] == {"value": 1.0, "asset": "10.0.0.21", "word": "critical"}
    assert risk["confidence"] == {"value": 0.9, "rules": {"MB01": 0.8, "MB03": 0.5}}
    assert (risk["novelty"]["value"], risk["score"]) == (1.0, 90)
    known = risk_of([replace(alert, precedent="x") for alert in row], MATRIX, POLICY)
    assert (known["novelty"]["value"], known["score"]) == (0.5, 45)
    lacking = risk_of([replace(row[0], lacking=("writers",))], MATRIX, POLICY)
    assert lacking["confidence"]["rules"] == {"MB01": 0.25}


def test_the_policy_names_every_tactic_and_severity() -> None:
    assert set(POLICY.operation) == set(MATRIX.tactics)
    assert set(POLICY.promises) == set(POLICY.confidence) == set(TRIAGE_SEVERITIES)
    for promise in POLICY.promises.values():
        assert promise.acknowledge < promise.resolve
    assert MATRIX.tactics[0] == "TA0108"
    assert MATRIX.tactics[-1] == "TA0105"


def test_a_weight_outside_its_range_is_refused(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "rules" / "triage.yml").read_text()
    bad = tmp_path / "triage.yml"
    bad.write_text(text.replace("critical: 1.0", "critical: 7"))
    with pytest.raises(ValueError, match="outside"):
        read_policy(bad)
