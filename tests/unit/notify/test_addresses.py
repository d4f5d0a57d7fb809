"""Where a webhook may not lead, in every way in which such an address can be written."""

from __future__ import annotations

import ipaddress

import pytest

from response.notify.addresses import forbidden, resolved
from response.notify.sender import Undelivered

FORBIDDEN = (
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "169.254.169.254", "169.254.1.1", "100.100.100.200", "168.63.129.16",
    "192.0.0.192", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "ff02::1", "fd00:ec2::254",
    "::ffff:169.254.169.254", "::ffff:127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
)  # fmt: skip
FREE = ("10.0.0.5", "192.168.1.1", "93.184.215.14", "fd00::5", "2606:4700::1111", "::ffff:10.0.0.5")


@pytest.mark.parametrize("text", FORBIDDEN)
def test_forbidden_unless_allowed(text: str) -> None:
    address = ipaddress.ip_address(text)
    assert forbidden(address, ())
    assert not forbidden(address, (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")))
    assert forbidden(address, (ipaddress.ip_network("10.0.0.0/8"),))


@pytest.mark.parametrize("text", FREE)
def test_a_plants_own_addresses_are_free(text: str) -> None:
    assert not forbidden(ipaddress.ip_address(text), ())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "::1"])
def test_no_spelling_leads_there(host: str) -> None:
    with pytest.raises(Undelivered) as caught:
        resolved(host, 80, ())
    assert caught.value.code == "forbidden_address"
    assert caught.value.lasting


def test_a_name_without_an_address() -> None:
    with pytest.raises(Undelivered) as caught:
        resolved("no-such-host.invalid", 80, ())
    assert caught.value.code == "no_such_host"
    assert not caught.value.lasting
    assert resolved("127.0.0.1", 80, (ipaddress.ip_network("127.0.0.0/8"),)) == "127.0.0.1"
