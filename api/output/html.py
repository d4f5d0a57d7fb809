"""An analysis as one HTML page to mail or print: no script, nothing loaded from anywhere, light and dark.

Everything is escaped by the template engine; control characters are taken out of every value that goes in. The page is
bounded, however many alerts there are and whatever they hold.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.output.alert_lines import end_lines, explanation_lines, packet_names, safe_line, technique_names
from api.output.analysis_table import hint_text, looked_at, none_means, notice_text, seen_span, unread_text
from api.output.moments import span
from api.output.report import Report
from api.output.told import Told
from response.alerts import SEVERITIES, Alert

TEMPLATES = Path(__file__).parent / "templates"
TOLD, LISTED = 300, 3000
"""Alerts told in full, and those that get a line, the worst first: a page stays small enough to mail whatever the
traffic. The rest is counted, and is in every other format."""
LONGEST = 2000
"""Letters of one text; what an attacker puts into a packet must not fill the page."""
NAMED = 10
"""Captures named in the header."""
HTML_LANG = {"en": "en", "zh": "zh-CN"}


def render_html(report: Report) -> str:
    """The page in the report's language and time zone, the worst alert first."""
    teller = report.teller
    by_severity = report.by_severity()
    return _environment().get_template("analysis.html").render(
        lang=HTML_LANG[teller.lang],
        t=teller.texts.get,
        word=teller.texts.word,
        report=report,
        looked_at=looked_at(report),
        span=seen_span(report),
        counts=[(level, by_severity.get(level, 0)) for level in reversed(SEVERITIES[1:])],
        captures=_captures(report),
        program=f"Bittern {metadata.version('bittern')}",
        total=len(report.alerts),
        alerts=[_facts(alert, report) for alert in report.worst_first[:TOLD]],
        listed=[_row(alert, report) for alert in report.worst_first[TOLD : TOLD + LISTED]],
        left_out=max(len(report.alerts) - TOLD - LISTED, 0),
        lists=[(name, _grouped(alerts, report)) for name, alerts in _lists(report) if alerts],
        notices=[(notice_text(report, notice), notice.loud) for notice in report.notices],
        unread=[unread_text(report, bad) for bad in report.unread],
        hints=[hint_text(report, hint) for hint in report.hints],
        none_means=none_means(report),
    )  # fmt: skip


def _captures(report: Report) -> str:
    names = [path.name for path in report.analysis.files]
    return ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")


def _row(alert: Alert, report: Report) -> dict[str, object]:
    when = span(alert.first_seen, alert.last_seen, report.zone)
    return {"alert": alert, "what": report.teller.tell(alert).what, "when": when}


def _lists(report: Report) -> list[tuple[str, tuple[Alert, ...]]]:
    return [("posture", report.posture), ("health", report.health)]


def _facts(alert: Alert, report: Report) -> dict[str, object]:
    teller = report.teller
    return {
        "alert": alert,
        "told": teller.tell(alert),
        "lacking": teller.lacking(alert),
        "when": span(alert.first_seen, alert.last_seen, report.zone),
        "ends": list(end_lines(alert, teller)),
        "normal": list(explanation_lines(alert, teller, report.zone)),
        "techniques": technique_names(alert.techniques),
        "packets": ", ".join(packet_names(alert.packets)),
    }


def _grouped(alerts: tuple[Alert, ...], report: Report) -> list[tuple[Alert, int, Told]]:
    """The first alert of each rule, and how many there are."""
    groups: dict[str, list[Alert]] = {}
    for alert in alerts:
        groups.setdefault(alert.rule, []).append(alert)
    return [(group[0], len(group), report.teller.tell(group[0])) for group in groups.values()]


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_clean,
    )


def _clean(value: object) -> object:
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return safe_line(value if len(value) <= LONGEST else value[: LONGEST - 1] + "…")
