"""`bittern demo`: everything is there within a minute, and nothing stays behind, however it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.needs import PROJECT

COMMAND = [sys.executable, "-m", "api.cli", "demo", "--no-browser", "--port", "0"]


def run_in(folder: Path, *more: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "TMPDIR": str(folder), "BITTERN_LANG": "en"}
    return subprocess.Popen(
        [*COMMAND, *more],
        env=environment,
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def workers_of(folder: Path) -> list[int]:
    """Processes whose command line names the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(folder).encode() in line:
                found.append(int(entry.name))
    return found


def gone(folder: Path) -> bool:
    deadline = time.monotonic() + 30
    while workers_of(folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not workers_of(folder)


@pytest.mark.timeout(240)
def test_once_prints_one_object(tmp_path: Path) -> None:
    process = run_in(tmp_path, "--once")
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    told = json.loads(out)
    assert set(told) == {"seconds", "alerts", "incidents", "url"}
    assert told["alerts"] >= 12
    assert told["incidents"] >= 4
    assert gone(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.timeout(240)
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_stays_behind(tmp_path: Path, end: signal.Signals) -> None:
    with run_in(tmp_path) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "#one-time=" in line:
                break
        assert workers_of(tmp_path)
        process.send_signal(end)
    assert gone(tmp_path)
    if end is not signal.SIGKILL:
        assert list(tmp_path.iterdir()) == []
