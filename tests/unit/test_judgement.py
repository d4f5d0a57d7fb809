"""What texts of alerts name is taken from the row that caused them."""

from __future__ import annotations

import pytest

from api.analysis import Options, analyse
from detection.sigma.text import render
from tests.needs import PROJECT
from tests.shipped import shipped_rule_set

PROOFS = PROJECT / "rules" / "proofs"


@pytest.mark.parametrize(
    ("rule", "capture", "shown"),
    [
        ("OC01", "opc_classic/write.pcap", ": 99.5, unknown before."),
        ("BA01", "bacnet/unauthorised-write.pcap", ": 100 at priority 16"),
    ],
)
def test_a_value_is_shown_from_whichever_column_holds_it(rule: str, capture: str, shown: str) -> None:
    rules = shipped_rule_set()
    found = analyse(Options((PROOFS / capture,), site=PROOFS / "site.yml"), rules).alerts
    alert = next(each for each in found if each.rule == rule)
    bittern = next(each.bittern for each in rules.rules if each.name == rule)
    assert bittern is not None
    assert shown in render(bittern.text["en"].what, alert.parameters, "en")


def test_no_text_shows_two_columns_of_one_value() -> None:
    for rule in shipped_rule_set().rules:
        for text in rule.bittern.text.values() if rule.bittern else ():
            assert not ("{ot.value.numbers}" in text.what and "{ot.value.text}" in text.what), rule.name
