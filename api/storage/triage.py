"""What a query over alerts means, the same for both stores."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from api.storage.cursors import check_limit
from response.alerts import CLASSES, SEVERITIES, STATUSES, TRIAGE_CLASSES, TRIAGE_SEVERITIES, Alert
from response.ports import FACETS, MOST_FACET_VALUES, AlertQuery
from response.store_errors import Invalid

LONGEST_WORD = 1024
"""Letters of a value that are searched: what Elasticsearch's keyword takes in any script."""


def check_alerts(query: AlertQuery) -> None:
    """Raises Invalid for a query that makes no sense."""
    check_limit(query)
    if query.sort not in AlertQuery.SORTS:
        raise Invalid("sort", "none_of", value=query.sort, words=tuple(AlertQuery.SORTS))
    severities = () if query.severity is None else (query.severity,)
    for name, given, allowed in (
        ("severity", severities, SEVERITIES),
        ("class", query.classes, CLASSES),
        ("status", query.statuses, STATUSES),
    ):
        for word in given:
            if word not in allowed:
                raise Invalid(name, "none_of", value=word, words=tuple(allowed))
    for name, address in (("source_ip", query.source_ip), ("destination_ip", query.destination_ip)):
        if address is not None:
            _check_network(name, address)


def check_facets(query: AlertQuery, by: Sequence[str]) -> None:
    """Raises Invalid for a query that makes no sense, or a field that alerts are not counted by."""
    check_alerts(query)
    for name in by:
        if name not in FACETS:
            raise Invalid("by", "none_of", value=name, words=FACETS)


def largest(counts: Iterable[tuple[str | None, int]]) -> tuple[tuple[str | None, int], ...]:
    """The largest of a facet's values in the order of all stores."""
    return tuple(sorted(counts, key=lambda c: (-c[1], c[0] is None, c[0] or ""))[:MOST_FACET_VALUES])


def _check_network(name: str, address: str) -> None:
    try:
        network_span(address)
    except ValueError as error:
        raise Invalid(name, "neither_address_nor_network", value=address) from error


def network_span(text: str) -> tuple[bytes, bytes]:
    """First and last address of an address or network, each as 16 bytes, IPv4 as mapped IPv6. Raises ValueError."""
    network = ipaddress.ip_network(text, strict=False)
    return _sixteen(network.network_address), _sixteen(network.broadcast_address)


def network_text(text: str) -> str:
    """A network as text; one of IPv4 in IPv6 clothes (RFC 4291 §2.5.5.2) as what it is, for Elasticsearch takes it so
    only. Raises ValueError."""
    network = ipaddress.ip_network(text, strict=False)
    mapped = network.network_address.ipv4_mapped if isinstance(network, ipaddress.IPv6Network) else None
    return f"{mapped}/{network.prefixlen - 96}" if mapped is not None and network.prefixlen >= 96 else str(network)


def _sixteen(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bytes:
    return address.packed if address.version == 6 else bytes(10) + b"\xff\xff" + address.packed


def severities(query: AlertQuery) -> tuple[str, ...]:
    """The severities that the query lets through."""
    least = SEVERITIES.index(query.severity) if query.severity else 0
    return tuple(s for s in SEVERITIES[least:] if not query.triage or s in TRIAGE_SEVERITIES)


def classes(query: AlertQuery) -> tuple[str, ...]:
    """The classes that the query lets through."""
    asked = query.classes or CLASSES
    return tuple(c for c in asked if not query.triage or c in TRIAGE_CLASSES)


def words_of(alert: Alert) -> list[str]:
    """Every value of an alert that its text search looks at, casefolded, each once."""
    found = chain(
        (alert.id, alert.rule, alert.rule_id, alert.sensor, alert.protocol, alert.playbook),
        alert.dedup,
        alert.techniques,
        alert.controls,
        _texts(alert.source),
        _texts(alert.destination),
        _texts(alert.parameters),
    )
    return list(dict.fromkeys(_searched(text) for text in found if text))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from chain.from_iterable(_texts(v) for v in value.values())
    elif isinstance(value, (list, tuple)):
        yield from chain.from_iterable(_texts(v) for v in value)
    elif value is not None:
        yield str(value)


def _searched(text: str) -> str:
    plain = text.encode("utf-8", "replace").decode().replace("\0", " ").replace("\n", " ")
    return plain.casefold()[:LONGEST_WORD]


def query_words(text: str | None) -> Iterable[str]:
    """The words that a text search asks for: each must be part of one value."""
    return (_searched(word) for word in (text or "").split())
