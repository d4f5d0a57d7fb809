"""OSCAL: valid against NIST's schema, every reference found, what the standard cannot say said in its words."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from response.reports.oscal import faults, oscal
from response.reports.oscal.parts import NAMESPACE, VERSION
from response.reports.wording import Speaker
from tests.needs import shared
from tests.unit.reports import cases

CHAIN = ("assessment-results", "assessment-plan", "system-security-plan", "profile")
SPEAK = Speaker(cases.words("zh", "en"))


def documents(kind: str) -> dict[str, Any]:
    model, _ = cases.made(kind)
    return {name: json.loads(data) for name, data in oscal(model, SPEAK).items()}


def values(node: Any, key: str) -> Iterator[Any]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from values(value, key)
    elif isinstance(node, list):
        for each in node:
            yield from values(each, key)


@pytest.mark.parametrize("kind", ["usual", "hostile", "30"])
def test_every_document_is_valid(kind: str) -> None:
    model, _ = cases.made(kind)
    made = oscal(model, SPEAK)
    assert made == oscal(model, SPEAK)
    assert {name: faults(data) for name, data in made.items() if faults(data)} == {}
    assert {f"oscal/{name}.json" for name in CHAIN} <= set(made)


def test_the_schema_finds_what_is_wrong() -> None:
    results = documents("usual")["oscal/assessment-results.json"]
    del results["assessment-results"]["import-ap"]
    assert faults(json.dumps(results).encode())
    examples = shared("standards", "oscal", "examples", "ar", "json", "ifa_assessment-results-example-min.json")
    assert faults(examples.read_bytes()) == []


@pytest.mark.parametrize("kind", ["usual", "hostile"])
def test_each_document_imports_the_next(kind: str) -> None:
    made = documents(kind)
    hrefs = [made[f"oscal/{name}.json"] for name in CHAIN]
    wanted = [
        hrefs[0]["assessment-results"]["import-ap"]["href"],
        hrefs[1]["assessment-plan"]["import-ssp"]["href"],
        hrefs[2]["system-security-plan"]["import-profile"]["href"],
        *(each["href"] for each in hrefs[3]["profile"]["imports"]),
    ]
    assert {f"oscal/{href}" for href in wanted} <= set(made)


def test_ids_are_unique_and_follow_from_the_report() -> None:
    made = documents("usual")
    for document in made.values():
        ids = [uuid.UUID(each) for each in values(document, "uuid")]
        assert {each.version for each in ids} == {5}
        assert len(set(ids)) == len(ids)
        assert set(values(document, "oscal-version")) == {VERSION}
        assert set(values(document, "last-modified")) == {"2026-11-28T00:00:00.000000000Z"}
    assert set(values(made, "ns")) == {NAMESPACE}
    results = made["oscal/assessment-results.json"]
    known = {each["uuid"] for each in next(values(results, "observations"))}
    assert set(values(results, "observation-uuid")) <= known
    assert set(values(results, "risk-uuid")) <= {each["uuid"] for each in next(values(results, "risks"))}


def test_verdicts_are_said_as_oscal_can() -> None:
    model, files = cases.made()
    results = documents("usual")["oscal/assessment-results.json"]
    [result] = results["assessment-results"]["results"]
    said = {f["title"]: f["target"]["status"] for f in result["findings"]}
    expected = {
        "pass": {"state": "satisfied", "reason": "pass"},
        "fail": {"state": "not-satisfied", "reason": "fail"},
        "inconclusive": {"state": "not-satisfied", "reason": "other"},
    }
    judged = [v for v in model.assessment.verdicts if v.state != "not_applicable"]
    assert len(said) == len(judged)
    for verdict in judged:
        assert said[f"{model.control(verdict.control).reference}: {verdict.state}"] == expected[verdict.state]
    left_out = [v.control for v in model.assessment.verdicts if v.state == "not_applicable"]
    assert all(name in result["reviewed-controls"]["remarks"] for name in left_out)
    hrefs = {each["href"].removeprefix("../") for each in values(results, "relevant-evidence") for each in each}
    assert hrefs == {name for name in files if name.startswith("evidence/query/")}


def test_control_ids_are_those_of_our_catalogues() -> None:
    made = documents("usual")
    ids = {c["id"] for name in made if "catalog" in name for c in made[name]["catalog"]["controls"]}
    assert {"sr-5.1", "sr-1.1-re1", "ics-cns-01"} <= ids
    assert set(values(made, "control-id")) <= ids
    assert {each.removesuffix("_obj") for each in values(made, "target-id")} <= ids


def test_without_verdicts_there_is_no_oscal() -> None:
    assert documents("empty") == {}
