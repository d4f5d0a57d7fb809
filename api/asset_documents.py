"""An asset as the API gives it: what traffic says, with the evidence, joined with what the site model declares."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from api.storage.records import asset_record
from detection.site import Asset, Site
from response.ports import AssetRecord, AttributeValue

SHOWN = ("name", "vendor", "model", "order_number", "firmware", "hardware", "serial", "os", "module", "location")


def asset_body(asset: AssetRecord, site: Site | None, *, brief: bool = False) -> dict[str, Any]:
    """The document: the surest value of each attribute beside what was declared; `attributes` holds all with evidence.

    `authorised` is None where no site model declares assets.
    """
    addresses = values_of(asset, "address")
    declared = declared_for(asset, addresses, site)
    best = {name: _surest(asset.attributes.get(name, ())) for name in SHOWN}
    record = asset_record(asset)
    attributes = record.pop("attributes")
    body = {
        **record,
        "id": asset.key,
        **best,
        "name": (declared.name if declared else None) or best["name"],
        "addresses": addresses,
        "mac": values_of(asset, "mac"),
        "declared": declared.id if declared else None,
        "authorised": None if site is None or not site.assets else declared is not None,
        "zone": (declared.zone if declared else None) or _zone(addresses, site),
        "criticality": declared.criticality if declared else None,
        "owner": declared.owner if declared else None,
        "declared_roles": list(declared.roles) if declared else [],
        "etag": None,
    }
    return body if brief else {**body, "attributes": attributes}


def values_of(asset: AssetRecord, attribute: str) -> list[str]:
    """Values of an attribute, the surest first."""
    found = sorted(asset.attributes.get(attribute, ()), key=lambda v: (-v.confidence, v.first_seen, v.value))
    return list(dict.fromkeys(value.value for value in found))


def declared_for(asset: AssetRecord, addresses: list[str], site: Site | None) -> Asset | None:
    """The declared asset that this is: by MAC, else by address."""
    if site is None:
        return None
    macs = set(values_of(asset, "mac")) | {asset.key}
    by_mac = next((each for each in site.assets if macs & set(each.mac)), None)
    if by_mac is not None:
        return by_mac
    return next((found for address in addresses if _is_ip(address) and (found := site.asset_at(address))), None)


def _zone(addresses: list[str], site: Site | None) -> str | None:
    if site is None:
        return None
    zones = (site.zone_at(ipaddress.ip_address(each), None) for each in addresses if _is_ip(each))
    return next((zone for zone in zones if zone), None)


def _surest(values: Any) -> str | None:
    found: list[AttributeValue] = sorted(values, key=lambda v: (-v.confidence, v.first_seen, v.value))
    return found[0].value if found else None


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def fits(body: Mapping[str, Any], words: list[str]) -> bool:
    """Whether each word is part of one of the asset's values."""
    values = [str(v).casefold() for v in _flat(body)]
    return all(any(word in value for value in values) for word in words)


def _flat(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return [each for inner in value.values() for each in _flat(inner)]
    if isinstance(value, list | tuple):
        return [each for inner in value for each in _flat(inner)]
    return [] if value is None else [value]
