"""Floods a sensor with each kind and writes the table into docs/reliability.md: `make floods` (root, Linux).

Writes at a slow rate go to a controller, each of another register, while frames of a kind come as fast as the sender
can, or as is asked. Said are: what the kernel dropped, which writes no event tells, memory before and at its highest,
and how long after the flood's end the last late write is told.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.floods.flooded import Flooded, flooded
from tests.floods.kinds import KINDS
from tests.needs import PROJECT

PAGE = PROJECT / "docs" / "reliability.md"
BEGIN, END = "<!-- floods -->", "<!-- /floods -->"
HEAD = """| flood | frames/s | dropped by the kernel | seconds in which something was given up | writes | missing | latest | late after the end | memory, MiB |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |"""  # noqa: E501


def line(of: Flooded) -> str:
    """Its line of the table."""
    after = "" if of.recovered_s is None else f"{of.recovered_s:.1f} s"
    given_up = of.given_up.get("given_up_ms", 0) / 1000
    return (
        f"| {of.kind} | {of.offered_s:,} | {of.kernel_drops:,} | {given_up:.1f} | {of.commands} | {of.missing} "
        f"| {of.late_s:.1f} s | {after} | {of.rss_before} to {of.rss_highest} |"
    )


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--only", default="", help="kinds whose name holds this")
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--rate", type=int, default=1_000_000, help="frames a second at most")
    asked.add_argument("--write", action="store_true", help="write the table into docs/reliability.md")
    given = asked.parse_args()
    lines, wrong = [], 0
    for kind in (each for each in KINDS if given.only in each):
        with tempfile.TemporaryDirectory(prefix="bittern-floods-") as folder:
            found = flooded(kind, Path(folder), seconds=given.seconds, rate=given.rate)
        wrong += bool(found.missing or found.twice)
        lines.append(line(found))
        print(json.dumps(asdict(found)), flush=True)
    if given.write:
        table = "\n".join([BEGIN, "", HEAD, *lines, "", END])
        text = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: table, text, flags=re.S), encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
