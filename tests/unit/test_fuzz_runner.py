"""What `make fuzz` says of a program that crashes: why, the input, and the command that runs it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz import __main__ as runner

CRASHES = """#!/bin/sh
# A fuzz target that fails on its first input, as libFuzzer does.
for option; do case $option in -artifact_prefix=*) prefix=${option#*=};; esac; done
echo "thread '<unnamed>' panicked at wire/src/protocol/mqtt/reader.rs:7:9:"
echo "index out of bounds"
echo made >"${prefix}crash-1"
echo "stat::number_of_executed_units: 42"
exit 77
"""


def test_a_crash_is_told_with_its_input_and_how_to_run_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runner, "MADE", tmp_path / "made")
    program = tmp_path / "stream"
    program.write_text(CRASHES)
    program.chmod(0o755)
    outcome = runner.fuzz(tmp_path, "mqtt", 1)
    runner.tell(outcome)
    said = capsys.readouterr().out
    crash = tmp_path / "made" / "artifacts" / "mqtt" / "crash-1"
    assert outcome.failed
    assert outcome.executions == 42
    assert "FAILED" in said
    assert "index out of bounds" in said
    assert f"input: {crash}" in said
    assert f"again: BITTERN_FUZZ_PROTOCOL=mqtt {program} {crash}" in said
