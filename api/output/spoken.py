"""What is spoken on the network, for programs and for people."""

from __future__ import annotations

from api.output.documents import Json
from api.output.moments import iso
from response.spoken import UNRECOGNISED, Detail, Spoken
from sensors.fields.protocols import protocols


def depth(entry: Spoken) -> str:
    """How deep it is read: a tier, `cluster` for an unknown one with a shape, `none`."""
    if not entry.known:
        return "none" if entry.name == UNRECOGNISED else "cluster"
    described = protocols().get(entry.name)
    return described.tier if described else "recognised"


def title(entry: Spoken, language: str) -> str:
    """Its name for people with its word."""
    described = protocols().get(entry.name) if entry.known else None
    return f"{described.title[language]} ({entry.name})" if described else entry.name


def standards(entry: Spoken) -> tuple[str, ...]:
    """The standards that it is read by."""
    described = protocols().get(entry.name) if entry.known else None
    return described.standards if described else ()


def spoken_document(entry: Spoken) -> dict[str, Json]:
    """One line of the list."""
    return {
        "name": entry.name,
        "known": entry.known,
        "depth": depth(entry),
        "servers": list[Json](sorted(entry.servers)),
        "clients": list[Json](sorted(entry.clients)),
        "packets": entry.packets,
        "bytes": entry.bytes,
        "first_seen": iso(entry.first),
        "last_seen": iso(entry.last),
        "whole": entry.whole,
    }


def detail_document(found: Detail) -> dict[str, Json]:
    """One protocol with its services."""
    services: list[Json] = [
        {
            "address": service.address,
            "port": service.port,
            "transport": service.transport,
            "clients": list(service.clients),
            "packets": service.packets,
            "bytes": service.bytes,
            "first_seen": iso(service.first),
            "last_seen": iso(service.last),
        }
        for service in found.services
    ]
    shape: dict[str, Json] = {"shape": found.shape, "promised": dict(found.promised)}
    return {**spoken_document(found.spoken), **shape, "services": services}
