"""Networks as ranges of numbers agree with Python's ipaddress, at every prefix length."""

from __future__ import annotations

import ipaddress
import random

import polars as pl

from detection.sigma.addresses import address_columns, in_network

TEXTS = ["", "no", "1.2.3", "256.1.1.1", "10.0.0.1/8", "::g", "fe80::1%eth0", "1\x002"]


def test_networks_agree_with_ipaddress() -> None:
    rng = random.Random(5)
    networks = [ipaddress.ip_network((rng.getrandbits(32), prefix), strict=False) for prefix in range(33)]
    networks += [ipaddress.ip_network((rng.getrandbits(128), prefix), strict=False) for prefix in range(129)]
    addresses = [address for network in networks for address in (network[0], network[-1])]
    addresses += [address + 1 for address in addresses if int(address) + 1 < 2**address.max_prefixlen]
    texts = pl.Series("text", [str(address) for address in addresses] + TEXTS)
    frame = pl.DataFrame(address_columns(texts))
    found = frame.select(in_network(str(network)).alias(str(network)) for network in dict.fromkeys(networks))
    for network in networks:
        expected = [address in network for address in addresses] + [False] * len(TEXTS)
        assert found[str(network)].to_list() == expected, network
