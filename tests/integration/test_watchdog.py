"""Worker, API and `bittern run` under a watchdog: real processes, stopped as a hang would stop them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from api.pulse import Pulse
from api.running import Role, Running
from tests.listening import PATIENCE, ear
from tests.needs import PROJECT

COMMAND = (sys.executable, "-m", "api.cli")


@contextmanager
def service(*words: str, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A command as a process, which is ended with this."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BITTERN_")}
    process = subprocess.Popen(
        [*COMMAND, *words],
        cwd=PROJECT,
        env={**clean, "BITTERN_LANG": "en", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("role", ["worker", "serve"])
def test_a_service_is_ready_beats_falls_silent_and_ends(role: str, tmp_path: Path) -> None:
    more: tuple[str, ...] = {"worker": ("--spools", str(tmp_path / "spools")), "serve": ("--port", "0")}[role]
    more += ("--log-format", "json")
    with (
        ear(tmp_path) as listening,
        service(role, "--data", str(tmp_path / "d"), *more, environment=listening.environment(1)) as process,
    ):
        listening.wait_for("READY=1")
        assert {"worker": str(tmp_path / "spools"), "serve": "http://127.0.0.1:"}[role] in listening.wait_for("STATUS=")
        listening.wait_for("WATCHDOG=1")
        listening.wait_for("WATCHDOG=1")
        process.send_signal(signal.SIGSTOP)
        listening.silence(0.5)
        assert "WATCHDOG=1" not in listening.silence(1.5)
        process.send_signal(signal.SIGCONT)
        listening.wait_for("WATCHDOG=1")
        process.terminate()
        listening.wait_for("STOPPING=1")
        process.wait(PATIENCE)
        assert process.stderr is not None
        lines = [json.loads(line) for line in process.stderr.read().splitlines()]
    assert "one-time=" not in " ".join(listening.said)
    check_log(role, lines, tmp_path / "d", process.pid)


def check_log(role: str, lines: list[dict[str, Any]], data: Path, process: int) -> None:
    """Each line is an object with code, parameters and text; the secret of the first sign-in is in none of them."""
    (ready,) = [line for line in lines if line["event.code"] == f"{role}.ready"]
    assert (ready["log.level"], ready["service.name"], ready["process.pid"]) == ("info", f"bittern-{role}", process)
    (parameter,) = ready["bittern.parameters"].values()
    assert parameter in ready["message"]
    if role == "serve":
        (kept,) = [line for line in lines if line["event.code"] == "serve.first_kept"]
        path = Path(kept["bittern.parameters"]["path"])
        assert path.read_text().startswith(f"{parameter}/#one-time=")
        assert (path.parent, path.stat().st_mode & 0o777) == (data, 0o600)
        assert path.read_text().partition("#one-time=")[2].strip() not in json.dumps(lines)


def begun_again(role: Role, first: int) -> bool:
    """Waits until another process of the role is ready."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        process = role.process
        if process is not None and process.pid != first and role.is_ready:
            return True
        time.sleep(0.1)
    return False


def test_what_hangs_is_killed_and_begun_again_and_the_whole_goes_on(tmp_path: Path) -> None:
    """The supervisor of `bittern run` over a real worker: it tells systemd that it is ready when the worker is, and
    beats while it deals with a worker that hangs."""
    command = (*COMMAND, "worker", "--spool", str(tmp_path / "spool"), "--data", str(tmp_path / "d"), "--with-parent")
    role = Role("worker", [*command, "--quiet"])
    ready, hung, again = threading.Event(), threading.Event(), threading.Event()
    codes: list[int] = []

    class Paper:
        beats = 0

        def say(self, line: str) -> None:
            self.beats += line == "WATCHDOG=1"

        def close(self) -> None: ...

    def ended(name: str, code: int, pause: float) -> None:
        codes.append(code)
        again.set()

    paper = Paper()
    running = Running(
        [role], (), ended, lambda name, seconds: hung.set(), ready.set, pulse=Pulse(paper, 0.1), quiet=4.0
    )
    thread = threading.Thread(target=running.run)
    thread.start()
    try:
        assert ready.wait(PATIENCE)
        assert role.process is not None
        first = role.process.pid
        os.kill(first, signal.SIGSTOP)
        known = paper.beats
        assert hung.wait(PATIENCE)
        assert paper.beats > known
        assert again.wait(PATIENCE)
        assert begun_again(role, first)
    finally:
        running.stop()
        thread.join(PATIENCE)
    assert codes[0] == -signal.SIGKILL
    assert role.process is None
