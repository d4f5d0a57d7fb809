"""What is spoken on the network: each protocol, recognised or only known by its shape, with who speaks it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from response.ports import MOST_PER_PAGE, NO_DRILL, EventGroup, EventQuery, Scalar, Store

SUMS = ("source.bytes", "destination.bytes", "source.packets", "destination.packets")
PROTOCOL, CLUSTER = "network.protocol", "ot.cluster"
SERVER, CLIENT, SPEAKER = "ot.server.ip", "ot.client.ip", "source.mac"
UNRECOGNISED = "unrecognised"
"""The name for flows, or their first rows, that nothing recognises and that said too little to have a shape."""


@dataclass(frozen=True)
class Spoken:
    """One protocol as it was seen. `name` is its word, or that of the cluster of an unknown one; `known` says which.

    `servers` and `clients` are addresses; where a protocol stands directly on Ethernet `clients` are MAC addresses that
    send it. `whole` is False where there were more of them than can be counted. What drills replay is left out.
    """

    name: str
    known: bool
    servers: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()
    packets: int = 0
    bytes: int = 0
    first: int = 0
    last: int = 0
    whole: bool = True


@dataclass(frozen=True)
class Service:
    """Where a protocol is spoken: address (IP; MAC where there is none), port and transport, and who was there."""

    address: str
    port: int | None
    transport: str | None
    packets: int
    bytes: int
    first: int
    last: int
    clients: tuple[str, ...] = ()


@dataclass(frozen=True)
class Detail:
    """One protocol with its services, the largest first, and the shape if it is a cluster."""

    spoken: Spoken
    services: tuple[Service, ...]
    shape: str | None = None
    promised: Mapping[str, int] = field(default_factory=dict)
    """Protocols that the ports of unrecognised flows would promise, with the number of rows."""


def spoken(store: Store, start: int | None = None, end: int | None = None) -> tuple[Spoken, ...]:
    """Every protocol that flows speak from `start` to `end` (ns): known ones by name, then clusters, the unrecognised
    last. Raises StoreError."""
    found: dict[tuple[str, bool], Spoken] = {}
    for side, by in (("servers", SERVER), ("clients", CLIENT), ("clients", SPEAKER)):
        # A flow without IP has no server; who sends it is all that can be said.
        equals = {**NO_DRILL, **({SERVER: None} if by == SPEAKER else {})}
        query = EventQuery("flow", start=start, end=end, equals=equals)
        sums = SUMS if by == SERVER else ()
        groups = store.group_events(query, (PROTOCOL, CLUSTER, by), MOST_PER_PAGE, sums)
        for group in groups.groups:
            key = _name(group.values)
            entry = found.get(key, Spoken(*key))
            entry = replace(_with(entry, side, group.values[2]), whole=entry.whole and groups.whole)
            found[key] = _counted(entry, group) if sums else entry
    return tuple(sorted(found.values(), key=lambda s: (not s.known, s.name == UNRECOGNISED, s.name)))


def detail(store: Store, name: str, start: int | None = None, end: int | None = None) -> Detail | None:
    """One protocol or cluster with its services; None when nobody speaks it. Raises StoreError."""
    entry = next((s for s in spoken(store, start, end) if s.name == name), None)
    if entry is None:
        return None
    chosen: dict[str, Scalar] = {PROTOCOL: name} if entry.known else {PROTOCOL: None, CLUSTER: name}
    if name == UNRECOGNISED:
        chosen = {PROTOCOL: None, CLUSTER: None}
    equals = {**NO_DRILL, **chosen}
    query = EventQuery("flow", start=start, end=end, equals=equals)
    on_ip = store.group_events(query, (SERVER, "ot.server.port", "network.transport"), MOST_PER_PAGE, SUMS)
    callers = _callers(store.group_events(query, (SERVER, "ot.server.port", CLIENT), MOST_PER_PAGE).groups)
    services = [_service(group, callers) for group in on_ip.groups if group.values[0] is not None]
    without_ip = replace(query, equals={**equals, SERVER: None})
    pairs = store.group_events(without_ip, ("destination.mac", SPEAKER), MOST_PER_PAGE, SUMS).groups
    services += _on_ethernet(pairs)
    services.sort(key=lambda s: (-s.packets, s.address, s.port or 0))
    promised: dict[str, int] = {}
    if name == UNRECOGNISED:
        rows = store.group_events(query, ("ot.port_protocol",), 20).groups
        promised = {str(group.values[0]): group.count for group in rows if group.values[0] is not None}
    return Detail(entry, tuple(services), None if entry.known else _shape(store, query), promised)


def _name(values: Sequence[Scalar]) -> tuple[str, bool]:
    protocol, cluster = values[:2]
    if protocol is not None:
        return str(protocol), True
    return (UNRECOGNISED if cluster is None else str(cluster)), False


def _with(entry: Spoken, side: str, address: Scalar) -> Spoken:
    if address is None:
        return entry
    if side == "servers":
        return replace(entry, servers=entry.servers | {str(address)})
    return replace(entry, clients=entry.clients | {str(address)})


def _counted(entry: Spoken, group: EventGroup) -> Spoken:
    sent, answered, packets, answers = group.sums
    seen = entry.packets > 0 or entry.first > 0
    return replace(
        entry,
        bytes=entry.bytes + sent + answered,
        packets=entry.packets + packets + answers,
        first=min(entry.first, group.first) if seen else group.first,
        last=max(entry.last, group.last),
    )


def _callers(groups: Iterable[EventGroup]) -> dict[tuple[Scalar, Scalar], list[str]]:
    found: dict[tuple[Scalar, Scalar], list[str]] = {}
    for group in groups:
        server, port, client = group.values
        if client is not None:
            found.setdefault((server, port), []).append(str(client))
    return found


def _service(group: EventGroup, callers: Mapping[tuple[Scalar, Scalar], list[str]]) -> Service:
    address, port, transport = group.values
    sent, answered, packets, answers = group.sums
    return Service(
        str(address),
        None if port is None else int(port),
        None if transport is None else str(transport),
        packets + answers,
        sent + answered,
        group.first,
        group.last,
        tuple(sorted(callers.get((address, port), ()))),
    )


def _on_ethernet(pairs: Iterable[EventGroup]) -> Iterator[Service]:
    """Destinations of frames without IP, with who sends to them."""
    found: dict[str, Service] = {}
    for group in pairs:
        destination, speaker = (str(value) for value in group.values)
        sent, answered, packets, answers = group.sums
        known = found.get(destination, Service(destination, None, "ethernet", 0, 0, group.first, group.last))
        found[destination] = replace(
            known,
            packets=known.packets + packets + answers,
            bytes=known.bytes + sent + answered,
            first=min(known.first, group.first),
            last=max(known.last, group.last),
            clients=tuple(sorted({*known.clients, speaker})),
        )
    yield from found.values()


def _shape(store: Store, query: EventQuery) -> str | None:
    frame = store.events(replace(query, limit=1)).frame
    return None if frame.is_empty() else frame["ot.cluster_shape"].item()
