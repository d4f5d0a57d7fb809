"""What a batch costs behind the core, by its rows: `python -m tests.bench.batches`.

A live sensor makes small ones, several a second, and pays for each whatever it holds: rules, learners, context. The
batches are those of the mix of all protocols, which is the dearest there is: nearly every rule is asked in each.
"""

from __future__ import annotations

import os

os.environ["POLARS_MAX_THREADS"] = "1"  # before Polars is there: one core is measured

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from api.analysis import load_rules
from api.segments import segment_of
from api.storage import open_store
from detection.engine import Detection
from detection.sigma.load import RuleSet
from response.ports import Segment
from sensors.capture import CaptureFiles, EventBatch
from tests.bench.captures import FOLDER

SIZES = (250, 1_000, 8_192, 65_536)
"""Rows of a batch."""
MOST_BATCHES = 60
SENSOR = "bench"


def batches_of(rows: int) -> list[EventBatch]:
    """The first batches of the mix, all read before anything is measured."""
    capture = CaptureFiles([FOLDER / "mix.pcap"], sensor=SENSOR, batch_rows=rows)
    found = []
    for batch in capture:
        found.append(batch)
        if len(found) == MOST_BATCHES:
            break
    capture.close()
    return found


def detected(batches: Sequence[EventBatch], rules: RuleSet) -> tuple[list[Segment], float]:
    """What a sensor hands over of batches, and the seconds of CPU that detection took, of the whole process."""
    detection = Detection(rules, site=None, known=None, sensor=SENSOR)
    begun = time.process_time()
    found = [detection.process(batch) for batch in batches]
    taken = time.process_time() - begun
    return [segment_of(SENSOR, *both) for both in zip(batches, found, strict=True)], taken


def stored(segments: Sequence[Segment]) -> float:
    """Seconds of CPU for writing segments into a new embedded store."""
    with tempfile.TemporaryDirectory() as folder, open_store(f"embedded:{Path(folder) / 'store'}") as store:
        begun = time.process_time()
        for segment in segments:
            store.write(segment)
        return time.process_time() - begun


def main() -> int:
    """Print what detection and the store take of batches of each size, in ms of CPU."""
    if not (FOLDER / "mix.pcap").exists():
        print("there is no mix yet: run `make bench ARGS=mix` first", file=sys.stderr)
        return 2
    rules = load_rules(())
    print(f"{'rows':>7} {'batches':>8} {'detection ms':>13} {'store ms':>9} {'rows/s behind the core':>23}")
    for size in SIZES:
        batches = batches_of(size)
        segments, judging = detected(batches, rules)
        storing = stored(segments)
        rows = sum(frame.height for segment in segments for frame in segment.datasets.values())
        each, stores = (1000 * seconds / len(batches) for seconds in (judging, storing))
        speed = rows / (judging + storing)
        print(f"{rows // len(batches):7,} {len(batches):8} {each:13.1f} {stores:9.1f} {speed:23,.0f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
