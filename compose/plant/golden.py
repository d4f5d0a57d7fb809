"""Make the project's own captures again: all of them, or those whose name is given. Entry of `make captures`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from compose.plant import pcap
from compose.plant.catalogue import CAPTURES, UNFINISHED, Capture, load_all
from compose.plant.index import Record, write_indexes
from compose.plant.lab import Lab
from compose.plant.namespaces import PlantError

_LIMIT = 400_000  # bytes: a proof beyond this is too long to be kept in the tree


def make(capture: Capture, into: Path) -> Record:
    """Run the script of one capture in a lab of its own, check the file, return what was measured for the index.

    into: folder that takes the place of the project's root.
    """
    finished = into / capture.path
    unfinished = into / UNFINISHED / capture.file.replace("/", "-")
    try:
        record = _make(capture, unfinished)
        finished.parent.mkdir(parents=True, exist_ok=True)
        unfinished.replace(finished)
        return record
    finally:
        unfinished.unlink(missing_ok=True)


def _make(capture: Capture, unfinished: Path) -> Record:
    with Lab(capture.hosts, capture.mirrored) as lab:
        with lab.capture(unfinished):
            capture.script(lab)
        if lab.recorded is not None:
            shutil.copyfile(lab.recorded, unfinished)
        steps = lab.steps
    if capture.lose_every:
        pcap.drop_frames(unfinished, capture.lose_every)
    if capture.stretch != 1 or capture.begin:
        begin = datetime.fromisoformat(capture.begin).timestamp() if capture.begin else None
        moved = pcap.retime(unfinished, begin, capture.stretch)
        last = pcap.extent(unfinished).last  # what the script did after it is stretched as well, and shows nothing
        for step in steps:
            step.start, step.end = moved(step.start), min(moved(step.end), last)
    found = pcap.extent(unfinished)
    if found.size > _LIMIT:
        raise PlantError(f"{capture.path}: {found.size} bytes, more than {_LIMIT}; make the script shorter")
    if pcap.tshark_present():
        _check(capture, unfinished)
    record: Record = {"frames": found.frames, "seconds": round(found.last - found.first, 1), "bytes": found.size}
    if steps:
        record["steps"] = [step.as_label() for step in steps]
    return record


def _check(capture: Capture, path: Path) -> None:
    for display_filter, least in capture.check:
        count = pcap.matches(path, display_filter)
        if count < least:
            raise PlantError(f"{capture.path}: `{display_filter}` matches {count} frames, not {least} as it should")


def make_all(names: Sequence[str], jobs: int, into: Path) -> int:
    """Make the captures whose path contains one of `names` (none: all), `jobs` at a time; return how many failed.

    into: folder that takes the place of the project's root, "." to make the project's own captures anew.
    """
    chosen = [c for key, c in load_all().items() if not names or any(name in key for name in names)]
    if not chosen:
        raise PlantError(f"no capture is called {', '.join(names)}; `python -m compose.plant golden --list` shows all")
    learned = {name for c in CAPTURES.values() for name in c.learn}
    first = [c for c in chosen if c.file in learned]  # a baseline must be older than what is tested against it
    rest = [c for c in chosen if c.file not in learned]
    measured: dict[str, Record] = {}
    failed = 0
    with ThreadPoolExecutor(jobs) as pool:
        for batch in (first, rest):
            for capture, (record, error) in zip(batch, pool.map(_make_apart, batch, [into] * len(batch)), strict=True):
                if record is None:
                    failed += 1
                    print(f"FAILED {capture.path}\n{error}", file=sys.stderr, flush=True)
                else:
                    measured[str(capture.path)] = record
                    print(f"{capture.path}: {record['frames']} frames, {record['bytes']} bytes", flush=True)
    write_indexes(measured, into)
    return failed


def _make_apart(capture: Capture, into: Path) -> tuple[Record | None, str]:
    """Make one capture in a process of its own, so that a stack's left-over state cannot reach the next."""
    with tempfile.NamedTemporaryFile(suffix=".json") as answer:
        words = [sys.executable, "-m", "compose.plant", "make-one", str(capture.path), str(into), answer.name]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode != 0:
            return None, done.stderr
        record: Record = json.loads(Path(answer.name).read_text())
        return record, ""


def make_one(key: str, into: Path, answer: Path) -> None:
    """Make the capture with this path and write its record to `answer` as JSON."""
    answer.write_text(json.dumps(make(load_all()[key], into)))
