"""A sensor that was killed knows what it knew: it takes up what it kept, tells what it had not, and nothing twice."""

from __future__ import annotations

import json
import signal
import time
from collections import Counter
from pathlib import Path

import polars as pl

from sensors.chain import read_chain
from tests.live.sensing import Sensor, events, occurrences, segments, sensor
from tests.live.test_parity import rows
from tests.live.wire import frames, send, wire
from tests.needs import PROJECT

BRUTE_FORCE = PROJECT / "rules" / "proofs" / "mqtt" / "login-brute-force.pcap"
REFUSED = b"\x20\x02\x00\x05"
"""CONNACK: not authorised (MQTT 3.1.1 3.2.2.3). Five within a minute are rule G14."""
NORMAL = PROJECT / "rules" / "proofs" / "modbus" / "hmi-normal.pcap"
PATIENCE = 30.0


def rules_of(spool: Path) -> Counter[str]:
    return Counter(each.rule for each in occurrences(spool))


def told_rows(spool: Path, dataset: str) -> Counter[str]:
    """Rows of a dataset without times, and without packet numbers, for every run counts anew."""
    found: Counter[str] = Counter()
    for text, count in rows(spool, dataset).items():
        row = {name: value for name, value in json.loads(text).items() if not name.startswith("ot.packet.")}
        found[json.dumps(row, sort_keys=True)] += count
    return found


def kill(running: Sensor) -> None:
    running.process.send_signal(signal.SIGKILL)
    running.process.wait()


def until_handed_over(spool: Path, frame: int) -> None:
    """Until everything of the first so many frames lies in the spool."""
    deadline, chain = time.monotonic() + PATIENCE, None
    while time.monotonic() < deadline:
        chain = read_chain(spool)
        if chain is not None and max(chain.reached.values(), default=0) >= frame:
            return
        time.sleep(0.05)
    raise AssertionError(f"{chain}")


def test_what_only_both_halves_together_are_is_found(tmp_path: Path) -> None:
    spool, ring, sent = tmp_path / "spool", tmp_path / "packets", frames(BRUTE_FORCE)
    half = [number for number, (_, frame) in enumerate(sent) if frame.endswith(REFUSED)][2] + 1
    with wire() as made, made.sender_socket() as sender:
        with sensor(made, spool, "--packets", str(ring)) as first:
            first.wait_for("listens to")
            send(sender, sent[:half])
            until_handed_over(spool, half - 10)
            kill(first)
        assert rules_of(spool)["G14"] == 0, "half of it must not be enough, or the test shows nothing"
        with sensor(made, spool, "--packets", str(ring)) as second:
            second.wait_for("listens to")
            send(sender, sent[half:])
            assert second.stop() == 0
    assert rules_of(spool)["G14"] == 1
    ids = [event for segment, _ in segments(spool) for name, frame in segment.datasets.items()
           if name not in ("capture", "finding") for event in frame["event.id"]]  # fmt: skip
    assert len(ids) == len(set(ids)), "nothing is told twice"
    counted = events(spool, "capture")
    assert counted is not None
    frames_counted = counted.filter(pl.col("ot.counter") == "frames")["ot.count"].sum()
    assert frames_counted == len(sent), "counts that the first run had not told go on"
    whole = tmp_path / "whole"
    with wire() as made, made.sender_socket() as sender, sensor(made, whole) as running:
        running.wait_for("listens to")
        send(sender, sent)
        assert running.stop() == 0
    for dataset in ("transaction", "identity", "session", "sequence", "value"):
        assert told_rows(spool, dataset) == told_rows(whole, dataset), dataset


def test_frames_that_were_not_handed_over_are_told_by_the_next_run(tmp_path: Path) -> None:
    spool, ring, sent = tmp_path / "spool", tmp_path / "packets", frames(NORMAL)[:400]
    with wire() as made, made.sender_socket() as sender:
        with sensor(made, spool, "--packets", str(ring)) as first:
            first.wait_for("listens to")
            send(sender, [(0.0, frame) for _, frame in sent])
            deadline = time.monotonic() + PATIENCE
            while kept(ring) < sum(16 + len(frame) for _, frame in sent) and time.monotonic() < deadline:
                time.sleep(0.01)
            kill(first)
        known = sum(len(segment.datasets) for segment, _ in segments(spool))
        with sensor(made, spool, "--packets", str(ring)) as second:
            second.wait_for("listens to")
            assert second.stop() == 0
    transactions = events(spool, "transaction")
    assert transactions is not None
    assert transactions["event.id"].is_unique().all()
    assert sum(len(segment.datasets) for segment, _ in segments(spool)) > known
    told = events(spool, "capture")
    assert told is not None
    absent = told.filter(pl.col("ot.counter") == "absent_ms")
    assert absent.height == 1, "that nobody listened for a while is told"


def kept(ring: Path) -> int:
    return sum(path.stat().st_size - 24 for path in ring.glob("*/*/*.pcap"))


def test_what_was_handed_over_stays_so_when_it_cannot_be_read_once_more(tmp_path: Path) -> None:
    """A run that could read only some of it once more must not tell the rest as news in the run after it."""
    spool, ring, sent = tmp_path / "spool", tmp_path / "packets", frames(NORMAL)[:400]
    with wire() as made, made.sender_socket() as sender:
        with sensor(made, spool, "--packets", str(ring)) as first:
            first.wait_for("listens to")
            send(sender, [(0.0, frame) for _, frame in sent])
            until_handed_over(spool, 390)
            kill(first)
        chain = read_chain(spool)
        assert chain is not None
        [(capture, handed)] = chain.reached.items()
        for file in (ring / "sensor" / capture).iterdir():
            file.unlink()
        with sensor(made, spool, "--packets", str(ring)) as second:
            second.wait_for("listens to")
            send(sender, [(0.0, frame) for _, frame in sent[:50]])
            assert second.stop() == 0
    chain = read_chain(spool)
    assert chain is not None
    assert chain.reached[capture] == handed
    assert len(chain.reached) == 2
