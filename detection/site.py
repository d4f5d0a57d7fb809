"""The site model: what the plant declares, as text (`site.yml`, vocabulary §5). Detection and compliance read it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from zoneinfo import ZoneInfo

from detection.indicators import NO_INDICATORS, Indicators

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

INSIDE, ALLOWED, DENIED, UNDECLARED, NONE = "inside", "allowed", "denied", "undeclared", "none"


@dataclass(frozen=True)
class Zone:
    """A zone: `networks` and `vlans` say what lies in it; `sl_t` is its target security level, 0 to 4."""

    id: str
    name: Mapping[str, str]
    level: int | None
    networks: tuple[Network, ...]
    vlans: tuple[int, ...]
    segment: str | None
    sl_t: int | None


@dataclass(frozen=True)
class Allowed:
    """What a conduit allows: a protocol word, and its operations (empty: all)."""

    protocol: str
    operations: tuple[str, ...]


@dataclass(frozen=True)
class Conduit:
    """A way from one zone to another, in the direction of the request."""

    source: str
    destination: str
    allow: tuple[Allowed, ...]


@dataclass(frozen=True)
class Asset:
    """A declared asset."""

    id: str
    name: str | None
    ip: tuple[Address, ...]
    mac: tuple[str, ...]
    roles: tuple[str, ...]
    zone: str | None
    criticality: str | None
    owner: str | None


@dataclass(frozen=True)
class Point:
    """A declared point: `minimum` and `maximum` are the engineering range in engineering units."""

    server: str
    unit: str | None
    address: str
    name: str | None
    unit_of_measure: str | None
    type: str | None
    word_order: str | None
    scale: float
    offset: float
    minimum: float | None
    maximum: float | None
    states: Mapping[int, str]


@dataclass(frozen=True)
class Window:
    """A maintenance window or work order: `assets` empty means the whole site; `allows` are operation words."""

    id: str
    assets: tuple[str, ...]
    start: datetime
    end: datetime
    order: str | None
    allows: tuple[str, ...]


@dataclass(frozen=True)
class Sensor:
    """A sensor and what it is placed to see: zones, and conduits as (from, to). `name` as in `observer.name`."""

    name: str
    interface: str | None = None
    segment: str | None = None
    zones: tuple[str, ...] = ()
    conduits: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Limits:
    """What the sight of a zone must reach before it can prove that something did *not* happen: least share of the
    period with capture, greatest share of packets lost, of conversations seen from one side only, and of conversations
    that nobody can read (all 0 to 1); least length of the period in ns."""

    uptime: float = 0.99
    loss: float = 0.001
    one_way: float = 0.05
    unreadable: float = 0.05
    minimum_period: int = 24 * 3600 * 1_000_000_000


@dataclass(frozen=True)
class Calendar:
    """Working days (0 is Monday), working hours and holidays, in the site's time zone."""

    days: tuple[int, ...]
    begin: time
    end: time
    holidays: tuple[date, ...]

    def word(self, moment: datetime) -> str:
        """working, off or holiday at `moment`, which is in the site's time zone."""
        if moment.date() in self.holidays:
            return "holiday"
        inside = moment.weekday() in self.days and self.begin <= moment.time() < self.end
        return "working" if inside else "off"


@dataclass(frozen=True)
class Site:
    """Everything `site.yml` declares."""

    zone_info: ZoneInfo
    zones: tuple[Zone, ...] = ()
    conduits: tuple[Conduit, ...] = ()
    assets: tuple[Asset, ...] = ()
    points: tuple[Point, ...] = ()
    windows: tuple[Window, ...] = ()
    calendar: Calendar | None = None
    indicators: Indicators = NO_INDICATORS
    sensors: tuple[Sensor, ...] = ()
    visibility: Limits = Limits()

    def asset_at(self, ip: str) -> Asset | None:
        """The asset with this address; the first declared where two claim it."""
        address = ipaddress.ip_address(ip)
        return next((asset for asset in self.assets if address in asset.ip), None)

    def asset_with(self, mac: str) -> Asset | None:
        """The asset with this MAC address, written as in events; the first declared where two claim it."""
        return next((asset for asset in self.assets if mac in asset.mac), None)

    def zone_of_vlan(self, vlan: int | None) -> str | None:
        """The zone whose VLAN it is."""
        return next((z.id for z in self.zones if vlan is not None and vlan in z.vlans), None)

    def zone_at(self, ip: Address, vlan: int | None) -> str | None:
        """The zone an address lies in: the narrowest network that holds it, else a zone of its VLAN."""
        held = [
            (net.prefixlen, z.id) for z in self.zones for net in z.networks if ip.version == net.version and ip in net
        ]
        if held:
            return max(held, key=lambda entry: entry[0])[1]
        return self.zone_of_vlan(vlan)

    def conduit(self, source: str, destination: str, protocol: str | None, operation: str | None) -> str:
        """inside, allowed, denied or undeclared for a request from zone to zone."""
        if source == destination:
            return INSIDE
        found = [c for c in self.conduits if c.source == source and c.destination == destination]
        if not found:
            return UNDECLARED
        for allowed in (a for conduit in found for a in conduit.allow):
            fits = allowed.protocol in ("any", protocol)
            if fits and (operation is None or not allowed.operations or operation in allowed.operations):
                return ALLOWED
        return DENIED

    def declared(self) -> frozenset[str]:
        """Words of what a rule may need and this site has: writers, programmers, zones, conduits, ranges, calendar,
        indicators."""
        roles = {role for asset in self.assets for role in asset.roles}
        has = {
            "writers": "writer" in roles,
            "programmers": "programmer" in roles,
            "zones": bool(self.zones),
            "conduits": bool(self.conduits),
            "ranges": any(p.minimum is not None or p.maximum is not None for p in self.points),
            "calendar": self.calendar is not None,
            "indicators": bool(self.indicators),
        }
        return frozenset(word for word, there in has.items() if there)
