"""tshark's trees of IEC 104 as data units, their objects and what is said of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.oracles.tshark import Tree, messages

ANSWERS = (7, 9, 10, 44, 45, 46, 47)
FUNCTIONS = {1: "STARTDT act", 2: "STARTDT con", 4: "STOPDT act", 8: "STOPDT con", 16: "TESTFR act", 32: "TESTFR con"}
_VALUES = (
    "siq.spi", "diq.dpi", "vti.v", "bitstring", "normval", "scalval", "float", "bcr.count",
    "sco.on", "dco.on", "rco.up",
)  # fmt: skip
_QUALITY = ("iv", "nt", "sb", "bl", "ov")
_KNOWN = (*range(1, 22), *range(30, 41), *range(45, 52), *range(58, 65), 70, *range(100, 108), *range(110, 114))
_FILES = range(120, 128)


@dataclass(frozen=True)
class Unit:
    """One data unit. objects: address and facts of each; head: facts of the unit itself."""

    frame: int
    stream: int
    code: int
    cause: int
    station: int
    negative: bool
    head: dict[str, str]
    objects: tuple[tuple[int, dict[str, str]], ...]


def functions(capture: Path, *options: str) -> Iterator[tuple[int, str]]:
    """Frame and name of each U format."""
    for message in messages(capture, "iec60870_104", *options):
        function = message.tree.number("iec60870_104.utype")
        if function in FUNCTIONS:
            yield message.first, FUNCTIONS[function]


def units(capture: Path, *options: str) -> Iterator[Unit]:
    """All data units, in order."""
    for message in messages(capture, "iec60870_asdu", *options):
        tree = message.tree
        number = {
            name: tree.number(f"iec60870_asdu.{name}") for name in ("typeid", "causetx", "addr", "oa", "test", "nega")
        }
        code, cause, station = number["typeid"], number["causetx"], number["addr"]
        if code is None or cause is None or station is None:
            continue
        head = {name: "1" for name in ("test",) if number[name]} | (
            {"originator": str(number["oa"])} if number["oa"] else {}
        )
        yield Unit(
            message.first, message.stream, code, cause, station, bool(number["nega"]), head, tuple(_objects(tree, code))
        )


def _objects(tree: Tree, code: int) -> list[tuple[int, dict[str, str]]]:
    parts: list[list[Tree]] = []
    for node in _flat(tree):
        if node.name == "iec60870_asdu.ioa":
            parts.append([])
        if parts:
            parts[-1].append(node)
    found = [(int(nodes[0].show, 0), _read(nodes)) for nodes in parts]
    return found if code in _KNOWN or code in _FILES else found[:1]


def _flat(tree: Tree) -> Iterator[Tree]:
    for node in tree:
        yield node
        yield from _flat(node)


def _read(nodes: list[Tree]) -> dict[str, str]:
    shown = {node.name.removeprefix("iec60870_asdu."): node.show for node in nodes}
    found: dict[str, str] = {}
    if "rawdata" in shown:
        found["raw"] = "1"
    for name in _VALUES:
        if name in shown:
            found["value"] = f"{_number(shown[name]):.6g}"
    set_bits = [
        bit.upper() for bit in _QUALITY if any(_truth(shown.get(f"{of}.{bit}")) for of in ("siq", "diq", "qds", "bcr"))
    ]
    if set_bits:
        found["quality"] = " ".join(set_bits)
    for of in ("cp56time", "cp24time"):
        if f"{of}.ms" in shown:
            found["time"] = _time(of, shown)
            if _truth(shown.get(f"{of}.iv")):
                found["time_invalid"] = "1"
    return found


def _number(text: str) -> float:
    return float(int(text, 16)) if text.startswith("0x") else float(text)


def _truth(text: str | None) -> bool:
    return text in ("1", "True")


def _time(of: str, shown: dict[str, str]) -> str:
    part = {name: int(shown.get(f"{of}.{name}", "0"), 0) for name in ("ms", "min", "hour", "day", "month", "year")}
    seconds, rest = divmod(part["ms"], 1000)
    short = f"{part['min']:02}:{seconds:02}.{rest:03}"
    if of == "cp24time":
        return short
    return f"20{part['year']:02}-{part['month']:02}-{part['day']:02}T{part['hour']:02}:{short}"
