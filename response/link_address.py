"""Addresses below IP: a MAC, or where a fieldbus stands in its place what the core writes there (`PB-3`, `CAN-BUS`)."""

from __future__ import annotations

import re

import polars as pl

GROUP = r"^(?:[0-9A-F][13579BDF](?:-[0-9A-F]{2}){5}|[A-Z]+-BUS|00(?:-00){5})$"
"""Many or none: a MAC with the I/G bit (IEEE 802-2014 8.2), a bus and none of its stations, or zero."""
_GROUP = re.compile(GROUP)
_MAC = re.compile(r"^[0-9A-F]{2}(?:-[0-9A-F]{2}){5}$")


def is_station(address: str | None) -> bool:
    """Whether an address names one interface or station."""
    return bool(address) and _GROUP.match(str(address)) is None


def is_mac(address: str | None) -> bool:
    """Whether it is one of Ethernet, and no station of a fieldbus."""
    return address is not None and _MAC.match(address) is not None


def groups(column: str) -> pl.Expr:
    """Whether a column of such addresses names many or none; null where it holds nothing."""
    return pl.col(column).cast(pl.String).str.contains(GROUP)
