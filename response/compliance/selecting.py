"""What several evidence queries ask alike: who is outside, who may do what, which traffic crosses, what was handled."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import polars as pl

from detection.site import ALLOWED, INSIDE, Site
from response.alerts import Alert
from response.compliance.gathering import UNKNOWN, Evidence
from response.compliance.query import WHO
from response.link_address import groups
from sensors.fields import encrypted_protocols

FLOW = (*WHO, "network.transport", "ot.server.port", "network.protocol", "ot.port_protocol")
"""Columns that tell of a conversation."""
LOCAL = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "::/127", "fc00::/7", "fe80::/10", "ff00::/8",
    )
)  # fmt: skip
"""Networks that nobody reaches through the Internet, those that rules on public addresses name (G08)."""

HIDDEN = ("tls", "ssh", *encrypted_protocols())
"""What a port may promise that nobody on the way can read."""


@lru_cache(maxsize=65_536)
def is_public(ip: str) -> bool:
    """Whether an address can lie beyond the plant: none of the private, link-local, group or reserved ones."""
    address = ipaddress.ip_address(ip)
    return not any(address.version == net.version and address in net for net in LOCAL)


@lru_cache(maxsize=65_536)
def is_group(ip: str) -> bool:
    """Whether an address names a group of hosts or none: multicast, broadcast, unspecified."""
    address = ipaddress.ip_address(ip)
    return address.is_multicast or address.is_unspecified or str(address) == "255.255.255.255"


def public(column: str) -> pl.Expr:
    """Whether a column of addresses holds a public one."""
    return pl.col(column).map_elements(is_public, return_dtype=pl.Boolean).fill_null(False)


def group(end: str) -> pl.Expr:
    """Whether an end (source, destination) is a group: by its address, or its MAC or bus where it has none."""
    address = pl.col(f"{end}.ip").map_elements(is_group, return_dtype=pl.Boolean)
    return pl.coalesce(address, groups(f"{end}.mac")).fill_null(False)


def encrypted() -> pl.Expr:
    """Conversations that nobody on the way can read: named so by their bytes, or unnamed where the port promises it."""
    named, promised = pl.col("network.protocol"), pl.col("ot.port_protocol")
    unnamed = named.is_null() & promised.is_in(list(HIDDEN)).fill_null(False)
    return unnamed | named.is_in(list(encrypted_protocols())).fill_null(False)


def having(site: Site, *roles: str) -> list[str]:
    """Ids of declared assets with one of the roles: roles that traffic shows never give a right."""
    return sorted(asset.id for asset in site.assets if set(asset.roles) & set(roles))


def in_window(evidence: Evidence, column: str = "ot.operation") -> pl.Expr:
    """Whether a row happened in a maintenance window that allows its operation (or any)."""
    allowed = pl.lit(False)
    for window in evidence.site.windows:
        named = pl.col("ot.window") == (window.order or window.id)
        fits = pl.col(column).is_in(list(window.allows)).fill_null(False) if window.allows else pl.lit(True)
        allowed = allowed | (named & fits)
    return allowed.fill_null(False)


def crossing(evidence: Evidence) -> pl.DataFrame:
    """Answered conversations between two zones, or between a zone and what lies in none, with `verdict` of the
    conduits. Where contents do not tell the protocol, what the port promises is taken: a conduit is no proof of it.
    Frames without IP stay on their link and cross nothing."""
    routed = pl.col("source.ip").is_not_null() & pl.col("destination.ip").is_not_null()
    flows = evidence.table("flow").filter(pl.col("established") > 0, routed, ~group("destination"), ~group("source"))
    source, destination = pl.col("ot.source.zone"), pl.col("ot.destination.zone")
    across = flows.filter((source != destination).fill_null(False))
    site = evidence.site
    protocols = across.select(pl.coalesce("network.protocol", "ot.port_protocol")).to_series()
    ends = zip(across["ot.source.zone"], across["ot.destination.zone"], protocols, strict=True)
    verdicts = [site.conduit(a, b, protocol, None) for a, b, protocol in ends]
    return across.with_columns(pl.Series("verdict", verdicts, dtype=pl.String))


def not_allowed(facts: pl.DataFrame) -> pl.DataFrame:
    """Of `crossing`, what no conduit allows."""
    return facts.filter(~pl.col("verdict").is_in([ALLOWED, INSIDE]))


def handled(alerts: Iterable[Alert], row: dict[str, Any]) -> bool:
    """Whether people closed every alert between the two ends of a row, and there is one."""
    ends = {row.get("source.ip"), row.get("destination.ip")} - {None}
    about = [a for a in alerts if ends and {a.source.get("ip"), a.destination.get("ip")} & ends == ends]
    return bool(about) and all(alert.status == "closed" for alert in about)


def alerted(alerts: Iterable[Alert], source: str | None, destination: str | None, first: int, last: int) -> bool:
    """Whether an alert names both ends, or the source alone, in this span."""
    for alert in alerts:
        ends = {alert.source.get("ip"), alert.destination.get("ip")} - {None}
        overlaps = alert.first_seen <= last and alert.last_seen >= first
        if overlaps and source in ends and (destination in ends or len(ends) == 1):
            return True
    return False


def known(zone: str | None) -> bool:
    return zone is not None and zone != UNKNOWN
