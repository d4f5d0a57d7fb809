"""Queries on assets: is the inventory whole, are there strangers, what changed."""

from __future__ import annotations

import polars as pl

from response.compliance.assessment import Reason
from response.compliance.gathering import Evidence, KnownAsset
from response.compliance.query import VIOLATION, Found, Parameters, Query, Row, none_yet, plain_row, share, table_rows
from response.compliance.selecting import in_window, is_public

MODEL = ("model", "product", "order_number", "model_name")
VERSION = ("firmware", "os", "version", "software")
VERSIONED = {"controller", "hmi", "scada", "network", "io", "gateway"}
IDENTITY = ("mac", "vendor", "model", "firmware", "hardware", "serial", "os", "order_number")
ROUTED = ("tcp", "udp", "icmp")
"""Where an address behind a router shows the router's MAC: no binding that could change."""


def _present(evidence: Evidence) -> list[KnownAsset]:
    """Assets of the plant in the scope: hosts beyond it are not its inventory."""
    scope = set(evidence.zones)
    return [a for a in evidence.assets if (set(a.zones) & scope) or (not a.zones and not _outside(a))]


def _outside(asset: KnownAsset) -> bool:
    return bool(asset.addresses) and all(is_public(ip) for ip in asset.addresses)


def _row(asset: KnownAsset, **more: object) -> Row:
    return plain_row(
        {
            "ot.asset_key": asset.key, "ot.source.asset": asset.name, "ot.zones": asset.zones,
            "addresses": asset.addresses, "first": asset.first, "last": asset.last, **more,
        }
    )  # fmt: skip


def inventory_completeness(evidence: Evidence, parameters: Parameters) -> Found:
    """Share of observed assets whose vendor, model, role, zone and owner are all known."""
    rows, present = [], _present(evidence)
    for asset in present:
        has = {
            "vendor": "vendor" in asset.attributes,
            "model": any(name in asset.attributes for name in MODEL),
            "role": bool(asset.roles),
            "zone": bool(asset.zones),
            "owner": bool(asset.declared and asset.declared.owner),
        }
        if missing := tuple(name for name, there in has.items() if not there):
            rows.append(_row(asset, missing=missing))
    unknown = () if present else (none_yet("asset"),)
    measure = share(len(present) - len(rows), len(present))
    return Found(tuple(rows), measure=measure, needed=parameters["min_ratio"], unknown=unknown)


def unknown_seen(evidence: Evidence, parameters: Parameters) -> Found:
    """Assets on the plant's segments that the site model does not declare."""
    strangers = [asset for asset in _present(evidence) if asset.declared is None]
    rows = tuple(_row(a, vendor=a.attributes.get("vendor", ())) for a in strangers)
    return Found(rows, unknown=() if evidence.assets else (none_yet("asset"),))


def declared_unseen(evidence: Evidence, parameters: Parameters) -> Found:
    """Declared assets in the scope that were never seen in the period."""
    seen = {asset.declared.id for asset in evidence.assets if asset.declared}
    absent = [a for a in evidence.site.assets if a.id not in seen and (a.zone in evidence.zones)]
    rows = tuple(
        plain_row({"ot.source.asset": a.id, "ot.zone": a.zone, "addresses": tuple(map(str, a.ip)), "owner": a.owner})
        for a in absent
    )
    return Found(rows)


def version_known(evidence: Evidence, parameters: Parameters) -> Found:
    """Share of controllers, HMIs and network devices whose firmware or software version traffic shows."""
    asked = [asset for asset in _present(evidence) if set(asset.roles) & VERSIONED]
    lacking = [asset for asset in asked if not any(name in asset.attributes for name in VERSION)]
    return Found(
        tuple(_row(asset, roles=asset.roles) for asset in lacking),
        measure=share(len(asked) - len(lacking), len(asked)),
        needed=parameters["min_ratio"],
        unknown=() if asked else (none_yet("asset"),),
    )


def change_log(evidence: Evidence, parameters: Parameters) -> Found:
    """Changes of identity, firmware and address binding; each has to be explained by a work order."""
    facts = evidence.table("finding")
    routed = (pl.col("ot.attribute") == "mac") & pl.col("network.transport").is_in(list(ROUTED)).fill_null(False)
    changes = facts.filter(
        pl.col("ot.finding") == "attribute_changed", pl.col("ot.attribute").is_in(list(IDENTITY)), ~routed
    ).with_columns(in_window(evidence, "ot.attribute").alias("explained"))
    columns = ("source.ip", "ot.source.asset", "ot.source.zone", "ot.attribute", "ot.observed", "ot.expected",
               "ot.window", "explained")  # fmt: skip
    rows = table_rows(changes, columns, **{VIOLATION: False})
    open_changes = sum(not row["explained"] for row in rows)
    return Found(rows, unknown=(Reason("unexplained", {"count": open_changes}),) if open_changes else ())


QUERIES = (
    Query("asset_inventory_completeness", inventory_completeness, "flows", ("assets", "zones"),
          {"min_ratio": 0.95}, when_blind="inconclusive"),
    Query("asset_unknown_seen", unknown_seen, "flows", ("assets",)),
    Query("asset_declared_unseen", declared_unseen, "flows", ("assets", "zones"), when_blind="inconclusive"),
    Query("asset_version_known", version_known, "content", (), {"min_ratio": 0.8}, when_blind="inconclusive"),
    Query("asset_change_log", change_log, "content"),
)  # fmt: skip
