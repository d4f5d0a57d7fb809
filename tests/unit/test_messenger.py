"""The messenger of a sealed process: what it hands on, and what not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.listening import ear
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


def test_why_nobody_can_be_told_is_said(tmp_path: Path) -> None:
    done = speak({"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    assert "No such file" in done.stdout
