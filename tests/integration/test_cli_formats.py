"""Renderers over a made alert that carries what a hostile packet may: nothing of it acts in a terminal or a page."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from api.analysis import Analysis, Options
from api.output.alert_lines import alert_block, alert_page
from api.output.analysis_json import render_json
from api.output.analysis_table import render_table
from api.output.ecs import ecs_document
from api.output.html import render_html
from api.output.moments import duration, iso, moment, span
from api.output.page import Page
from api.output.report import Report, make_report
from api.output.told import Teller
from api.texts import Language
from detection.occurrence import Packets
from detection.sigma.load import RuleSet
from response.alerts import Alert
from sensors.capture import BadFile
from tests.needs import shared

RULE = """
title: "Publication on {a} [red]topic[/red]"
id: 11111111-2222-4333-8444-555555555555
name: TT01
status: stable
logsource: {product: bittern, category: transaction}
detection: {any: {network.protocol: mqtt}, condition: any}
level: high
tags: [attack.t0855]
bittern:
  class: threat
  learnable: never
  dedup: [ot.client.ip]
  objects: [data]
  safety: {en: "Keep {destination} running.", zh: "保持 {destination} 运行。"}
  text:
    en: {what: "{source} published {ot.object.address}.", why: "It may.", do: ["Look at {ot.object.address}.", "Ask."]}
    zh: {what: "{source} 发布了 {ot.object.address}。", why: "可能。", do: ["查看 {ot.object.address}。", "询问。"]}
  proof: {positive: [mqtt/normal.pcap], benign: [modbus/hmi-normal.pcap]}
"""
HOSTILE = "\x1b[31m\x1b]0;owned\x07\u202e<script>alert(1)</script><img src=x onerror=y>[bold]{source}"
SECOND = 1_000_000_000
START = 1_795_477_575 * SECOND
UTC = ZoneInfo("UTC")


def make_alert() -> Alert:
    return Alert(
        id="abcdefghijklmnopqrstuvwxyz", precedent=None, sensor="analyze", rule="TT01", rule_id="r", rule_version="1",
        rule_class="threat", severity="high", dedup=("10.0.0.1",), count=3, occurrences=1, first_seen=START,
        last_seen=START + 2 * SECOND, events=("event1",), packets=(Packets(f"a{HOSTILE}.pcap", 3, 7),), protocol="mqtt",
        source={"ip": "10.0.0.1", "port": 1883, "mac": "00-00-5E-00-53-01", "asset": HOSTILE, "roles": [HOSTILE]},
        destination={"ip": "10.0.0.2", "zone": "control"},
        parameters={"source": HOSTILE, "destination": "10.0.0.2", "ot.object.address": HOSTILE},
        explanation={"observed": {"value": HOSTILE}, "expected": {}, "since": START, "score": float("nan")},
        techniques=("T0855",), controls=("iec62443-3-3:SR-2.1",), objects=("data",), playbook=None, lacking=("zones",),
        drill=False,
    )  # fmt: skip


def make_teller(lang: Language = "en") -> Teller:
    rules = RuleSet.from_texts({"TT01.yml": RULE})
    assert [rule.name for rule in rules.rules] == ["TT01"], rules.issues
    return Teller(rules, lang)


def report_of(*alerts: Alert, lang: Language = "en", severity_min: str | None = None) -> Report:
    analysis = Analysis(
        alerts=list(alerts),
        counters={"link.frames": 10, "link.bytes": 1000, "link.snapped": 2, "opcua.parser_failed": 1},
        rows=Counter(transaction=4),
        bad_files=[BadFile(f"x{HOSTILE}", "not_a_capture", {"head": "00", "looks_like": HOSTILE})],
    )
    rules = RuleSet.from_texts({"TT01.yml": RULE})
    return make_report(analysis, Options(()), rules, make_teller(lang), UTC, severity_min)


class Markup(HTMLParser):
    """Gathers tags and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: Counter[str] = Counter()
        self.links: list[str | None] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes.update(name for name, _ in attrs)
        self.links += [value for name, value in attrs if name in ("src", "href", "srcset", "action")]

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_hostile_text_does_nothing_in_a_page(lang: Language) -> None:
    page = render_html(report_of(make_alert(), lang=lang))
    seen = Markup(page)
    assert not {"script", "img", "link", "iframe", "form"} & set(seen.tags)
    assert not any(name.startswith("on") for name in seen.attributes)
    assert seen.links == []
    assert "<script>alert(1)</script>" in seen.words, "shown as the text it is"
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", page)
    assert "url(" not in page
    assert page.startswith("<!doctype html>")
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in page


def test_a_page_stays_small_enough_to_mail() -> None:
    one = replace(make_alert(), explanation={"observed": "x" * 70_000}, parameters={"source": "y" * 70_000})
    many = [replace(one, id=f"id-{number}", first_seen=START + number) for number in range(10_000)]
    page = render_html(report_of(*many))
    assert len(page.encode()) < 4_000_000
    seen = Markup(page)
    assert (seen.tags["article"], seen.tags["tr"]) == (300, 3001)
    assert "10000" in seen.words.replace(",", "")
    assert "6700 more alerts" in seen.words


@pytest.mark.parametrize("width", [None, 60, 100, 140])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_hostile_text_does_nothing_in_a_terminal(lang: Language, width: int | None) -> None:
    text = render_table(report_of(make_alert(), lang=lang), Page(width))
    page = Page(width)
    alert_page(page, make_alert(), make_teller(lang), UTC)
    for shown in (text, page.text()):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", shown)
        assert "[bold]{source}" in shown.replace("\n", "").replace(" ", ""), "neither markup nor a placeholder"


def test_colours_are_ours_alone() -> None:
    page = Page(100, colour=True)
    alert_block(page, make_alert(), make_teller(), UTC)
    codes = re.findall("\x1b\\[[0-9;]*(.)", page.text())
    assert codes
    assert set(codes) == {"m"}
    assert "\x1b]0" not in page.text()


def test_lines_fit_the_terminal_and_are_whole_in_a_pipe() -> None:
    from rich.cells import cell_len

    for lang in ("en", "zh"):
        narrow, endless = Page(60), Page(None)
        for page in (narrow, endless):
            alert_block(page, make_alert(), make_teller(lang), UTC)
        assert max(map(cell_len, narrow.text().splitlines())) <= 60
        label = {"en": "  next: 1. Look at ", "zh": "  下一步：1. 查看 "}[lang]
        assert any(line.startswith(label) for line in endless.text().splitlines())
        assert len(endless.text().splitlines()) == 8, "head, what, lacking, techniques, safety, two steps, evidence"


def test_json_keeps_what_the_packet_said() -> None:
    found = json.loads(render_json(report_of(make_alert())))
    alert = found["alerts"][0]
    assert alert["parameters"]["ot.object.address"] == HOSTILE
    assert "\x1b" not in alert["text"]["what"]
    assert alert["explanation"]["score"] is None, "NaN is no JSON"
    assert alert["explanation"]["since"] == iso(START)
    assert found["notices"] == [
        {"code": "link_snapped", "parameters": {"count": 2, "frames": 10}},
        {"code": "parser_failed", "parameters": {"protocol": "opcua", "count": 1}},
    ]


def test_lists_hold_what_belongs_to_them() -> None:
    alerts = [
        replace(make_alert(), id=f"{rule_class}-{severity}", rule_class=rule_class, severity=severity)
        for rule_class in ("threat", "policy", "posture", "health")
        for severity in ("informational", "low", "critical")
    ]
    report = report_of(*alerts, severity_min="high")
    assert {alert.id for alert in report.alerts} == {"threat-critical", "policy-critical"}
    assert {alert.id for alert in report.posture} == {"posture-low", "posture-critical"}
    assert {alert.id for alert in report.health} == {"health-low", "health-critical"}
    assert (report.informational, report.hidden) == (4, 2)


def test_people_read_the_worst_first() -> None:
    mild = replace(make_alert(), id="mild", severity="low", first_seen=START - SECOND)
    assert [alert.id for alert in report_of(mild, make_alert()).worst_first] == [make_alert().id, "mild"]


def test_an_alert_of_an_unknown_rule_is_told() -> None:
    told = make_teller().tell(replace(make_alert(), rule="GONE"))
    assert "GONE" in told.what
    assert "--rules" in told.why


def test_ecs_document_has_the_names_of_ecs() -> None:
    document = ecs_document(make_alert(), make_teller())
    assert document["event"] == {
        "kind": "alert", "category": ["intrusion_detection"], "type": ["info"], "module": "bittern",
        "dataset": "bittern.alert", "id": make_alert().id, "code": "TT01", "severity": 73, "start": iso(START),
        "end": iso(START + 2 * SECOND), "reason": "It may.",
    }  # fmt: skip
    with shared("standards", "ecs", "fields.csv").open(encoding="utf-8") as file:
        types = {row["Field"]: row["Type"] for row in csv.DictReader(file)}
    leaves = {name for name in leaf_names(document) if not name.startswith("ot.")}
    assert {"threat.technique.id", "rule.name", "source.ip", "observer.name", "network.protocol"} <= leaves
    assert leaves <= set(types)


def leaf_names(tree: object, prefix: str = "") -> set[str]:
    """Names with dots of what holds a value."""
    if not isinstance(tree, dict):
        return {prefix}
    return {leaf for name, below in tree.items() for leaf in leaf_names(below, f"{prefix}.{name}" if prefix else name)}


def test_times() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    assert iso(START + 5) == "2026-11-23T23:46:15.000000005Z"
    assert span(START, START, shanghai) == "2026-11-24 07:46:15 +08:00"
    assert span(START, START + 2 * SECOND, shanghai) == "2026-11-24 07:46:15 – 07:46:17 +08:00"
    assert span(START, START + 15 * 60 * SECOND, UTC) == "2026-11-23 23:46:15 – 2026-11-24 00:01:15 UTC"
    assert [duration(n * SECOND) for n in (5, 154, 3_661, 200_000)] == ["5.0 s", "2:34", "1:01:01", "2 d 07:33:20"]
    assert moment("2026-11-24T07:46:15", shanghai) == moment("2026-11-23T23:46:15Z", UTC) == START
