"""What the kernel leaves out, and sensors that share an interface."""

from __future__ import annotations

import struct
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.live.running import everything
from tests.live.sensing import PATIENCE, events, occurrences, sensor
from tests.live.test_run import alerts, until
from tests.live.wire import frames, send, wire
from tests.needs import PROJECT

ATTACK = PROJECT / "rules" / "proofs" / "modbus" / "unauthorised-write.pcap"
OTHERS = sorted((PROJECT / "tests" / "golden" / "s7comm").glob("*.pcap"))[0]


def told(spool: Path) -> set[tuple[object, ...]]:
    """What was heard of whom."""
    rows = events(spool, "transaction")
    names = ("source.ip", "destination.ip", "destination.port", "network.protocol", "ot.operation")
    return set(rows.select(names).rows()) if rows is not None else set()


def packets() -> list[tuple[float, bytes]]:
    """Two captures, one after the other, as fast as they go."""
    return [(0.0, frame) for capture in (ATTACK, OTHERS) for _, frame in frames(capture)]


@pytest.mark.timeout(120)
def test_what_the_kernel_leaves_out_never_arrives(tmp_path: Path) -> None:
    both = packets()
    wanted = sum(502 in struct.unpack_from(">HH", frame, 34) for _, frame in both)
    assert 0 < wanted < len(both)
    with wire() as made, sensor(made, tmp_path, "--kernel-filter", "port 502", "--filter", "tcp") as running:
        running.wait_for("listens to")
        with made.sender_socket() as sender:
            send(sender, both)
        assert running.stop() == 0, running.said
        running.wait_for(f"{wanted} packets")
    assert {protocol for *_, protocol, _ in told(tmp_path)} == {"modbus"}
    assert "MB01" in {each.rule for each in occurrences(tmp_path)}


@pytest.mark.timeout(180)
def test_sensors_that_share_an_interface_hear_each_conversation_once(tmp_path: Path) -> None:
    both = packets()
    with wire() as made, ExitStack() as stack:
        begin = [("whole", ()), *((f"part-{n}", ("--share", f"{n}/3")) for n in (1, 2, 3))]
        running = [stack.enter_context(sensor(made, tmp_path / name, *options)) for name, options in begin]
        for each in running:
            each.wait_for("listens to")
        with made.sender_socket() as sender:
            send(sender, both)
        for each in running:
            assert each.stop() == 0, each.said
    parts = [told(tmp_path / f"part-{n}") for n in (1, 2, 3)]
    assert set().union(*parts) == told(tmp_path / "whole")
    assert sum(map(len, parts)) == len(told(tmp_path / "whole"))
    assert sum(bool(part) for part in parts) >= 2, "hosts of both captures went to one part"


@pytest.mark.timeout(180)
def test_run_begins_several_sensors(tmp_path: Path) -> None:
    with wire() as made:
        made.ip("link", "set", "lo", "up")
        with everything(made, tmp_path, "--sensors", "2") as running:
            until(lambda: sum("listens to" in line for line in running.said) == 2)
            with made.sender_socket() as sender:
                send(sender, frames(ATTACK))
            until(lambda: alerts(tmp_path) > 0)
            assert running.stop() == 0
        assert sorted(path.name for path in tmp_path.glob("spool*")) == ["spool-1", "spool-2"]


@pytest.mark.timeout(180)
def test_what_waits_from_a_start_with_one_sensor_is_taken_with_two(tmp_path: Path) -> None:
    with wire() as made:
        made.ip("link", "set", "lo", "up")
        with sensor(made, tmp_path / "spool") as alone, made.sender_socket() as sender:
            alone.wait_for("listens to")
            send(sender, frames(ATTACK))
            assert alone.stop() == 0, alone.said
        with everything(made, tmp_path, "--sensors", "2", "--spool-mb", "16") as running:
            until(lambda: alerts(tmp_path) > 0)
            assert running.stop() == 0


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--kernel-filter", "port modbus"), "      ^"),
        (("--share", "3/2"), "--share 3/2 is no part of an interface"),
        (("--share", "half"), "--share half is no part of an interface"),
        (("--kernel-filter", " or ".join(["host 10.0.0.1"] * 400)), "too long for the kernel"),
    ],
)
def test_what_cannot_be_filtered_is_told(options: tuple[str, ...], said: str, tmp_path: Path) -> None:
    with wire() as made, sensor(made, tmp_path, *options) as running:
        assert running.process.wait(PATIENCE) == 2
        running.wait_for(said)
