"""Absent parts are named at the end of a run, and fail it where nothing may be skipped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import PROJECT

ABSENT = """
import pytest
from tests.needs import need

def test_present():
    need(True, "nothing", "not needed")

def test_absent():
    need(False, "a broker", "make system-deps")
"""
PLAIN_SKIP = """
import pytest

@pytest.mark.skip(reason="not today")
def test_later():
    pass
"""


MODULE_SKIP = """
import pytest

pytest.skip("no bus here", allow_module_level=True)
"""


REFUSED = """
from tests.needs import allowed

def test_confined():
    allowed(False, "network namespaces", "run as root on Linux")

def test_free():
    allowed(True, "nothing", "")
"""


def run(folder: Path, source: str, require_all: bool, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest over `source` alone, with the project's conftest as a plugin."""
    (folder / "test_made.py").write_text(source)
    (folder / "pytest.toml").write_text("[pytest]\n")
    environment = {**os.environ, "BITTERN_REQUIRE_ALL": "1" if require_all else "0", "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-p", "no:asyncio"]
    command += options
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_an_absent_part_is_skipped_and_named(tmp_path: Path) -> None:
    done = run(tmp_path, ABSENT, require_all=False)
    assert done.returncode == 0, done.stdout
    assert "1 skipped, needs a broker: make system-deps" in done.stdout
    assert "1 passed, 1 skipped" in done.stdout


def test_an_absent_part_fails_where_all_is_required(tmp_path: Path) -> None:
    done = run(tmp_path, ABSENT, require_all=True)
    assert done.returncode == 1, done.stdout
    assert "1 failed, 1 passed" in done.stdout
    assert "needs a broker: make system-deps" in done.stdout


@pytest.mark.parametrize(("require_all", "code"), [(False, 0), (True, 1)])
def test_a_plain_skip_fails_the_run_where_all_is_required(tmp_path: Path, require_all: bool, code: int) -> None:
    done = run(tmp_path, PLAIN_SKIP, require_all)
    assert done.returncode == code, done.stdout
    assert "not today" in done.stdout


@pytest.mark.parametrize("require_all", [False, True])
def test_what_the_machine_refuses_is_named_and_fails_nothing(tmp_path: Path, require_all: bool) -> None:
    done = run(tmp_path, REFUSED, require_all)
    assert done.returncode == 0, done.stdout
    assert "1 passed, 1 skipped" in done.stdout
    assert "1 skipped, this machine allows no network namespaces: run as root on Linux" in done.stdout
    assert "the run fails" not in done.stdout


@pytest.mark.parametrize("processes", ["0", "2"])
def test_a_module_that_is_not_collected_is_counted_once_however_many_processes_run(
    tmp_path: Path, processes: str
) -> None:
    (tmp_path / "test_fine.py").write_text("def test_fine(): pass")
    done = run(tmp_path, MODULE_SKIP, True, "--numprocesses", processes)
    assert done.returncode == 1, done.stdout
    assert "    1 skipped, no bus here" in done.stdout
