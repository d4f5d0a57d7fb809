"""Facts of a report from what the program knows: assets of the store and the site model, zones, conduits, alerts,
incidents. Each function takes records and gives plain facts, sorted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Any

from detection.site import Address, Asset, Site
from response.alerts import TRIAGE_CLASSES, TRIAGE_SEVERITIES, Alert
from response.compliance.assessment import Reason
from response.incidents.record import measured
from response.ports import AssetRecord
from response.reports.model import AlertCount, AssetFact, ConduitFact, IncidentFact, Title, ZoneFact
from response.times import time_ns


def asset_facts(records: Iterable[AssetRecord], site: Site | None) -> tuple[AssetFact, ...]:
    """Assets seen, joined with what the site declares of them, then those declared and not seen; by key."""
    declared = site.assets if site else ()
    left = {asset.id: asset for asset in declared}
    found = []
    for record in records:
        known = next((asset for asset in declared if _same(asset, record)), None)
        if known:
            left.pop(known.id, None)
        found.append(_seen(record, known, site))
    found += [_unseen(asset) for asset in left.values()]
    return tuple(sorted(found, key=lambda fact: (fact.zone or "~", fact.key)))


def _same(asset: Asset, record: AssetRecord) -> bool:
    macs = {value.value for value in record.attributes.get("mac", ())} | {record.key}
    addresses = {value.value for value in record.attributes.get("address", ())} | {record.key.partition("@")[0]}
    return bool(macs & set(asset.mac)) or bool(addresses & {str(ip) for ip in asset.ip})


def _seen(record: AssetRecord, known: Asset | None, site: Site | None) -> AssetFact:
    addresses = _values(record, "address")
    return AssetFact(
        key=record.key,
        name=(known.name if known else None) or _first(record, "name"),
        addresses=addresses,
        macs=_values(record, "mac"),
        vendor=_first(record, "vendor"),
        product=_first(record, "model"),
        firmware=_first(record, "firmware"),
        roles=tuple(sorted({*record.roles, *(known.roles if known else ())})),
        zone=(known.zone if known else None) or _zone(addresses or (record.key.partition("@")[0],), site),
        criticality=known.criticality if known else None,
        owner=known.owner if known else None,
        first_seen=record.first_seen,
        last_seen=record.last_seen,
        declared=known is not None,
        seen=True,
    )


def _unseen(asset: Asset) -> AssetFact:
    addresses = tuple(str(ip) for ip in asset.ip)
    return AssetFact(
        key=asset.id, name=asset.name, addresses=addresses, macs=asset.mac, vendor=None, product=None, firmware=None,
        roles=asset.roles, zone=asset.zone, criticality=asset.criticality, owner=asset.owner, first_seen=None,
        last_seen=None, declared=True, seen=False,
    )  # fmt: skip


def _zone(addresses: Iterable[str], site: Site | None) -> str | None:
    found = (site.zone_at(ip, None) for ip in map(_address, addresses) if ip) if site else ()
    return next((zone for zone in found if zone), None)


def _address(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _values(record: AssetRecord, attribute: str) -> tuple[str, ...]:
    """Values, the surest first."""
    values = sorted(record.attributes.get(attribute, ()), key=lambda v: (-v.confidence, v.first_seen, v.value))
    return tuple(value.value for value in values)


def _first(record: AssetRecord, attribute: str) -> str | None:
    return next(iter(_values(record, attribute)), None)


def zone_facts(site: Site | None, assets: Iterable[AssetFact]) -> tuple[ZoneFact, ...]:
    """The declared zones, the highest level first, then by id."""
    held = Counter(asset.zone for asset in assets)
    zones = [
        ZoneFact(
            id=zone.id,
            title=Title(zone.name.get("en", ""), zone.name.get("zh", "")),
            level=zone.level,
            target=zone.sl_t,
            networks=tuple(str(net) for net in zone.networks),
            assets=held[zone.id],
        )
        for zone in (site.zones if site else ())
    ]
    return tuple(sorted(zones, key=lambda zone: (-(zone.level if zone.level is not None else -1), zone.id)))


def conduit_facts(site: Site | None) -> tuple[ConduitFact, ...]:
    """The declared conduits by their ends."""
    facts = (
        ConduitFact(
            conduit.source,
            conduit.destination,
            tuple(" ".join([a.protocol, *([f"({', '.join(a.operations)})"] if a.operations else [])])
                  for a in conduit.allow),
        )
        for conduit in (site.conduits if site else ())
    )  # fmt: skip
    return tuple(sorted(facts, key=lambda fact: (fact.source, fact.destination, fact.allow)))


def alert_counts(alerts: Iterable[Alert]) -> tuple[AlertCount, ...]:
    """Alerts of the triage queue by severity, the worst first; drills and what is held back are left out."""
    counted: dict[str, Counter[str]] = {severity: Counter() for severity in reversed(TRIAGE_SEVERITIES)}
    for alert in alerts:
        if alert.rule_class in TRIAGE_CLASSES and alert.severity in counted and not alert.drill:
            counted[alert.severity][alert.status] += 1
            counted[alert.severity]["false_positive"] += alert.resolution == "false_positive"
    return tuple(
        AlertCount(severity, of["new"], of["in_progress"], of["closed"], of["false_positive"])
        for severity, of in counted.items()
    )


def incident_facts(bodies: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[IncidentFact, ...]:
    """Incidents by (id, body of the record), the latest first; without drills and emptied ones."""
    facts = [_incident(record_id, body) for record_id, body in bodies if body["alerts"] and not body["drill"]]
    return tuple(sorted(facts, key=lambda fact: (-fact.last_seen, fact.id)))


def _incident(record_id: str, body: Mapping[str, Any]) -> IncidentFact:
    times = measured(body)
    return IncidentFact(
        id=record_id,
        title=Reason(body["title"]["code"], body["title"]["parameters"]),
        severity=body["severity"],
        status=body["status"],
        first_seen=time_ns(body["first_seen"]),
        last_seen=time_ns(body["last_seen"]),
        alerts=len(body["alerts"]),
        rules=tuple(sorted({member["rule"] for member in body["members"]})),
        assets=tuple(body["assets"]),
        ttd=times["ttd"],
        ttr=times["ttr"],
    )
