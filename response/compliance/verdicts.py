"""From results of queries and the judgements of people to a verdict on each control, with measured, attested and
override kept apart.

Any violation is a fail. A control that evidence can only disprove, or show in part, stays inconclusive until a person
attests the rest. An attestation never turns a measured fail into a pass: that needs an override, which says why and
until when. What expired counts as if nobody had said it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from response.compliance.assessment import Judgement, QueryResult, Reason, Verdict
from response.compliance.frameworks import Control, Framework

Results = Mapping[str, QueryResult]
WATCH = ("sensor_coverage", "monitoring_uptime")
"""Queries on the watch itself. A control that lists one of them first is about watching, and fails by their shortfall;
for all others a shortfall says that nobody could see, which is no violation."""


def verdicts(
    frameworks: Iterable[Framework], results: Results, judged: Mapping[str, Sequence[Judgement]], now: int
) -> tuple[Verdict, ...]:
    """A verdict for every control, in the order of the frameworks; `judged` by control, `now` in ns."""
    return tuple(
        settled(measured(control, framework.id, results), judged.get(control.name, ()), now)
        for framework in frameworks
        for control in framework.controls
    )


def measured(control: Control, framework: str, results: Results) -> Verdict:
    """What the evidence alone says of a control."""
    asked = [results[name] for name in control.queries if name in results]
    unbuilt = [name for name in control.queries if name not in results]
    state, decisive, reasons = _weigh(control, asked, unbuilt)
    return Verdict(
        control=control.name,
        framework=framework,
        state=state,
        basis="measured" if state != "inconclusive" or decisive else "none",
        measured_state=state,
        queries=control.queries,
        decisive=tuple(decisive),
        reasons=tuple(reasons),
    )


def _weigh(
    control: Control, asked: Sequence[QueryResult], unbuilt: Sequence[str]
) -> tuple[str, list[str], list[Reason]]:
    """State, the queries it rests on, and why."""
    by_state = {state: [r.query for r in asked if r.state == state] for state in ("fail", "pass", "inconclusive")}
    if control.evidence == "manual":
        hints = [Reason("hint", {"query": name}) for name in by_state["fail"]]
        return "inconclusive", [], [Reason("only_people"), *hints]
    about_watch = bool(set(control.queries[:1]) & set(WATCH))
    fails = [name for name in by_state["fail"] if about_watch or name not in WATCH]
    if fails:
        return "fail", fails, [Reason("query_fails", {"query": name}) for name in fails]
    if asked and not unbuilt and all(result.state == "not_applicable" for result in asked):
        return "not_applicable", [], [Reason("queries_not_applicable")]
    open_ends = [Reason("query_inconclusive", {"query": name}) for name in by_state["inconclusive"]]
    open_ends += [Reason("not_watched", {"query": name}) for name in by_state["fail"]]
    open_ends += [Reason("query_not_built", {"query": name}) for name in unbuilt]
    if not control.queries:
        open_ends.append(Reason("no_queries"))
    if control.evidence == "partial":
        return "inconclusive", by_state["pass"], [Reason("partly_measurable"), *open_ends]
    if open_ends:
        return "inconclusive", by_state["pass"], open_ends
    return "pass", by_state["pass"], [Reason("all_pass", {"count": len(by_state["pass"])})]


def settled(verdict: Verdict, judgements: Sequence[Judgement], now: int) -> Verdict:
    """The verdict with the latest judgement in force, if there is one that can count."""
    live = sorted((j for j in judgements if in_force(j, now)), key=lambda j: j.at)
    override = next((j for j in reversed(live) if j.basis == "override"), None)
    attested = next((j for j in reversed(live) if j.basis == "attested"), None)
    if override is not None:
        return replace(
            verdict,
            state=override.state,
            basis="override",
            judgement=override,
            reasons=(Reason("overridden", {"who": override.who, "why": override.reason}), *verdict.reasons),
        )
    if attested is None:
        return verdict
    if verdict.measured_state == "fail" and attested.state != "fail":
        told = Reason("attested_against_measure", {"who": attested.who, "state": attested.state})
        return replace(verdict, judgement=attested, reasons=(told, *verdict.reasons))
    told = Reason("attested", {"who": attested.who, "why": attested.reason})
    return replace(
        verdict, state=attested.state, basis="attested", judgement=attested, reasons=(told, *verdict.reasons)
    )


def in_force(judgement: Judgement, now: int) -> bool:
    """Whether a judgement was made by now and has not expired."""
    return judgement.at <= now and (judgement.expires is None or now < judgement.expires)
