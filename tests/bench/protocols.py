"""What each protocol costs in the core, ns a packet and ns a message: `python -m tests.bench.protocols`."""

from __future__ import annotations

import csv
import functools
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from sensors.fields import core_protocols
from tests.bench.captures import CORE
from tests.needs import PROJECT, shared
from tests.oracles.captures import captures

MOST = 3_000
"""ns a message on one core that no protocol may exceed in real traffic (design §6)."""
LONGEST = 20_000_000
"""Bytes of captures that are read for one protocol: the largest first."""
LEAST_SHARE = 0.1
"""Part of a capture's packets that is the protocol's, at least."""
SECONDS = "1.5"
Cost = dict[str, float]


def cost(files: Sequence[Path]) -> Cost:
    """What the core takes for some captures, again and again."""
    command = ["cargo", "run", "--quiet", "--release", "--locked", "-p", "wire", "--example", "cost", "--", SECONDS]
    done = subprocess.run([*command, *map(str, files)], cwd=CORE, check=True, capture_output=True, text=True)
    found: Cost = json.loads(done.stdout)
    return found


def share(protocol: str, path: Path) -> float:
    """How much of a third party's capture is the protocol's: packets of all its packets, by the reference dissector."""
    row = manifest()[str(path.relative_to(shared("captures")))]
    told = [part.rpartition(":") for part in row["ot_protocols"].replace(";", " ").split()]
    own = sum(int(count) for word, _, count in told if word.rstrip("*") in core_protocols()[protocol].seen_as)
    return own / max(int(row["packets"]), 1)


@functools.cache
def manifest() -> dict[str, dict[str, str]]:
    """Rows of the list of third parties' captures, by file."""
    with (shared("captures") / "manifest.csv").open(newline="", encoding="utf-8") as rows:
        return {row["file"]: row for row in csv.DictReader(rows)}


def chosen(protocol: str) -> list[Path]:
    """Third parties' captures of a protocol, the largest first, as many as may be read.

    Where it is a small part of a capture, the difference that is measured is that of others' noise.
    """
    theirs = [path for _, path, _ in captures(protocol, long_too=True) if not path.is_relative_to(PROJECT)]
    theirs = [path for path in theirs if share(protocol, path) >= LEAST_SHARE]
    kept: list[Path] = []
    total = 0
    for path in sorted(theirs, key=lambda path: (-path.stat().st_size, path)):
        total += path.stat().st_size
        if total > LONGEST and kept:
            break
        kept.append(path)
    return kept


def main() -> int:
    """Print both tables; exit 1 when a protocol costs too much in real traffic."""
    print(f"{'protocol':12} {'traffic':8} {'packets':>9} {'messages':>9} {'ns a packet':>12} {'ns a message':>13}")
    slow = []
    for name in core_protocols():
        golden = sorted((PROJECT / "tests" / "golden" / name).glob("*.pcap"))
        for traffic, files in (("golden", golden), ("real", chosen(name))):
            if not files:
                continue
            each = cost(files)
            numbers = f"{each['packets']:9,} {each['messages']:9,} {each['packet_ns']:12,} {each['message_ns']:13,}"
            print(f"{name:12} {traffic:8} {numbers}", flush=True)
            if traffic == "real" and each["message_ns"] > MOST:
                slow.append(name)
    print("a message: what it costs beyond the same packets with nothing in them; golden captures are all set-up, rare")
    print("functions and refusals, each of them news")
    if slow:
        print(f"MISSED real traffic above {MOST:,} ns a message: {', '.join(slow)}")
    else:
        print(f"met    real traffic below {MOST:,} ns a message")
    return int(bool(slow))


if __name__ == "__main__":
    sys.exit(main())
