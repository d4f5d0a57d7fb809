"""A sensor that listens looks at its mirror port: what is wrong there comes along with what it finds."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from api.health_watch import mirrors
from api.segment_files import segment_from
from api.storage import open_store
from response.records import Put
from response.times import time_text
from sensors.spool import Spool
from tests.faults.traffic import Talk
from tests.live.sensing import events, sensor
from tests.live.wire import wire

LOOK = 20.0
"""Seconds of a look."""


@pytest.mark.timeout(120)
def test_one_direction_alone_is_a_fault_of_the_mirror_port(tmp_path: Path) -> None:
    talk = Talk()
    with wire() as made, sensor(made, tmp_path / "spool") as running:
        running.wait_for("listens to")
        with made.sender_socket() as sender:
            begun, number = time.monotonic(), 0
            while time.monotonic() - begun < LOOK + 4:
                request, _ = talk.exchange(number)
                sender.send(request)
                number += 1
                time.sleep(0.02)
        running.stop()
    told = events(tmp_path / "spool", "capture")
    assert told is not None
    rows = told.select("ot.stage", "ot.counter", "ot.count").rows()
    found = {counter: count for stage, counter, count in rows if stage == "mirror"}
    assert found["looks"] == 1
    assert found["fault.one_direction"] == 1
    with open_store(f"embedded:{tmp_path / 'store'}") as store:
        segments = [segment_from(each.read())[0] for each in Spool(tmp_path / "spool")]
        store.write_all(segments)
        now = time.time_ns()
        body = {"last_seen": time_text(now), "packets_until": time_text(now), "state": "heard", "counters": {}}
        store.commit([Put("sensor", "sensor", body)])
        assert [(each.about, each.counter) for each in mirrors(store, now)] == [("sensor", "mirror.one_direction")]
