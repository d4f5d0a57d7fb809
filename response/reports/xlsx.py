"""XLSX for those who work on with it: findings, plan of action, controls, assets, evidence, each a sheet that can be
filtered. Text is written as text: what could be taken for a formula, here or after an export as CSV,
begins with `'`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # ships no types

from response.reports.findings import Finding, findings_of
from response.reports.glyphs import visible
from response.reports.model import ReportModel
from response.reports.sections.told import finding_title
from response.reports.wording import Said, Speaker, moment
from response.times import SECOND

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
LONGEST = 32_000
"""Letters a cell can hold, nearly."""
Value = str | int | datetime | None


def xlsx(model: ReportModel, speak: Speaker) -> bytes:
    """The workbook; the same model gives the same bytes."""
    out = BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    made = datetime.fromtimestamp(model.made_at // SECOND, UTC).replace(tzinfo=None)
    book.set_properties({"title": model.id, "author": safe(model.made_by), "created": made})
    sheet = _Sheets(book, speak)
    found = findings_of(model.assessment)
    sheet.add("summary", (("report.fact", 34), ("report.value", 70)), _summary(model, speak))
    sheet.add("findings", FINDINGS, (_finding(each, model, speak) for each in found))
    sheet.add("plan", PLAN, _plan(model, speak))
    sheet.add("controls", CONTROLS, _controls(model, speak))
    sheet.add("assets", ASSETS, _assets(model, speak))
    sheet.add("evidence", EVIDENCE, ((e.path, e.rows, e.sha256, e.digest) for e in model.evidence))
    book.close()
    return out.getvalue()


Heads = tuple[tuple[str, int], ...]
FINDINGS: Heads = (
    ("report.number", 8), ("report.state", 16), ("report.severity", 14), ("report.finding", 40), ("report.why", 60),
    ("report.query", 30), ("report.row_count", 8), ("report.controls_concerned", 30), ("report.assets", 30),
    ("report.owner", 16), ("report.due", 12), ("report.rows_digest", 66),
)  # fmt: skip
PLAN: Heads = (
    ("report.number", 10), ("report.control", 14), ("report.severity", 14), ("report.to_do", 60), ("report.query", 30),
    ("report.assets", 30), ("report.owner", 16), ("report.due", 12), ("report.status", 14),
)  # fmt: skip
CONTROLS: Heads = (
    ("report.framework", 20), ("report.control", 14), ("report.title", 50), ("report.state", 16), ("report.basis", 20),
    ("report.measured_state", 16), ("report.evidence_queries", 40), ("report.why", 60), ("report.judged_by", 16),
    ("report.judged_why", 40), ("report.valid_until", 12),
)  # fmt: skip
ASSETS: Heads = (
    ("report.asset", 28), ("report.name", 24), ("report.addresses", 30), ("report.vendor", 20), ("report.model", 20),
    ("report.firmware", 16), ("report.roles", 24), ("report.zone", 14), ("report.criticality", 12),
    ("report.owner", 16), ("report.known_as", 20), ("report.first_seen", 20), ("report.last_seen", 20),
)  # fmt: skip
EVIDENCE: Heads = (
    ("report.file", 50), ("report.row_count", 8), ("report.sha256", 66), ("report.rows_digest", 66),
)  # fmt: skip


class _Sheets:
    """Adds sheets of one look."""

    def __init__(self, book: Workbook, speak: Speaker) -> None:
        self._book, self._speak = book, speak
        self._head = book.add_format(
            {"bold": True, "bg_color": "#EEF2F5", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        self._text = book.add_format({"text_wrap": True, "valign": "top"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})

    def add(self, name: str, heads: Heads, rows: Iterable[Sequence[Value]]) -> None:
        """One sheet with heads that stay and filters."""
        page = self._book.add_worksheet(" ".join(piece.text for piece in self._speak.word("report.sheet", name))[:31])
        page.freeze_panes(1, 0)
        for column, (key, width) in enumerate(heads):
            page.set_column(column, column, width)
            page.write_string(0, column, line(self._speak.say(key)), self._head)
        last = 0
        for last, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                self._cell(page, last, column, value)
        page.autofilter(0, 0, max(last, 1), len(heads) - 1)

    def _cell(self, page: Any, row: int, column: int, value: Value) -> None:
        if isinstance(value, datetime):
            page.write_datetime(row, column, value, self._day)
        elif isinstance(value, int):
            page.write_number(row, column, value, self._text)
        elif value:
            page.write_string(row, column, safe(value), self._text)


def safe(text: str) -> str:
    """Text that no program takes for a formula, without steering characters."""
    shown = visible(text)[:LONGEST]
    return f"'{shown}" if text.startswith(DANGEROUS) or shown.startswith(DANGEROUS) else shown


def line(said: Said) -> str:
    """All languages on one line."""
    return " / ".join(piece.text for piece in said)


def _summary(model: ReportModel, speak: Speaker) -> Iterable[Sequence[Value]]:
    made = model.assessment
    yield line(speak.say("report.report_id")), model.id
    yield line(speak.say("report.organisation")), model.organisation
    yield line(speak.say("report.assessment")), f"{made.name} {made.id}"
    yield line(speak.say("report.period")), f"{moment(made.start)} – {moment(made.end)}"
    yield line(speak.say("report.made_at")), moment(model.made_at)
    yield line(speak.say("report.made_by")), model.made_by
    yield line(speak.say("report.root")), model.root
    for state in ("pass", "fail", "inconclusive", "not_applicable"):
        yield line(speak.word("report.state", state)), sum(v.state == state for v in made.verdicts)
    yield line(speak.say("report.self_assessment")), None


def _finding(each: Finding, model: ReportModel, speak: Speaker) -> Sequence[Value]:
    result, action = each.result, each.actions[0] if each.actions else None
    return (
        each.id,
        line(speak.word("report.state", each.state)),
        line(speak.word("severity", each.severity)),
        line(finding_title(each, model, speak)),
        line(speak.reasons(result.reasons)) if result else "",
        result.query if result else None,
        result.rows if result else None,
        ", ".join(model.control(v.control).reference for v in each.verdicts),
        ", ".join(action.assets) if action else None,
        action.owner if action else None,
        _day(action.due) if action else None,
        result.digest if result else None,
    )


def _plan(model: ReportModel, speak: Speaker) -> Iterable[Sequence[Value]]:
    for action in model.assessment.actions:
        yield (
            action.id,
            ", ".join(model.control(name).reference for name in action.controls or (action.control,)),
            line(speak.word("severity", action.severity)),
            line(speak.reason(action.summary)),
            action.query,
            ", ".join(action.assets),
            action.owner,
            _day(action.due),
            line(speak.word("report.action", action.status)),
        )


def _controls(model: ReportModel, speak: Speaker) -> Iterable[Sequence[Value]]:
    for verdict in model.assessment.verdicts:
        name, judged = model.control(verdict.control), verdict.judgement
        yield (
            verdict.framework,
            name.reference,
            line(speak.title(name.title, name.reference)),
            line(speak.word("report.state", verdict.state)),
            line(speak.word("report.basis", verdict.basis)),
            line(speak.word("report.state", verdict.measured_state)),
            ", ".join(verdict.queries),
            line(speak.reasons(verdict.reasons)),
            judged.who if judged else None,
            judged.reason if judged else None,
            _day(judged.expires) if judged else None,
        )


def _assets(model: ReportModel, speak: Speaker) -> Iterable[Sequence[Value]]:
    for asset in model.assets:
        how = "both" if asset.seen and asset.declared else "undeclared" if asset.seen else "unseen"
        yield (
            asset.key,
            asset.name,
            ", ".join((*asset.addresses, *asset.macs)),
            asset.vendor,
            asset.product,
            asset.firmware,
            line(speak.list("role", asset.roles)) if asset.roles else None,
            asset.zone,
            asset.criticality,
            asset.owner,
            line(speak.word("report.known", how)),
            None if asset.first_seen is None else moment(asset.first_seen),
            None if asset.last_seen is None else moment(asset.last_seen),
        )


def _day(ns: int | None) -> datetime | None:
    return None if ns is None else datetime.fromtimestamp(ns // SECOND, UTC).replace(tzinfo=None)
