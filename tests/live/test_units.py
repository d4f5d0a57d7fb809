"""The systemd units: what they take away leaves enough to work, and systemd's own judgement of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sensors.packet_ring import PacketRing
from tests.listening import PATIENCE, ear
from tests.live.confined import USER, allowed_calls, settings
from tests.live.sensing import Sensor, occurrences
from tests.live.wire import NEAR, Wire, frames, send, wire
from tests.needs import PROJECT, tool

UNITS = PROJECT / "compose" / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
WRITE = PROJECT / "rules" / "proofs" / "modbus" / "unauthorised-write.pcap"
MOST_EXPOSED = "20"
"""Tenths of the score of `systemd-analyze security`: 2.0."""


@pytest.mark.parametrize("unit", SERVICES)
def test_systemd_finds_a_unit_little_exposed(unit: str) -> None:
    command = [tool("systemd-analyze"), "security", "--offline=yes", "--no-pager", f"--threshold={MOST_EXPOSED}"]
    done = subprocess.run([*command, str(UNITS / unit)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    programs = tmp_path / "opt"
    for name in ("bin/bittern", "libexec/prepare-interface"):
        (programs / name).parent.mkdir(parents=True, exist_ok=True)
        (programs / name).symlink_to("/bin/true")
    for path in UNITS.glob("bittern*"):
        text = path.read_text().replace("/opt/bittern", str(programs))
        (tmp_path / path.name.replace("@.", "@eth1.")).write_text(text)
    command = [tool("systemd-analyze"), "verify", "--man=no", "--recursive-errors=no"]
    done = subprocess.run([*command, *map(str, tmp_path.glob("bittern*"))], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "bittern" in line]
    assert (done.returncode, ours) == (0, [])


def test_a_later_line_gives_back_what_an_earlier_one_took() -> None:
    tool("systemd-analyze")
    calls = allowed_calls(settings(UNITS / "bittern-sensor@.service")["SystemCallFilter"])
    assert {"capset", "seccomp", "prctl", "mmap"} <= calls
    assert not {"chown", "setuid", "mount", "ptrace", "reboot", "bpf"} & calls


def confined(plant: Wire, unit: str, folder: Path, *words: str, said: str) -> Sensor:
    """A command under a unit, in the sensor's network."""
    tool("systemd-analyze")
    folder.chmod(0o777)  # who runs there has no name that it could be given to
    folder.parent.chmod(0o755)
    command = [sys.executable, "-m", "tests.live.confined", str(UNITS / unit), str(folder.parent)]
    process = subprocess.Popen(
        ["ip", "netns", "exec", plant.sensor, *command, sys.executable, "-m", "api.cli", *words],
        cwd=PROJECT,
        env={**os.environ, "BITTERN_LANG": "en", "PYTHONDONTWRITEBYTECODE": "1", "NOTIFY_SOCKET": said},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    return Sensor(process, folder / "spool")


def held(process: int) -> dict[str, str]:
    """Capabilities of a process, and whose it is."""
    lines = [line.split() for line in Path(f"/proc/{process}/status").read_text().splitlines()]
    return {words[0][:-1]: words[1] for words in lines if words[0] in ("CapPrm:", "CapAmb:", "Uid:")}


def test_a_sensor_works_with_one_capability_and_little_else(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    with ear(tmp_path) as listening, wire() as made:
        words = ("sensor", "--interface", NEAR, "--spool", str(folder / "spool"), "--packets", str(folder / "packets"))
        running = confined(made, "bittern-sensor@.service", folder, *words, said=listening.address)
        try:
            running.wait_for("listens to")
            listening.wait_for("READY=1")
            assert held(running.process.pid) == {"CapPrm": "0" * 16, "CapAmb": "0" * 16, "Uid": str(USER)}
            with made.sender_socket() as sender:
                send(sender, [(0.0, frame) for _, frame in frames(WRITE)])
            assert running.stop() == 0, running.said
            assert not [line for line in running.said if "warning" in line]
            assert "MB01" in {each.rule for each in occurrences(folder / "spool")}
            [kept] = PacketRing(folder / "packets").standing(verified=True)
            assert (kept.frames, kept.changed) == (len(frames(WRITE)), ())
            assert made.transmitted() == 0
        finally:
            running.process.kill()
            running.process.wait(PATIENCE)
            running.close()


@pytest.mark.parametrize("role", ["worker", "serve"])
def test_worker_and_api_work_with_no_capability(role: str, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    more = {"worker": ("--spools", str(folder / "spools")), "serve": ("--port", "0")}[role]
    with ear(tmp_path) as listening, wire() as made:
        made.ip("link", "set", "lo", "up")
        words = (role, "--data", str(folder / "data"), *more, "--log-format", "json")
        running = confined(made, f"bittern-{role}.service", folder, *words, said=listening.address)
        try:
            listening.wait_for("READY=1")
            assert running.stop() in (0, -signal.SIGTERM), running.said  # both are an end in order to systemd
        finally:
            running.process.kill()
            running.process.wait(PATIENCE)
            running.close()
