"""Of whom a sensor saw something: declared hosts by zone, conversations of one direction, protocols it could read."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detection.site import Site
from response.compliance.selecting import HIDDEN, is_group
from response.compliance.sight import READABLE
from response.ports import MOST_PER_PAGE, NO_DRILL, EventGroup, EventQuery, Store

MOST_NAMED = 20
"""Hosts that were not heard and are named, of each zone."""
DECODED, RECOGNISED, ENCRYPTED, UNKNOWN = "decoded", "recognised", "encrypted", "unknown"
KINDS = (DECODED, RECOGNISED, ENCRYPTED, UNKNOWN)
"""How well a conversation can be read: its contents; its name alone; neither, as it is encrypted; not even its name."""
PACKETS = ("source.packets", "destination.packets")


@dataclass(frozen=True)
class ZoneSeen:
    """A zone that the site model gives to the sensor, or that it heard all the same (`is_ours`). `declared` assets with
    an address, of which `heard` sent something; `strangers` are hosts heard that nobody declared. `one_way` of so many
    TCP `conversations` were seen from one side only."""

    zone: str
    is_ours: bool
    declared: int
    heard: int
    unheard: tuple[str, ...]
    strangers: int
    conversations: int
    one_way: int


@dataclass(frozen=True)
class ProtocolSeen:
    """Packets of conversations that were named alike; None is without a name."""

    protocol: str | None
    kind: str
    packets: int


@dataclass(frozen=True)
class Seen:
    """`whole` is False where there were more pairs than can be looked at."""

    zones: tuple[ZoneSeen, ...]
    protocols: tuple[ProtocolSeen, ...]
    whole: bool


def seen(store: Store, sensor: str, site: Site | None, start: int, end: int) -> Seen:
    """What a sensor saw from `start` to `end` (ns), without drills. Raises StoreError."""
    equals = {"observer.name": sensor, **NO_DRILL}
    query = EventQuery("flow", start, end, equals)
    pairs = store.group_events(query, ["source.ip", "destination.ip"], MOST_PER_PAGE, PACKETS)
    tcp = EventQuery("flow", start, end, {**equals, "network.transport": "tcp"})
    talks = store.group_events(
        tcp, ["source.ip", "destination.ip", "ot.server.port"], MOST_PER_PAGE, PACKETS
    )  # fmt: skip
    named = store.group_events(query, ["network.protocol", "ot.port_protocol"], MOST_PER_PAGE, PACKETS)
    whole = all(found.whole and len(found.groups) < MOST_PER_PAGE for found in (pairs, talks))
    zones = tuple(_zones(sensor, site, set(_heard(pairs.groups)), talks.groups)) if site else ()
    return Seen(zones, _protocols(named.groups), whole)


def _heard(pairs: Sequence[EventGroup]) -> Iterator[str]:
    """Addresses that sent something."""
    for pair in pairs:
        for address, packets in zip(pair.values, pair.sums, strict=True):
            if address is not None and packets > 0 and not is_group(str(address)):
                yield str(address)


def _zones(sensor: str, site: Site, heard: set[str], talks: Sequence[EventGroup]) -> Iterator[ZoneSeen]:
    ours = {zone for each in site.sensors if each.name == sensor for zone in each.zones}
    known = {str(address): asset for asset in site.assets for address in asset.ip}
    strangers: dict[str, int] = defaultdict(int)
    for address in heard:
        if address not in known and (zone := site.zone_at(ipaddress.ip_address(address), None)):
            strangers[zone] += 1
    all_talks, one_way = _one_way(site, talks)
    for zone in (each.id for each in site.zones):
        declared = [asset for asset in site.assets if asset.zone == zone and asset.ip]
        silent = [asset.id for asset in declared if not any(str(address) in heard for address in asset.ip)]
        if zone in ours or len(silent) < len(declared) or strangers[zone]:
            yield ZoneSeen(
                zone,
                zone in ours,
                len(declared),
                len(declared) - len(silent),
                tuple(sorted(silent)[:MOST_NAMED]),
                strangers[zone],
                all_talks[zone],
                one_way[zone],
            )


def _one_way(site: Site, talks: Sequence[EventGroup]) -> tuple[dict[str, int], dict[str, int]]:
    """TCP conversations by zone, and those of which one side was not seen; each counts for both of its zones."""
    every: dict[str, int] = defaultdict(int)
    half: dict[str, int] = defaultdict(int)
    for talk in talks:
        ends = [str(address) for address in talk.values[:2] if address is not None]
        for zone in {site.zone_at(ipaddress.ip_address(address), None) for address in ends} - {None}:
            assert zone is not None
            every[zone] += 1
            half[zone] += min(talk.sums) == 0
    return every, half


def _protocols(groups: Sequence[EventGroup]) -> tuple[ProtocolSeen, ...]:
    packets: dict[tuple[str | None, str], int] = defaultdict(int)
    for group in groups:
        protocol, promised = (None if value is None else str(value) for value in group.values)
        packets[(protocol, _kind(protocol, promised))] += sum(group.sums)
    found = [ProtocolSeen(name, kind, count) for (name, kind), count in packets.items() if count]
    return tuple(sorted(found, key=lambda each: (-each.packets, each.protocol or "")))


def _kind(protocol: str | None, promised: str | None) -> str:
    if protocol is None:
        return ENCRYPTED if promised in HIDDEN else UNKNOWN
    if protocol in HIDDEN:
        return ENCRYPTED
    return DECODED if protocol in READABLE else RECOGNISED
