"""Zones and conduits: the drawing, and what is declared of each."""

from __future__ import annotations

from response.reports.blocks import Block, Figure, Heading, Paragraph, table
from response.reports.drawing import draw
from response.reports.model import ReportModel
from response.reports.sections.told import zone_name
from response.reports.wording import Speaker, data, listed


def zones(model: ReportModel, speak: Speaker) -> list[Block]:
    """What the site model declares; one sentence where it declares nothing."""
    blocks: list[Block] = [Heading(speak.say("report.architecture"), anchor="zones")]
    if not model.zones:
        return [*blocks, Paragraph(speak.say("report.no_site"), "warn")]
    sensors = {zone.zone: zone.sensors for zone in model.assessment.visibility.zones}
    told = speak.inline("report.drawing_told", zones=len(model.zones), conduits=len(model.conduits))
    blocks.append(Figure(draw(model, speak), told, speak.say("report.drawing")))
    heads = [
        (speak.say("report.zone"), 2.4), (speak.say("report.level"), 0.7), (speak.say("report.target"), 0.7),
        (speak.say("report.networks"), 2.6), (speak.say("report.assets"), 0.8), (speak.say("report.sensors"), 1.8),
    ]  # fmt: skip
    rows = [
        [
            zone_name(model, speak, zone.id),
            data(None if zone.level is None else str(zone.level)),
            data(None if zone.target is None else str(zone.target)),
            listed(zone.networks, "code"),
            data(str(zone.assets)),
            listed(sensors.get(zone.id, ())),
        ]
        for zone in model.zones
    ]
    blocks.append(table(heads, rows, speak.say("report.no_zones")))
    heads = [
        (speak.say("report.number"), 0.4), (speak.say("report.from"), 1.5), (speak.say("report.to"), 1.5),
        (speak.say("report.allowed"), 4.0),
    ]  # fmt: skip
    conduits = [
        [data(str(n)), data(c.source), data(c.destination), listed(c.allow, most=20)]
        for n, c in enumerate(model.conduits, 1)
    ]
    return [
        *blocks,
        Heading(speak.say("report.conduits"), 2),
        table(heads, conduits, speak.say("report.no_conduits")),
    ]
