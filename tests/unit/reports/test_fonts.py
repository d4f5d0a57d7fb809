"""`workshop/fonts.sh`: what it cannot fetch it says, and takes nothing that it does not know."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from response.reports.glyphs import FILES, FOLDER
from tests.needs import PROJECT, need

WRONG = """#!/bin/sh
set -eu
place=$4; mkdir -p "$place/package/400Regular" "$place/package/700Bold"
echo wrong >"$place/package/400Regular/NotoSansSC_400Regular.ttf"
echo wrong >"$place/package/700Bold/NotoSansSC_700Bold.ttf"
tar -czf "$place/x.tgz" -C "$place" package
"""
FAILS = """#!/bin/sh
echo "no such host" >&2
exit 1
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The script in a place of its own, with a PATH of the tools it needs but npm."""
    (tmp_path / "workshop").mkdir()
    (tmp_path / "response" / "reports" / "fonts").mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    shutil.copy(PROJECT / "workshop" / "fonts.sh", tmp_path / "workshop")
    for name in ("sh", "dirname", "sha256sum", "mktemp", "tar", "gzip", "rm", "cp", "tail", "mkdir", "echo"):
        found = shutil.which(name)
        assert found is not None
        (tmp_path / "bin" / name).symlink_to(found)
    return tmp_path


def run(checkout: Path, npm: str | None) -> subprocess.CompletedProcess[str]:
    if npm is not None:
        (checkout / "bin" / "npm").write_text(npm)
        (checkout / "bin" / "npm").chmod(0o755)
    environment = {"PATH": str(checkout / "bin"), "HOME": os.environ.get("HOME", "/")}
    command = ["sh", str(checkout / "workshop" / "fonts.sh")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("npm", "why"),
    [(None, "npm is not installed"), (FAILS, "no such host"), (WRONG, "not what workshop/fonts.sh pins")],
)
def test_without_fonts_set_up_goes_on_and_says_why(checkout: Path, npm: str | None, why: str) -> None:
    done = run(checkout, npm)
    assert done.returncode == 0
    assert why in done.stderr
    assert "everything but PDF" in done.stderr
    assert list((checkout / "response" / "reports" / "fonts").iterdir()) == []


def test_fonts_that_are_there_are_not_fetched_again(checkout: Path) -> None:
    need(all((FOLDER / name).is_file() for name in FILES), "the fonts of PDF reports", "make setup, with npm")
    for name in FILES:
        shutil.copy(FOLDER / name, checkout / "response" / "reports" / "fonts")
    done = run(checkout, FAILS)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
