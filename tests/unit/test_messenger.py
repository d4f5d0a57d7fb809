"""The messenger of a sealed process: what it hands on, and what not."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.listening import PATIENCE, ear
from tests.needs import PROJECT

SPEAKS = """
import os
from api.messenger import sealed_pulse
pulse = sealed_pulse(os.environ, lambda: None, lambda error: print(error, flush=True))
channel = pulse._channel
for line in ("MAINPID=1", "FDSTORE=1", "READY=1\\x00MAINPID=1", "STATUS=" + "x" * 5000, "READY=1 "):
    channel.say(line)
pulse.ready("fine: 链路")
pulse.stopping()
print(sorted(name for name in os.environ if name.startswith(("NOTIFY", "WATCHDOG"))))
"""


WAITS = """
import os, time
from api.messenger import sealed_pulse
sealed_pulse(os.environ, lambda: None, lambda error: None).ready("waits")
time.sleep(600)
"""


def speak(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SPEAKS],
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


def test_four_words_pass_and_nothing_else(tmp_path: Path) -> None:
    with ear(tmp_path) as listening:
        done = speak(dict(listening.environment(20)))
        assert done.stdout == "[]\n"
        listening.wait_for("STOPPING=1")
    assert listening.said == ["READY=1", "STATUS=fine: 链路", "STOPPING=1"]


def test_it_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    with ear(tmp_path) as listening:
        process = subprocess.Popen(
            [sys.executable, "-c", WAITS], cwd=PROJECT, env={**os.environ, **listening.environment(20)}
        )
        try:
            listening.wait_for("READY=1")
            (messenger,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        finally:
            process.kill()
            process.wait()
    deadline = time.monotonic() + PATIENCE
    while (status := Path(f"/proc/{messenger}/status")).exists() and "State:\tZ" not in status.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_why_nobody_can_be_told_is_said(tmp_path: Path) -> None:
    done = speak({"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    assert "No such file" in done.stdout
