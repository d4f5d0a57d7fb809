"""Writes the core's table of MAC address makers from the IEEE's assignments of 24-bit prefixes, as aiooui packs them.

Run as `python -m workshop.makers`: writes one line a prefix, six hexadecimal digits and the maker's name, sorted; with
`--check` it only compares. Prefixes the IEEE splits among several makers, or keeps to itself, are left out.
"""

from __future__ import annotations

import struct
import sys
from importlib.resources import files
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "sensors" / "core" / "wire" / "src" / "link" / "makers.txt"
NO_MAKER = ("IEEE ", "Private", "ICANN, ")
LONGEST = 64
"""Letters kept of a name."""


def table(packed: bytes) -> str:
    """The text table of aiooui's data: magic, count, sorted prefixes, offsets of names, names (see its module)."""
    magic, count = struct.unpack_from("<4sI", packed)
    if magic != b"OUI1":
        raise SystemExit("makers: aiooui packs its data differently now; read its module and change workshop/makers.py")
    prefixes = struct.unpack_from(f"<{count}I", packed, 8)
    offsets = struct.unpack_from(f"<{count}I", packed, 8 + 4 * count)
    names = packed[8 + 8 * count :]
    rows = ((p, names[o : names.index(b"\n", o)].decode()) for p, o in zip(prefixes, offsets, strict=True))
    return "".join(f"{p:06X} {' '.join(name.split())[:LONGEST].strip()}\n" for p, name in rows if assigned(p, name))


def assigned(prefix: int, name: str) -> bool:
    """Whether the prefix names one maker: the two low bits of its first byte mean group and locally administered."""
    return not (prefix >> 16 & 3 or name.startswith(NO_MAKER))


def main() -> int:
    """Write the table, or with `--check` say that it is stale."""
    text = table(files("aiooui").joinpath("oui.data").read_bytes())
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text:
        return 0
    if "--check" in sys.argv:
        print(f"{TARGET.name} is stale: run `python -m workshop.makers`", file=sys.stderr)
        return 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
