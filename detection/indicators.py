"""Indicators: addresses that others have found to be bad, as lists with a source and an end of validity.

They stand in the site model (`indicators`), in it or in text files beside it: one address or network a line, `#` begins
a comment. What falls on one is a fact (`ot.indicator`); whether that alerts is a rule's business (G22).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from zoneinfo import ZoneInfo

from detection.sigma.addresses import no_network
from detection.sigma.model import Issue
from detection.sigma.reading import Reading
from detection.sigma.wrong import plain_value, wrong

KEYS = ("values", "file", "source", "expires")


@dataclass(frozen=True)
class Indicator:
    """An address or network that `source` names; it counts until `expires` (UTC), None for always."""

    network: IPv4Network | IPv6Network
    source: str
    expires: datetime | None

    def __str__(self) -> str:
        host = self.network.prefixlen == self.network.max_prefixlen
        return f"{self.network.network_address if host else self.network} ({self.source})"


@dataclass(frozen=True)
class Indicators:
    """All indicators of a site."""

    entries: tuple[Indicator, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.entries)

    @cached_property
    def _by_length(self) -> Mapping[tuple[int, int], Mapping[int, Indicator]]:
        """By IP version and prefix length, the narrowest first; of two for one network the one valid longer."""
        tables: dict[tuple[int, int], dict[int, Indicator]] = {}
        for entry in sorted(self.entries, key=lambda e: e.expires or datetime.max.replace(tzinfo=UTC)):
            key = (entry.network.version, entry.network.prefixlen)
            tables.setdefault(key, {})[int(entry.network.network_address)] = entry
        return dict(sorted(tables.items(), reverse=True))

    def match(self, address: str) -> Indicator | None:
        """The narrowest indicator that holds an address."""
        ip = ipaddress.ip_address(address)
        for (version, length), table in self._by_length.items():
            if version == ip.version:
                shift = ip.max_prefixlen - length
                found = table.get(int(ip) >> shift << shift)
                if found is not None:
                    return found
        return None


NO_INDICATORS = Indicators()


def read_indicators(reading: Reading, count: int, zone: ZoneInfo, folder: Path) -> Indicators:
    """The entries of `indicators` of a site model; files are named relative to `folder`. Issues go to `reading`."""
    found: list[Indicator] = []
    for i in range(count):
        source = reading.text("indicators", i, "source")
        expires = _end(reading, i, zone)
        for k, text in enumerate(reading.words("indicators", i, "values", required=False)):
            network = _network(text)
            if network is None:
                reading.complain(("indicators", i, "values", k), no_network(text))
            else:
                found.append(Indicator(network, source, expires))
        name = reading.text("indicators", i, "file", required=False)
        if name:
            networks, issues = _read_file(folder / name, reading, i)
            reading.issues += issues
            found += (Indicator(network, source, expires) for network in networks)
    return Indicators(tuple(found))


def _read_file(path: Path, reading: Reading, i: int) -> tuple[list[IPv4Network | IPv6Network], list[Issue]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        reading.complain(("indicators", i, "file"), wrong("list_not_utf8", file=str(path), offset=error.start))
        return [], []
    except OSError as error:
        number, message = error.errno or 0, error.strerror or str(error)
        unreadable = wrong("list_unreadable", file=str(path), errno=number, message=message)
        reading.complain(("indicators", i, "file"), unreadable)
        return [], []
    networks, issues = [], []
    for number, text in _entries(lines):
        network = _network(text)
        if network is None:
            issues.append(Issue(str(path), number, no_network(text)))
        else:
            networks.append(network)
    return networks, issues


def _entries(lines: Iterable[str]) -> Iterable[tuple[int, str]]:
    for number, line in enumerate(lines, 1):
        text = line.split("#", 1)[0].strip()
        if text:
            yield number, text


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None


def _end(reading: Reading, i: int, zone: ZoneInfo) -> datetime | None:
    """A day counts to its end in the site's time zone."""
    value = reading.value("indicators", i, "expires")
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, time.max, zone).astimezone(UTC)
    if value is not None:
        reading.complain(("indicators", i, "expires"), wrong("not_day", value=plain_value(value)))
    return None
