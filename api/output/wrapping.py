"""Where lines break: at spaces, and between Chinese characters, which have none."""

from __future__ import annotations

from unicodedata import east_asian_width

from rich.cells import cell_len

NEVER_FIRST = frozenset("，。；：！？、）】》〉”’」』…％,.;:!?)]}%")
NEVER_LAST = frozenset("（【《〈“‘「『([{")


def cuts(text: str, width: int) -> list[int]:
    """Offsets at which a new line begins, so that no line is wider than `width` cells (spaces at its end may be).

    A word longer than a line is cut where the line ends.
    """
    found: list[int] = []
    start, candidate, cells = 0, 0, 0
    for place, letter in enumerate(text):
        if place > start and _may_break(text[place - 1], letter):
            candidate = place
        cells += cell_len(letter)
        if cells > width and not letter.isspace() and place > start:
            start = candidate if candidate > start else place
            cells = cell_len(text[start : place + 1])
            found.append(start)
        if letter == "\n":
            start, cells = place + 1, 0
            found.append(start)
    return found


def _may_break(before: str, after: str) -> bool:
    if before.isspace():
        return not after.isspace()
    return (_is_wide(before) or _is_wide(after)) and after not in NEVER_FIRST and before not in NEVER_LAST


def _is_wide(letter: str) -> bool:
    return east_asian_width(letter) in "WF"
