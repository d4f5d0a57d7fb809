"""The drawing of zones and conduits as SVG: a row for each level, numbered arrows for conduits. The same model gives
the same bytes; nothing is measured with a font, texts are cut by their cells."""

from __future__ import annotations

from itertools import groupby
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

from response.reports.glyphs import visible
from response.reports.model import ReportModel, ZoneFact
from response.reports.wording import Speaker

WIDTH, BOX_WIDTH, BOX_HEIGHT = 960, 176, 74
LEFT, GAP, ROW_GAP, TOP = 110, 42, 78, 16
PER_ROW = 4
"""Boxes side by side; a level with more takes several rows."""
CELLS = 24
"""Half-width cells of a line in a box."""
FONT = "Noto Sans SC, sans-serif"
LINE = "#55606c"
ASIDE = 9
"""How far beside the middle an arrow runs."""
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
    height = y - ROW_GAP + 3 * TOP if rows else 40.0
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
    told = f"{speak.words[0].get('report.target_short')} {target} · {zone.assets} {speak.words[0].get('report.assets')}"
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
    """The line with its head, and its number, which lies above everything near the beginning.

    It runs a little to the right of its direction, so that two directions between the same zones stay apart; past
    neighbours in a row it goes below them.
    """
    if start[1] == end[1] and abs(end[0] - start[0]) > BOX_WIDTH + GAP + 1:
        return _bow(number, start, end)
    (x1, y1), (x2, y2) = ((x + BOX_WIDTH / 2, y + BOX_HEIGHT / 2) for x, y in (start, end))
    length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1.0)
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    ox, oy = -uy * ASIDE, ux * ASIDE
    x1, y1 = _edge(x1, y1, ox, oy, ux, uy)
    x2, y2 = _edge(x2, y2, ox, oy, -ux, -uy)
    line = f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{LINE}" stroke-width="1.4"/>'
    away = min(26.0, (((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5) / 2 - 4)
    return line + _head(x2, y2, ux, uy), _mark(number, x1 + ux * away, y1 + uy * away)


def _bow(number: int, start: Place, end: Place) -> tuple[str, str]:
    right = end[0] > start[0]
    x1, x2 = (x + BOX_WIDTH * (0.75 if leaves == right else 0.25) for x, leaves in ((start[0], True), (end[0], False)))
    y = start[1] + BOX_HEIGHT
    low = y + ROW_GAP * (0.55 if right else 0.75)
    line = (
        f'<path d="M {_n(x1)} {_n(y)} C {_n(x1)} {_n(low)} {_n(x2)} {_n(low)} {_n(x2)} {_n(y)}" fill="none"'
        f' stroke="{LINE}" stroke-width="1.4"/>'
    )
    return line + _head(x2, y, 0, -1), _mark(number, x1 + (x2 - x1) * 0.16, y + (low - y) * 0.4)


def _head(x: float, y: float, ux: float, uy: float) -> str:
    corners = ((x, y), (x - ux * 9 - uy * 4, y - uy * 9 + ux * 4), (x - ux * 9 + uy * 4, y - uy * 9 - ux * 4))
    return f'<polygon points="{" ".join(f"{_n(a)},{_n(b)}" for a, b in corners)}" fill="{LINE}"/>'


def _mark(number: int, x: float, y: float) -> str:
    return (
        f'<circle cx="{_n(x)}" cy="{_n(y)}" r="9" fill="#fff" stroke="{LINE}"/>'
        f'<text x="{_n(x)}" y="{_n(y + 3.6)}" font-size="10" text-anchor="middle" fill="#1c2530">{number}</text>'
    )


def _edge(cx: float, cy: float, ox: float, oy: float, ux: float, uy: float) -> Place:
    """Where a line from a point beside the centre (cx, cy) of a box leaves the box."""
    across = (BOX_WIDTH / 2 - (ox if ux > 0 else -ox)) / abs(ux) if ux else float("inf")
    down = (BOX_HEIGHT / 2 - (oy if uy > 0 else -oy)) / abs(uy) if uy else float("inf")
    reach = min(across, down)
    return cx + ox + ux * reach, cy + oy + uy * reach


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
