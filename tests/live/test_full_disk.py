"""A sensor whose spool is on a full disk listens on, and loses no alert."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.sensing import occurrences, sensor
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
