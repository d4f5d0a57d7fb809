"""Killed at any instruction, a machine has one whole version in force, and takes the rest when it is asked again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.needs import PROJECT

PLACES = 40


def test_killed_anywhere_one_whole_version_is_in_force(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.contract.content_victim", str(tmp_path), str(PLACES)],
        cwd=PROJECT, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(found) == PLACES, ran.stdout
    assert {each["ended"] for each in found} == {-9}
    assert {each["between"] for each in found} == {None, "plant-1", "plant-2"}, "before, between and after the switches"
    assert {(each["again"], each["then"]) for each in found} == {(0, "plant-2")}
    assert all(each["half"] == [] for each in found)
