"""Queries on segmentation: zones, conduits, the Internet, VLANs, what crosses a boundary and how well protected."""

from __future__ import annotations

import polars as pl

from response.compliance.assessment import Reason
from response.compliance.gathering import UNKNOWN, Evidence
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
from response.compliance.selecting import crossing, group, having, is_public, public, unlisted

FLOW = (*WHO, "network.transport", "ot.server.port", "network.protocol", "ot.port_protocol")
GENERAL = ("http", "smtp", "telnet", "ftp", "tftp", "smb", "rdp", "vnc", "dcerpc", "netbios", "ssdp")
REMOTE = ("ssh", "telnet", "rdp", "vnc")
HIGH_RISK = ("telnet", "ftp", "tftp", "vnc", "rdp", "smb", "netbios", "ssdp", "dcerpc")
PROTECTED = ("SignAndEncrypt",)


def data_flow_map(evidence: Evidence, parameters: Parameters) -> Found:
    """Which zones speak which protocols with which: the matrix that people review."""
    flows = evidence.table("flow").filter(pl.col("established") > 0, ~group("destination.ip"))
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
    return Found(tuple(rows), met=True)


def cross_zone_without_conduit(evidence: Evidence, parameters: Parameters) -> Found:
    """Answered conversations between zones that no conduit allows, and operations that a conduit forbids."""
    flows = unlisted(crossing(evidence))
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
    return Found(table_rows(unlisted(crossing(evidence)).filter(ends), (*FLOW, "verdict")))


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
    protected = evidence.facts["session"].filter(text_is("ot.security.mode", *PROTECTED))
    pairs = {tuple(sorted(pair)) for pair in protected.select("source.ip", "destination.ip").drop_nulls().iter_rows()}
    by_port = pl.col("network.protocol").is_null() & text_is("ot.port_protocol", "tls", "ssh", "mqtts")
    hidden = pl.Series(
        [tuple(sorted(pair)) in pairs for pair in across.select("source.ip", "destination.ip").iter_rows()],
        dtype=pl.Boolean,
    )
    readable = across.filter(~(by_port | hidden))
    return Found(
        table_rows(readable, FLOW, **{VIOLATION: False}),
        measure=share(len(readable), len(across)),
        needed=parameters["max_ratio"],
        at_most=True,
        unknown=() if len(across) else (no_traffic("cross-zone"),),
    )


def default_deny_observed(evidence: Evidence, parameters: Parameters) -> Found:
    """How many conversations across a boundary came about although nothing allows them."""
    across = crossing(evidence)
    wrong = unlisted(across)
    unknown = () if len(across) else (no_traffic("cross-zone"),)
    return Found(table_rows(wrong, FLOW, **{VIOLATION: False}), measure=float(len(wrong)), needed=0.0, at_most=True,
                 unknown=unknown)  # fmt: skip


def general_service_over_boundary(evidence: Evidence, parameters: Parameters) -> Found:
    """Office and remote services that cross a boundary."""
    return Found(table_rows(crossing(evidence).filter(text_is("ot.port_protocol", *GENERAL)), FLOW))


def remote_access_sessions(evidence: Evidence, parameters: Parameters) -> Found:
    """Every answered remote access to a host in the scope, by the port it used."""
    flows = evidence.table("flow").filter(pl.col("established") > 0, text_is("ot.port_protocol", *REMOTE))
    return Found(table_rows(flows, FLOW, **{VIOLATION: False}))


def high_risk_service(evidence: Evidence, parameters: Parameters) -> Found:
    """Answered conversations with services that carry high risk, by the port they used."""
    flows = evidence.table("flow").filter(pl.col("established") > 0, text_is("ot.port_protocol", *HIGH_RISK))
    return Found(table_rows(flows, FLOW))


QUERIES = (
    Query("data_flow_map", data_flow_map, "flows", ("zones",)),
    Query("zone_model_defined", zone_model, "flows", ("zones",)),
    Query("cross_zone_without_conduit", cross_zone_without_conduit, "flows", ("zones", "conduits")),
    Query("ot_to_internet", ot_to_internet, "flows", ("zones",)),
    Query("critical_zone_isolation", critical_zone_isolation, "flows", ("zones", "conduits", "critical")),
    Query("vlan_separation", vlan_separation, "flows"),
    Query("cross_zone_unencrypted", cross_zone_unencrypted, "flows", ("zones",), {"max_ratio": 0.0}),
    Query("default_deny_observed", default_deny_observed, "flows", ("zones", "conduits")),
    Query("general_service_over_boundary", general_service_over_boundary, "flows", ("zones",)),
    Query("remote_access_sessions", remote_access_sessions, "flows"),
    Query("high_risk_service", high_risk_service, "flows"),
)
