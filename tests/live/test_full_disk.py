"""A sensor whose spool is on a full disk, or beyond its bounds, listens on; no alert is lost that is not told."""

from __future__ import annotations

import os
import time
from pathlib import Path

import polars as pl
import pytest

from sensors.packet_ring import PacketRing
from tests.integration.test_intake import spooled
from tests.live.sensing import occurrences, segments, sensor
from tests.live.wire import frames, send, wire
from tests.needs import PROJECT
from tests.small_disk import fill, small_disk

WRITE = PROJECT / "rules" / "proofs" / "modbus" / "unauthorised-write.pcap"


@pytest.mark.timeout(180)
def test_alerts_wait_until_there_is_room(tmp_path: Path) -> None:
    packets = [(0.0, frame) for _, frame in frames(WRITE)]
    with small_disk(tmp_path / "disk") as disk, wire() as made, sensor(made, disk) as running:
        running.wait_for("listens to")
        block = fill(disk)
        with made.sender_socket() as sender:
            send(sender, packets)
        assert "No space left" in running.wait_for("takes nothing")
        assert not occurrences(disk)
        block.unlink()
        assert "lost meanwhile: 0 events, 0 hits" in running.wait_for("takes segments again")
        assert running.stop() == 0
        assert "MB01" in {each.rule for each in occurrences(disk)}


@pytest.mark.timeout(180)
def test_a_ring_on_a_full_disk_keeps_no_sensor_from_beginning(tmp_path: Path) -> None:
    """A killed sensor left a file without an index, for which there is no room now."""
    packets = [(0.0, frame) for _, frame in frames(WRITE)]
    with small_disk(tmp_path / "disk") as disk, wire() as made, made.sender_socket() as sender:
        with sensor(made, tmp_path / "one", "--packets", str(disk)) as first:
            first.wait_for("listens to")
            send(sender, packets)
            until_kept(disk, len(packets))
            first.process.kill()
            first.process.wait()
        [left] = disk.glob("*/*/*.pcap")
        fill(disk)
        with sensor(made, tmp_path / "two", "--packets", str(disk)) as second:
            second.wait_for("listens to")
            assert not left.with_suffix(".idx").exists(), "or there was room, and the test shows nothing"
            send(sender, packets)
            assert second.stop() == 0
        assert "MB01" in {each.rule for each in occurrences(tmp_path / "two")}


def until_kept(ring: Path, number: int) -> None:
    deadline = time.monotonic() + 30
    while PacketRing(ring).passing("").frames < number:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_is_older_than_its_days_is_given_up_and_told(tmp_path: Path) -> None:
    folder = spooled(tmp_path / "spool", 3)
    for each in folder.glob("*.zip"):
        os.utime(each, (0, 0))
    with wire() as made, sensor(made, folder, "--spool-days", "1") as running:
        assert "60 events and 3 hits" in running.wait_for("reached its bounds")
        running.wait_for("listens to")
        assert running.stop() == 0
    [told] = [segment for segment, _ in segments(folder)][:1]
    lost = told.datasets["capture"].filter(pl.col("ot.stage") == "spool")
    assert dict(lost.select("ot.counter", "ot.count").rows()) == {"spool_rows_lost": 60, "spool_occurrences_lost": 3}
    assert {f"spool.{name}": told.counters[f"spool.{name}"] for name in ("rows_lost", "occurrences_lost")} == {
        "spool.rows_lost": 60,
        "spool.occurrences_lost": 3,
    }
