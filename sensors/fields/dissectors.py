"""What dissectors declare: found without running a line of their code, which is loaded in their own process only.

A dissector is named as `package.module:Class`, in `sensors.dissectors.DISSECTORS` or by an entry point of the group
`bittern.dissectors`. Beside the module lies its declaration, `module.yml`: a protocol file and what the core must know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.machinery import PathFinder
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from sensors.dissectors import DISSECTORS
from sensors.fields.protocol_file import Protocol, protocol_of, read_page

GROUP = "bittern.dissectors"
TRANSPORTS = ("tcp", "udp", "ethernet")
LONGEST = 65_536
"""Bytes of the longest message a dissector may take (`protocol/dissector/mod.rs`)."""
MEMORY = (64, 256, 4096)
"""Megabytes of address space: least, default, most."""
MOST = 32
"""Dissectors used at most: each is a process."""
WORD = re.compile(r"[a-z][a-z0-9_]{1,30}")
TARGET = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
HEAD = re.compile(r"([0-9A-Fa-f]{2}|\?\?)( ([0-9A-Fa-f]{2}|\?\?)){0,63}")
ERROR = {
    "name": "error",
    "type": "utf8",
    "en": "Why the dissector failed on the message",
    "zh": "解析插件处理该报文失败的原因",
}


@dataclass(frozen=True)
class Declared:
    """A dissector that can be used.

    `target` is where its class is; `origin` the distribution that brings it; `heads` the first bytes by which a flow is
    worth a question; `longest` a message's most bytes; `memory` its process's most megabytes.
    """

    protocol: Protocol
    target: str
    origin: str
    transports: tuple[str, ...]
    ports: tuple[int, ...]
    heads: tuple[str, ...]
    longest: int
    memory: int

    @property
    def name(self) -> str:
        return self.protocol.name


@dataclass(frozen=True)
class Refused:
    """A dissector that is not used, and why: a code with parameters (`dissector.<code>` of the catalogues)."""

    target: str
    origin: str
    code: str
    parameters: Mapping[str, object]


@dataclass(frozen=True)
class Found:
    """Dissectors in the order in which they are asked, and those that cannot be used."""

    usable: tuple[Declared, ...]
    refused: tuple[Refused, ...]


class _Unusable(Exception):
    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(code)
        self.code, self.parameters = code, parameters


@cache
def dissectors() -> Found:
    """All dissectors, looked for once: ours, then those of other packages in the order of their names."""
    usable: dict[str, Declared] = {}
    refused = []
    for origin, target in _named():
        try:
            declared = _declared(target, origin)
            if declared.name in usable or declared.name in _core_names():
                raise _Unusable("name_taken", name=declared.name)
            if len(usable) >= MOST:
                raise _Unusable("too_many", most=MOST)
            usable[declared.name] = declared
        except _Unusable as why:
            refused.append(Refused(target, origin, why.code, why.parameters))
    return Found(tuple(usable.values()), tuple(refused))


def _named() -> Iterator[tuple[str, str]]:
    for target in DISSECTORS:
        yield "bittern", target
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        yield point.dist.name if point.dist else point.name, point.value


def _core_names() -> frozenset[str]:
    # Names alone: the core's own files are read by who needs them.
    return frozenset(file.stem for file in (Path(__file__).parent / "protocol").glob("*.yml"))


def _declared(target: str, origin: str) -> Declared:
    if not TARGET.fullmatch(target):
        raise _Unusable("target", target=target)
    path = declaration_file(target)
    if path is None or not path.is_file():
        raise _Unusable("no_declaration", module=target.partition(":")[0])
    try:
        page = read_page(path)
        return _read(page, target, origin)
    except (OSError, yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise _Unusable("declaration", path=str(path), why=_short(error)) from error


def declaration_file(target: str) -> Path | None:
    """`module.yml` beside the module. Finding a package imports nothing while only its first part is looked for."""
    module = target.partition(":")[0]
    first, *rest = module.split(".")
    try:
        spec = find_spec(first) or PathFinder.find_spec(first)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    if not rest:
        return Path(spec.origin).with_suffix(".yml") if spec.origin else None
    places = [Path(place).joinpath(*rest).with_suffix(".yml") for place in spec.submodule_search_locations or ()]
    return next((place for place in places if place.is_file()), None)


def _read(page: Mapping[str, Any], target: str, origin: str) -> Declared:
    full: dict[str, Any] = {
        "standards": [],
        "server_roles": [],
        "seen_as": [],
        "tested_with": [],
        "flags": [],
        "details": [],
    }
    page = {**full, "tier": "known", "lacks": {"en": [], "zh": []}, **page}
    page["details"] = [*page["details"], ERROR]
    protocol = protocol_of(page)
    name = protocol.name
    _held("name", type(name) is str and WORD.fullmatch(name) is not None)
    _held("title", all(isinstance(protocol.title[language], str) for language in ("en", "zh")))
    _held("tier", protocol.tier in ("deep", "known", "recognised"))
    for flag in protocol.flags:
        _held("flags", flag["name"].startswith(f"{name}.") and all(flag[key] for key in ("en", "zh", "clause")))
    for detail in protocol.details:
        _held("details", all(detail[key] for key in ("name", "type", "en", "zh")))
    transports, ports = tuple(page["transports"]), tuple(page.get("ports", ()))
    heads, longest = tuple(page.get("heads", ())), page.get("longest", LONGEST)
    memory = page.get("memory", MEMORY[1])
    _held("transports", bool(transports) and set(transports) <= set(TRANSPORTS))
    _held("ports", all(type(port) is int and 0 < port < 65_536 for port in ports))
    _held("heads", all(isinstance(head, str) and HEAD.fullmatch(head) for head in heads))
    _held("longest", type(longest) is int and 0 < longest <= LONGEST)
    _held("memory", type(memory) is int and MEMORY[0] <= memory <= MEMORY[2])
    return Declared(protocol, target, origin, transports, ports, heads, longest, memory)


def _held(key: str, holds: bool) -> None:
    if not holds:
        raise ValueError(key)


def _short(error: Exception) -> str:
    where = getattr(error, "problem_mark", None)
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return f"{text} (line {where.line + 1})" if where is not None else text[:200]
