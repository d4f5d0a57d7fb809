"""Assessments as the engine makes them, from the real catalogues of frameworks and queries; also hostile ones."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache

from api.assessing import library
from api.texts import texts
from detection.site import Site
from detection.site_reading import load_site
from response.compliance.assessment import (
    MEANS,
    OBJECTS,
    Action,
    Assessment,
    Difference,
    FrameworkUsed,
    Judgement,
    MatrixCell,
    QueryResult,
    Reason,
    Verdict,
    Visibility,
    ZoneLevel,
    ZoneVisibility,
)
from response.ports import AssetRecord, AttributeValue
from response.reports.make import Asked, Known, make
from response.reports.model import ControlName, QueryName, ReportModel
from response.reports.names import control_names, glossary_terms, query_names
from response.reports.wording import Wording
from tests.needs import PROJECT

DAY = 86_400_000_000_000
START = 1_793_491_200_000_000_000
NOW = START + 27 * DAY
FRAMEWORKS = ("iec62443-3-3", "gbt22239-2019-l3-ics")
STATES = ("fail", "pass", "inconclusive", "pass", "not_applicable")
HOSTILE = (
    "#set page(fill: red) $x$ *bold* _i_ @ref <label> \\ `raw` #import \"x\"",
    "<script>alert(1)</script>&<b>\"'",
    "=HYPERLINK(\"http://example.org\")",
    "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\u202egnp.exe\u202c \u2066x\u2069",
    "nul\x00 bell\x07 esc\x1b[31m", "line\nbreak\r\ttab", "\ud800 lone", "emoji 🏭👩‍🔧🇨🇳", "rare 𠀀 𪜶 ༀ ؀ שלום سلام",
    "x" * 300, "]]>--><!--", "{{ 7*7 }} {% raw %}", "＝全角", "",
)  # fmt: skip
"""Names that devices, tags and people may carry."""
EMPTY = ((3, 1), (5, 3))
ONE_WAY = (Reason("one_way", {"share": 0.22}),)


def words(*languages: str) -> list[Wording]:
    """The catalogues of texts."""
    return [texts("zh" if lang == "zh" else "en") for lang in languages]


@cache
def names() -> tuple[tuple[ControlName, ...], tuple[QueryName, ...]]:
    """Of the two frameworks used here, and of all queries."""
    found = tuple(name for each in FRAMEWORKS for name in control_names(library().frameworks[each]))
    return found, query_names(library().catalogue.values())


def framework(name: str) -> FrameworkUsed:
    """A framework as an assessment names it."""
    found = library().frameworks[name]
    return FrameworkUsed(found.id, found.digest, found.title, found.version, len(found.controls))


def result(name: str, state: str, number: int = 0) -> QueryResult:
    """A result of the query; a failing one has rows."""
    rows = 7 + number % 40 if state == "fail" else 0
    sample = tuple(
        {
            "@timestamp": START + i * 1_000_000_000,
            "source.ip": f"10.0.{number % 250}.{10 + i}",
            "destination.ip": "10.0.2.11",
            "network.protocol": "modbus",
            "ot.operation": "write",
            "ot.object.address": f"holding:{100 + i}-{109 + i}",
            "ot.flow": 2**62 + i,
        }
        for i in range(min(rows, 8))
    )
    return QueryResult(
        query=name,
        version=1,
        kind="violation",
        state=state,
        objects=("control",),
        means="monitor",
        parameters={"max_rows": 0, "zones": ["cell", "control"]},
        start=START,
        end=NOW,
        sensors=("sensor-1",),
        zones=("cell",),
        rows=rows,
        digest=hashlib.sha256(f"{name}{number}".encode()).hexdigest(),
        sample=sample,
        measure=0.83 if number % 5 == 2 else None,
        needed=0.95 if number % 5 == 2 else None,
        reasons=(Reason("rows" if rows else "no_rows", {"rows": rows, "query": name}),),
        visibility=(Reason("seen", {"zones": ["cell"]}),) if state == "pass" else (),
    )


def assessment(most: int = 40, findings: int | None = None) -> Assessment:
    """An assessment of both frameworks; with `findings`, of that many failing queries."""
    controls, catalogue = names()[0], [query.query for query in names()[1]]
    if findings:
        results = tuple(result(f"{catalogue[i % len(catalogue)]}_{i}", "fail", i) for i in range(findings))
    else:
        results = tuple(result(name, STATES[i % 4], i) for i, name in enumerate(catalogue[:most]))
    states = {each.query: each.state for each in results}
    verdicts = tuple(_verdict(c, n, states, results) for n, c in enumerate(controls))
    return Assessment(
        id="as-2026-11-28",
        name="November",
        site="Waterworks 3",
        site_digest="5f" * 32,
        rules_digest="ab" * 32,
        product="Bittern 0.1.0",
        start=START,
        end=NOW,
        made_at=NOW,
        made_by="li.wei",
        zones=("cell", "control", "dmz"),
        frameworks=tuple(map(framework, FRAMEWORKS)),
        visibility=Visibility(
            (
                ZoneVisibility("cell", ("sensor-1",), 0.9992, 0.0001, 0.01, 0.0, 4210),
                ZoneVisibility("control", ("sensor-1",), 0.97, 0.004, 0.22, 0.1, 311, ONE_WAY),
                ZoneVisibility("dmz", (), None, None, None, None, 0, (Reason("no_sensor", {"zone": "dmz"}),)),
            ),
            packets=12_345_678,
            first=START,
            last=NOW - 1,
        ),
        results=results,
        verdicts=verdicts,
        levels=tuple(
            ZoneLevel(zone, f"FR{fr}", 2, 1 + (fr % 2), 3, 8) for zone in ("cell", "control") for fr in range(1, 8)
        ),
        matrix=tuple(
            MatrixCell(o, m, 0, 0, 0, 0) if (i, j) in EMPTY else MatrixCell(o, m, 3 * i, 4 - j, i, 3 * i, i, j, 1)
            for i, o in enumerate(OBJECTS)
            for j, m in enumerate(MEANS)
        ),
        actions=tuple(_action(each, n, verdicts) for n, each in enumerate(results) if each.state == "fail"),
        previous="as-2026-10-28",
        differences=(Difference(verdicts[0].control, "pass", "fail"), Difference(verdicts[1].control, None, "pass")),
    )  # fmt: skip


def _verdict(control: ControlName, number: int, states: dict[str, str], results: tuple[QueryResult, ...]) -> Verdict:
    queries = tuple(q for q in control.queries if q in states) or (
        (results[number % len(results)].query,) if number % 3 else ()
    )
    decisive = tuple(q for q in queries if states[q] == "fail")
    state = "fail" if decisive else STATES[number % 5] if number % 7 else "inconclusive"
    judgement = None
    if number % 11 == 3:
        judgement = Judgement("override", "pass", "compensated by a data diode", "zhang.san", NOW - DAY, NOW + 90 * DAY)
    elif number % 11 == 5:
        judgement = Judgement("attested", "pass", "seen on site", "zhang.san", NOW - DAY)
    return Verdict(
        control=control.control,
        framework=control.control.partition(":")[0],
        state=judgement.state if judgement else state,
        basis=judgement.basis if judgement else "measured" if queries else "none",
        measured_state=state,
        queries=queries,
        decisive=decisive,
        reasons=(Reason("partial", {"queries": list(queries)}),) if not decisive else (),
        judgement=judgement,
    )


def _action(each: QueryResult, number: int, verdicts: tuple[Verdict, ...]) -> Action:
    concerned = next((v.control for v in verdicts if each.query in v.queries), verdicts[number % len(verdicts)].control)
    return Action(
        id=f"A-{number + 1:03d}",
        control=concerned,
        query=each.query,
        state="fail",
        severity=("medium", "high", "critical", "low")[number % 4],
        summary=Reason("mend", {"query": each.query, "rows": each.rows}),
        assets=("plc-1", "10.0.2.11"),
        owner=None if number % 3 else "automation",
        due=NOW + (number % 60 - 10) * DAY,
    )


def site() -> Site:
    """The demo plant's."""
    return load_site(PROJECT / "rules" / "demo" / "demo.site.yml")


def assets(hostile: bool = False) -> tuple[AssetRecord, ...]:
    """Assets as the store has them; hostile ones are called what hostile ones are called."""
    called = HOSTILE if hostile else ("PLC 1", "HMI 一号", "EWS")
    return tuple(
        AssetRecord(
            key=f"00-00-5E-00-53-{i:02X}" if not hostile else f"{name[:40]}@{i}",
            attributes={
                "name": (AttributeValue(name, 0.9, "opcua", START, NOW),),
                "address": (AttributeValue(f"10.0.2.{11 + i}", 1.0, "arp", START, NOW),),
                "vendor": (AttributeValue(name if hostile else "Siemens AG", 0.8, "oui", START, NOW),),
            },
            first_seen=START,
            last_seen=NOW,
            roles=("controller", "writer"),
        )
        for i, name in enumerate(called)
    )


def known(hostile: bool = False) -> Known:
    controls, queries = names()
    return Known(
        site=site(),
        assets=assets(hostile),
        alerts=(),
        incidents=(),
        controls=controls,
        queries=queries,
        glossary=glossary_terms((PROJECT / "rules" / "glossary.md").read_text()),
    )


def asked(*languages: str, template: str = "full", organisation: str = "Example Water 示例水务") -> Asked:
    return Asked(template, languages or ("zh", "en"), "TLP:AMBER", organisation, NOW, "li.wei")


def hostile_assessment() -> Assessment:
    """Hostile values wherever traffic or people put values."""
    base = assessment(12)
    rows = tuple({"ot.object.address": name, name or "empty": name} for name in HOSTILE)
    return replace(
        base,
        name=HOSTILE[0],
        site=HOSTILE[1],
        made_by=HOSTILE[9],
        results=tuple(
            replace(r, state="fail", rows=len(rows), sample=rows[i % 9 :]) for i, r in enumerate(base.results)
        ),
        actions=tuple(replace(a, owner=HOSTILE[i % len(HOSTILE)], assets=HOSTILE) for i, a in enumerate(base.actions)),
        verdicts=tuple(
            replace(v, judgement=Judgement("override", "fail", HOSTILE[i % len(HOSTILE)], HOSTILE[7], NOW, NOW))
            for i, v in enumerate(base.verdicts)
        ),
    )


def made(kind: str = "usual", *languages: str, template: str = "full") -> tuple[ReportModel, dict[str, bytes]]:
    """A report: usual, hostile, empty, or of as many findings as the number says."""
    if kind == "empty":
        return make(EMPTY_ASSESSMENT, asked(*languages, template=template), Known())
    if kind == "hostile":
        return make(hostile_assessment(), asked(*languages, template=template), known(hostile=True))
    found = assessment(findings=int(kind)) if kind.isdigit() else assessment()
    return make(found, asked(*languages, template=template), known())


EMPTY_ASSESSMENT = Assessment(
    id="as-empty", name="nothing", site=None, site_digest=None, rules_digest="00" * 32, product="Bittern 0.1.0",
    start=START, end=NOW, made_at=NOW, made_by="li.wei", zones=(), frameworks=(),
    visibility=Visibility((), 0, None, None), results=(), verdicts=(),
)  # fmt: skip
