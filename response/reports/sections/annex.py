"""What stands at the end: signatures of people, the list of evidence, the words."""

from __future__ import annotations

from response.reports.blocks import Block, Facts, Heading, Paragraph, SignOff, table
from response.reports.model import ReportModel
from response.reports.wording import Speaker, data

ROLES = ("assessor", "asset_owner", "approver")


def sign_off(model: ReportModel, speak: Speaker) -> list[Block]:
    """Lines to sign on."""
    return [
        Heading(speak.say("report.sign_off"), anchor="sign-off"),
        SignOff(
            speak.say("report.sign_off_told", id=model.id),
            tuple(speak.word("report.role", role) for role in ROLES),
            speak.say("report.sign_name"),
            speak.say("report.sign_date"),
            speak.say("report.sign_signature"),
        ),
    ]


def evidence(model: ReportModel, speak: Speaker) -> list[Block]:
    """Every file of evidence with its hash, and how to check them all."""
    heads = [
        (speak.say("report.file"), 2.6), (speak.say("report.row_count"), 0.6), (speak.say("report.sha256"), 3.4),
        (speak.say("report.rows_digest"), 3.4),
    ]  # fmt: skip
    rows = [
        [
            data(item.path),
            data(None if item.rows is None else str(item.rows)),
            data(item.sha256, "code"),
            data(item.digest, "code"),
        ]
        for item in model.evidence
    ]
    return [
        Heading(speak.say("report.evidence"), anchor="evidence"),
        Paragraph(speak.say("report.evidence_told")),
        Facts(((speak.say("report.root"), data(model.root, "code")),)),
        table(heads, rows, speak.say("report.no_evidence"), small=True),
    ]


def glossary(model: ReportModel, speak: Speaker) -> list[Block]:
    """The words in both languages; their meaning where the report speaks English."""
    meaning = "en" in speak.languages
    heads = [(speak.say("report.english"), 1.2), (speak.say("report.chinese"), 1.0)]
    heads += [(speak.say("report.meaning"), 4.0)] if meaning else []
    rows = [[data(term.en), data(term.zh), *([data(term.meaning)] if meaning else [])] for term in model.glossary]
    return [
        Heading(speak.say("report.glossary"), anchor="glossary"),
        table(heads, rows, speak.say("report.no_terms"), small=True),
    ]
