"""The sensor on a wire that fails: links that go and come, kernels that drop, ends by signal, errors told."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.live.sensing import Sensor, events, occurrences, segments, sensor
from tests.live.wire import NEAR, frames, send, wire
from tests.needs import PROJECT, allowed

WRITE = PROJECT / "rules" / "proofs" / "modbus" / "unauthorised-write.pcap"
LARGE = 1000
"""Bytes of a frame of a flood."""


def udp(number: int, length: int = LARGE) -> bytes:
    """A frame of UDP between two hosts, told apart by its number."""
    body = struct.pack(">I", number).ljust(length - 42, b"\0")
    ip = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, 28 + len(body), 1, 0, 64, 17, 0, bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])
    )
    return (
        bytes.fromhex("020000000002020000000001")
        + b"\x08\x00"
        + ip
        + struct.pack(">HHHH", 999, 999, 8 + len(body), 0)
        + body
    )


def told(spool: Path) -> Counter[str]:
    """What was counted, by counter, over all rows."""
    rows = events(spool, "capture")
    assert rows is not None
    found: Counter[str] = Counter()
    for counter, count in rows.select("ot.counter", "ot.count").rows():
        found[counter] += count
    return found


def wait_for_blocks(running: Sensor) -> None:
    """Waits for the blocks on their way; how many packets came is said at the end."""
    time.sleep(0.5)
    assert running.process.poll() is None, running.said


@pytest.mark.timeout(120)
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_what_is_open_at_the_end_is_handed_over(end: signal.Signals, tmp_path: Path) -> None:
    packets = frames(WRITE)
    with wire() as made, sensor(made, tmp_path) as running:
        running.wait_for("listens to")
        with made.sender_socket() as sender:
            send(sender, [(0.0, frame) for _, frame in packets])
        assert running.stop(end) == 0, running.said
        running.wait_for(f"{len(packets)} packets")
    flows = events(tmp_path, "flow")
    assert flows is not None
    assert "end" in set(flows["event.type"])
    found = segments(tmp_path)
    assert [o for segment, _ in found for o in segment.occurrences]
    assert [asset for _, assets in found for asset in assets]
    assert told(tmp_path)["frames"] == len(packets)


@pytest.mark.timeout(120)
def test_a_link_that_goes_and_comes_is_told_and_survived(tmp_path: Path) -> None:
    with wire() as made, sensor(made, tmp_path) as running:
        running.wait_for("listens to")
        with made.sender_socket() as sender:
            send(sender, [(0.0, udp(number)) for number in range(5)])
            wait_for_blocks(running)
            made.ip("link", "set", NEAR, "down")
            running.wait_for("link is down")
            made.ip("link", "set", NEAR, "up")
            running.wait_for("link is up again")
            send(sender, [(0.0, udp(number)) for number in range(5)])
            wait_for_blocks(running)
        running.said.clear()
        made.ip("link", "del", NEAR)
        running.wait_for("link is gone")
        made.connect()
        running.wait_for("link is up again")
        with made.sender_socket() as sender:
            send(sender, [(0.0, udp(number)) for number in range(5)])
        wait_for_blocks(running)
        assert running.stop() == 0, running.said
        running.wait_for("15 packets")
    counted = told(tmp_path)
    assert counted["link_losses"] == 2
    assert counted["link_down_ms"] > 0


@pytest.mark.timeout(120)
def test_what_the_kernel_drops_is_counted(tmp_path: Path) -> None:
    sent = 12_000
    with wire() as made, sensor(made, tmp_path, "--ring-mb", "4") as running:
        running.wait_for("listens to")
        time.sleep(0.5)
        running.process.send_signal(signal.SIGSTOP)
        with made.sender_socket() as sender:
            send(sender, [(0.0, udp(number)) for number in range(sent)])
        running.process.send_signal(signal.SIGCONT)
        assert running.stop() == 0, running.said
    counted = told(tmp_path)
    assert counted["kernel_packets"] == sent
    assert counted["kernel_drops"] > sent / 3
    assert counted["frames"] + counted["kernel_drops"] == sent
    assert counted["ring_freezes"] >= 1
    rows = events(tmp_path, "capture")
    assert rows is not None
    assert set(rows.filter(rows["ot.counter"] == "kernel_drops")["observer.ingress.interface.name"]) == {NEAR}
    assert "G30" in {occurrence.rule for occurrence in occurrences(tmp_path)}
    assert max(rows.filter(rows["ot.counter"] == "ring_fill_permille")["ot.count"]) >= 500, (
        "two of four blocks: the sensor may have been stopped while it read one"
    )


@pytest.mark.timeout(120)
def test_two_interfaces_are_one_time_line(tmp_path: Path) -> None:
    """Requests are seen on one interface and answers on another, in turn: a conversation all the same."""
    with wire() as made:
        made.connect("near1", "far1")
        with sensor(made, tmp_path, "--interface", "near1") as running:
            running.wait_for("listens to")
            with made.sender_socket() as there, made.sender_socket("far1") as back:
                for _, frame in frames(WRITE):
                    (there if frame[6:12] < frame[0:6] else back).send(frame)
            assert running.stop() == 0, running.said
    flows = events(tmp_path, "transaction")
    assert flows is not None
    answered = flows.filter(flows["ot.reply"] == "answered")
    assert len(answered) > len(flows) / 2
    assert "out_of_order" not in told(tmp_path)


def test_an_interface_that_is_not_there(tmp_path: Path) -> None:
    with wire() as made, sensor(made, tmp_path, interface="eth77") as running:
        line = running.wait_for("there is no network interface eth77")
        assert NEAR in line
        assert running.process.wait(60) == 4


def test_a_process_that_may_not_listen(tmp_path: Path) -> None:
    allowed(os.geteuid() == 0, "change of user", "run as root, which can become a plain user")
    with wire() as made:
        done = subprocess.run(
            ["ip", "netns", "exec", made.sensor, "setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw",
             sys.executable, "-m", "api.cli", "sensor", "-i", NEAR, "--spool", str(tmp_path)],
            cwd=PROJECT, capture_output=True, text=True, env={**os.environ, "BITTERN_LANG": "zh"}, check=False,
        )  # fmt: skip
    assert done.returncode == 5
    assert f"本进程无权监听 {NEAR}" in done.stderr
