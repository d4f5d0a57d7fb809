"""`make bench`: writes bench.json and prints a table. One core; ratios hold, absolute figures are this machine's."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict

from tests.bench.book import write
from tests.bench.captures import CAPTURES
from tests.bench.measured import Figure
from tests.bench.tools import TOOLS, figure, present

TARGETS: tuple[tuple[str, str, str, float], ...] = (
    ("cyclic", "packets/s", "bittern", 1_000_000),
    ("cyclic", "times", "tshark", 30),
    ("cyclic", "times", "suricata", 8),
    ("cyclic", "packets a row", "bittern", 20),
    ("mix", "packets/s", "bittern", 500_000),
)
"""Capture, what is compared, with which tool, and what it must be at least."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("captures", nargs="*", default=[], help=f"which of {', '.join(CAPTURES)}; all by default")
    parser.add_argument("--repeats", type=int, default=3, help="runs of our own program, of which the best counts")
    chosen = parser.parse_args()
    figures: list[Figure] = []
    for name in chosen.captures or CAPTURES:
        capture = CAPTURES[name]()
        if capture is None:
            print(f"{name}: not measured: needs the project's shared folder beside the checkout", file=sys.stderr)
            continue
        ours = figure("bittern", name, capture, 0, chosen.repeats)
        others = [tool for tool in TOOLS if tool != "bittern" and present(tool)]
        figures += [ours, *(figure(tool, name, capture, ours.packets, 1) for tool in others)]
    table(figures)
    missed = verdicts(figures)
    write("pipeline", [_record(each) for each in figures])
    return 1 if missed else 0


def table(figures: Sequence[Figure]) -> None:
    """Prints the figures, and ours as a multiple of each other tool's on the same capture."""
    heads = ("capture", "tool", "packets/s", "with start", "wall s", "start s", "RSS MB", "packets/row", "stored MB")
    print(f"{heads[0]:8} {heads[1]:9} " + " ".join(f"{head:>11}" for head in heads[2:]) + f" {'ours is':>15}")
    for each in figures:
        rows = f"{each.packets / each.stored_rows:.0f}" if each.stored_rows else ""
        ours = _ours(figures, each.capture)
        times = f"{ours.rate / each.rate:.1f}x ({ours.rate_whole / each.rate_whole:.1f}x)" if each is not ours else ""
        print(
            f"{each.capture:8} {each.tool:9} {each.rate:11,.0f} {each.rate_whole:11,.0f} {each.wall:11.2f}"
            f" {each.start:11.2f} {each.rss_mb:11} {rows:>11} {(each.stored_bytes or 0) / 1e6:11.1f} {times:>15}"
        )
    print("packets a second of CPU on one core, without the start of each program, which is measured on one packet.")


def verdicts(figures: Sequence[Figure]) -> int:
    """Prints which targets are met; returns how many are not."""
    missed = 0
    for capture, what, tool, least in TARGETS:
        theirs = next((f for f in figures if (f.capture, f.tool) == (capture, tool)), None)
        if theirs is None:
            continue
        ours = _ours(figures, capture)
        measured = {
            "packets/s": ours.rate,
            "times": ours.rate / theirs.rate,
            "packets a row": ours.packets / max(ours.stored_rows or 1, 1),
        }[what]
        met = measured >= least
        missed += not met
        against = f" of {tool}" if tool != "bittern" else ""
        print(f"{'met   ' if met else 'MISSED'} {capture}: {measured:,.1f} {what}{against}, at least {least:,}")
    return missed


def _ours(figures: Sequence[Figure], capture: str) -> Figure:
    return next(f for f in figures if (f.capture, f.tool) == (capture, "bittern"))


def _record(each: Figure) -> dict[str, object]:
    return {**asdict(each), "rate": round(each.rate), "rate_whole": round(each.rate_whole)}


if __name__ == "__main__":
    sys.exit(main())
