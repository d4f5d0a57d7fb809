"""Queries on segmentation: zones, conduits, the Internet, VLANs, what crosses a boundary and how well protected."""

from __future__ import annotations

import ipaddress

import polars as pl

from response.compliance.assessment import Reason
from response.compliance.gathering import UNKNOWN, Evidence, KnownAsset
from response.compliance.query import (
    VIOLATION,
    WHO,
    Found,
    Parameters,
    Query,
    no_traffic,
    plain_row,
    share,
    table_rows,
    text_is,
)
from response.compliance.selecting import FLOW, crossing, encrypted, group, having, is_public, not_allowed, public

PROTECTED = ("SignAndEncrypt",)
ENTERPRISE, CONTROL = 4, 2
"""Levels of the Purdue model: the enterprise begins at 4, control ends at 2."""


def data_flow_map(evidence: Evidence, parameters: Parameters) -> Found:
    """Which zones speak which protocols with which: the matrix that people review."""
    flows = evidence.table("flow").filter(pl.col("established") > 0, ~group("destination"))
    keys = ["ot.source.zone", "ot.destination.zone", "network.protocol", "ot.port_protocol"]
    matrix = flows.group_by(keys).agg(
        pl.col("starts").sum().alias("conversations"), (pl.col("source.bytes") + pl.col("destination.bytes")).sum()
        .alias("network.bytes"), pl.col("first").min(), pl.col("last").max(),
    )  # fmt: skip
    rows = table_rows(matrix, (*keys, "conversations", "network.bytes"), **{VIOLATION: False})
    return Found(rows, unknown=(Reason("not_reviewed"),))


def zone_model(evidence: Evidence, parameters: Parameters) -> Found:
    """Assets that lie in no zone or in several, and pairs of zones with traffic for which no conduit is declared."""
    routers = set(having(evidence.site, "network"))
    rows = [
        plain_row({"ot.asset_key": a.key, "ot.source.asset": a.name, "ot.zones": a.zones, VIOLATION: True})
        for a in evidence.assets
        if len(a.zones) != 1 and a.name not in routers and not any(is_public(ip) for ip in a.addresses)
    ]
    declared = {(c.source, c.destination) for c in evidence.site.conduits}
    across = crossing(evidence).filter(pl.col("ot.source.zone") != UNKNOWN, pl.col("ot.destination.zone") != UNKNOWN)
    pairs = across.select("ot.source.zone", "ot.destination.zone").unique()
    for source, destination in pairs.iter_rows():
        if (source, destination) not in declared:
            rows.append({"ot.source.zone": source, "ot.destination.zone": destination, VIOLATION: True})
    return Found(tuple(rows))


def cross_zone_without_conduit(evidence: Evidence, parameters: Parameters) -> Found:
    """Answered conversations between zones that no conduit allows, and operations that a conduit forbids."""
    flows = not_allowed(crossing(evidence))
    rows = table_rows(flows, (*FLOW, "verdict"))
    asked = evidence.table("transaction").filter(text_is("ot.conduit", "denied", "undeclared"))
    pairs = {(row.get("source.ip"), row.get("destination.ip")) for row in rows}
    denied = [
        row for row in table_rows(asked, (*WHO, "network.protocol", "ot.operation", "ot.conduit"))
        if (row.get("source.ip"), row.get("destination.ip")) not in pairs
        and (row.get("destination.ip"), row.get("source.ip")) not in pairs
    ]  # fmt: skip
    return Found((*rows, *denied))


def ot_to_internet(evidence: Evidence, parameters: Parameters) -> Found:
    """Packets between the plant's zones and public addresses that lie in none of them. An attempt from outside that
    nobody answers does not count."""
    flows = evidence.table("flow")
    out = (pl.col("ot.source.zone") != UNKNOWN) & (pl.col("ot.destination.zone") == UNKNOWN) & public("destination.ip")
    into = (pl.col("ot.destination.zone") != UNKNOWN) & (pl.col("ot.source.zone") == UNKNOWN) & public("source.ip")
    answered = pl.col("established") > 0
    return Found(table_rows(flows.filter((out | (into & answered)).fill_null(False)), FLOW))


def critical_zone_isolation(evidence: Evidence, parameters: Parameters) -> Found:
    """Conversations into or out of a zone with a critical asset, beyond its conduits."""
    critical = list(evidence.critical_zones)
    ends = pl.col("ot.source.zone").is_in(critical) | pl.col("ot.destination.zone").is_in(critical)
    return Found(table_rows(not_allowed(crossing(evidence)).filter(ends), (*FLOW, "verdict")))


def vlan_separation(evidence: Evidence, parameters: Parameters) -> Found:
    """A MAC in several VLANs that is no declared network device, and VLANs that no zone declares."""
    seen = pl.concat(
        [
            evidence.table(dataset).select(pl.col(f"{end}.mac").alias("source.mac"), "network.vlan.id")
            for dataset, end in (("flow", "source"), ("flow", "destination"), ("link", "source"))
        ]
    ).drop_nulls()
    if seen.is_empty():
        return Found(unknown=(Reason("no_vlan_tags"),))
    bridges = {mac for asset in evidence.site.assets if "network" in asset.roles for mac in asset.mac}
    spread = seen.unique().group_by("source.mac").agg(pl.col("network.vlan.id").sort())
    rows = [
        {"source.mac": mac, "network.vlan.ids": vlans}
        for mac, vlans in spread.iter_rows()
        if len(vlans) > 1 and mac not in bridges
    ]
    declared = {vlan for zone in evidence.site.zones for vlan in zone.vlans}
    strange = sorted(set(seen["network.vlan.id"]) - declared) if declared else []
    return Found((*rows, *({"network.vlan.id": vlan} for vlan in strange)))


def cross_zone_unencrypted(evidence: Evidence, parameters: Parameters) -> Found:
    """Share of conversations between zones that anybody on the way can read."""
    across = crossing(evidence)
    readable = across.filter(~_hidden(evidence, across))
    return Found(
        table_rows(readable, FLOW, **{VIOLATION: False}),
        measure=share(len(readable), len(across)),
        needed=parameters["max_ratio"],
        at_most=True,
        unknown=() if len(across) else (no_traffic("cross-zone"),),
    )


def _hidden(evidence: Evidence, flows: pl.DataFrame) -> pl.Expr:
    """Which conversations nobody on the way can read: encrypted ones, or OPC UA that signs and encrypts."""
    protected = evidence.facts["session"].filter(text_is("ot.security.mode", *PROTECTED))
    pairs = {tuple(sorted(pair)) for pair in protected.select("source.ip", "destination.ip").drop_nulls().iter_rows()}
    sealed = [tuple(sorted(pair)) in pairs for pair in flows.select("source.ip", "destination.ip").iter_rows()]
    return encrypted() | pl.lit(pl.Series(sealed, dtype=pl.Boolean))


def default_deny_observed(evidence: Evidence, parameters: Parameters) -> Found:
    """How many conversations across a boundary came about although nothing allows them."""
    across = crossing(evidence)
    wrong = not_allowed(across)
    unknown = () if len(across) else (no_traffic("cross-zone"),)
    return Found(table_rows(wrong, FLOW, **{VIOLATION: False}), measure=float(len(wrong)), needed=0.0, at_most=True,
                 unknown=unknown)  # fmt: skip


def it_ot_bypass_dmz(evidence: Evidence, parameters: Parameters) -> Found:
    """Answered conversations between the enterprise (level 4 and above) and the control levels (0 to 2), which end in
    no zone between them."""
    levels = {zone.id: zone.level for zone in evidence.site.zones if zone.level is not None}
    enterprise = [zone for zone, level in levels.items() if level >= ENTERPRISE]
    control = [zone for zone, level in levels.items() if level <= CONTROL]
    source, destination = pl.col("ot.source.zone"), pl.col("ot.destination.zone")
    down, up = (
        source.is_in(enterprise) & destination.is_in(control),
        source.is_in(control) & destination.is_in(enterprise),
    )
    unknown = () if enterprise and control else (Reason("not_declared", {"what": "levels"}),)
    return Found(table_rows(crossing(evidence).filter((down | up).fill_null(False)), FLOW), unknown=unknown)


def dual_homed_asset(evidence: Evidence, parameters: Parameters) -> Found:
    """Hosts with addresses in two zones that are no declared network device or gateway."""
    allowed = set(having(evidence.site, "network", "gateway"))
    by_network = {asset.key: _zones_by_address(evidence, asset) for asset in evidence.assets}
    rows = [
        plain_row({"ot.asset_key": a.key, "ot.source.asset": a.name, "ot.zones": tuple(sorted(by_network[a.key])),
                   "addresses": a.addresses})
        for a in evidence.assets
        if len(by_network[a.key]) > 1 and a.name not in allowed and set(a.zones) & set(evidence.zones)
    ]  # fmt: skip
    return Found(tuple(rows))


def _zones_by_address(evidence: Evidence, asset: KnownAsset) -> set[str]:
    found = (evidence.site.zone_at(ipaddress.ip_address(ip), None) for ip in asset.addresses)
    return {zone for zone in found if zone is not None}


def untrusted_path_unencrypted(evidence: Evidence, parameters: Parameters) -> Found:
    """Conversations with what lies in no zone that anybody on the way can read."""
    outside = (pl.col("ot.source.zone") == UNKNOWN) | (pl.col("ot.destination.zone") == UNKNOWN)
    across = crossing(evidence).filter(outside)
    readable = across.filter(~_hidden(evidence, across))
    return Found(table_rows(readable, FLOW), unknown=() if len(across) else (no_traffic("outside"),))


QUERIES = (
    Query("data_flow_map", data_flow_map, "flows", ("zones",)),
    Query("zone_model_defined", zone_model, "flows", ("zones",)),
    Query("cross_zone_without_conduit", cross_zone_without_conduit, "flows", ("zones", "conduits")),
    Query("ot_to_internet", ot_to_internet, "flows", ("zones",)),
    Query("critical_zone_isolation", critical_zone_isolation, "flows", ("zones", "conduits", "critical")),
    Query("vlan_separation", vlan_separation, "flows"),
    Query("cross_zone_unencrypted", cross_zone_unencrypted, "flows", ("zones",), {"max_ratio": 0.0}),
    Query("default_deny_observed", default_deny_observed, "flows", ("zones", "conduits")),
    Query("it_ot_bypass_dmz", it_ot_bypass_dmz, "flows", ("zones",)),
    Query("dual_homed_asset", dual_homed_asset, "flows", ("zones",)),
    Query("untrusted_path_unencrypted", untrusted_path_unencrypted, "flows", ("zones",)),
)
