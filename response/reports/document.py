"""A report as pages: its cover and the sections of its template, said in its languages."""

from __future__ import annotations

from collections.abc import Sequence

from response.reports.blocks import Cover, Document, Facts
from response.reports.model import ReportModel
from response.reports.sections import SECTIONS, TEMPLATES
from response.reports.wording import Speaker, Wording, clock, data, moment


def document(model: ReportModel, words: Sequence[Wording]) -> Document:
    """The document of a model in the languages of `words`, the leading one first."""
    speak = Speaker(words)
    title = speak.word("report.template", model.template)
    name = model.assessment.site or model.assessment.name
    blocks = [block for section in TEMPLATES[model.template] for block in SECTIONS[section](model, speak)]
    return Document(
        languages=speak.languages,
        title=f"{' / '.join(piece.text for piece in title)} · {name}",
        cover=_cover(model, speak),
        contents=speak.say("report.contents"),
        footer=f"{model.id} · {model.root[:16]}",
        page=speak.inline("report.page"),
        blocks=tuple(blocks),
    )


def _cover(model: ReportModel, speak: Speaker) -> Cover:
    made = model.assessment
    rows = (
        (speak.say("report.report_id"), data(model.id, "strong")),
        (speak.say("report.organisation"), data(model.organisation)),
        (speak.say("report.assessment"), data(f"{made.name}  {made.id}")),
        (speak.say("report.period"), data(f"{moment(made.start)} – {moment(made.end)}")),
        (speak.say("report.made_at"), clock(model.made_at)),
        (speak.say("report.made_by"), data(model.made_by)),
        (speak.say("report.product"), data(made.product)),
        (speak.say("report.root"), data(model.root, "code")),
    )
    return Cover(
        mark=data(model.classification, "strong"),
        title=speak.word("report.template", model.template),
        subtitle=data(made.site or made.name),
        facts=Facts(rows),
        note=speak.say("report.self_assessment"),
    )
