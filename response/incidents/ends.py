"""Who acted and whom it hit, as an alert tells it, told carefully: what could name a bystander joins nothing.

An address is the actor only where it can be his: on layer 2 the MAC acts and the address may be a lie; behind a router
the MAC is the router's. Hosts that touch everything (hubs) are no actors at all, nor is the known neighbour whom a rule
names that counts by the victim alone: he may be the one who noticed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from detection.site import Asset, Site
from response.alerts import Alert
from response.incidents.killchain import Matrix
from response.link_address import is_mac, is_station

UNKNOWN = "unknown"
IMPACT = "TA0105"
LOOKING = frozenset({"TA0102", "TA0100"})
"""Discovery and collection: a host that was only looked at did not become the attacker's."""


@dataclass(frozen=True)
class Ends:
    """What an alert can be joined by.

    `actors` are (kind, value) with kind asset or station (a MAC); `victim` an asset that is no hub; `channel` client,
    server and protocol; `consequence`: it only says that the victim suffers, not who did it; `gained`: the victim may
    be in the attacker's hands now.
    """

    actors: tuple[tuple[str, str], ...]
    victim: str | None
    channel: tuple[str, str, str] | None
    consequence: bool
    gained: bool


def ends_of(alert: Alert, matrix: Matrix, hubs: frozenset[str], site: Site | None) -> Ends:
    """Who acted and whom it hit. `hubs` are roles; `site` says which roles and MACs are declared."""
    source, destination = alert.source, alert.destination
    from_name, to_name = name_of(source), name_of(destination)
    tactics = set(matrix.all_of(alert))
    consequence = bool(tactics) and tactics <= {IMPACT}
    victim = to_name if to_name and not _hub(destination, hubs, site) else None
    named = not consequence and (_counted_by(alert) or not _neighbour(alert, site))
    channel = None
    if named and not link_layer(alert) and from_name and to_name and alert.protocol:
        channel = (from_name, to_name, alert.protocol)
    return Ends(
        actors=_actors(alert, hubs, site) if named else (),
        victim=victim,
        channel=channel,
        consequence=consequence,
        gained=not consequence and bool(tactics - LOOKING),
    )


def name_of(end: Mapping[str, Any]) -> str | None:
    """How an end is called: its declared id, else its address, else its MAC."""
    found = end.get("asset") or end.get("ip") or end.get("mac")
    return str(found) if found else None


def _actors(alert: Alert, hubs: frozenset[str], site: Site | None) -> tuple[tuple[str, str], ...]:
    source, mac = alert.source, alert.source.get("mac")
    name, station = name_of(source), mac if is_station(mac) else None
    owner = _owner(site, mac)
    declared = _declared(site, source.get("ip"))
    found: list[tuple[str, str]] = []
    if link_layer(alert):
        true_name = owner is not None and owner is declared
        named = [("asset", owner.id)] if owner is not None and true_name else []
        found = [*named, *([("station", station)] if station else [])]
        return () if owner is not None and set(owner.roles) & hubs else tuple(found)
    near = same_link(source, alert.destination)
    lies = near and declared is not None and bool(declared.mac) and owner is not declared and station is not None
    if name and not lies and not _hub(source, hubs, site):
        found.append(("asset", name))
    if near and station and owner is None and (lies or found):
        found.append(("station", station))
    return tuple(found)


def link_layer(alert: Alert) -> bool:
    """Whether the alert is about frames of Ethernet, where addresses above are only claimed."""
    mac = alert.source.get("mac")
    return alert.protocol == "arp" or (is_mac(mac) and mac in alert.dedup)


def _counted_by(alert: Alert) -> bool:
    """Whether the rule counts by the source, so that all of the alert is its doing."""
    return any(alert.source.get(name) in alert.dedup for name in ("ip", "mac", "asset") if alert.source.get(name))


def _neighbour(alert: Alert, site: Site | None) -> bool:
    """Whether the source is a known host in the place of the victim."""
    if site is not None:
        known = _declared(site, alert.source.get("ip")) is not None
        return known and alert.source.get("zone") == alert.destination.get("zone")
    roles = set(alert.source.get("roles", ())) - {UNKNOWN}
    return bool(roles) and same_link(alert.source, alert.destination)


def same_link(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two ends lie so near that their MACs are their own: one /24 (IPv4) or /64 (IPv6), no two zones."""
    zones = {end.get("zone", UNKNOWN) for end in (one, other)}
    if len(zones) > 1 or not one.get("ip") or not other.get("ip"):
        return False
    first, second = ipaddress.ip_address(one["ip"]), ipaddress.ip_address(other["ip"])
    bits = 24 if first.version == 4 else 64
    return first.version == second.version and second in ipaddress.ip_network(f"{first}/{bits}", strict=False)


def _hub(end: Mapping[str, Any], hubs: frozenset[str], site: Site | None) -> bool:
    """Whether an end touches everything: by its declared roles where a site is declared (a scanner looks like a
    master), else by those that its traffic shows."""
    declared = _declared(site, end.get("ip"))
    roles = (declared.roles if declared else ()) if site is not None else end.get("roles", ())
    return bool(hubs.intersection(roles))


def _declared(site: Site | None, ip: str | None) -> Asset | None:
    return site.asset_at(ip) if site is not None and ip else None


def _owner(site: Site | None, mac: str | None) -> Asset | None:
    return next((asset for asset in site.assets if mac in asset.mac), None) if site is not None and mac else None
