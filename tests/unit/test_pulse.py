"""What a process says to whoever began it: the words, who hears them, and how often."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from api.pulse import LONGEST_STATUS, Pipe, Pulse, pulse_of
from tests.listening import ear


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Paper:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)

    def close(self) -> None:
        self.lines.append("")


def test_a_pulse_is_said_no_more_often_than_asked() -> None:
    paper, clock = Paper(), Clock()
    pulse = Pulse(paper, 5.0, clock)
    for second in range(12):
        clock.now = second
        pulse.beat()
    assert paper.lines == ["WATCHDOG=1"] * 3


def test_nobody_is_told_where_nobody_listens_and_no_pulse_is_asked_for() -> None:
    paper = Paper()
    Pulse(paper, None).beat()
    assert paper.lines == []
    assert Pulse(None, 5.0).every is None


def test_a_status_is_one_line_and_told_once() -> None:
    paper = Paper()
    pulse = Pulse(paper, None)
    pulse.status("eth1\nMAINPID=1\r\x07 up")
    pulse.status("eth1 MAINPID=1 up")
    pulse.status("x" * 1000)
    assert paper.lines == ["STATUS=eth1 MAINPID=1 up", "STATUS=" + "x" * LONGEST_STATUS]


@pytest.mark.parametrize(("process", "every"), [("nobody", 5.0), ("this", 5.0), ("other", None)])
def test_systemd_is_told_by_datagrams_and_what_is_begun_is_not_watched(
    process: str, every: float | None, tmp_path: Path
) -> None:
    named = {"nobody": {}, "this": {"WATCHDOG_PID": str(os.getpid())}, "other": {"WATCHDOG_PID": "1"}}[process]
    with ear(tmp_path) as listening:
        environment = {**listening.environment(20), **named, "PATH": "/bin"}
        pulse = pulse_of(environment)
        assert environment == {"PATH": "/bin"}
        assert pulse.every == every
        pulse.ready("listens")
        assert listening.wait_for("READY=1")
        assert listening.wait_for("STATUS=") == "STATUS=listens"
        pulse.stopping()
        pulse.ready("not any more")
        assert listening.wait_for("STOPPING=1")
    assert listening.said[-1] == "STOPPING=1"


def test_an_abstract_socket_and_one_that_is_not_there() -> None:
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        name = f"bittern-test-{os.getpid()}"
        listening.bind(f"\0{name}")
        listening.settimeout(10)
        pulse_of({"NOTIFY_SOCKET": f"@{name}"}).stopping()
        assert listening.recv(100) == b"STOPPING=1"
    nobody = pulse_of({"NOTIFY_SOCKET": f"@{name}", "WATCHDOG_USEC": "1000000"})
    nobody.ready("nobody hears it")
    assert nobody.every is None


def test_a_full_pipe_holds_nobody_up() -> None:
    reading, writing = os.pipe()
    try:
        pipe = Pipe(writing)
        for _ in range(100_000):
            pipe.say("WATCHDOG=1")
        assert os.read(reading, 11) == b"WATCHDOG=1\n"
        pipe.close()
        pipe.say("to nobody")
    finally:
        os.close(reading)


def test_a_file_tells_the_time_of_the_last_pulse_and_goes_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "pulse"
    environment = {"BITTERN_PULSE_FILE": str(path)}
    pulse = pulse_of(environment)
    pulse.ready("nobody reads it")
    assert (environment, path.exists()) == ({}, False)
    pulse.beat()
    os.utime(path, (0, 0))
    again = pulse_of({"BITTERN_PULSE_FILE": str(path)})
    again.beat()
    assert path.stat().st_mtime > 0
    again.stopping()
    assert not path.exists()
    pulse_of({"BITTERN_PULSE_FILE": str(tmp_path / "no" / "such")}).beat()
