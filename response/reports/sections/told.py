"""What several sections say in the same way."""

from __future__ import annotations

from response.reports.findings import Finding
from response.reports.model import ReportModel
from response.reports.wording import Piece, Said, Speaker, data


def finding_title(finding: Finding, model: ReportModel, speak: Speaker) -> Said:
    """The name of the query that found it, or of the control that a person judged."""
    if finding.result:
        return query_title(model, speak, finding.result.query)
    control = model.control(finding.verdicts[0].control)
    return speak.title(control.title, control.reference)


def query_title(model: ReportModel, speak: Speaker, query: str) -> Said:
    """What a query is called: by the catalogue of texts, else by that of the queries."""
    if all(f"assess.query.{query}" in words.by_key for words in speak.words):
        return speak.word("assess.query", query)
    return speak.title(model.query(query).title, query)


def state(speak: Speaker, code: str) -> Said:
    """The word for a state, in its colour."""
    return speak.word("report.state", code, code)


def control_line(model: ReportModel, speak: Speaker, name: str) -> Said:
    """The reference of a control, with its title below."""
    control = model.control(name)
    title = speak.title(control.title, "")
    return (Piece(control.reference, style="strong"), *(piece for piece in title if piece.text))


def zone_name(model: ReportModel, speak: Speaker, zone: str | None) -> Said:
    """A zone's name with its id."""
    known = next((each for each in model.zones if each.id == zone), None)
    if known is None or not (known.title.en or known.title.zh):
        return data(zone)
    return (*speak.title(known.title, known.id), Piece(known.id, style="faint"))
