"""Which addresses a channel may lead to: none where a cloud's secrets or this machine's own services answer."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address

from detection.site import Address, Network
from response.notify.sender import Undelivered

METADATA = tuple(
    ipaddress.ip_address(text)
    for text in ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192")
)
"""Where clouds tell a machine its own secrets: AWS, GCP, Azure, AWS over IPv6, Alibaba, Azure's wire, Oracle."""
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


def forbidden(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether nobody may be led to an address, by mistake or by malice; `allowed` says where all the same."""
    real = _inner(address)
    if any(each.version == network.version and each in network for network in allowed for each in (address, real)):
        return False
    special = real.is_loopback or real.is_link_local or real.is_multicast or real.is_unspecified or real.is_reserved
    return special or real in METADATA


def resolved(host: str, port: int, allowed: Sequence[Network]) -> str:
    """The address to connect to. Raises Undelivered when the name has none, or any that is forbidden: a name that
    leads to two places may lead to the other one the next time."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Undelivered("no_such_host", {"host": host}) from None
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    for address in addresses:
        if forbidden(address, allowed):
            raise Undelivered("forbidden_address", {"host": host, "address": str(address)}, lasting=True)
    return str(addresses[0])


def _inner(address: Address) -> Address:
    """The IPv4 address inside a mapped, 6to4 or translated one."""
    if isinstance(address, IPv4Address):
        return address
    inside = address.ipv4_mapped or address.sixtofour
    if inside is None and address in TRANSLATED:
        inside = IPv4Address(int(address) & 0xFFFFFFFF)
    return inside if inside is not None else IPv6Address(int(address))
