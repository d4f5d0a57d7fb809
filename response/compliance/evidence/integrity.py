"""Queries on integrity and availability: malformed messages, taken-over sessions, devices that fell silent."""

from __future__ import annotations

import json

import polars as pl

from response.compliance.assessment import Reason
from response.compliance.gathering import UNKNOWN, Evidence
from response.compliance.query import VIOLATION, WHO, Found, Parameters, Query, no_traffic, table_rows, text_is
from response.compliance.selecting import handled

GRAMMAR = ("modbus.", "mqtt.", "opcua.", "sparkplug.", "ip.bad_header", "tcp.bad_header", "udp.bad_length")
"""Flags that say a sender broke the protocol; those on gaps and limits say what the sensor could not see."""
STREAM = ("tcp.overlap_differs", "ip.fragment_overlap", "pairing.differing_reply")
PROGRAMS = ("application/x-dosexec", "application/x-elf", "text/x-shellscript")
ROUTED = ("tcp", "udp", "icmp")
FLAG = (*WHO, "network.protocol", "ot.flag", "ot.count")


def malformed_protocol(evidence: Evidence, parameters: Parameters) -> Found:
    """Messages that break their protocol, unless people closed the alerts between the two hosts."""
    broken = pl.any_horizontal(pl.col("ot.flag").str.starts_with(word) for word in GRAMMAR)
    rows = table_rows(evidence.table("flag").filter(broken.fill_null(False)), FLAG)
    marked = tuple({**row, VIOLATION: not handled(evidence.alerts, dict(row))} for row in rows)
    return Found(marked, unknown=() if len(evidence.table("transaction")) else (no_traffic("command"),))


def session_integrity_anomaly(evidence: Evidence, parameters: Parameters) -> Found:
    """Addresses of known hosts that moved to another MAC, and streams that say two different things."""
    moved = evidence.table("finding").filter(
        text_is("ot.finding", "attribute_changed"), text_is("ot.attribute", "mac"), pl.col("ot.source.zone") != UNKNOWN
    )
    own = {str(ip): asset.mac for asset in evidence.site.assets for ip in asset.ip}
    routers = {mac for asset in evidence.site.assets if "network" in asset.roles for mac in asset.mac}
    columns = ("source.ip", "ot.source.asset", "ot.source.zone", "network.transport", "ot.observed", "ot.expected")
    taken = []
    for row in table_rows(moved, columns):
        mac, right = _value(row["ot.observed"]), own.get(str(row.get("source.ip")), ())
        # Seen in traffic alone, the address may lie behind a router: then only a MAC that is declared tells.
        routed = row.get("network.transport") in ROUTED and (not right or mac in routers)
        if mac not in right and not routed:
            taken.append(row)
    twofold = table_rows(evidence.table("flag").filter(text_is("ot.flag", *STREAM)), FLAG)
    return Found((*taken, *twofold))


def _value(observed: str) -> str:
    return str(json.loads(observed).get("value"))


def mobile_code_transfer(evidence: Evidence, parameters: Parameters) -> Found:
    """Programs and scripts that went to a host of the plant on a readable connection, outside a maintenance window."""
    files = evidence.table("file").filter(pl.col("ot.destination.zone").is_in(list(evidence.zones)))
    programs = files.filter(text_is("file.mime_type", *PROGRAMS), pl.col("ot.window").is_null())
    return Found(table_rows(programs, (*WHO, "network.protocol", "file.name", "file.mime_type", "file.hash.sha256")))


def comm_loss_events(evidence: Evidence, parameters: Parameters) -> Found:
    """Cyclic traffic that stopped; each has to be explained by a window or by people closing the alert."""
    silent = evidence.table("cadence").filter(text_is("ot.cadence.kind", "silent"))
    rows = table_rows(silent, (*WHO, "network.protocol", "ot.operation", "ot.window"))
    marked = tuple(
        {**row, "explained": "ot.window" in row or handled(evidence.alerts, dict(row)), VIOLATION: False}
        for row in rows
    )
    open_losses = sum(not row["explained"] for row in marked)
    cyclic = evidence.table("cadence").filter(text_is("ot.cadence.kind", "cyclic", "silent"))
    explained = (Reason("unexplained", {"count": open_losses}),) if open_losses else ()
    return Found(marked, unknown=(*explained, *(() if len(cyclic) else (no_traffic("cyclic"),))))


QUERIES = (
    Query("malformed_protocol", malformed_protocol),
    Query("session_integrity_anomaly", session_integrity_anomaly, "flows"),
    Query("mobile_code_transfer", mobile_code_transfer),
    Query("comm_loss_events", comm_loss_events),
)
