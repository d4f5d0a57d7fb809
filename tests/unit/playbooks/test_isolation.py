"""Plans of isolation: lines for people, in which nothing stands that an attacker wrote."""

from __future__ import annotations

import pytest

from response.playbooks.isolation import MAKERS, isolation_plans


def test_every_maker_has_a_way_there_and_back() -> None:
    plans = isolation_plans("10.0.2.66", "00:1C:06:AA:bb:01", "GigabitEthernet0/7")
    assert [plan.maker for plan in plans] == [maker.maker for maker in MAKERS]
    assert {plan.where for plan in plans} == {"switch", "firewall"}
    for plan in plans:
        text = "\n".join((*plan.do, *plan.undo))
        assert plan.do
        assert plan.undo
        assert "$" not in text
        assert ("GigabitEthernet0/7" if plan.where == "switch" else "10.0.2.66") in text
        assert "write" not in text.split()
        assert "save" not in text
    (cisco,) = [plan for plan in plans if plan.maker == "Cisco IOS"]
    assert cisco.do[0] == "show mac address-table address 001c.06aa.bb01"
    (huawei,) = [plan for plan in plans if plan.maker == "Huawei VRP"]
    assert (huawei.do[0], huawei.undo[2]) == ("display mac-address 001c-06aa-bb01", "undo shutdown")


@pytest.mark.parametrize(
    ("address", "mac", "port", "where"),
    [
        ("10.0.2.66", "", "", {"switch", "firewall"}),
        ("fd00::1", "00:1c:06:aa:bb:01", "", {"switch"}),
        ("10.0.2.66; reload", "00:1c:06:aa:bb:01", "", {"switch"}),
        ("", "", "1/7", {"switch"}),
        ("", "", "", set()),
        ("plc-1", "not a mac", "1/7\nreload", set()),
    ],
)
def test_only_what_looks_right_is_written(address: str, mac: str, port: str, where: set[str]) -> None:
    plans = isolation_plans(address, mac, port)
    assert {plan.where for plan in plans} == where
    text = "\n".join(line for plan in plans for line in (*plan.do, *plan.undo))
    assert "reload" not in text
