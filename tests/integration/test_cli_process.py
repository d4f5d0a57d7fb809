"""`bittern analyze` as a process: pipes, terminals, ^C, threads, and how far it is."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sensors.capture import CaptureFiles
from tests.integration.cli_runner import NORMAL, PROJECT, SITE, WRITE, Cli, cli

__all__ = ["cli"]

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(PROJECT), "BITTERN_LANG": "en"}
BITTERN = [sys.executable, "-c", "from api.cli import main; main()"]


def test_the_real_program_reads_standard_input_and_writes_no_colour_into_a_pipe() -> None:
    environment = {**os.environ, "LANG": "zh_CN.UTF-8", "PYTHONPATH": str(PROJECT)}
    for name in ("BITTERN_LANG", "BITTERN_STORE", "BITTERN_TIME_ZONE", "LC_ALL", "LC_MESSAGES"):
        environment.pop(name, None)
    with WRITE.open("rb") as capture:
        done = subprocess.run(
            [*BITTERN, "analyze", "-", "-r", "--site", SITE],
            stdin=capture,
            capture_output=True,
            env=environment,
            check=False,
        )
    assert done.returncode == 0
    assert "告警" in done.stdout.decode()
    assert b"\x1b" not in done.stdout + done.stderr
    assert done.stderr == b""


def test_the_number_of_jobs_changes_no_byte(tmp_path: Path) -> None:
    demo = PROJECT / "rules" / "demo"
    seen = []
    for jobs in ("1", "2"):
        events = tmp_path / f"{jobs}.ndjson"
        command = [*BITTERN, "analyze", str(demo / "demo.pcap"), "--site", str(demo / "demo.site.yml"), "--jobs", jobs]
        done = subprocess.run(
            [*command, "--full", "--events", str(events), "--format", "json"],
            capture_output=True,
            env=ENVIRONMENT,
            check=True,
        )
        assert done.stderr == b""
        seen.append((re.sub(rb'"seconds": [0-9.]+', b"", done.stdout), events.read_bytes()))
    assert seen[0][0] == seen[1][0]
    assert seen[0][1] == seen[1][1]
    assert len(seen[0][1].splitlines()) > 5_000


def test_the_real_program_is_interrupted_while_it_waits_for_a_pipe(tmp_path: Path) -> None:
    events, target = tmp_path / "events.ndjson", tmp_path / "report.json"
    command = [*BITTERN, "analyze", "-", "--events", str(events), "--format", "json", "--output", str(target)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(WRITE.read_bytes())
        process.stdin.flush()
        while not list(tmp_path.glob("events*.part")):  # then the analysis has begun; the test's own time limit ends it
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
        assert process.stderr is not None
        said = process.stderr.read().decode()
    assert said.startswith("error: interrupted")
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_the_real_program_bears_a_reader_that_goes_away() -> None:
    command = [*BITTERN, "analyze", str(WRITE), "--format", "json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(PROJECT)}
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait() == 141
    assert b"Traceback" not in said
    assert b"Exception" not in said


@pytest.mark.parametrize("name", ["events.ndjson", "events"])
def test_events_that_find_no_room_are_told_and_leave_nothing_half_written(tmp_path: Path, name: str) -> None:
    limited = ["sh", "-c", 'ulimit -f 20 && exec "$@"', "sh"]  # blocks of 512 or 1024 bytes
    done = subprocess.run(
        [*limited, *BITTERN, "analyze", str(WRITE), "--full", "--events", str(tmp_path / name)],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=False,
    )
    assert done.returncode == 4
    assert done.stderr.endswith(f"error: {tmp_path / name}: the file would be too large\n")
    assert list(tmp_path.rglob("*.part")) == []


def test_how_far_it_is_can_be_asked_at_any_time() -> None:
    files = CaptureFiles([WRITE, NORMAL], full=True, batch_rows=100)
    seen = [files.position for _ in files]
    assert len(seen) > 3
    assert {position.whole for position in seen} == {WRITE.stat().st_size + NORMAL.stat().st_size}
    assert [p.packets for p in seen] == sorted(p.packets for p in seen)
    assert files.position.read == files.position.whole
    assert CaptureFiles([Path("-")]).position.whole is None


def test_progress_is_said_in_lines_where_nobody_looks(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.cli.progress.PATIENCE", 0.01)
    said = cli("analyze", WRITE, "--format", "json")
    assert re.search(r"^(\d+% · )?packets [\d,]+ ", said.err, re.M)
    assert said.json()["alerts"]
    assert cli("analyze", WRITE, "--format", "json", "--quiet").err == ""


def test_progress_moves_on_a_terminal_and_is_gone_at_the_end() -> None:
    ours, theirs = pty.openpty()
    demo = PROJECT / "rules" / "demo" / "demo.pcap"
    done = subprocess.run(
        [*BITTERN, "analyze", str(demo), "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "BITTERN_LANG": "en", "TERM": "xterm", "COLUMNS": "90"},
        check=True,
    )
    os.close(theirs)
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert json.loads(done.stdout)["alerts"]
    assert "packets 0" in shown
    assert "\x1b[2K" in shown.rpartition("packets")[2], "the last line is taken away"
    assert not shown.endswith("\n")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("bittern an", "analyze"), ("bittern analyze --fo", "--format"), ("bittern analyze --format ", "html")],
)
def test_the_shell_completes_what_is_typed(typed: str, offered: str) -> None:
    script = subprocess.run(
        [*BITTERN, "completion", "bash"], capture_output=True, text=True, env=ENVIRONMENT, check=True
    )
    words = " ".join(f"'{word}'" for word in typed.split(" "))
    program = " ".join(f"'{word}'" for word in BITTERN)
    typing = (
        f"bittern() {{ {program}; }}\n"
        'env() { local -x "${@:1:3}"; bittern; }\n'  # the script asks env, which knows no functions
        f"{script.stdout}\n"
        f"COMP_WORDS=({words}); COMP_CWORD={len(typed.split(' ')) - 1}\n"
        "_bittern_completion bittern; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    done = subprocess.run(["bash", "-c", typing], capture_output=True, text=True, env=ENVIRONMENT, check=True)
    assert offered in done.stdout.split(), done.stderr
