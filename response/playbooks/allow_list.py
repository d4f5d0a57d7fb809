"""The list of what playbooks may call, as people edit it: every mistake told at once, nothing wide let in by a slip."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from response.playbooks.outbound import Allowed

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
WIDEST = {4: 8, 6: 32}
"""The shortest prefix of a network, by version of IP: all of 10.0.0.0/8 may be granted, all addresses not."""


@dataclass(frozen=True)
class Mistake:
    """What is wrong: the place in the list, a code of the catalogue (`http_allowed.<code>`), the value."""

    where: str
    code: str
    value: str


class BadAllowList(ValueError):
    """A list with mistakes."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(f"{len(self.mistakes)} mistakes")


def read_allow_list(entries: Sequence[Mapping[str, Any]]) -> tuple[Allowed, ...]:
    """The entries (`base`, `methods`, `networks`). Raises BadAllowList."""
    mistakes = [each for number, entry in enumerate(entries) for each in _mistakes(f"entries/{number}", entry)]
    bases = [entry["base"].rstrip("/") for entry in entries]
    mistakes += [
        Mistake(f"entries/{number}/base", "twice", base) for number, base in enumerate(bases) if base in bases[:number]
    ]
    if mistakes:
        raise BadAllowList(mistakes)
    return tuple(
        Allowed(entry["base"], tuple(entry.get("methods", ("POST",))), tuple(entry.get("networks", ())))
        for entry in entries
    )


def _mistakes(where: str, entry: Mapping[str, Any]) -> Iterator[Mistake]:
    if not _is_base(entry["base"]):
        yield Mistake(f"{where}/base", "base", entry["base"])
    for method in entry.get("methods", ()):
        if method not in METHODS:
            yield Mistake(f"{where}/methods", "method", method)
    for text in entry.get("networks", ()):
        try:
            network = ipaddress.ip_network(text)
        except ValueError:
            yield Mistake(f"{where}/networks", "network", text)
            continue
        if network.prefixlen < WIDEST[network.version]:
            yield Mistake(f"{where}/networks", "wide", text)


def _is_base(text: str) -> bool:
    """An address that a call can lie below: http or https, a host, a plain path."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    odd = parts.username or parts.password or "?" in text or "#" in text or "\\" in text or "%" in text or ".." in text
    plain = text.isascii() and text.isprintable() and " " not in text and "//" not in parts.path
    return parts.scheme in ("http", "https") and bool(host) and plain and not odd
