"""Addresses as numbers, so that a whole column of them is compared with a network at once."""

from __future__ import annotations

import ipaddress
import socket

import polars as pl

from detection.sigma.wrong import Wrong, wrong

LOW = (1 << 64) - 1

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def parse_network(text: str) -> Network:
    """The network `text` stands for (CIDR; one address is a network of one). Raises ValueError."""
    return ipaddress.ip_network(text, strict=False)


def no_network(text: str) -> Wrong:
    """Why a text is no network; one with bits below its mask is nearly one."""
    try:
        return wrong("network_bits", value=text, better=str(parse_network(text)))
    except ValueError:
        return wrong("not_network", value=text)


def address_columns(texts: pl.Series) -> list[pl.Series]:
    """Columns v4, v6_high and v6_low of addresses in text; null where a text is no address of that family."""
    v4: list[int | None] = []
    v6: list[int | None] = []
    for text in texts:
        v4.append(_number(text, socket.AF_INET))
        v6.append(_number(text, socket.AF_INET6) if v4[-1] is None else None)
    high = [number >> 64 if number is not None else None for number in v6]
    low = [number & LOW if number is not None else None for number in v6]
    return [
        pl.Series("v4", v4, dtype=pl.UInt32),
        pl.Series("v6_high", high, dtype=pl.UInt64),
        pl.Series("v6_low", low, dtype=pl.UInt64),
    ]


def _number(text: str, family: socket.AddressFamily) -> int | None:
    try:
        return int.from_bytes(socket.inet_pton(family, text))
    except (OSError, ValueError):
        return None


def in_network(text: str) -> pl.Expr:
    """The test that an address, as the columns of `address_columns`, lies in a network (CIDR); false on null."""
    network = parse_network(text)
    first, last = int(network.network_address), int(network.broadcast_address)
    if network.version == 4:
        return _between("v4", first, last)
    high = _between("v6_high", first >> 64, last >> 64)
    return high if network.prefixlen <= 64 else high & _between("v6_low", first & LOW, last & LOW)


def _between(column: str, first: int, last: int) -> pl.Expr:
    kind = pl.UInt32 if column == "v4" else pl.UInt64
    return pl.col(column).is_between(pl.lit(first, kind), pl.lit(last, kind)).fill_null(False)
