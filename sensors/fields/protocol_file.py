"""What a protocol is: how deep it is read, by which standards, tested with what, what it lacks.

One file a protocol, for those of the core and for those of dissectors. Its flags and the keys of its details stand
there too, part of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from typing import Protocol as Shape

import yaml

Tier = Literal["deep", "known", "recognised"]


class Readable(Shape):
    """A file, wherever it lies."""

    def read_text(self, encoding: str) -> str: ...


@dataclass(frozen=True)
class Protocol:
    """One protocol of the core.

    `name` is its word in `network.protocol`; `tier` says how deep it is read; `server_roles` what answering in it makes
    of a host; `seen_as` the words that the manifest of third-party captures has for it; `lacks` what is not read yet;
    `inside` the protocol that it hides in TLS, for those that do; `unauthenticated` whether it has, as plants use it,
    no means to check who sends.
    """

    name: str
    title: Mapping[str, str]
    tier: Tier
    standards: tuple[str, ...]
    server_roles: tuple[str, ...]
    seen_as: tuple[str, ...]
    tested_with: tuple[str, ...]
    lacks: Mapping[str, tuple[str, ...]]
    flags: tuple[Mapping[str, str], ...]
    details: tuple[Mapping[str, str], ...]
    inside: str | None = None
    unauthenticated: bool = False


def read_page(file: Readable) -> Any:
    """What the file says. Raises YAMLError or UnicodeDecodeError when it is no YAML."""
    # libyaml reads ten times faster where it is there.
    return yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def protocol_of(page: Mapping[str, Any]) -> Protocol:
    """The protocol that a page describes. Raises KeyError or TypeError when the page is not one."""
    lists = ("standards", "server_roles", "seen_as", "tested_with", "flags", "details")
    return Protocol(
        name=page["name"],
        title=page["title"],
        tier=page["tier"],
        inside=page.get("inside"),
        unauthenticated=page.get("unauthenticated") is True,
        lacks={language: tuple(page["lacks"][language]) for language in ("en", "zh")},
        **{key: tuple(page[key]) for key in lists},
    )
