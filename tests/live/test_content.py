"""A sensor that listens takes other content: every frame is judged, by the one or the other, and it says by which."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.live.sensing import events, segments, sensor
from tests.live.wire import frames, send, wire
from tests.needs import PROJECT
from tests.unit.content.bundles import WRITE as RULE
from tests.unit.content.bundles import About, Machine, bundle

WRITE = PROJECT / "rules" / "proofs" / "modbus" / "unauthorised-write.pcap"
OTHER = RULE.replace(b"MB01", b"MB99").replace(b"id: 6f0f9c1e", b"id: 7f0f9c1e")


def content(version: int, **rules: bytes) -> bytes:
    parts = {f"rules/{name}.yml": text for name, text in rules.items()}
    return bundle(parts, about=About(version=version))


@pytest.mark.timeout(120)
def test_content_changes_under_a_sensor_that_listens(tmp_path: Path) -> None:
    machine, spool = Machine(tmp_path / "content"), tmp_path / "spool"
    machine.take(content(1, MB01=RULE))
    packets = [frame for _, frame in frames(WRITE)]
    with wire() as made, sensor(made, spool, "--content", str(machine.root)) as running:
        running.wait_for("Content plant-1 judges from now on")
        running.wait_for("listens to")
        with made.sender_socket() as sender:
            send(sender, [(0.0, frame) for frame in packets])
            machine.take(content(2, MB01=RULE, MB99=OTHER))
            running.wait_for("Content plant-2 judges from now on")
            send(sender, [(0.0, frame) for frame in packets])
        assert running.stop() == 0, running.said
        running.wait_for(f"{2 * len(packets)} packets")
    said = json.loads((machine.root / "running" / "sensor.json").read_text())
    assert (said["state"], said["version"]) == ("trying", machine.folder.state.current)
    rows = events(spool, "capture")
    assert rows is not None
    told = rows.filter(pl.col("ot.stage") == "content").select("ot.counter", "ot.count").rows()
    assert told == [("content_version", 1), ("content_version", 2)]
    found = [o for segment, _ in segments(spool) for o in segment.occurrences]
    assert {o.rule for o in found} == {"MB01", "MB99"}
    assert len({o.id for o in found}) == len(found)
    assert segments(spool)[-1][0].counters["content.version"] == 2
