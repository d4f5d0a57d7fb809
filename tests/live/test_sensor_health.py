"""What a sensor at a wire tells of itself, read through the worker's intake as the API tells it."""

from __future__ import annotations

import signal
import time
from importlib import metadata
from pathlib import Path

import pytest

from api.intake import Intake
from api.storage import open_store
from tests.api.served import made_api
from tests.live.sensing import sensor
from tests.live.test_sensor import udp
from tests.live.wire import NEAR, send, wire

SENT = 8_000


@pytest.mark.timeout(120)
def test_octets_drops_disk_and_versions_of_a_real_run(tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    packets = ("--packets", str(tmp_path / "packets"))
    with wire() as made, sensor(made, spool, "--ring-mb", "4", "--sensor", "line-3", *packets) as running:
        running.wait_for("listens to")
        time.sleep(0.5)
        running.process.send_signal(signal.SIGSTOP)
        with made.sender_socket() as sender:
            send(sender, [(0.0, udp(number)) for number in range(SENT)])
        running.process.send_signal(signal.SIGCONT)
        assert running.stop() == 0, running.said
    with open_store(f"embedded:{tmp_path}/store") as store:
        api = made_api(store, tmp_path)
        api.clock.now = time.time_ns()
        assert Intake(store, spool)(api.clock())
        told = api.person("wang", "analyst").get("/api/v1/sensors/line-3/health?start=1h").json()
    assert (told["sensor"]["software"], told["sensor"]["state"]) == (metadata.version("bittern"), "degraded")
    steps = {each["step"]: {c["counter"]: c["count"] for c in each["counters"]} for each in told["steps"]}
    drops = steps["kernel"]["kernel_drops"]
    assert told["frames"] + drops == SENT
    assert sum(each or 0 for each in told["series"]["lost.kernel"]) == drops > 0
    assert sum(each or 0 for each in told["series"]["bytes"]) == 1000 * told["frames"]
    assert steps["ring"]["ring_fill_permille"] >= 500
    assert [each["interface"] for each in told["interfaces"]] == [NEAR]
    disk = told["disk"]
    assert 0 < disk["free"]["bytes"] < disk["free"]["of"]
    assert disk["spool"]["most"] == 10_240 << 20
    assert disk["packets"]["bytes"] is not None
