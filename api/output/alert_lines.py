"""One alert as lines for people: how severe, when, what happened, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING

from api.output.attack import attack
from api.output.documents import line as json_line
from api.output.documents import plain
from api.output.moments import clock, span
from api.output.told import Teller, Told, safe
from api.texts import Texts
from detection.occurrence import Packets
from response.alerts import Alert

if TYPE_CHECKING:
    from api.output.page import Page, Part

STEPS_IN_LIST = 2
PACKETS_IN_LIST = 3


def alert_block(page: Page, alert: Alert, teller: Teller, zone: tzinfo) -> None:
    """An alert in a list: its sentence and the first steps."""
    from rich.cells import cell_len  # not above: results in JSON take their sentences from here and need no Rich

    words, told = teller.texts, teller.tell(alert)
    _head(page, alert, told, teller, zone)
    page.line((told.what, "strong"), indent=2)
    if lacking := teller.lacking(alert):
        page.line(lacking, indent=2)
    if alert.techniques:
        page.line((" · ".join(technique_names(alert.techniques)), "faint"), indent=2)
    if told.safety:
        page.line(told.safety, indent=2, label=(words.get("alert.safety_label"), "warn"))
    label = words.get("alert.next_label")
    for number, step in enumerate(told.do[:STEPS_IN_LIST], 1):
        page.line(f"{number}. {step}", indent=2, label=(label, "good"))
        label = " " * cell_len(label)
    page.line((_evidence(alert, teller), "faint"), indent=2)


def alert_page(page: Page, alert: Alert, teller: Teller, zone: tzinfo) -> None:
    """Everything about an alert."""
    words, told = teller.texts, teller.tell(alert)
    _head(page, alert, told, teller, zone)
    page.line((told.what, "strong"), indent=2)
    page.gap()
    sections: list[tuple[str, Iterable[str]]] = [
        ("why", filter(None, [told.why, teller.lacking(alert)])),
        ("safety", filter(None, [told.safety])),
        ("do", (f"{number}. {step}" for number, step in enumerate(told.do, 1))),
        ("normal", explanation_lines(alert, teller, zone)),
        ("where", end_lines(alert, teller)),
        ("techniques", technique_names(alert.techniques)),
        ("controls", alert.controls),
        (
            "evidence",
            [*packet_names(alert.packets), *(f"{words.get('alert.event')} {event}" for event in alert.events)],
        ),
        ("state", _state(alert, teller, zone)),
    ]
    for name, lines in sections:
        found = list(lines)
        if found:
            page.line((words.get(f"alert.section.{name}"), "faint"), indent=2)
            for text in found:
                page.line(safe_line(text), indent=4)


def summary_lines(page: Page, alerts: Iterable[Alert], teller: Teller) -> None:
    """Posture or health: a line per rule with how many, and what the first one says."""
    groups: dict[str, list[Alert]] = {}
    for alert in alerts:
        groups.setdefault(alert.rule, []).append(alert)
    for rule, group in groups.items():
        page.line(
            (teller.texts.word("severity", group[0].severity), group[0].severity),
            f" {rule} ×{len(group)}  ",
            teller.tell(group[0]).what,
            indent=2,
        )


def safe_line(text: str) -> str:
    """A line without control characters, as long as it is."""
    return "".join(safe(text[start : start + 500]) for start in range(0, len(text), 500))


def _head(page: Page, alert: Alert, told: Told, teller: Teller, zone: tzinfo) -> None:
    words = teller.texts
    parts: list[Part] = [(f" {words.word('severity', alert.severity)} ", alert.severity)]
    title = f" {safe(told.title)}" if told.title != alert.rule else ""
    parts += [(f" {safe(alert.rule)}", "strong"), f"{title} · {words.word('class', alert.rule_class)}"]
    if alert.status != "new" or alert.resolution:
        state = [words.word("status", alert.status), words.word("resolution", alert.resolution or "")]
        parts.append(f" · {', '.join(filter(None, state))}")
    if alert.drill:
        parts.append(f" · {words.get('alert.drill')}")
    parts.append(f" · {span(alert.first_seen, alert.last_seen, zone)}")
    if alert.count > 1:
        parts.append(f" · {words.get('alert.count', count=f'{alert.count:,}')}")
    page.line(*parts)


def technique_names(techniques: Iterable[str]) -> list[str]:
    """Techniques by id and name."""
    return [f"{technique} {attack().name(technique)}".rstrip() for technique in techniques]


def _evidence(alert: Alert, teller: Teller) -> str:
    packets = packet_names(alert.packets[:PACKETS_IN_LIST])
    more = ["…"] if len(alert.packets) > PACKETS_IN_LIST else []
    found = teller.texts.get("alert.packets", packets=", ".join(packets + more)) if packets else ""
    return " · ".join(filter(None, [f"id {alert.id}", found]))


def packet_names(packets: Iterable[Packets]) -> list[str]:
    """Each capture with its frame numbers."""
    found: dict[str, list[str]] = {}
    for p in packets:
        found.setdefault(p.capture, []).append(f"{p.first}–{p.last}" if p.last != p.first else str(p.first))
    return [f"{safe(capture)} {', '.join(frames)}" for capture, frames in found.items()]


def explanation_lines(alert: Alert, teller: Teller, zone: tzinfo) -> Iterator[str]:
    """What was observed and what is normal, a fact a line."""
    for name, value in alert.explanation.items():
        if value not in ({}, [], ""):
            yield explained_line(name, value, teller, zone)


def explained_line(name: str, value: object, teller: Teller, zone: tzinfo) -> str:
    """One fact of an explanation."""
    shown = clock(value, zone) if name == "since" and isinstance(value, int) else _value(value, teller.texts)
    shown = teller.texts.word("maturity", shown) if name == "maturity" else shown
    return teller.texts.get("alert.fact", name=teller.texts.word("explained", name), value=shown)


def _value(value: object, words: Texts) -> str:
    """What a learner says it observed, as words rather than JSON where it is a flat list of facts."""
    if isinstance(value, dict):
        return ", ".join(f"{words.word('attribute', str(name))} {_value(each, words)}" for name, each in value.items())
    return value if isinstance(value, str) else json_line(plain(value))


def end_lines(alert: Alert, teller: Teller) -> Iterator[str]:
    """Source and destination with what is known of them, a line each."""
    for side, end in (("source", alert.source), ("destination", alert.destination)):
        if end:
            yield end_line(side, end, teller)


def end_line(side: str, end: Mapping[str, object], teller: Teller) -> str:
    """What is known of one end, on a line; `side` is source or destination."""
    facts = [f"{teller.texts.word('end', name)} {_fact(name, value, teller.texts)}" for name, value in end.items()]
    return teller.texts.get("alert.fact", name=teller.texts.get(f"alert.{side}"), value=" · ".join(facts))


def _fact(name: str, value: object, words: Texts) -> str:
    """A fact of one end; roles and criticality are words of closed lists."""
    if isinstance(value, list):
        return words.get("alert.joint").join(words.word("role", str(each)) for each in value)
    return words.word("severity", value) if name == "criticality" and isinstance(value, str) else str(value)


def _state(alert: Alert, teller: Teller, zone: tzinfo) -> Iterator[str]:
    words = teller.texts
    yield f"id {alert.id}"
    yield f"{words.get('alert.sensor')} {alert.sensor} · {words.get('alert.occurrences', count=alert.occurrences)}"
    if alert.playbook:
        yield f"{words.get('alert.playbook')} {words.word('playbook', alert.playbook)}"
    if alert.assignee:
        yield f"{words.get('alert.assignee')} {alert.assignee}"
    if alert.precedent:
        yield f"{words.get('alert.precedent')} {alert.precedent}"
    for entry in alert.history:
        change = f"{entry.what} {entry.before or '–'} → {entry.after or '–'}"
        yield f"{clock(entry.at, zone)} {entry.who}: {change}" + (f" ({entry.reason})" if entry.reason else "")
