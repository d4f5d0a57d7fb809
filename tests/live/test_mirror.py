"""The mirror doctor at a wire: what arrives is judged, and nothing is sent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.mirror_frames import HMI, Packet, mac, of_station, plant, to_everybody, twice
from tests.live.sensing import PATIENCE, Sensor
from tests.live.wire import NEAR, Wire, run, wire
from tests.needs import PROJECT

LONG = "2"
"""Seconds of listening."""


def said_of(made: Wire, packets: Iterable[Packet], code: int, *more: str, end: bool = False) -> dict[str, Any]:
    """What `bittern sensor test-mirror` says of frames that are sent while it listens; `end` interrupts it."""
    seconds = str(PATIENCE) if end else LONG
    command = [
        sys.executable,
        "-m",
        "api.cli",
        "sensor",
        "test-mirror",
        "-i",
        NEAR,
        "--seconds",
        seconds,
        "--json",
        *more,
    ]
    process = subprocess.Popen(
        ["ip", "netns", "exec", made.sensor, *command],
        cwd=PROJECT,
        env={**os.environ, "BITTERN_LANG": "en", "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    running = Sensor(process, Path())
    try:
        running.wait_for("Listening to")
        status = dict(line.split(":\t", 1) for line in Path(f"/proc/{process.pid}/status").read_text().splitlines())
        assert (status["Seccomp"], int(status["CapEff"], 16)) == ("2", 0)
        with made.sender_socket() as sender:
            for packet in packets:
                sender.send(packet.data)
        if end:
            process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        said = process.stdout.read()
        assert process.wait(PATIENCE) == code, running.said
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        running.close()
        if process.stdout is not None:
            process.stdout.close()
    found: dict[str, Any] = json.loads(said)["data"]
    return found


def codes(found: dict[str, Any]) -> set[str]:
    return {each["code"] for each in found["findings"]}


@pytest.mark.timeout(120)
def test_a_silent_wire_and_one_without_a_link() -> None:
    with wire() as made:
        assert codes(said_of(made, [], 3, end=True)) == {"no_traffic"}
        made.ip("link", "set", NEAR, "down")
        assert codes(said_of(made, [], 3)) == {"no_traffic", "no_link"}


@pytest.mark.timeout(120)
def test_a_port_without_a_mirror() -> None:
    with wire() as made:
        assert codes(said_of(made, to_everybody(plant()) * 8, 3)) == {"broadcast_only"}
        own = bytes.fromhex(
            run("ip", "netns", "exec", made.sensor, "cat", f"/sys/class/net/{NEAR}/address").strip().replace(":", "")
        )
        mine = [Packet(p.at, p.data.replace(mac(HMI), own)) for p in plant()]
        assert codes(said_of(made, mine, 3)) == {"own_only"}
        assert made.transmitted() == 0


@pytest.mark.timeout(120)
def test_half_a_mirror_and_a_double_one(tmp_path: Path) -> None:
    paper = tmp_path / "paper.pdf"
    with wire() as made:
        assert "one_direction" in codes(said_of(made, of_station(plant()), 3))
        found = said_of(made, twice(plant()), 3, "--certificate", str(paper), "--switch", "moxa")
        assert "duplicates" in codes(found)
        assert found["interfaces"] == [NEAR]
        assert found["facts"]["heard"][0]["counts"]["packets"] == len(twice(plant()))
        assert made.transmitted() == 0
    assert paper.read_bytes().startswith(b"%PDF-")
