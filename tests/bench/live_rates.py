"""`make bench-live`: the highest rates without a drop, seconds from wire to API at half of them, memory with crowds.

Written to bench.json as `live`. Sender and sensor share the machine's cores, so that a rate may be the sender's limit:
it is said which. `drops` and `given_up` must both be 0 at a rate that counts.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.bench import latency, live
from tests.bench.book import write
from tests.live.wire import wire

STEPS = (
    40_000,
    60_000,
    80_000,
    100_000,
    120_000,
    140_000,
    160_000,
    180_000,
    200_000,
    230_000,
    260_000,
    300_000,
    350_000,
    400_000,
    450_000,
    500_000,
    600_000,
)
"""Packets a second, one after the other until one is too many."""
SECONDS = 8
NEARLY = 0.95
"""A sender that reaches less of what is asked is at its own limit."""
LEAST_MBIT, MOST_P99, MOST_MB = 100.0, 2.0, 600


def highest(traffic: str) -> tuple[live.Measured, str]:
    """The highest of the rates at which nothing is dropped or given up, and what limits it."""
    frames, best = live.traffic(traffic), None
    for rate in STEPS:
        found = live.measured(traffic, frames[: rate * SECONDS], rate, keep=False)
        print(json.dumps(asdict(found)), flush=True)
        if found.drops or found.given_up:
            return best or found, "the sensor"
        best = found
        if found.packets_s < NEARLY * rate:
            return best, "the sender"
    assert best is not None
    return best, "nothing that was tried"


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--attacks", type=int, default=60)
    given = asked.parse_args()
    cyclic, limit = highest("cyclic")
    mix, mix_limit = highest("mix")
    with tempfile.TemporaryDirectory() as folder, wire() as plant:
        plant.ip("link", "set", "lo", "up")
        late = latency.spread(latency.measured(plant, Path(folder) / "data", given.attacks, cyclic.packets_s // 2))
    crowds = {name: live.measured(name, live.traffic(name), 40_000, keep=False) for name in ("calm", "restless")}
    rss_mb = round(crowds["calm"].rss_mib * 1.048576)
    figures = {
        "no_drop_mbit_s": cyclic.mbit_s,
        "no_drop_packets_s": cyclic.packets_s,
        "limited_by": limit,
        "mix_no_drop_mbit_s": mix.mbit_s,
        "mix_no_drop_packets_s": mix.packets_s,
        "mix_limited_by": mix_limit,
        "alert_p50_s": late["p50_s"],
        "alert_p99_s": late["p99_s"],
        "rss_mb": rss_mb,
        "crowds": {name: asdict(crowd) for name, crowd in crowds.items()},
    }
    write("live", figures)
    print(json.dumps(figures, indent=1))
    met = cyclic.mbit_s >= LEAST_MBIT and late["p99_s"] <= MOST_P99 and rss_mb <= MOST_MB
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
