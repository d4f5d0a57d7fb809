"""Drills, pure: what is planned, what a failed hop means for those behind it, the verdict, the certificate."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from api.drilling import drillable
from response.drill import (
    ARRIVED,
    FAIL,
    FAILED,
    HOPS,
    NOT_REACHED,
    PASS,
    SKIPPED,
    Hop,
    Round,
    last_result,
    plan,
    round_from,
    states,
    times,
    trial,
    verdict,
)
from response.drill_certificate import NoCertificate, certificate, check
from response.reports.signing import KeyFolder, SigningKey
from tests.shipped import shipped_rule_set

ONE = Round("modbus/x.pcap", ("modbus/normal.pcap",), True, False, ("MB01",))


def arrived(*but: Hop) -> list[Hop]:
    """Every hop after a millisecond, but for these."""
    other = {hop.name: hop for hop in but}
    return [other.get(name, Hop(name, ARRIVED, 1_000_000)) for name in HOPS]


def test_every_positive_proof_is_played_once_for_all_rules_that_want_it_alike() -> None:
    rules = drillable(shipped_rule_set()).values()
    rounds = plan(rules)
    wanted = {
        (rule.name, capture) for rule in rules if rule.bittern for capture in rule.bittern.proof.positive or (None,)
    }
    assert {(name, each.capture) for each in rounds for name in each.rules} == wanted
    keys = [(each.capture, each.learn, each.site, each.calendar) for each in rounds]
    assert len(keys) == len(set(keys)) < len(wanted)
    assert [each for each in rounds if each.calendar and each.rules == ("G11",)]
    assert [round_from(json.loads(json.dumps(each.record()))) for each in rounds] == rounds


def test_nothing_comes_behind_a_failed_hop_of_the_one_way() -> None:
    found = trial("MB01", ONE, [Hop("sensor", ARRIVED, 5), Hop("store", FAILED, 7, "not_stored")])
    assert [hop["state"] for hop in found["hops"]] == [ARRIVED, FAILED, *[NOT_REACHED] * 4]
    assert (found["state"], found["failed"]) == (FAIL, "store")


def test_people_are_told_though_the_incident_failed() -> None:
    found = trial("MB01", ONE, arrived(Hop("incident", FAILED, 1, "no_incident")))
    assert [hop["state"] for hop in found["hops"]] == [ARRIVED, ARRIVED, ARRIVED, FAILED, ARRIVED, ARRIVED]
    assert (found["state"], found["failed"]) == (FAIL, "incident")


def test_what_has_nothing_to_arrive_is_no_failure_and_what_is_not_known_is_no_pass() -> None:
    assert trial("MB01", ONE, arrived(Hop("playbook", SKIPPED, None, "no_playbook")))["state"] == PASS
    assert trial("MB01", ONE, arrived()[:-1])["state"] == FAIL


def test_a_rule_passes_with_all_of_its_captures_only() -> None:
    good, bad = trial("MB01", ONE, arrived()), trial("MB01", ONE, arrived(Hop("alert", FAILED, 1, "no_alert")))
    other = trial("A", ONE, arrived())
    for order in ([good, bad, other], [bad, good, other]):
        assert states(order) == {"A": PASS, "MB01": FAIL}
    found = verdict([good, bad, other], {"MB01": PASS, "A": FAIL})
    assert (found["state"], found["failed"], found["stopped"]) == (FAIL, ["MB01"], ["MB01"])
    assert verdict([good, bad], {"MB01": FAIL})["stopped"] == []
    assert verdict([good, other], {})["state"] == PASS
    assert verdict([], {})["state"] == FAIL


def test_times_are_of_what_arrived() -> None:
    slow = trial("A", ONE, arrived(Hop("store", ARRIVED, 9_000_000), Hop("alert", FAILED, 50_000_000, "no_alert")))
    found = times([slow, trial("B", ONE, arrived()), trial("C", ONE, arrived())])
    assert found["store"] == {"median": 1_000_000, "longest": 9_000_000}
    assert found["alert"]["longest"] == 1_000_000


def test_the_last_result_says_what_failed_and_when_it_passed_last() -> None:
    bad = trial("MB01", ONE, arrived(Hop("alert", FAILED, 1, "no_alert", {"raised": ["X"]})))
    found = last_result("MB01", [trial("MB01", ONE, arrived()), bad], {"state": PASS, "passed_at": "t"})
    assert (found["state"], found["failed"], found["code"], found["before"]) == (FAIL, "alert", "no_alert", PASS)
    assert (found["parameters"], found["passed_at"], found["capture"]) == ({"raised": ["X"]}, "t", ONE.capture)


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    folder = KeyFolder(tmp_path)
    folder.create("report", bytes(range(32)))
    return folder.private("report")


def made(key: SigningKey | None) -> dict[str, Any]:
    trials = [trial("MB01", ONE, arrived())]
    signed = certificate({"id": "d", **verdict(trials, {}), "trials": trials}, key)
    found: dict[str, Any] = json.loads(json.dumps(signed))
    return found


def test_a_certificate_holds_with_its_key_alone(key: SigningKey) -> None:
    text = json.dumps(made(key), indent=3).encode()
    assert check(text, [key.public]).signature == "fine"
    assert check(text, [], [key.public.fingerprint]).holds
    assert check(text, []).signature == "unknown"
    assert not check(text, []).holds
    assert check(json.dumps(made(None)).encode(), [key.public]).signature == "unsigned"


def test_every_change_is_found(key: SigningKey, tmp_path: Path) -> None:
    other = KeyFolder(tmp_path / "other")
    other.create("report", bytes(32))
    pem = other.public("report").pem.decode()

    def changed(*path: str | int, value: Any) -> bytes:
        whole = made(key)
        place: Any = whole
        for step in path[:-1]:
            place = place[step]
        assert place[path[-1]] != value
        place[path[-1]] = value
        return json.dumps(whole).encode()

    forged = [
        changed("data", "state", value=FAIL),
        changed("data", "trials", 0, "hops", 2, "ns", value=2),
        changed("data", "rules", value=9),
        changed("signature", "value", value=base64.b64encode(bytes(64)).decode()),
        changed("signature", "public_key", value=pem),
        changed("signature", "fingerprint", value=other.public("report").fingerprint),
    ]
    assert [check(text, [key.public]).signature for text in forged] == ["forged"] * len(forged)


@pytest.mark.parametrize("text", [b"", b"{}", b"[1]", b'"x"', b"\xff", b'{"schema": 1}', b"[" * 100_000])
def test_other_bytes_are_no_certificate(text: bytes) -> None:
    with pytest.raises(NoCertificate):
        check(text, [])


@pytest.mark.parametrize("part", ["algorithm", "fingerprint", "public_key", "value"])
def test_a_signature_that_lacks_a_part_is_none(key: SigningKey, part: str) -> None:
    whole = made(key)
    del whole["signature"][part]
    with pytest.raises(NoCertificate):
        check(json.dumps(whole).encode(), [key.public])
