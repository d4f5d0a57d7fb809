"""What the protocols of the core are: how deep each is read, by which standards, tested with what, what it lacks.

One file a protocol in `protocol/`. Its flags and the keys of its details stand there too, part of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml

Tier = Literal["deep", "known", "recognised"]


@dataclass(frozen=True)
class Protocol:
    """One protocol of the core.

    `name` is its word in `network.protocol`; `tier` says how deep it is read; `server_roles` what answering in it makes
    of a host; `seen_as` the words that the manifest of third-party captures has for it; `lacks` what is not read yet.
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


def _protocol(page: Mapping[str, Any]) -> Protocol:
    lists = ("standards", "server_roles", "seen_as", "tested_with", "flags", "details")
    return Protocol(
        name=page["name"],
        title=page["title"],
        tier=page["tier"],
        lacks={language: tuple(page["lacks"][language]) for language in ("en", "zh")},
        **{key: tuple(page[key]) for key in lists},
    )


@cache
def protocols() -> Mapping[str, Protocol]:
    """Every protocol by its name, in the order of names."""
    folder = resources.files("sensors.fields").joinpath("protocol")
    # libyaml reads ten times faster where it is there.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yml")), key=lambda file: file.name)
    found = [_protocol(yaml.load(file.read_text(encoding="utf-8"), Loader=loader)) for file in files]
    return {protocol.name: protocol for protocol in found}
