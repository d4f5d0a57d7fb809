"""What evidence queries read, gathered once: facts of the period, assets, alerts, records, the site model."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from detection.context import Context
from detection.roles import Roles
from detection.site import Asset, Site
from response.alerts import Alert
from response.compliance.condensing import DATASETS, condensed
from response.conditions import Condition
from response.ports import MOST_PER_PAGE, NO_DRILL, AlertQuery, AssetRecord, EventQuery, Store
from response.retention.removed import all_removed

UNKNOWN = "unknown"
SEEN = Condition("ot.stage", "one_of", ("watch",), negated=True)
"""What a worker says of a sensor that is silent is no sight of traffic."""
SAID_BY = ("vendor", "model", "firmware", "os", "name")
Record = Mapping[str, Any]


@dataclass(frozen=True)
class KnownAsset:
    """An asset as traffic shows it, joined with what the site model declares of it."""

    key: str
    addresses: tuple[str, ...]
    macs: tuple[str, ...]
    attributes: Mapping[str, tuple[str, ...]]
    inferred: tuple[str, ...]
    declared: Asset | None
    zones: tuple[str, ...]
    first: int
    last: int

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles that the site declares, else those that traffic shows."""
        return self.declared.roles if self.declared and self.declared.roles else self.inferred

    @property
    def name(self) -> str:
        return self.declared.id if self.declared else (*self.addresses, *self.macs, self.key)[0]


@dataclass(frozen=True)
class RuleInForce:
    """What queries and the matrix need of a detection rule."""

    name: str
    rule_class: str
    techniques: tuple[str, ...]
    objects: tuple[str, ...]
    controls: tuple[str, ...]
    playbook: str | None
    proofs: tuple[str, ...]
    enabled: bool


@dataclass(frozen=True)
class Content:
    """What the product itself brings: rules, techniques that a network can show, playbooks, age of the content."""

    rules: tuple[RuleInForce, ...] = ()
    techniques: tuple[str, ...] = ()
    playbooks: tuple[str, ...] = ()
    digest: str = ""
    made_at: int | None = None
    """When the rules in use were released, ns; None when not known."""


@dataclass(frozen=True)
class Audit:
    """The audit log as it was read: how many lines, the first that does not follow from the one before, and how many
    say when, who, what and about what."""

    lines: int
    broken: int | None
    complete: int = 0


@dataclass(frozen=True)
class Evidence:
    """Everything that queries may read. `facts` by dataset (`condensing.DATASETS`); `records` by kind, each a JSON
    object; a kind that is missing was never kept, an empty one was kept and holds nothing. `left_out` counts facts
    beyond the bound, by dataset. `now` is the time the assessment is made; all times are ns."""

    start: int
    end: int
    now: int
    site: Site
    facts: Mapping[str, pl.DataFrame]
    assets: tuple[KnownAsset, ...]
    alerts: tuple[Alert, ...]
    records: Mapping[str, Sequence[Record]]
    content: Content
    zones: tuple[str, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)
    audit: Audit | None = None
    held: tuple[int, int] | None = None
    """The span of all that the store holds of traffic, ns."""
    removed: Mapping[str, int] = field(default_factory=dict)
    """By dataset the time (ns) before which retention may have removed rows."""

    @cached_property
    def critical_zones(self) -> frozenset[str]:
        """Zones that hold a declared asset of critical importance."""
        return frozenset(a.zone for a in self.site.assets if a.criticality == "critical" and a.zone)

    def table(self, dataset: str) -> pl.DataFrame:
        """Facts of a dataset that touch the zones in the scope (both ends unknown: they count too)."""
        facts = self.facts[dataset]
        if dataset == "capture" or facts.is_empty():
            return facts
        source, destination = pl.col("ot.source.zone"), pl.col("ot.destination.zone")
        touches = source.is_in(list(self.zones)) | destination.is_in(list(self.zones))
        lost = (source == UNKNOWN) & (destination == UNKNOWN)
        return facts.filter((touches | lost).fill_null(True))

    def records_of(self, kind: str) -> tuple[Record, ...] | None:
        """Records of a kind, None when none of that kind is kept."""
        found = self.records.get(kind)
        return None if found is None else tuple(found)


def gather(
    store: Store,
    site: Site,
    period: tuple[int, int],
    *,
    now: int,
    content: Content,
    zones: Sequence[str] = (),
    records: Mapping[str, Sequence[Record]] | None = None,
    audit: Audit | None = None,
    page: int = MOST_PER_PAGE,
) -> Evidence:
    """Reads a store for a period [start, end). Raises StoreError. Drills are left out: they prove the product, and say
    nothing of the plant."""
    start, end = period
    context = Context(site, Roles())
    facts, left_out = {}, {}
    for how in DATASETS:
        facts[how.dataset], left = condensed(how, _chunks(store, how.dataset, start, end, context, page))
        if left:
            left_out[how.dataset] = left
    return Evidence(
        start=start,
        end=end,
        now=now,
        site=site,
        facts=facts,
        assets=tuple(known_asset(a, site) for a in store.assets() if a.first_seen < end and a.last_seen >= start),
        alerts=tuple(_alerts(store, start, end)),
        records=records or {},
        content=content,
        zones=tuple(zones) or tuple(zone.id for zone in site.zones),
        left_out=left_out,
        audit=audit,
        held=span(store),
        removed={name: each.border for name, each in all_removed(store).items()},
    )


def span(store: Store) -> tuple[int, int] | None:
    """The period that the stored capture counters cover, [first, last], ns, without drills; None when nothing is
    stored."""
    ends = []
    for descending in (False, True):
        query = EventQuery("capture", equals=NO_DRILL, where=(SEEN,), limit=1, descending=descending)
        found = store.events(query).frame
        ends.append(found)
    if ends[0].is_empty():
        return None
    first = ends[0]["@timestamp"].dt.epoch("ns").min()
    last = ends[1]["event.end"].dt.epoch("ns").max()
    assert isinstance(first, int)
    assert isinstance(last, int)
    return first, last + 1


def _chunks(store: Store, dataset: str, start: int, end: int, context: Context, page: int) -> Iterator[pl.DataFrame]:
    """Pages of a dataset, joined anew with the site model: an old event gets the zone of the model in use."""
    cursor: str | None = None
    while True:
        found = store.events(EventQuery(dataset, start=start, end=end, equals=NO_DRILL, limit=page, cursor=cursor))
        if not found.frame.is_empty():
            # The store keeps no clock; the join only counts roles by it, and those are not asked here.
            yield context.join(found.frame.with_columns(pl.col("@timestamp").alias("ot.clock")))
        cursor = found.cursor
        if cursor is None:
            return


def _alerts(store: Store, start: int, end: int) -> Iterator[Alert]:
    cursor: str | None = None
    while True:
        page = store.alerts(AlertQuery(start=start, end=end, drill=False, triage=False, sort="first_seen",
                                       descending=False, limit=MOST_PER_PAGE, cursor=cursor))  # fmt: skip
        yield from page.items
        cursor = page.cursor
        if cursor is None:
            return


def known_asset(record: AssetRecord, site: Site) -> KnownAsset:
    """A stored asset with what the site model says of its addresses."""
    values = {name: tuple(sorted({v.value for v in found})) for name, found in sorted(record.attributes.items())}
    addresses = values.get("address", ())
    macs = values.get("mac", ())
    declared = next((a for ip in addresses if (a := site.asset_at(ip))), None)
    if declared is None:
        # The key of a station of a field bus is its number on a segment: `CAN-5@-@cell-3`, `PB-8@-@cell-3`.
        declared = next((a for a in site.assets if record.key.partition("@")[0] in a.mac), None)
    zones = {zone for ip in addresses if (zone := site.zone_at(ipaddress.ip_address(ip), None))}
    if declared is not None and declared.zone:
        zones = {declared.zone}
    return KnownAsset(
        key=record.key,
        addresses=addresses,
        macs=macs,
        attributes=values,
        inferred=record.roles,
        declared=declared,
        zones=tuple(sorted(zones)),
        first=record.first_seen,
        last=record.last_seen,
    )
