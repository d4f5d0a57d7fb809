"""Alerts for tests of triage and incidents: those of the demo's capture, and made ones."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from api.analysis import Options, analyse
from detection.occurrence import Occurrence, text_id
from detection.sigma.load import RuleSet
from detection.site import Site
from detection.site_reading import load_site
from response.alerts import Alert, fold
from response.incidents.killchain import Matrix, read_matrix
from response.triage.policy import Policy, read_policy
from tests.contract.store_cases import SECOND, START, occurrence
from tests.shipped import shipped_rule_set

PROJECT = Path(__file__).resolve().parents[1]
CAPTURES = PROJECT / "rules" / "demo"
PROOFS = PROJECT / "rules" / "proofs"
POLICY: Policy = read_policy(PROJECT / "rules" / "triage.yml")
MATRIX: Matrix = read_matrix(PROJECT / "rules" / "attack-ics.json")
MINUTE = 60 * SECOND


@cache
def rules() -> RuleSet:
    """The shipped rules."""
    return shipped_rule_set()


@cache
def site() -> Site:
    """The site model of the simulated plant."""
    return load_site(PROOFS / "site.yml")


@cache
def alerts_of(capture: Path) -> tuple[Alert, ...]:
    """Every alert of a capture of the simulated plant, without a baseline."""
    return tuple(analyse(Options(paths=(capture,), site=PROOFS / "site.yml"), rules()).alerts)


def demo() -> tuple[Alert, ...]:
    """The alerts of the demo's capture."""
    return alerts_of(CAPTURES / "demo.pcap")


def demo_span() -> tuple[str, str]:
    """Begin of the first and end of the last step of the demo, ISO 8601."""
    steps = yaml.safe_load((CAPTURES / "demo.labels.yml").read_text(encoding="utf-8"))["steps"]
    return str(steps[0]["start"]), str(steps[-1]["end"])


def act(number: int, source: str, destination: str, rule: str = "MB01", **changes: Any) -> Occurrence:
    """An occurrence of `rule` `number` minutes after START: `source` did something to `destination`."""
    when = START + number * MINUTE
    made = occurrence(0, rule=rule)
    return replace(
        made,
        id=text_id(rule, source, destination, when),
        dedup=(source, destination, rule),
        minute=when,
        first_seen=when,
        last_seen=when,
        events=(text_id("event", rule, source, destination, when),),
        source={"ip": source, "asset": source, "zone": "cell", "roles": ["unknown"]},
        destination={"ip": destination, "asset": destination, "zone": "cell", "roles": ["controller"]},
        **changes,
    )


def alerts(*occurrences: Occurrence) -> list[Alert]:
    """The alerts that these occurrences make."""
    return fold(occurrences)
