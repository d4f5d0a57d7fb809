"""Make the project's own captures again: all of them, or those whose name is given. Entry of `make golden`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

from compose.plant import pcap
from compose.plant.addresses import HOSTS
from compose.plant.catalogue import CAPTURES, GOLDEN, PROOFS, Capture, load_all
from compose.plant.lab import Lab
from compose.plant.namespaces import PlantError

Record = dict[str, object]
_LIMIT = 400_000  # bytes: a proof beyond this is too long to be kept in the tree
_ABOUT = """# Proof captures, made by compose/plant (`make golden`); do not edit, it is written anew with every capture.
# kind positive: `rules` must fire; benign: `rules` must stay quiet. learn: take the baseline from these captures first.
# steps: what was done when. Addresses, zones, roles and ranges: site.yml beside this file, one for all captures.
"""
_ABOUT_GOLDEN = """# Golden captures of {protocol}, made by compose/plant (`make golden`) with real protocol stacks; do not edit.
"""


def make(capture: Capture) -> Record:
    """Run the script of one capture in a lab of its own, check the file, return its record for the index."""
    unfinished = capture.path.with_suffix(".tmp")
    try:
        return _make(capture, unfinished)
    finally:
        unfinished.unlink(missing_ok=True)


def _make(capture: Capture, unfinished: Path) -> Record:
    with Lab(capture.hosts, capture.mirrored) as lab:
        with lab.capture(unfinished):
            capture.script(lab)
        steps = [step.as_label() for step in lab.steps]
    if capture.lose_every:
        pcap.drop_frames(unfinished, capture.lose_every)
    found = pcap.extent(unfinished)
    if found.size > _LIMIT:
        raise PlantError(f"{capture.path}: {found.size} bytes, more than {_LIMIT}; make the script shorter")
    if pcap.tshark_present():
        _check(capture, unfinished)
    unfinished.replace(capture.path)
    record: Record = {"file": capture.file, "kind": capture.kind, "protocol": capture.protocol}
    record["purpose"] = capture.purpose
    record["made_by"] = capture.made_by
    if capture.rules:
        record["rules"] = list(capture.rules)
    if capture.learn:
        record["learn"] = list(capture.learn)
    record["frames"] = found.frames
    record["seconds"] = round(found.last - found.first, 1)
    record["bytes"] = found.size
    if steps:
        record["steps"] = steps
    return record


def _check(capture: Capture, path: Path) -> None:
    for display_filter, least in capture.check:
        count = pcap.matches(path, display_filter)
        if count < least:
            raise PlantError(f"{capture.path}: `{display_filter}` matches {count} frames, not {least} as it should")


def make_all(names: Sequence[str], jobs: int) -> int:
    """Make the captures whose path contains one of `names` (none: all), `jobs` at a time; return how many failed."""
    chosen = [c for key, c in load_all().items() if not names or any(name in key for name in names)]
    if not chosen:
        raise PlantError(f"no capture is called {', '.join(names)}; `python -m compose.plant golden --list` shows all")
    learned = {name for c in CAPTURES.values() for name in c.learn}
    first = [c for c in chosen if c.file in learned]  # a baseline must be older than what is tested against it
    rest = [c for c in chosen if c.file not in learned]
    records: list[tuple[Capture, Record]] = []
    failed = 0
    with ThreadPoolExecutor(jobs) as pool:
        for batch in (first, rest):
            for capture, (record, error) in zip(batch, pool.map(_make_apart, batch), strict=True):
                if record is None:
                    failed += 1
                    print(f"FAILED {capture.path}\n{error}", file=sys.stderr, flush=True)
                else:
                    records.append((capture, record))
                    print(f"{capture.path}: {record['frames']} frames, {record['bytes']} bytes", flush=True)
    _write_indexes(records)
    return failed


def _make_apart(capture: Capture) -> tuple[Record | None, str]:
    """Make one capture in a process of its own, so that a stack's left-over state cannot reach the next."""
    with tempfile.NamedTemporaryFile(suffix=".json") as answer:
        words = [sys.executable, "-m", "compose.plant", "make-one", str(capture.path), answer.name]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode != 0:
            return None, done.stderr
        record: Record = json.loads(Path(answer.name).read_text())
        return record, ""


def make_one(key: str, answer: Path) -> None:
    """Make the capture with this path and write its record to `answer` as JSON."""
    answer.write_text(json.dumps(make(load_all()[key])))


def _write_indexes(records: Sequence[tuple[Capture, Record]]) -> None:
    proofs = [record for capture, record in records if capture.root == PROOFS]
    if proofs:
        roles = {host.name: {"ip": host.ip, "mac": host.mac.upper().replace(":", "-"), "role": host.role} for host in HOSTS.values()}
        known = {capture.file for capture in CAPTURES.values() if capture.root == PROOFS}
        head: Record = {"site": "site.yml", "hosts": roles}
        _merge(PROOFS / "index.yml", _ABOUT, head, proofs, known)
    for protocol in {capture.protocol for capture, _ in records if capture.root == GOLDEN}:
        golden = [r for c, r in records if c.root == GOLDEN and c.protocol == protocol]
        for record in golden:
            record["file"] = str(record["file"]).split("/", 1)[1]
        known = {c.file.split("/", 1)[1] for c in CAPTURES.values() if c.root == GOLDEN and c.protocol == protocol}
        _merge(GOLDEN / protocol / "case.yml", _ABOUT_GOLDEN.format(protocol=protocol), {}, golden, known)


def _merge(path: Path, about: str, head: Record, records: Sequence[Record], known: set[str]) -> None:
    """Put the records into the index, keep the other known ones, drop those whose script is gone."""
    old = yaml.safe_load(path.read_text())["captures"] if path.exists() else []
    entries = {str(entry["file"]): entry for entry in old if entry["file"] in known}
    entries.update({str(record["file"]): record for record in records})
    body = head | {"captures": [entries[name] for name in sorted(entries)]}
    path.write_text(about + yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=118))
