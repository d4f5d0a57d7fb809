"""The map of the plant: hosts at fixed places, by level and zone, and who speaks with whom. Pure and deterministic: the
same traffic gives the same picture, so that two of them can be compared."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from detection.site import ALLOWED, INSIDE, Site, Zone
from response.ports import AssetRecord

UNKNOWN, OUTSIDE = "unknown", "outside"
"""Where hosts lie that no zone holds: addresses of private use, and those of the Internet."""
_PRIVATE_TEXT = (
    "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 127.0.0.0/8 100.64.0.0/10 224.0.0.0/4 255.255.255.255/32 "
    "0.0.0.0/32 fc00::/7 fe80::/10 ff00::/8 ::/127"
)
PRIVATE = tuple(map(ipaddress.ip_network, _PRIVATE_TEXT.split()))
"""Addresses that no host of the Internet has (RFC 1918, 3927, 4193, 4291, 6598, 5771)."""
COLUMNS = 6
STEP, GAP = 100, 80
"""Distance of two hosts, and what lies between two zones."""
HIGHEST = 6


@dataclass(frozen=True)
class Talk:
    """Flows of one pair and protocol, counted."""

    source: str
    destination: str
    protocol: str | None
    flows: int
    first: int
    last: int


@dataclass
class Host:
    """A host on the map. `new` when it was not seen before the span that is shown."""

    id: str
    name: str
    zone: str
    roles: tuple[str, ...]
    declared: bool
    criticality: str | None
    asset: str | None
    new: bool
    alerts: int = 0
    x: int = 0
    y: int = 0


@dataclass
class Line:
    """All talks of one pair. `verdict` inside, allowed, denied, undeclared, or none without conduits."""

    source: str
    destination: str
    protocols: dict[str, int] = field(default_factory=dict)
    flows: int = 0
    first: int = 0
    last: int = 0
    verdict: str = INSIDE
    new: bool = False


def draw(
    talks: Iterable[Talk],
    assets: Iterable[AssetRecord],
    site: Site | None,
    *,
    before: Iterable[tuple[str, str]],
    alerts: Mapping[str, int],
) -> dict[str, Any]:
    """Hosts, lines and zones with their places. `before` are pairs known before the span; `alerts` counts open alerts
    by address."""
    pairs = set(before)
    known = {end for pair in pairs for end in pair}
    by_address = _by_address(assets)
    hosts: dict[str, Host] = {}
    lines: dict[tuple[str, str], Line] = {}
    for talk in talks:
        for address in (talk.source, talk.destination):
            if address not in hosts:
                hosts[address] = _host(address, by_address.get(address), site, address not in known and bool(pairs))
                hosts[address].alerts = alerts.get(address, 0)
        line = lines.setdefault((talk.source, talk.destination), Line(talk.source, talk.destination))
        _add(line, talk, hosts, site, (talk.source, talk.destination) not in pairs and bool(pairs))
    zones = _place(hosts, site)
    return {
        "zones": zones,
        "hosts": [vars(host) | {"roles": list(host.roles)} for host in hosts.values()],
        "lines": [vars(line) for line in lines.values()],
    }


def _by_address(assets: Iterable[AssetRecord]) -> dict[str, AssetRecord]:
    found: dict[str, AssetRecord] = {}
    for asset in assets:
        for value in asset.attributes.get("address", ()):
            found.setdefault(value.value, asset)
    return found


def _host(address: str, asset: AssetRecord | None, site: Site | None, new: bool) -> Host:
    ip = ipaddress.ip_address(address)
    declared = site.asset_at(address) if site else None
    zone = (declared.zone if declared else None) or (site.zone_at(ip, None) if site else None)
    names = [value.value for value in asset.attributes.get("name", ())] if asset else []
    roles = sorted({*(asset.roles if asset else ()), *(declared.roles if declared else ())})
    return Host(
        id=address,
        name=(declared.name or declared.id) if declared else (names[0] if names else address),
        zone=zone or (UNKNOWN if any(ip in net for net in PRIVATE if net.version == ip.version) else OUTSIDE),
        roles=tuple(roles),
        declared=declared is not None,
        criticality=declared.criticality if declared else None,
        asset=asset.key if asset else None,
        new=new,
    )


def _add(line: Line, talk: Talk, hosts: Mapping[str, Host], site: Site | None, new: bool) -> None:
    protocol = talk.protocol or UNKNOWN
    line.protocols[protocol] = line.protocols.get(protocol, 0) + talk.flows
    line.first = min(line.first, talk.first) if line.flows else talk.first
    line.last = max(line.last, talk.last)
    line.flows += talk.flows
    line.new = new
    zones = hosts[talk.source].zone, hosts[talk.destination].zone
    if site is not None and site.conduits:
        verdict = site.conduit(*zones, talk.protocol, None)
        if verdict not in (INSIDE, ALLOWED) or line.verdict == INSIDE:
            line.verdict = verdict
    elif zones[0] != zones[1]:
        line.verdict = "none"


def _place(hosts: Mapping[str, Host], site: Site | None) -> list[dict[str, Any]]:
    """Levels from top to bottom, the zones of a level side by side, the hosts of a zone in a grid by address."""
    declared = {zone.id: zone for zone in site.zones} if site else {}
    names = sorted({host.zone for host in hosts.values()} | set(declared), key=lambda name: _order(name, declared))
    zones, top = [], 0
    for level in sorted({_level(name, declared) for name in names}, reverse=True):
        left, tallest = 0, 0
        for name in (name for name in names if _level(name, declared) == level):
            inside = sorted((h for h in hosts.values() if h.zone == name), key=lambda h: ipaddress_key(h.id))
            columns = max(1, min(COLUMNS, len(inside)))
            for number, host in enumerate(inside):
                host.x, host.y = left + number % columns * STEP, top + number // columns * STEP
            rows = max(1, -(-len(inside) // columns))
            zone = declared.get(name)
            zones.append(
                {
                    "id": name,
                    "name": dict(zone.name) if zone else {},
                    "level": zone.level if zone else None,
                    "hosts": len(inside),
                    "x": left,
                    "y": top,
                    "width": columns * STEP,
                    "height": rows * STEP,
                }
            )
            left += columns * STEP + GAP
            tallest = max(tallest, rows * STEP)
        top += tallest + GAP
    return zones


def _level(name: str, declared: Mapping[str, Zone]) -> int:
    zone = declared.get(name)
    if zone is not None and zone.level is not None:
        return zone.level
    return HIGHEST if name == OUTSIDE else 0 if zone is None else 1


def _order(name: str, declared: Mapping[str, Zone]) -> tuple[int, str]:
    return (0 if name in declared else 1, name)


def ipaddress_key(address: str) -> tuple[int, int]:
    """Addresses in their own order, IPv4 first."""
    ip = ipaddress.ip_address(address)
    return ip.version, int(ip)
