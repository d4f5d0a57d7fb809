"""Assessments over a store, of each kind: the same evidence gives the same bytes; what people judge counts; what is
stored is found again."""

from __future__ import annotations

import json

import pytest

from api.analysis import Options, analyse
from api.storage import open_store
from response.compliance.assessment import Assessment, Judgement
from response.compliance.documents import assessment_document
from response.compliance.judging import judgements, keep_judgement
from response.compliance.running import keep_assessment, latest
from response.store_errors import Conflict
from tests.contract.assess_worlds import DEMO, HOUR, PROOFS, RULES, World, assess_store, assessment

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]

WORLD = World((DEMO.name,))
CONTROL = "iec62443-3-3:SR-1.5"


@pytest.fixture
def url(store_url: str) -> str:
    """A store of each kind with the demo's scenario."""
    analyse(Options((DEMO,), site=PROOFS / "site.yml", store=store_url), RULES)
    return store_url


def text(made: Assessment) -> str:
    return json.dumps(assessment_document(made), sort_keys=True)


def test_every_store_gives_the_same_bytes_and_keeps_what_people_judge(url: str) -> None:
    with open_store(url) as store:
        made = assess_store(store, WORLD)
        assert text(made) == text(assess_store(store, WORLD))
        assert text(made) == text(assessment(WORLD)), "embedded and Elasticsearch agree"
        states = {verdict.control: verdict for verdict in made.verdicts}
        assert (states[CONTROL].state, states[CONTROL].basis) == ("fail", "measured")

        keep_assessment(store, made)
        with pytest.raises(Conflict):
            keep_assessment(store, made)
        found = latest(store)
        assert found is not None
        assert text(found) == text(made)

        judged = Judgement("override", "pass", "isolated cell", "li", made.made_at, made.made_at + HOUR)
        keep_judgement(store, CONTROL, judged)
        assert judgements(store) == {CONTROL: (judged,)}
        again = assess_store(store, WORLD, now=made.made_at + 1)
        changed = [(each.control, each.before, each.after) for each in again.differences]
        assert (CONTROL, "fail", "pass") in changed
        assert again.previous == made.id
        verdict = next(v for v in again.verdicts if v.control == CONTROL)
        assert (verdict.basis, verdict.measured_state, verdict.judgement) == ("override", "fail", judged)
        later = assess_store(store, WORLD, now=made.made_at + HOUR)
        gone = next(v for v in later.verdicts if v.control == CONTROL)
        assert (gone.state, gone.basis, gone.judgement) == ("fail", "measured", None)

        told = [line.deed.what for line in store.audit() if line.deed.what != "refused"]
        assert list(dict.fromkeys(told)) == ["assessment.run", "judgement.override"]
        records = next(r for r in again.results if r.query == "assessment_records")
        integrity = next(r for r in again.results if r.query == "audit_log_integrity")
        assert (records.state, integrity.state) == ("pass", "pass")


def test_the_demo_is_judged_as_its_scenario_deserves() -> None:
    """What the attackers did (rules/demo/demo.labels.yml) fails, each by its own query; what they did not
    do does not."""
    made = assessment(WORLD)
    states = {result.query: result.state for result in made.results}
    done = {
        "asset_unknown_seen", "cross_zone_without_conduit", "ot_to_internet", "critical_zone_isolation",
        "anonymous_access", "plaintext_credentials", "opcua_security_none", "platform_access_unauthorised",
        "write_from_unauthorised_host", "program_change_unapproved", "setpoint_out_of_range", "malformed_protocol",
        "session_integrity_anomaly", "dos_events", "malware_indicator", "engineering_from_unexpected_host",
    }  # fmt: skip
    assert {query for query in done if states[query] != "fail"} == set()
    not_done = ("default_credentials", "weak_certificates", "high_risk_service")
    assert {states[query] for query in not_done} == {"pass"}
    verdicts = {verdict.control: verdict for verdict in made.verdicts}
    assert verdicts["iec62443-3-3:SR-2.1"].decisive == (
        "write_from_unauthorised_host", "engineering_from_unexpected_host",
    )  # fmt: skip
    assert verdicts["gbt22239-2019-l3-ics:ICS-PES-01"].state == "inconclusive"
    spoofed = next(result for result in made.results if result.query == "session_integrity_anomaly")
    assert {row["source.ip"] for row in spoofed.sample} == {"10.9.1.12", "10.9.1.30"}
    secrets = ("marsh-operator", "password=")
    assert not [word for word in secrets if word in text(made)]


def test_a_site_model_of_another_digest_gives_another_assessment() -> None:
    other = World(WORLD.captures, site=(*WORLD.site, ("name: Tank controller", "name: Tank")))
    one, two = assessment(WORLD), assessment(other)
    assert one.site_digest != two.site_digest
    assert one.id != two.id
