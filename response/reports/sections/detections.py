"""Alerts and incidents of the period, where the report was made with them."""

from __future__ import annotations

from response.reports.blocks import Block, Heading, Paragraph, table
from response.reports.model import IncidentFact, ReportModel
from response.reports.wording import Said, Speaker, clock, data, duration, listed

MOST = 50
"""Incidents that get a line, the latest first; the evidence file holds all."""


def detections(model: ReportModel, speak: Speaker) -> list[Block]:
    """Counts of alerts, and the incidents."""
    blocks: list[Block] = [Heading(speak.say("report.detections"), anchor="detections")]
    if model.alerts is None and model.incidents is None:
        return [*blocks, Paragraph(speak.say("report.without_alerts"))]
    heads = [
        (speak.say("report.severity"), 1.0), (speak.word("status", "new"), 1.0),
        (speak.word("status", "in_progress"), 1.0), (speak.word("status", "closed"), 1.0),
        (speak.word("resolution", "false_positive"), 1.0),
    ]  # fmt: skip
    rows = [
        [
            speak.word("severity", count.severity, count.severity),
            *(data(str(n)) for n in (count.new, count.in_progress, count.closed, count.false_positive)),
        ]
        for count in model.alerts or ()
    ]
    blocks.append(table(heads, rows, speak.say("report.no_alerts")))
    if model.incidents is None:
        return blocks
    heads = [
        (speak.say("report.incident"), 2.4), (speak.say("report.severity"), 0.9), (speak.say("report.status"), 0.9),
        (speak.say("report.period"), 2.0), (speak.say("report.alerts"), 0.7), (speak.say("report.ttd_ttr"), 1.2),
        (speak.say("report.rules"), 1.2),
        (speak.say("report.assets"), 2.0),
    ]  # fmt: skip
    shown = [_incident(incident, speak) for incident in model.incidents[:MOST]]
    return [
        *blocks,
        Heading(speak.say("report.incidents", count=len(model.incidents)), 2),
        table(heads, shown, speak.say("report.no_incidents"), small=True),
    ]


def _incident(incident: IncidentFact, speak: Speaker) -> list[Said]:
    return [
        (*(speak.told(incident.title) if incident.title else ()), *data(incident.id[:8], "faint")),
        speak.word("severity", incident.severity, incident.severity),
        speak.word("status", incident.status),
        (*clock(incident.first_seen), *clock(incident.last_seen)),
        data(str(incident.alerts)),
        data(f"{duration(incident.ttd)} / {duration(incident.ttr)}"),
        listed(incident.rules),
        listed(incident.assets),
    ]
