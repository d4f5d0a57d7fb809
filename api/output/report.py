"""What an analysis shows, whatever the format: alerts by list, and what could not be seen (design, law 5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from api.analysis import Analysis, Options
from api.output.reasons import capture_reason
from api.output.told import Teller, safe
from api.texts import Texts
from detection.sigma.load import RuleSet
from detection.sigma.model import Head
from response.alerts import SEVERITIES, TRIAGE_CLASSES, Alert
from sensors.capture import BadFile
from sensors.fields import dissectors

COUNTED = (
    "link.unknown_link_type", "link.snapped", "link.short", "ip.bad_header", "ip.fragments_incomplete", "tcp.gaps",
    "serial.data_lost",
)  # fmt: skip
"""Counters of the core that have a sentence of their own, in the order of the packet's way."""
CAPTURE = re.compile(r"\.(pcapng|pcap|cap|ntar)\d*(\.(gz|zst))?$", re.IGNORECASE)
"""Names by which people mean a capture."""
NAMED = 10
"""Files that one notice names."""
LIMITS = ("_refused", "_forgotten", "_shed", "_not_kept", "not_told")
"""How counters end that say a table was full."""


@dataclass(frozen=True)
class Notice:
    """Something that makes the result less than whole, as code and parameters: text `notice.<code>`. `loud` ones are
    warnings, the others belong to any real network. A hint is one too, with its text at `hint.<code>`."""

    code: str
    parameters: Mapping[str, object]
    loud: bool = True


@dataclass(frozen=True)
class Report:
    """An analysis sorted for reading. `alerts` are for triage, least severity applied (`hidden` were below it); level
    informational is only counted. Each list is by first_seen, then id."""

    analysis: Analysis
    teller: Teller
    zone: tzinfo
    alerts: tuple[Alert, ...]
    posture: tuple[Alert, ...]
    health: tuple[Alert, ...]
    informational: int
    hidden: int
    notices: tuple[Notice, ...]
    unread: tuple[BadFile, ...]
    hints: tuple[Notice, ...]
    span: tuple[int, int] | None
    protocols: tuple[str, ...]

    @property
    def packets(self) -> int:
        return self.analysis.counters.get("link.frames", 0)

    @property
    def files(self) -> int:
        """Captures that were read, at least in part."""
        unread = {bad.path for bad in self.unread}
        return sum(str(path) not in unread for path in self.analysis.files)

    @property
    def judged(self) -> bool:
        """Whether there was any packet that could be looked into; without one, silence says nothing."""
        left_out = ("link.unknown_link_type", "link.short", "link.filtered")
        return self.packets > sum(self.analysis.counters.get(name, 0) for name in left_out)

    @property
    def worst_first(self) -> list[Alert]:
        """For people: the highest severity first, then as it happened."""
        return sorted(self.alerts, key=lambda a: (-SEVERITIES.index(a.severity), a.first_seen, a.id))

    def by_severity(self) -> dict[str, int]:
        """Number of alerts by severity, the worst first, without those that have none."""
        counts = {level: sum(a.severity == level for a in self.alerts) for level in reversed(SEVERITIES)}
        return {level: count for level, count in counts.items() if count}


def make_report(
    analysis: Analysis, options: Options, rules: RuleSet, teller: Teller, zone: tzinfo, severity_min: str | None
) -> Report:
    """Sorts what came of an analysis."""
    told = [alert for alert in analysis.alerts if alert.severity != "informational"]
    triage = [alert for alert in told if alert.rule_class in TRIAGE_CLASSES]
    kept = tuple(alert for alert in triage if at_least(alert, severity_min))
    return Report(
        analysis=analysis,
        teller=teller,
        zone=zone,
        alerts=kept,
        posture=tuple(alert for alert in told if alert.rule_class == "posture"),
        health=tuple(alert for alert in told if alert.rule_class == "health"),
        informational=len(analysis.alerts) - len(told),
        hidden=len(triage) - len(kept),
        notices=(
            *_file_notices(analysis, teller.texts),
            *_counter_notices(analysis.counters),
            *_dissector_notices(analysis, teller.texts),
            *_part_notices(analysis, rules),
        ),
        unread=tuple(bad for bad in analysis.bad_files if not was_read(bad)),
        hints=tuple(_hints(options, rules, analysis.counters.get("link.filtered", 0))),
        # Shown once the analysis tells them.
        span=analysis.span,
        protocols=tuple(sorted(analysis.protocols)),
    )


def at_least(alert: Alert, severity: str | None) -> bool:
    """Whether an alert is at least this severe; None is every severity."""
    return severity is None or SEVERITIES.index(alert.severity) >= SEVERITIES.index(severity)


def was_read(bad: BadFile) -> bool:
    """Whether a capture was read up to the place of its damage."""
    return bad.frames > 0


def _file_notices(analysis: Analysis, words: Texts) -> Iterator[Notice]:
    for bad in filter(was_read, analysis.bad_files):
        why = capture_reason(bad, words)
        yield Notice("file_cut", {"path": safe(bad.path), "offset": bad.offset, "frames": bad.frames, "reason": why})
    if misnamed := [path for path, why in analysis.passed_over if why == "not_a_capture" and CAPTURE.search(path.name)]:
        names = ", ".join(safe(path) for path in misnamed[:NAMED]) + (" …" if len(misnamed) > NAMED else "")
        yield Notice("misnamed", {"count": len(misnamed), "names": names})
    unread = {bad.path for bad in analysis.bad_files}
    if any(str(path) not in unread for path in analysis.files) and not analysis.counters.get("link.frames"):
        yield Notice("no_packets", {})


def _counter_notices(counters: Mapping[str, int]) -> Iterator[Notice]:
    frames = counters.get("link.frames", 0)
    for name in COUNTED:
        if count := counters.get(name, 0):
            yield Notice(name.replace(".", "_"), {"count": count, "frames": frames}, loud=name in COUNTED[:2])
    for name, count in sorted(counters.items()):
        stage, _, counter = name.partition(".")
        if counter == "parser_failed":
            yield Notice("parser_failed", {"protocol": stage, "count": count})
        elif counter.endswith(LIMITS):
            yield Notice("limit", {"counter": name, "count": count})


def _dissector_notices(analysis: Analysis, words: Texts) -> Iterator[Notice]:
    for each in dissectors().refused:
        why = words.get(f"dissector.{each.code}", **each.parameters)
        yield Notice("dissector_refused", {"target": safe(each.target), "origin": safe(each.origin), "why": safe(why)})
    for fared in analysis.dissectors:
        if fared.off is not None:
            why = words.word("dissector_trouble", fared.off)
            yield Notice("dissector_off", {"name": fared.name, "why": why, "said": safe(fared.said) or "-"})
        elif fared.troubles:
            kinds = ", ".join(f"{words.word('dissector_trouble', k)} ({n})" for k, n in fared.troubles.items())
            yield Notice("dissector_trouble", {"name": fared.name, "kinds": kinds, "said": safe(fared.said) or "-"})


def _part_notices(analysis: Analysis, rules: RuleSet) -> Iterator[Notice]:
    for name, (count, last) in sorted(analysis.failures.items()):
        yield Notice("part_failed", {"name": name, "count": count, "last": safe(last)})
    if broken := {issue.rule or issue.file for issue in rules.issues if issue.fatal}:
        yield Notice("rules_left_out", {"count": len(broken), "names": ", ".join(sorted(broken)[:10])})
    if not rules.rules:
        yield Notice("no_rules", {})


def _hints(options: Options, rules: RuleSet, filtered: int) -> Iterator[Notice]:
    if options.baseline is None:
        yield Notice("no_baseline", {})
    if options.site is None:
        heads: tuple[Head, ...] = (*rules.rules, *rules.correlations)
        needing = sum(bool(head.bittern and head.bittern.needs) for head in heads)
        yield Notice("no_site", {"count": needing})
    if options.capture_filter is not None:
        yield Notice("filtered", {"expression": safe(options.capture_filter), "count": f"{filtered:,}"})
