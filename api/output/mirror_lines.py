"""A test of a mirror port for people: each finding with its evidence and what mends it, the checks, the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.output.page import Page, Part
from api.output.told import safe
from api.texts import Texts
from response.mirror.judgement import SENSOR
from response.mirror.switches import Switch

MARKS: Mapping[str, tuple[str, str]] = {"fault": ("✖", "bad"), "warning": ("⚠", "warn"), "note": ("ℹ", "low")}
STATES: Mapping[str, tuple[str, str]] = {
    "fine": ("✔", "good"), "found": ("✖", "bad"), "unknown": ("?", "warn"), "not_asked": ("–", "faint"),
}  # fmt: skip
VERDICTS = {"good": "good", "usable": "warn", "bad": "bad", "inconclusive": "warn"}


def mirror_page(page: Page, record: Mapping[str, Any], words: Texts, switch: Switch | None, makers: list[str]) -> None:
    """The findings, the worst first; the checks; the verdict last, where the eye is."""
    for finding in record["findings"]:
        _finding(page, finding, words, switch)
        page.gap()
    checks: list[list[Part]] = [
        [
            (f"{STATES[each['state']][0]} {words.word('mirror.state', each['state'])}", STATES[each["state"]][1]),
            words.get(f"mirror.check.{each['check']}"),
        ]
        for each in record["checks"]
    ]
    page.columns([words.get("mirror.label.state"), words.get("mirror.label.check")], checks)
    page.gap()
    if switch is None and any(each["mend"] != SENSOR for each in record["findings"]):
        page.line(words.get("mirror.name_switch", makers=", ".join(makers)))
    verdict = record["verdict"]
    page.line((words.get(f"mirror.verdict.{verdict}"), VERDICTS[verdict]))


def _finding(page: Page, finding: Mapping[str, Any], words: Texts, switch: Switch | None) -> None:
    code, (mark, style) = finding["code"], MARKS[finding["severity"]]
    told = {name: safe(value) for name, value in finding["evidence"].items()}
    page.line((words.get(f"mirror.finding.{code}.what", **told), "strong"), label=(f"{mark} ", style))
    for part in ("why", "do"):
        label = f"{words.get(f'mirror.label.{part}')}: "
        page.line(words.get(f"mirror.finding.{code}.{part}"), indent=2, label=(label, "faint"))
    answer = switch.answers.get(finding["mend"]) if switch else None
    if switch is None or answer is None:
        return
    page.line((f"{switch.name} · {switch.models}", "strong"), indent=2)
    for line in answer.lines(words.lang):
        page.line(line, indent=4)
    if not switch.sure and answer.menu:
        page.line((words.get("mirror.unsure"), "faint"), indent=4)
