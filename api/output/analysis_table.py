"""An analysis for a person at a terminal: what was looked at, each alert with what to do next, what was not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.output.alert_lines import alert_block, summary_lines
from api.output.moments import duration, span
from api.output.reasons import capture_reason
from api.output.report import Notice, Report
from api.output.told import safe
from sensors.capture import BadFile

if TYPE_CHECKING:
    from api.output.page import Page


def render_table(report: Report, page: Page) -> str:
    """The whole text; the worst alert first."""
    _header(page, report)
    if report.alerts:
        _counts(page, report)
        for alert in report.worst_first:
            page.gap()
            alert_block(page, alert, report.teller, report.zone)
    else:
        _nothing(page, report)
    for name, alerts in (("posture", report.posture), ("health", report.health)):
        if alerts:
            page.gap()
            page.line((report.teller.texts.get(f"analysis.{name}", count=len(alerts)), "strong"))
            summary_lines(page, alerts, report.teller)
    _unseen(page, report)
    return page.text()


def looked_at(report: Report) -> str:
    """Files, packets, bytes, events, as one phrase."""
    words, analysis = report.teller.texts, report.analysis
    return words.get(
        "analysis.looked_at",
        files=f"{report.files:,}",
        packets=f"{report.packets:,}",
        size=size(analysis.counters.get("link.bytes", 0)),
        events=f"{analysis.rows.total():,}",
        findings=f"{analysis.findings.total():,}",
    )


def seen_span(report: Report) -> str:
    """When the packets were captured, in the reader's time zone; "" when there were none."""
    if report.span is None:
        return ""
    first, last = report.span
    return f"{span(first, last, report.zone)} ({duration(last - first)})"


def notice_text(report: Report, notice: Notice) -> str:
    """A notice as a sentence."""
    shown = {name: f"{v:,}" if isinstance(v, int) else v for name, v in notice.parameters.items()}
    return report.teller.texts.get(f"notice.{notice.code}", **shown)


def size(count: int) -> str:
    """Bytes in the unit that people read: 812 B, 1.0 MB."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"


def _header(page: Page, report: Report) -> None:
    page.line((looked_at(report), "strong"))
    if when := seen_span(report):
        page.line(when)
    if report.protocols:
        page.line(report.teller.texts.get("analysis.protocols", names=", ".join(report.protocols)))


def _counts(page: Page, report: Report) -> None:
    words = report.teller.texts
    by_severity = report.by_severity()
    page.gap()
    levels = " · ".join(f"{words.word('severity', level)} {count:,}" for level, count in by_severity.items())
    page.line((words.get("analysis.alerts", count=f"{len(report.alerts):,}"), "strong"), f"  {levels}")
    if report.hidden:
        page.line(words.get("analysis.hidden", count=f"{report.hidden:,}"))


def _nothing(page: Page, report: Report) -> None:
    words = report.teller.texts
    page.gap()
    if report.hidden:
        page.line((words.get("analysis.none_above", count=f"{report.hidden:,}"), "strong"))
        return
    page.line((words.get("analysis.none"), "good" if report.judged else "warn"))
    page.line(words.get(none_means(report)))


def none_means(report: Report) -> str:
    """The text of what it means that there is no alert."""
    if not report.judged:
        return "analysis.none_unjudged"
    missing = report.health or any(notice.loud for notice in report.notices)
    return "analysis.none_incomplete" if missing else "analysis.none_means"


def hint_text(report: Report, hint: Notice) -> str:
    """A hint as a sentence."""
    return report.teller.texts.get(f"hint.{hint.code}", **hint.parameters)


def unread_text(report: Report, bad: BadFile) -> str:
    """That a capture could not be read, and why."""
    words = report.teller.texts
    return words.get("notice.unread", path=safe(bad.path), why=capture_reason(bad, words))


def _unseen(page: Page, report: Report) -> None:
    words = report.teller.texts
    lines = [(notice_text(report, notice), "warn" if notice.loud else "") for notice in report.notices]
    lines += [(unread_text(report, bad), "warn") for bad in report.unread]
    if passed := len(report.analysis.passed_over):
        lines.append((words.get("notice.passed_over", count=f"{passed:,}"), ""))
    lines += [(hint_text(report, hint), "faint") for hint in report.hints]
    if lines:
        page.gap()
        page.line((words.get("analysis.unseen"), "strong"))
    for text, style in lines:
        page.line((text, style), indent=2)
