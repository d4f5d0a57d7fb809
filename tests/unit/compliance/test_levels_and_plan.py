"""Levels of zones, the matrix, the plan of action, differences, and assessments as documents."""

from __future__ import annotations

import json
from dataclasses import replace

from api.assessing import library
from detection.site_reading import read_site
from response.compliance.assessment import MEANS, OBJECTS, QueryResult, Verdict
from response.compliance.deciding import Outcome
from response.compliance.documents import assessment_document, read_assessment
from response.compliance.frameworks import Control, Framework, Plan
from response.compliance.gathering import Content, RuleInForce
from response.compliance.levels import zone_levels
from response.compliance.matrix import matrix
from response.compliance.planning import DAY, actions, differences
from response.compliance.query import Row, ordered, zones_of

SITE = read_site(
    "site.yml",
    "zones: [{id: cell, sl_t: 2}, {id: office}]\n"
    "assets: [{id: plc1, ip: 10.0.0.1, zone: cell, owner: process}, {id: ws, ip: 10.0.1.1, zone: office}]\n",
)


def outcome(query: str, state: str, *broken: Row, zones: frozenset[str] | None = frozenset()) -> Outcome:
    result = QueryResult(
        query=query, version=1, kind="violation", state=state, objects=("control",), means="monitor", parameters={},
        start=0, end=1, sensors=(), zones=("cell", "office"), rows=len(broken), digest="",
    )  # fmt: skip
    return Outcome(result, broken, zones, broken)


def verdict(control: str, state: str, query: str, basis: str = "measured") -> Verdict:
    decisive = (query,) if state in ("pass", "fail") else ()
    return Verdict(control, control.partition(":")[0], state, basis, state, (query,), decisive)


def control(name: str, *levels: int) -> Control:
    return Control(f"f:{name}", name, name, {}, "", "auto", (f"q{name}",), requirement="FR1", levels=levels)


FRAMEWORK = Framework(
    "f", "0", {}, "1", "", "", "",
    (control("a", 1, 2, 3, 4), control("b", 2, 3, 4), control("c", 3, 4)), requirements={"FR1": {"en": "x"}},
)  # fmt: skip


def levels(b: Verdict, b_outcome: Outcome) -> dict[str, tuple[int, int, int]]:
    given = {v.control: v for v in (verdict("f:a", "pass", "qa"), b, verdict("f:c", "inconclusive", "qc"))}
    outcomes = {"qa": outcome("qa", "pass"), "qb": b_outcome, "qc": outcome("qc", "inconclusive")}
    found = zone_levels(FRAMEWORK, given, outcomes, ("cell", "office"), SITE)
    assert [level.target for level in found] == [2, None]
    return {level.zone: (level.not_disproved, level.measured, level.selected) for level in found}


def test_a_zone_reaches_the_highest_level_that_nothing_disproves() -> None:
    fails = outcome("qb", "fail", {"x": 1}, zones=frozenset({"cell"}))
    assert levels(verdict("f:b", "fail", "qb"), fails) == {"cell": (1, 1, 1), "office": (4, 2, 3)}
    everywhere = outcome("qb", "fail", {"x": 1}, zones=None)
    assert levels(verdict("f:b", "fail", "qb"), everywhere) == {"cell": (1, 1, 1), "office": (1, 1, 1)}
    assert levels(verdict("f:b", "fail", "qb", "attested"), fails)["office"] == (1, 1, 1), "people speak of all zones"
    assert levels(verdict("f:b", "pass", "qb", "override"), fails)["cell"] == (4, 2, 3)


def test_a_violation_lies_where_it_was_suffered_or_on_both_sides_of_a_boundary() -> None:
    reached = {"ot.source.zone": "office", "ot.destination.zone": "cell"}
    assert zones_of(reached) == {"cell"}
    assert zones_of({**reached, "verdict": "denied"}) == {"cell", "office"}
    assert zones_of({"ot.source.zone": "office", "ot.destination.zone": "unknown"}) == {"office"}
    assert zones_of({"ot.zones": ["cell"]}) == {"cell"}
    assert zones_of({"user.name": "li"}) == set()


def test_the_matrix_has_all_cells_and_empty_ones_stay_empty() -> None:
    rule = RuleInForce("R1", "threat", (), ("control",), (), "spoofing", ("a.pcap", "b.pcap"), enabled=True)
    off = replace(rule, name="R2", enabled=False)
    found = matrix(Content((rule, off), (), ("spoofing", "unused")), [outcome("qa", "fail", {"x": 1}).result])
    assert [(cell.object, cell.means) for cell in found] == [(o, m) for o in OBJECTS for m in MEANS]
    cells = {(cell.object, cell.means): cell for cell in found}
    assert (cells["control", "monitor"].rules, cells["control", "monitor"].queries) == (1, 1)
    assert cells["control", "monitor"].failed == 1
    assert cells["control", "respond"].playbooks == 1
    assert cells["control", "test"].proofs == 2
    empty = cells["data", "assess"]
    assert (empty.rules, empty.queries, empty.playbooks, empty.proofs) == (0, 0, 0, 0)


def test_the_plan_mends_a_query_once_for_all_controls_and_names_owner_and_date() -> None:
    rows = ({"ot.source.asset": "10.0.0.9", "ot.destination.asset": "plc1"}, {"ot.destination.asset": "plc1"})
    outcomes = {"qa": outcome("qa", "fail", *rows), "qb": outcome("qb", "inconclusive"), "qc": outcome("qc", "pass")}
    given = [verdict("f:1", "fail", "qa"), verdict("g:1", "fail", "qa"), verdict("f:2", "inconclusive", "qb"),
             verdict("f:3", "pass", "qc"), verdict("f:4", "fail", "qc", "attested")]  # fmt: skip
    plan = Plan({"qa": "critical"}, {"critical": 7, "medium": 90, "low": 180})
    first, second, third = actions(given, outcomes, plan, SITE, now=0)
    assert (first.query, first.control, first.controls) == ("qa", "f:1", ("f:1", "g:1"))
    assert (first.severity, first.due, first.owner, first.assets) == ("critical", 7 * DAY, "process", ("plc1",))
    assert (second.query, second.control, second.severity) == (None, "f:4", "medium")
    assert (third.query, third.state, third.severity, third.assets) == ("qb", "inconclusive", "low", ())
    again = actions(given, outcomes, plan, SITE, now=5 * DAY)
    assert [action.id for action in again] == [first.id, second.id, third.id]


def test_differences_are_those_of_frameworks_that_both_used() -> None:
    before = [verdict("f:1", "pass", "q"), verdict("f:2", "fail", "q"), verdict("f:9", "fail", "q"),
              verdict("g:1", "fail", "q")]  # fmt: skip
    after = [verdict("f:1", "fail", "q"), verdict("f:2", "fail", "q"), verdict("f:3", "pass", "q"),
             verdict("h:1", "fail", "q")]  # fmt: skip
    found = [(each.control, each.before, each.after) for each in differences(before, after)]
    assert found == [("f:1", "pass", "fail"), ("f:3", None, "pass"), ("f:9", "fail", None)]


def test_rows_have_one_order_and_one_digest() -> None:
    rows: list[Row] = [{"b": 1, "a": "ü"}, {"a": "x"}]
    assert ordered(rows) == ordered(list(reversed(rows)))
    assert ordered(rows)[1] != ordered(rows[:1])[1]
    assert ordered(())[1] == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_frameworks_are_all_there_with_their_marks() -> None:
    known = library()
    assert len(known.frameworks) == 9
    assert len(known.catalogue) == 112
    for framework in known.frameworks.values():
        assert framework.licence
        assert framework.title["en"]
        assert framework.title["zh"]
        for each in framework.controls:
            assert set(each.queries) <= set(known.catalogue), each.name
            assert each.title["zh"], each.name
    iec = known.frameworks["iec62443-3-3"]
    assert [sum(level in c.levels for c in iec.controls) for level in (1, 2, 3, 4)] == [37, 60, 90, 100]
    assert sum(c.verify for c in iec.controls) == 6
    assert set(known.plan.severity) <= set(known.catalogue)


def test_an_assessment_survives_its_document() -> None:
    from tests.contract.assess_worlds import World, assessment

    made = assessment(World(("modbus/unauthorised-write.pcap",)))
    text = json.dumps(assessment_document(made), sort_keys=True)
    back = read_assessment(json.loads(text))
    assert json.dumps(assessment_document(back), sort_keys=True) == text
    assert (back.verdicts, back.levels, back.matrix, back.actions) == (
        made.verdicts, made.levels, made.matrix, made.actions,
    )  # fmt: skip
