"""The model: the same input gives the same report; what is written can be read; findings in the order of urgency."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from response.alerts import SEVERITIES
from response.compliance.assessment import Assessment
from response.ports import AttributeValue
from response.reports.canonical import BadRecord, canonical, read
from response.reports.findings import findings_of
from response.reports.make import Known, make
from response.reports.model import ReportModel
from response.reports.names import glossary_terms
from response.reports.verifier import merkle_root
from tests.needs import PROJECT
from tests.unit.reports import cases


@pytest.mark.parametrize("kind", ["usual", "hostile", "empty"])
def test_what_is_written_can_be_read(kind: str) -> None:
    model, _ = cases.made(kind)
    written = canonical(model)
    again = read(ReportModel, json.loads(written))
    assert canonical(again) == written
    if kind != "hostile":  # half a surrogate pair comes back as its code point
        assert again.assessment.verdicts == model.assessment.verdicts
    assert again.made_at == model.made_at


def test_a_report_is_known_by_everything_in_it() -> None:
    first, files = cases.made()
    assert (first, files) == cases.made()
    assert first.id.startswith("BR-20261128-")
    others = [
        make(replace(cases.assessment(), made_by="someone"), cases.asked(), cases.known())[0],
        make(cases.assessment(), replace(cases.asked(), organisation="another"), cases.known())[0],
        make(cases.assessment(), cases.asked("en"), cases.known())[0],
        make(cases.assessment(), cases.asked(), replace(cases.known(), assets=()))[0],
    ]
    assert len({first.id, *(other.id for other in others)}) == 5
    assert others[0].root != first.root
    assert others[1].root == first.root


def test_every_result_is_evidence_under_the_root() -> None:
    model, files = cases.made()
    assert [item.path for item in model.evidence] == sorted(files)
    assert len([item for item in model.evidence if item.kind == "query"]) == len(model.assessment.results)
    assert model.root == merkle_root((item.path, item.sha256) for item in model.evidence)
    shuffled = [(item.path, item.sha256) for item in reversed(model.evidence)]
    assert merkle_root(shuffled) == model.root
    for place in range(len(shuffled)):
        changed = [*shuffled[:place], (shuffled[place][0], "00" * 32), *shuffled[place + 1 :]]
        assert merkle_root(changed) != model.root
        assert merkle_root(shuffled[:place] + shuffled[place + 1 :]) != model.root


@pytest.mark.parametrize("count", range(10))
def test_roots_of_few_leaves_differ(count: int) -> None:
    leaves = [(f"evidence/{i}", f"{i:064x}") for i in range(count)]
    roots = {merkle_root(leaves[:n]) for n in range(count + 1)}
    assert len(roots) == count + 1


def test_what_fails_comes_first_and_the_gravest_of_it() -> None:
    found = findings_of(cases.assessment())
    assert [f.id for f in found] == [f"F-{n:03d}" for n in range(1, len(found) + 1)]
    ranks = [(f.state != "fail", -SEVERITIES.index(f.severity)) for f in found]
    assert ranks == sorted(ranks)
    assert {f.state for f in found} == {"fail", "inconclusive"}
    queries = {f.result.query for f in found if f.result}
    assert queries == {r.query for r in cases.assessment().results if r.state in ("fail", "inconclusive")}
    assert all(f.verdicts[0].decisive == () or f.result is None for f in found if f.result is None)


def test_what_passed_is_no_concern_of_a_finding() -> None:
    for finding in findings_of(cases.assessment()):
        assert all(verdict.state in ("fail", "inconclusive") for verdict in finding.verdicts)


def test_seen_and_declared_assets_are_joined() -> None:
    model, _ = make(cases.assessment(), cases.asked(), cases.known())
    by_key = {asset.key: asset for asset in model.assets}
    declared = cases.site().assets[0]
    seen = replace(cases.assets()[0], attributes={"address": (address(str(declared.ip[0])),)})
    joined, _ = make(cases.assessment(), cases.asked(), replace(cases.known(), assets=(seen,)))
    [both] = [asset for asset in joined.assets if asset.seen]
    assert (both.declared, both.zone, both.owner, both.name) == (True, declared.zone, declared.owner, declared.name)
    assert declared.id not in {asset.key for asset in joined.assets}
    assert by_key[declared.id].seen is False
    assert by_key["00-00-5E-00-53-00"].declared is False


def address(text: str) -> AttributeValue:
    return AttributeValue(text, 1.0, "arp", cases.START, cases.NOW)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ([], "Assessment"),
        ({"id": 5}, "id"),
        ({"results": [{"query": "x", "rows": "many"}]}, "results[0].rows"),
        ({"visibility": {"zones": 1}}, "visibility.zones"),
        ({"made_at": "yesterdayT"}, "made_at"),
        ({"drill": "no"}, "drill"),
    ],
)
def test_what_is_no_assessment_says_where(body: object, place: str) -> None:
    with pytest.raises(BadRecord) as error:
        read(Assessment, body)
    assert error.value.place.startswith(place)


def test_every_control_and_term_has_a_name_in_both_languages() -> None:
    controls, queries = cases.names()
    assert len(controls) == 192
    assert all(name.title.en and name.title.zh for name in controls)
    assert all(name.title.zh for name in queries)
    terms = glossary_terms((PROJECT / "rules" / "glossary.md").read_text())
    assert {"alert", "zone", "conduit", "verdict"} <= {term.en for term in terms}
    assert all(term.zh and "`" not in term.meaning + term.zh for term in terms)


def test_without_anything_known_there_is_still_a_report() -> None:
    model, files = make(cases.assessment(), cases.asked(), Known())
    assert model.zones == ()
    assert model.alerts is None
    assert model.control("iec62443-3-3:SR-1.1").reference == "SR-1.1"
    assert "evidence/assessment.json" in files
