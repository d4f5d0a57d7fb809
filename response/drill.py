"""A drill (功能测试): proofs go through the whole pipeline, marked, and every hop must see its own arrive. Pure.

What is planned, what each hop said, and the verdict. Trials are JSON objects as they lie in the record of the drill, so
that a drill can be taken up where it was cut off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from detection.sigma.model import Correlation, Proof, Rule
from response.alerts import Alert

HOPS = ("sensor", "store", "alert", "incident", "notification", "playbook")
"""The way of what a sensor sees to the people who act."""
ONE_WAY = ("sensor", "store", "alert")
"""Hops behind which nothing comes when they fail; the others do not wait for each other."""
ARRIVED, FAILED, SKIPPED, NOT_REACHED = "arrived", "failed", "skipped", "not_reached"
PASS, FAIL = "passed", "failed"


@dataclass(frozen=True)
class Round:
    """A capture that is replayed once for all `rules` that it must raise; `learn` and `site` as in a rule's proof.

    `calendar`: a rule goes by days of the week and hours, so the capture keeps its own. A round without capture stands
    for rules that have no proof.
    """

    capture: str | None
    learn: tuple[str, ...]
    site: bool
    calendar: bool
    rules: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {"learn": list(self.learn), "rules": list(self.rules)}


def round_from(record: Mapping[str, Any]) -> Round:
    """The round that `record` gave."""
    return Round(**{**record, "learn": tuple(record["learn"]), "rules": tuple(record["rules"])})


@dataclass(frozen=True)
class Hop:
    """What came of one hop: `state` arrived, failed, skipped (nothing to arrive, `code` says why) or not_reached;
    `ns` is how long it took."""

    name: str
    state: str
    ns: int | None = None
    code: str | None = None
    parameters: Mapping[str, Any] | None = None


def plan(rules: Iterable[Rule | Correlation]) -> list[Round]:
    """The rounds: every positive capture of these rules, each once for all of them that want it alike. Those that
    learn the same follow each other."""
    rounds: dict[tuple[tuple[str, ...], bool, str, bool], list[str]] = {}
    for rule in rules:
        own = rule.bittern
        proof, needs = (own.proof, own.needs) if own else (Proof((), ()), ())
        for capture in proof.positive or ("",):
            rounds.setdefault((proof.learn, proof.site, capture, "calendar" in needs), []).append(rule.name)
    return [
        Round(capture or None, learn, site, calendar, tuple(names))
        for (learn, site, capture, calendar), names in sorted(rounds.items())
    ]


def trial(rule: str, one: Round, hops: Sequence[Hop], alert: Alert | None = None) -> dict[str, Any]:
    """What came of one rule in one round. What comes behind a failed hop was not reached."""
    known = {hop.name: hop for hop in hops}
    failed = next((name for name in HOPS if name in known and known[name].state == FAILED), None)
    behind = HOPS[HOPS.index(failed) + 1 :] if failed in ONE_WAY else ()
    told = [Hop(name, NOT_REACHED) if name in behind else known.get(name, Hop(name, NOT_REACHED)) for name in HOPS]
    return {
        "rule": rule,
        "capture": one.capture,
        "state": PASS if all(hop.state in (ARRIVED, SKIPPED) for hop in told) else FAIL,
        "failed": failed,
        "alert": alert.id if alert else None,
        "severity": alert.severity if alert else None,
        "playbook": alert.playbook if alert else None,
        "hops": [
            {"hop": h.name, "state": h.state, "ns": h.ns, "code": h.code, "parameters": dict(h.parameters or {})}
            for h in told
        ],
    }


def states(trials: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """passed or failed for each rule: all of its captures must arrive."""
    found: dict[str, str] = {}
    for each in trials:
        worst = FAIL in (each["state"], found.get(each["rule"]))
        found[each["rule"]] = FAIL if worst else PASS
    return dict(sorted(found.items()))


def times(trials: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """The median and the longest time of each hop that arrived, ns."""
    found = {}
    for name in HOPS:
        taken = sorted(
            hop["ns"]
            for each in trials
            for hop in each["hops"]
            if hop["hop"] == name and hop["state"] == ARRIVED and hop["ns"] is not None
        )
        if taken:
            found[name] = {"median": taken[len(taken) // 2], "longest": taken[-1]}
    return found


def verdict(trials: Sequence[Mapping[str, Any]], before: Mapping[str, str]) -> dict[str, Any]:
    """What a drill shows: the rules that failed, and of these the ones that `stopped` working; `before` is the last
    state of each rule."""
    found = states(trials)
    failed = [rule for rule, state in found.items() if state == FAIL]
    return {
        "state": FAIL if failed or not found else PASS,
        "rules": len(found),
        "failed": failed,
        "stopped": [rule for rule in failed if before.get(rule) == PASS],
        "times": times(trials),
    }


def last_result(rule: str, trials: Sequence[Mapping[str, Any]], former: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is kept of a rule until its next drill, without the time and the drill itself: its state, what failed first,
    its state before, when it passed last (of `former`, the result before)."""
    own = [each for each in trials if each["rule"] == rule]
    broken = next((each for each in own if each["state"] == FAIL), None)
    hop = next((h for h in broken["hops"] if h["state"] == FAILED), None) if broken else None
    return {
        "rule": rule,
        "state": states(own)[rule],
        "captures": [each["capture"] for each in own if each["capture"]],
        "failed": broken["failed"] if broken else None,
        "capture": broken["capture"] if broken else None,
        "code": hop["code"] if hop else None,
        "parameters": dict(hop["parameters"]) if hop else {},
        "before": former["state"] if former else None,
        "passed_at": former["passed_at"] if former else None,
    }
