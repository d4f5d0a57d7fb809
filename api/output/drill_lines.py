"""Drills for people: what arrived where and how long it took, and the last result of each rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from api.output.moments import clock, duration
from api.output.page import Page, Part
from api.output.told import safe
from api.texts import Texts
from response.drill import ARRIVED, FAILED, HOPS, PASS
from response.times import time_ns

MILLISECOND, SECOND = 1_000_000, 1_000_000_000
WORD_OF_STATE = {"skipped": ("–", "faint"), "not_reached": ("·", "faint")}


def why(code: str | None, parameters: Mapping[str, Any], words: Texts) -> str:
    """Why a hop failed or had nothing to do, as a sentence."""
    if code is None:
        return ""
    shown = {name: ", ".join(map(str, v)) if isinstance(v, list) else v for name, v in parameters.items()}
    return safe(words.get(f"drill.why.{code}", **{name: value or "–" for name, value in shown.items()}))


def verdict_part(state: str, words: Texts) -> Part:
    """passed or FAILED, coloured."""
    return words.get(f"drill.state.{state}"), "good" if state == PASS else "bad"


def trials_page(page: Page, trials: Sequence[Mapping[str, Any]], words: Texts) -> None:
    """One trial a line with the time of each hop, those that failed last so that they are read; then why."""
    heads = [words.get(f"column.{name}") for name in ("proof", "rule")]
    heads += [words.get(f"drill.hop.{name}") for name in HOPS]
    ordered = sorted(trials, key=lambda each: each["state"] != PASS)
    rows: list[list[Part]] = [
        [verdict_part(each["state"], words), each["rule"], *(_hop(hop, words) for hop in each["hops"]),
         each["capture"] or "–"]
        for each in ordered
    ]  # fmt: skip
    page.columns([*heads, words.get("column.capture")], rows)
    for each in ordered:
        for hop in each["hops"]:
            if hop["state"] == FAILED:
                name = words.get(f"drill.hop.{hop['hop']}")
                page.line(f"{each['rule']} · {name}: {why(hop['code'], hop['parameters'], words)}", indent=2)


def times_page(page: Page, found: Mapping[str, Mapping[str, int]], words: Texts) -> None:
    """The median and the longest time of each hop."""
    heads = [words.get(f"column.{name}") for name in ("hop", "median", "longest")]
    rows: list[list[Part]] = [
        [words.get(f"drill.hop.{name}"), _time(found[name]["median"]), _time(found[name]["longest"])]
        for name in HOPS
        if name in found
    ]
    page.columns(heads, rows)


def results_page(page: Page, results: Sequence[Mapping[str, Any]], words: Texts, zone: tzinfo) -> None:
    """The last result of each rule, a line each, those that failed last."""
    heads = [words.get(f"column.{name}") for name in ("proof", "rule", "at", "passed_at", "why")]
    rows: list[list[Part]] = [
        [
            verdict_part(each["state"], words),
            each["rule"],
            clock(time_ns(each["at"]), zone),
            clock(time_ns(each["passed_at"]), zone) if each["passed_at"] else "–",
            why(each["code"], each["parameters"], words),
        ]
        for each in sorted(results, key=lambda each: (each["state"] != PASS, each["rule"]))
    ]
    page.columns(heads, rows)


def _hop(hop: Mapping[str, Any], words: Texts) -> Part:
    if hop["state"] == ARRIVED:
        return _time(hop["ns"])
    if hop["state"] == FAILED:
        return words.get("drill.state.failed"), "bad"
    return WORD_OF_STATE[hop["state"]]


def _time(ns: int) -> str:
    return f"{ns / MILLISECOND:.1f} ms" if ns < SECOND else duration(ns)
