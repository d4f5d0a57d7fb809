"""Evidence for tests of the assessment: proof captures through the real pipeline into a real store, and what people's
records look like. Each world is made once for a test run."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from api.analysis import Options, analyse
from api.assessing import SiteText, content, library, site_text
from api.storage import open_store
from response.alerts import Entry
from response.compliance.assessment import Assessment
from response.compliance.deciding import Outcome
from response.compliance.gathering import Content, Evidence, gather, span
from response.compliance.running import Asked, query_all, run_assessment
from response.ports import Store
from response.times import SECOND, time_text
from tests.needs import PROJECT
from tests.shipped import shipped_rule_set

PROOFS = PROJECT / "rules" / "proofs"
DEMO = PROJECT / "rules" / "demo" / "demo.pcap"
NORMAL = ("modbus/hmi-normal.pcap",)
OPCUA = ("opcua/normal.pcap",)
HOUR, DAY = 3600 * SECOND, 86_400 * SECOND
RULES = shipped_rule_set()


@dataclass(frozen=True)
class World:
    """What is analysed: `captures` below the proofs, after a baseline was learned from `learn`; `site` replaces texts
    of the site model."""

    captures: tuple[str, ...]
    learn: tuple[str, ...] = ()
    site: tuple[tuple[str, str], ...] = (("minimum_period: 24h", "minimum_period: 1s"),)
    zones: tuple[str, ...] = ("control",)


@cache
def folder() -> Path:
    """A folder that goes when the test run does."""
    held = tempfile.TemporaryDirectory(prefix="bittern-assess-")
    _KEPT.append(held)
    return Path(held.name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


@cache
def model(texts: tuple[tuple[str, str], ...]) -> SiteText:
    """The demo's site model with other texts: it declares who is there, and nobody whose cell the demo lacks."""
    text = DEMO.with_name("demo.site.yml").read_text(encoding="utf-8")
    for old, new in texts:
        assert old in text, old
        text = text.replace(old, new)
    path = folder() / f"site-{abs(hash(texts))}.yml"
    path.write_text(text, encoding="utf-8")
    return site_text(path)


@cache
def baseline(captures: tuple[str, ...]) -> Path:
    known = folder() / f"known-{abs(hash(captures))}"
    analyse(Options(tuple(PROOFS / name for name in captures), learn=known, site=PROOFS / "site.yml"), RULES)
    return known


@cache
def store_of(world: World) -> str:
    """Address of the store that holds a world."""
    url = f"embedded:{folder() / f'store-{abs(hash(world))}'}"
    site = folder() / model(world.site).name
    paths = tuple(PROOFS / name if name != DEMO.name else DEMO for name in world.captures)
    known = baseline(world.learn) if world.learn else None
    analyse(Options(paths, site=site, store=url, baseline=known), RULES)
    return url


@cache
def shipped_content() -> Content:
    return replace(content((), RULES), made_at=None)


@cache
def evidence(world: World) -> Evidence:
    """What queries read of a world, an hour after its last packet. No records are kept unless a test adds them."""
    with open_store(store_of(world)) as store:
        period = span(store)
        assert period is not None
        return gather(
            store, model(world.site).site, period, now=period[1] + HOUR, content=shipped_content(), zones=world.zones
        )


def assessment(world: World, now: int | None = None, frameworks: tuple[str, ...] = ()) -> Assessment:
    """An assessment of a world; nothing is stored."""
    with open_store(store_of(world)) as store:
        return assess_store(store, world, now, frameworks)


def assess_store(store: Store, world: World, now: int | None = None, frameworks: tuple[str, ...] = ()) -> Assessment:
    """An assessment of a store by the site model of a world, an hour after its last packet."""
    period = span(store)
    assert period is not None
    site = model(world.site)
    asked = Asked(
        name="of the test",
        frameworks=library().chosen(frameworks),
        period=period,
        now=now or period[1] + HOUR,
        who="li",
        product="0",
        zones=world.zones,
        site_name=site.name,
        site_digest=site.digest,
    )
    return run_assessment(store, site.site, asked, library(), shipped_content())


def outcome_of(query: str, seen: Evidence, parameters: Mapping[str, Any] | None = None) -> Outcome:
    """The outcome of one query."""
    return query_all(seen, library(), {query: parameters or {}}, only=(query,))[query]


def with_records(seen: Evidence, **records: list[dict[str, Any]]) -> Evidence:
    """The same evidence with records of people's work; times that are numbers are hours before now."""
    told = {kind: [_dated(record, seen.now) for record in found] for kind, found in records.items()}
    return replace(seen, records={**seen.records, **told})


def _dated(record: dict[str, Any], now: int) -> dict[str, Any]:
    times = ("at", "made_at", "first_seen", "last_seen")
    return {k: time_text(now - v * HOUR) if k in times and isinstance(v, int) else v for k, v in record.items()}


@dataclass(frozen=True)
class Closing:
    """Closes all alerts of a world, `hours` after they were first seen."""

    hours: int = 1
    people: str = field(default="li")

    def __call__(self, seen: Evidence) -> Evidence:
        closed = tuple(
            replace(
                alert,
                status="closed",
                resolution="benign_trigger",
                history=(
                    Entry(alert.first_seen + self.hours * HOUR, self.people, "status", "new", "closed", "of the test"),
                ),
            )
            for alert in seen.alerts
        )
        return replace(seen, alerts=closed)
