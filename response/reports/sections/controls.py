"""Control by control: state, on what it rests, and what changed; the matrix; levels of zones."""

from __future__ import annotations

from response.compliance.assessment import MEANS, OBJECTS, MatrixCell, Verdict, ZoneLevel
from response.reports.blocks import Block, Heading, Paragraph, joined, table
from response.reports.model import ReportModel
from response.reports.sections.told import control_line, state, zone_name
from response.reports.wording import NOTHING, Piece, Said, Speaker, Word, cut, data, moment

REASON = 400
"""Letters of the reason that a person gives; the evidence file holds all."""
REQUIREMENTS = ("FR1", "FR2", "FR3", "FR4", "FR5", "FR6", "FR7")


def controls(model: ReportModel, speak: Speaker) -> list[Block]:
    """A table for each framework."""
    blocks: list[Block] = [Heading(speak.say("report.controls"), anchor="controls")]
    states = {result.query: result.state for result in model.assessment.results}
    heads = [
        (speak.say("report.control"), 3.2), (speak.say("report.state"), 1.1), (speak.say("report.basis"), 1.1),
        (speak.say("report.evidence_queries"), 2.6), (speak.say("report.why"), 3.4),
    ]  # fmt: skip
    for framework in model.assessment.frameworks:
        title = [framework.title.get(lang) or framework.id for lang in speak.languages]
        rows = [_row(v, states, model, speak) for v in model.assessment.verdicts if v.framework == framework.id]
        blocks.append(Heading(speak.pieces(title), 2))
        blocks.append(table(heads, rows, speak.say("report.no_controls"), small=True))
    if not model.assessment.frameworks:
        blocks.append(Paragraph(speak.say("report.no_frameworks")))
    return blocks


def _row(verdict: Verdict, states: dict[str, str], model: ReportModel, speak: Speaker) -> list[Said]:
    behind = tuple(Piece(query, style=states.get(query, "faint")) for query in verdict.queries) or NOTHING
    return [
        control_line(model, speak, verdict.control),
        state(speak, verdict.state),
        speak.word("report.basis", verdict.basis, verdict.basis if verdict.basis == "override" else ""),
        behind,
        joined(speak.reasons(verdict.reasons), _judged(verdict, speak)),
    ]


def _judged(verdict: Verdict, speak: Speaker) -> Said:
    """Who judged it, why and until when, and what evidence alone would say."""
    judgement = verdict.judgement
    if judgement is None:
        return ()
    told = data(f"{cut(judgement.who)}, {moment(judgement.at)}: {cut(judgement.reason, REASON)}")
    until: Said = ()
    if judgement.expires is not None:
        until = speak.say("report.until", date=moment(judgement.expires)[:10])
    alone: Said = ()
    if verdict.measured_state != verdict.state:
        alone = speak.say("report.measured_alone", "override", state=Word("report.state", verdict.measured_state))
    return (*told, *until, *alone)


def matrix(model: ReportModel, speak: Speaker) -> list[Block]:
    """Six objects × four means; an empty cell is said to be empty."""
    cells = {(cell.object, cell.means): cell for cell in model.assessment.matrix}
    heads = [(speak.say("report.object"), 1.0), *((speak.word("report.means", means), 2.0) for means in MEANS)]
    rows = [
        [speak.word("object", name, "strong"), *(_cell(cells.get((name, means)), speak) for means in MEANS)]
        for name in OBJECTS
    ]
    return [
        Heading(speak.say("report.matrix"), anchor="matrix"),
        Paragraph(speak.say("report.matrix_told")),
        table(heads, rows, NOTHING, small=True),
    ]


def _cell(cell: MatrixCell | None, speak: Speaker) -> Said:
    if cell is None or not (cell.rules or cell.queries or cell.playbooks or cell.proofs):
        return speak.say("report.empty_cell", "fail")
    has = speak.say("report.cell", rules=cell.rules, queries=cell.queries, playbooks=cell.playbooks, proofs=cell.proofs)
    if not (cell.passed or cell.failed or cell.inconclusive):
        return has
    style = "fail" if cell.failed else "inconclusive" if cell.inconclusive else "pass"
    stands = speak.say(
        "report.cell_stands", style, passed=cell.passed, failed=cell.failed, inconclusive=cell.inconclusive
    )
    return (*has, *stands)


def levels(model: ReportModel, speak: Speaker) -> list[Block]:
    """IEC 62443: what is not disproved of each zone, beside its target."""
    found = {(level.zone, level.requirement): level for level in model.assessment.levels}
    names = list(dict.fromkeys(level.zone for level in model.assessment.levels))
    asked = [fr for fr in REQUIREMENTS if any((zone, fr) in found for zone in names)]
    heads = [(speak.say("report.zone"), 1.6), *(((Piece(fr), *speak.word("report.fr", fr)), 1.0) for fr in asked)]
    rows = [[zone_name(model, speak, zone), *(_level(found.get((zone, fr)), speak) for fr in asked)] for zone in names]
    return [
        Heading(speak.say("report.levels"), anchor="levels"),
        Paragraph(speak.say("report.levels_told")),
        table(heads, rows, speak.say("report.no_levels"), small=True),
    ]


def _level(level: ZoneLevel | None, speak: Speaker) -> Said:
    if level is None:
        return NOTHING
    short = level.target is not None and level.not_disproved < level.target
    target = "–" if level.target is None else str(level.target)
    told = speak.say("report.level_told", "fail" if short else "", level=level.not_disproved, target=target)
    return (*told, Piece(f"{level.measured}/{level.selected}", style="faint"))


def difference(model: ReportModel, speak: Speaker) -> list[Block]:
    """What changed since the assessment before."""
    blocks: list[Block] = [Heading(speak.say("report.difference"), anchor="difference")]
    if not model.assessment.previous:
        return [*blocks, Paragraph(speak.say("report.no_previous"))]
    heads = [(speak.say("report.control"), 4.0), (speak.say("report.before"), 1.0), (speak.say("report.after"), 1.0)]
    rows = [
        [
            control_line(model, speak, each.control),
            state(speak, each.before) if each.before else NOTHING,
            state(speak, each.after) if each.after else NOTHING,
        ]
        for each in model.assessment.differences
    ]
    blocks.append(Paragraph(speak.say("report.previous", id=model.assessment.previous)))
    return [*blocks, table(heads, rows, speak.say("report.no_difference"))]
