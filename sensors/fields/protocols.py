"""Every protocol that is read: those of the core, and those that dissectors bring with them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

from sensors.fields.dissectors import dissectors
from sensors.fields.protocol_file import Protocol, protocol_of, read_page


@cache
def core_protocols() -> Mapping[str, Protocol]:
    """The protocols of the core by name, in the order of names."""
    folder = resources.files("sensors.fields").joinpath("protocol")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yml")), key=lambda file: file.name)
    found = [protocol_of(read_page(file)) for file in files]
    return {protocol.name: protocol for protocol in found}


@cache
def protocols() -> Mapping[str, Protocol]:
    """Every protocol by its name: the core's, then those of dissectors."""
    return {**core_protocols(), **{declared.name: declared.protocol for declared in dissectors().usable}}


@cache
def encrypted_protocols() -> tuple[str, ...]:
    """Those that hide another one in TLS."""
    return tuple(name for name, protocol in protocols().items() if protocol.inside)


def dissector_flags() -> frozenset[str]:
    """Flags that dissectors declare: no part of the core."""
    return frozenset(flag["name"] for declared in dissectors().usable for flag in declared.protocol.flags)
