"""The drawing of zones and conduits as SVG: a row for each level, numbered arrows for conduits. The same model gives
the same bytes; nothing is measured with a font, texts are cut by their cells."""

from __future__ import annotations

from itertools import groupby
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

from response.reports.glyphs import visible
from response.reports.model import ReportModel, ZoneFact
from response.reports.wording import Speaker

WIDTH, BOX_WIDTH, BOX_HEIGHT = 960, 196, 74
LEFT, GAP, ROW_GAP, TOP = 110, 20, 78, 16
PER_ROW = 4
"""Boxes side by side; a level with more takes several rows."""
CELLS = 26
"""Half-width cells of a line in a box."""
FONT = "Noto Sans SC, sans-serif"
Place = tuple[float, float]


def draw(model: ReportModel, speak: Speaker) -> str:
    """The drawing; numbers at the arrows are those of the list of conduits."""
    rows = _rows(model.zones)
    places: dict[str, Place] = {}
    parts: list[str] = []
    y = float(TOP)
    for level, zones in rows:
        label = "–" if level is None else str(level)
        parts.append(_text(16, y + BOX_HEIGHT / 2 + 4, f"{speak.inline('report.level_short')} {label}", "#55606c"))
        width = len(zones) * BOX_WIDTH + (len(zones) - 1) * GAP
        x = LEFT + (WIDTH - LEFT - 16 - width) / 2
        for zone in zones:
            places[zone.id] = (x, y)
            parts += _box(zone, x, y, model, speak)
            x += BOX_WIDTH + GAP
        y += BOX_HEIGHT + ROW_GAP
    height = y - ROW_GAP + TOP if rows else 40.0
    lines = [
        _arrow(number, places[conduit.source], places[conduit.destination])
        for number, conduit in enumerate(model.conduits, 1)
        if conduit.source in places and conduit.destination in places and conduit.source != conduit.destination
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {_n(height)}" font-family="{FONT}">'
    return "\n".join([head, *(line for line, _ in lines), *parts, *(mark for _, mark in lines), "</svg>"])


def _rows(zones: tuple[ZoneFact, ...]) -> list[tuple[int | None, list[ZoneFact]]]:
    rows = []
    for level, group in groupby(zones, key=lambda zone: zone.level):
        members = list(group)
        rows += [(level, members[i : i + PER_ROW]) for i in range(0, len(members), PER_ROW)]
    return rows


def _box(zone: ZoneFact, x: float, y: float, model: ReportModel, speak: Speaker) -> list[str]:
    seen = next((each for each in model.assessment.visibility.zones if each.zone == zone.id), None)
    blind = seen is None or not seen.sensors or bool(seen.blind)
    stroke, dash = ("#b3261e", ' stroke-dasharray="6 4"') if blind else ("#1f5f8b", "")
    name = " / ".join(piece.text for piece in speak.title(zone.title, zone.id))
    target = "–" if zone.target is None else str(zone.target)
    told = f"{speak.inline('report.target_short')} {target} · {zone.assets} {speak.words[0].get('report.assets')}"
    sight = speak.words[0].get("report.drawn_blind" if blind else "report.drawn_seen")
    size = f'width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6"'
    return [
        f'<rect x="{_n(x)}" y="{_n(y)}" {size} fill="#f6f8fa" stroke="{stroke}" stroke-width="1.6"{dash}/>',
        _text(x + 10, y + 19, _cut(zone.id), "#1c2530", bold=True),
        _text(x + 10, y + 36, _cut(name), "#1c2530"),
        _text(x + 10, y + 52, _cut(told), "#55606c"),
        _text(x + 10, y + 67, _cut(sight), stroke),
    ]


def _arrow(number: int, start: Place, end: Place) -> tuple[str, str]:
    """The line with its head, and its number, which lies above everything."""
    (x1, y1), (x2, y2) = _ends(start, end)
    length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1.0)
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    # A little to the right of its direction, so that two directions between the same zones stay apart.
    ox, oy = -uy * 9, ux * 9
    x1, y1, x2, y2 = x1 + ox, y1 + oy, x2 + ox, y2 + oy
    head = " ".join(
        f"{_n(x)},{_n(y)}"
        for x, y in (
            (x2, y2),
            (x2 - ux * 9 - uy * 4, y2 - uy * 9 + ux * 4),
            (x2 - ux * 9 + uy * 4, y2 - uy * 9 - ux * 4),
        )
    )
    line = (
        f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="#55606c" stroke-width="1.4"/>'
        f'<polygon points="{head}" fill="#55606c"/>'
    )
    where = 0.34 + 0.32 * (number % 2)
    mx, my = x1 + (x2 - x1) * where, y1 + (y2 - y1) * where
    mark = (
        f'<circle cx="{_n(mx)}" cy="{_n(my)}" r="9" fill="#fff" stroke="#55606c"/>'
        f'<text x="{_n(mx)}" y="{_n(my + 3.6)}" font-size="10" text-anchor="middle" fill="#1c2530">{number}</text>'
    )
    return line, mark


def _ends(start: Place, end: Place) -> tuple[Place, Place]:
    """Where the line leaves one box and meets the other."""
    centres = [(x + BOX_WIDTH / 2, y + BOX_HEIGHT / 2) for x, y in (start, end)]
    return _edge(centres[0], centres[1]), _edge(centres[1], centres[0])


def _edge(centre: Place, towards: Place) -> Place:
    dx, dy = towards[0] - centre[0], towards[1] - centre[1]
    reach = min(
        (BOX_WIDTH / 2) / abs(dx) if dx else float("inf"), (BOX_HEIGHT / 2) / abs(dy) if dy else float("inf"), 1.0
    )
    return centre[0] + dx * reach, centre[1] + dy * reach


def _text(x: float, y: float, text: str, fill: str, bold: bool = False) -> str:
    weight = ' font-weight="700"' if bold else ""
    return f'<text x="{_n(x)}" y="{_n(y)}" font-size="12"{weight} fill="{fill}">{escape(visible(text))}</text>'


def _cut(text: str) -> str:
    """What fits a box."""
    cells, kept = 0, ""
    for letter in text:
        cells += 2 if east_asian_width(letter) in "WF" else 1
        if cells > CELLS:
            return f"{kept}…"
        kept += letter
    return kept


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
