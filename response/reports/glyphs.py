"""What can be printed: characters that no font has, or that steer instead of being seen, are shown as `U+XXXX`.

So no name from a packet can turn text around, hide in it, or stop a PDF from being made; and nothing becomes an empty
box: what was replaced is counted and listed in the report.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TypeVar

FOLDER = Path(__file__).parent / "fonts"
FILES = ("NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf")
STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
BREAK = "\u200b"
LONG_TOKEN, LONG_PART, STEP = 20, 14, 8
"""Letters of a token and of a part of it from which breaks are put in, and how many apart in such a part."""
HASH = 64
"""Letters of a SHA-256."""
PARTS = re.compile(r"(?<=[_/.:;,=-])(?=[^_/.:;,=-])")
Node = TypeVar("Node")


class NoFonts(RuntimeError):
    """The fonts of PDF reports are not here. `folder` is where they belong."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self.folder = folder


def font_files() -> tuple[Path, ...]:
    """The fonts shipped for PDF. Raises NoFonts."""
    files = tuple(FOLDER / name for name in FILES)
    if not all(file.is_file() for file in files):
        raise NoFonts(FOLDER)
    return files


def visible(text: str) -> str:
    """The text with every steering character as its code point, on one line."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if c in "\n\t" else code_point(c) if steers(c) else c for c in text)


def steers(character: str) -> bool:
    """Whether it has no shape of its own: controls, direction marks, private and unassigned code points."""
    return unicodedata.category(character) in STEERING


def code_point(character: str) -> str:
    """`U+202E`."""
    return f"U+{ord(character):04X}"


class Printer:
    """Makes texts printable with these characters, and counts what it had to replace."""

    def __init__(self, printable: frozenset[int]) -> None:
        self._printable = printable
        self.replaced: Counter[str] = Counter()

    def text(self, text: str) -> str:
        """The text with what cannot be printed as code points, and with places to break in long tokens."""
        return breakable(self.line(text))

    def wide(self, text: str) -> str:
        """The same for a place as wide as the page: a hash is not broken, so that it can be copied."""
        return breakable(self.line(text), HASH + 1)

    def line(self, text: str) -> str:
        """The same without places to break."""
        return text if text.isascii() and text.isprintable() else "".join(map(self._character, text))

    def plain(self, character: str) -> str:
        """One character, or its code point."""
        return character if character.isascii() and character.isprintable() else self._character(character)

    def _character(self, character: str) -> str:
        if character in "\n\t\r":
            return " "
        if ord(character) in self._printable and not steers(character):
            return character
        self.replaced[character] += 1
        return code_point(character)


def breakable(text: str, long: int = LONG_TOKEN) -> str:
    """Zero-width spaces in tokens of `long` letters and more, which would run out of their cell: behind signs, and
    within hashes and long words."""
    if len(text) < long:
        return text
    return " ".join(_broken(token) if len(token) >= long else token for token in text.split(" "))


def _broken(token: str) -> str:
    if any(ord(c) >= 0x2E80 for c in token):  # Chinese breaks anywhere
        return token
    return BREAK.join(map(_stepped, PARTS.split(token)))


def _stepped(part: str) -> str:
    if len(part) < LONG_PART:
        return part
    return BREAK.join(part[i : i + STEP] for i in range(0, len(part), STEP))


def mapped(node: Node, change: Callable[[str], str], keys: Iterable[str] = ("text",)) -> Node:
    """JSON with `change` applied to texts under `keys`."""
    if isinstance(node, dict):
        return {k: change(v) if k in keys and isinstance(v, str) else mapped(v, change, keys) for k, v in node.items()}  # type: ignore[return-value]  # same shape
    if isinstance(node, list):
        return [mapped(each, change, keys) for each in node]  # type: ignore[return-value]  # same shape
    return node


@cache
def printable() -> frozenset[int]:
    """Code points that every shipped font has. Raises NoFonts."""
    sets = [code_points(file.read_bytes()) for file in font_files()]
    return frozenset.intersection(*sets)


def code_points(font: bytes) -> frozenset[int]:
    """Code points that a TrueType font maps to a glyph (OpenType, `cmap` formats 4 and 12)."""
    place = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", font, place + 2)
    found: set[int] = set()
    for i in range(count):
        platform, _, offset = struct.unpack_from(">HHI", font, place + 4 + 8 * i)
        (form,) = struct.unpack_from(">H", font, place + offset)
        if platform in (0, 3) and form in (4, 12):
            found |= (_format_4 if form == 4 else _format_12)(font, place + offset)
    return frozenset(found)


def _table(font: bytes, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", font, 4)
    for i in range(count):
        name, _, offset, _ = struct.unpack_from(">4sIII", font, 12 + 16 * i)
        if name == tag:
            return int(offset)
    raise ValueError("no font")


def _format_4(font: bytes, place: int) -> set[int]:
    (double,) = struct.unpack_from(">H", font, place + 6)
    count = double // 2
    ends = struct.unpack_from(f">{count}H", font, place + 14)
    starts = struct.unpack_from(f">{count}H", font, place + 16 + double)
    deltas = struct.unpack_from(f">{count}H", font, place + 16 + 2 * double)
    base = place + 16 + 3 * double
    offsets = struct.unpack_from(f">{count}H", font, base)
    found = set()
    for i, (start, end, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if offset:
                (glyph,) = struct.unpack_from(">H", font, base + 2 * i + offset + 2 * (code - start))
            if (glyph and offset) or (not offset and (code + delta) & 0xFFFF):
                found.add(code)
    return found


def _format_12(font: bytes, place: int) -> set[int]:
    (groups,) = struct.unpack_from(">I", font, place + 12)
    found: set[int] = set()
    for i in range(groups):
        start, end, glyph = struct.unpack_from(">III", font, place + 16 + 12 * i)
        found.update(range(start if glyph else start + 1, end + 1))
    return found
