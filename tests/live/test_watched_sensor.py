"""A sensor under a service manager: it says that it listens and that it works, though it cannot send."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tests.listening import PATIENCE, ear
from tests.live.sensing import sensor
from tests.live.wire import wire


def children(process: int) -> list[int]:
    """Processes that a process began."""
    return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def status_of(process: int) -> dict[str, str]:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def until_gone(process: int) -> None:
    """Waits for the end of a process that is not ours."""
    deadline = time.monotonic() + PATIENCE
    while Path(f"/proc/{process}").exists() and status_of(process)["State"][0] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_pulse_stops_when_the_sensor_hangs_and_comes_back_with_it(tmp_path: Path) -> None:
    with (
        ear(tmp_path) as listening,
        wire() as made,
        sensor(made, tmp_path / "spool", environment=listening.environment(watchdog=2)) as running,
    ):
        running.wait_for("listens to")
        listening.wait_for("READY=1")
        assert "listens to" in listening.wait_for("STATUS=")
        listening.wait_for("WATCHDOG=1")
        process = running.process.pid  # `ip netns exec` becomes it
        (messenger,) = children(process)
        for each in (process, messenger):
            status = status_of(each)
            assert (status["CapPrm"], status["CapAmb"]) == ("0" * 16, "0" * 16)
            assert (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1")
        os.kill(process, signal.SIGSTOP)
        listening.silence(0.5)  # what was on its way
        assert "WATCHDOG=1" not in listening.silence(2)
        os.kill(process, signal.SIGCONT)
        listening.wait_for("WATCHDOG=1")
        os.kill(messenger, signal.SIGTERM)  # systemd may tell the whole group to end; it says the sensor's last word
        assert running.stop() == 0
        assert listening.wait_for("STOPPING=1")
        until_gone(messenger)
        assert made.transmitted() == 0


def test_a_sensor_whose_messenger_is_gone_listens_on(tmp_path: Path) -> None:
    with (
        ear(tmp_path) as listening,
        wire() as made,
        sensor(made, tmp_path / "spool", environment=listening.environment(watchdog=2)) as running,
    ):
        listening.wait_for("READY=1")
        (messenger,) = children(running.process.pid)
        os.kill(messenger, signal.SIGKILL)
        until_gone(messenger)
        listening.silence(0.5)
        assert "WATCHDOG=1" not in listening.silence(1.5)
        assert running.stop() == 0
