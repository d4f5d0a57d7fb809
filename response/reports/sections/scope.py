"""What was looked at, what could be seen of it, and how it was judged."""

from __future__ import annotations

from response.compliance.assessment import ZoneVisibility
from response.reports.blocks import Block, Facts, Heading, Listing, Paragraph, joined, table
from response.reports.model import ReportModel
from response.reports.sections.told import zone_name
from response.reports.wording import NOTHING, Piece, Said, Speaker, clock, data, listed, moment, share


def scope(model: ReportModel, speak: Speaker) -> list[Block]:
    """Period, zones, sensors, and the blind spots."""
    made = model.assessment
    seen = made.visibility
    rows = [
        (speak.say("report.assessment"), data(f"{made.name}  {made.id}")),
        (speak.say("report.period"), data(f"{moment(made.start)} – {moment(made.end)}")),
        (speak.say("report.site"), data(made.site)),
        (speak.say("report.site_digest"), data(made.site_digest, "code")),
        (speak.say("report.zones_in_scope"), listed(made.zones, most=40)),
        (speak.say("report.packets"), data(f"{seen.packets:,}")),
        (speak.say("report.seen_span"), _span(seen.first, seen.last)),
    ]
    blocks: list[Block] = [
        Heading(speak.say("report.scope"), anchor="scope"),
        Facts(tuple(rows)),
        Heading(speak.say("report.visibility"), 2, "visibility"),
    ]
    blind = [zone for zone in seen.zones if zone.blind or not zone.sensors]
    if not seen.zones:
        blocks.append(Paragraph(speak.say("report.nothing_looked_at"), "warn"))
    elif seen.blind or blind:
        blocks.append(Paragraph(speak.say("report.blind", count=len(blind), total=len(seen.zones)), "warn"))
    else:
        blocks.append(Paragraph(speak.say("report.nothing_blind"), "note"))
    if seen.blind:
        blocks.append(Listing(tuple(speak.reason(reason) for reason in seen.blind)))
    heads = [
        (speak.say("report.zone"), 2.2), (speak.say("report.sensors"), 1.6), (speak.say("report.uptime"), 1.0),
        (speak.say("report.loss"), 1.0), (speak.say("report.one_way"), 1.0), (speak.say("report.encrypted"), 1.0),
        (speak.say("report.flows"), 0.8), (speak.say("report.in_the_way"), 3.0),
    ]  # fmt: skip
    blocks.append(table(heads, [_zone(zone, model, speak) for zone in seen.zones], speak.say("report.no_zones")))
    return blocks


def _span(first: int | None, last: int | None) -> Said:
    return NOTHING if first is None or last is None else data(f"{moment(first)} – {moment(last)}")


def _zone(zone: ZoneVisibility, model: ReportModel, speak: Speaker) -> list[Said]:
    sensors = listed(zone.sensors) if zone.sensors else speak.say("report.no_sensor", "fail")
    clear = NOTHING if not zone.sensors else speak.say("report.clear", "pass")
    return [
        zone_name(model, speak, zone.zone),
        sensors,
        data(share(zone.uptime)),
        data(share(zone.loss)),
        data(share(zone.one_way)),
        data(share(zone.encrypted)),
        data(str(zone.flows)),
        speak.reasons(zone.blind) or clear,
    ]


def method(model: ReportModel, speak: Speaker) -> list[Block]:
    """How it was measured and judged, and what that cannot say."""
    made = model.assessment
    frameworks = [
        [
            joined(
                speak.pieces([f.title.get(lang) or f.id for lang in speak.languages]), (Piece(f.id, style="faint"),)
            ),
            data(f.version),
            data(str(f.controls)),
            data(f.digest, "code"),
        ]
        for f in made.frameworks
    ]
    heads = [
        (speak.say("report.framework"), 3.0), (speak.say("report.version"), 1.0),
        (speak.say("report.number_of_controls"), 0.8), (speak.say("report.sha256"), 3.0),
    ]  # fmt: skip
    points = ("passive", "states", "violation", "bases", "severity", "limits")
    return [
        Heading(speak.say("report.method"), anchor="method"),
        Listing(tuple(speak.say(f"report.method.{point}") for point in points)),
        Facts(
            (
                (speak.say("report.product"), data(made.product)),
                (speak.say("report.rules_digest"), data(made.rules_digest, "code")),
                (speak.say("report.assessed_by"), data(made.made_by)),
                (speak.say("report.assessed_at"), clock(made.made_at)),
            )
        ),
        Heading(speak.say("report.frameworks"), 2),
        table(heads, frameworks, speak.say("report.no_frameworks")),
    ]
