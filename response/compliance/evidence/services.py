"""Queries on services by the port they use: remote access, office services, administration, time."""

from __future__ import annotations

import polars as pl

from response.compliance.assessment import Reason
from response.compliance.gathering import Evidence
from response.compliance.query import VIOLATION, Found, Parameters, Query, share, table_rows, text_is
from response.compliance.selecting import FLOW, crossing, having

GENERAL = ("http", "smtp", "telnet", "ftp", "tftp", "smb", "rdp", "vnc", "dcerpc", "netbios", "ssdp")
PERSONAL = ("smtp",)
REMOTE = ("ssh", "telnet", "rdp", "vnc")
HIGH_RISK = ("telnet", "ftp", "tftp", "vnc", "rdp", "smb", "netbios", "ssdp", "dcerpc")
READABLE_ADMIN = ("telnet", "ftp", "tftp", "http", "snmp", "vnc")


def general_service_over_boundary(evidence: Evidence, parameters: Parameters) -> Found:
    """Office and remote services that cross a boundary."""
    return Found(table_rows(crossing(evidence).filter(text_is("ot.port_protocol", *GENERAL)), FLOW))


def person_to_person_comm(evidence: Evidence, parameters: Parameters) -> Found:
    """Mail from or to hosts in the scope, by the port it used."""
    flows = evidence.table("flow").filter(pl.col("established") > 0, text_is("ot.port_protocol", *PERSONAL))
    return Found(table_rows(flows, FLOW))


def remote_access_sessions(evidence: Evidence, parameters: Parameters) -> Found:
    """Every answered remote access to a host in the scope, by the port it used."""
    flows = evidence.table("flow").filter(pl.col("established") > 0, text_is("ot.port_protocol", *REMOTE))
    return Found(table_rows(flows, FLOW, **{VIOLATION: False}))


def remote_access_unapproved(evidence: Evidence, parameters: Parameters) -> Found:
    """Answered remote access outside any maintenance window."""
    flows = evidence.table("flow").filter(pl.col("established") > 0, text_is("ot.port_protocol", *REMOTE))
    return Found(table_rows(flows.filter(pl.col("ot.window").is_null()), FLOW))


def high_risk_service(evidence: Evidence, parameters: Parameters) -> Found:
    """Answered conversations with services that carry high risk, by the port they used."""
    flows = evidence.table("flow").filter(pl.col("established") > 0, text_is("ot.port_protocol", *HIGH_RISK))
    return Found(table_rows(flows, FLOW))


def plaintext_admin_protocol(evidence: Evidence, parameters: Parameters) -> Found:
    """Answered conversations with services of administration that anybody on the way can read, by port."""
    flows = evidence.table("flow").filter(pl.col("established") > 0, text_is("ot.port_protocol", *READABLE_ADMIN))
    return Found(table_rows(flows, FLOW))


def time_sync_seen(evidence: Evidence, parameters: Parameters) -> Found:
    """Share of declared assets that ask a declared source for the time; an undeclared source is a violation."""
    sources = having(evidence.site, "time_source")
    flows = evidence.table("flow").filter(text_is("ot.port_protocol", "ntp"), pl.col("destination.packets") > 0)
    strange = table_rows(flows.filter(~text_is("ot.destination.asset", *sources)), FLOW, **{VIOLATION: True})
    asked = [asset.id for asset in evidence.site.assets if asset.zone in evidence.zones and asset.id not in sources]
    synchronised = set(flows["ot.source.asset"]) & set(asked)
    unknown = () if sources else (Reason("not_declared", {"what": "time_sources"}),)
    measure = share(len(synchronised), len(asked)) if sources else None
    return Found(strange, measure=measure, needed=parameters["min_ratio"], unknown=unknown)


QUERIES = (
    Query("person_to_person_comm", person_to_person_comm, "flows"),
    Query("general_service_over_boundary", general_service_over_boundary, "flows", ("zones",)),
    Query("remote_access_unapproved", remote_access_unapproved, "flows"),
    Query("plaintext_admin_protocol", plaintext_admin_protocol, "flows"),
    Query("time_sync_seen", time_sync_seen, "flows", ("assets",), {"min_ratio": 0.8}),
    Query("remote_access_sessions", remote_access_sessions, "flows"),
    Query("high_risk_service", high_risk_service, "flows"),
)
