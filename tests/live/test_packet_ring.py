"""What a live sensor keeps: every packet, found again by the number that an alert names, by filter, and by people."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.intake import Intake
from api.storage import open_store
from sensors.carried_packets import CarriedPackets
from sensors.kept_packets import KeptPackets
from sensors.replay import HEADER
from tests.live.sensing import occurrences, sensor
from tests.live.wire import Wire, frames, send, wire
from tests.needs import PROJECT

ATTACK = PROJECT / "rules" / "proofs" / "modbus" / "unauthorised-write.pcap"
IPV4 = b"\x08\x00"
SCAN = PROJECT / "rules" / "proofs" / "general" / "port-scan.pcap"


@pytest.fixture
def plant() -> Iterator[Wire]:
    with wire() as made:
        yield made


def bittern(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "BITTERN_LANG": "en", "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-m", "api.cli", *words]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def taken_apart(capture: Path) -> list[bytes]:
    return [frame for _, frame in frames(capture)]


def test_an_alert_names_packets_that_are_there(plant: Wire, tmp_path: Path) -> None:
    data, sent = tmp_path / "data", frames(ATTACK)
    with plant.sender_socket() as sender, sensor(plant, tmp_path / "spool", "--packets", str(data / "packets")) as ours:
        ours.wait_for("listens to")
        send(sender, sent)
        assert ours.stop() == 0
    named_by_rule = [named for each in occurrences(tmp_path / "spool") for named in each.packets if each.rule == "MB01"]
    assert named_by_rule
    kept = KeptPackets(data)
    for named in named_by_rule:
        cut = kept.cut("sensor", named.capture, [(named.first, named.last)])
        (data / "cut.pcap").write_bytes(cut.data)
        assert cut.numbers == tuple(range(named.first, named.last + 1))
        assert taken_apart(data / "cut.pcap") == [frame for _, frame in sent[named.first - 1 : named.last]]
    assert "@" in named_by_rule[0].capture, "frames are counted anew by every run"
    elsewhere = tmp_path / "elsewhere"  # where the console is there is no ring: packets come with the segments
    with open_store(f"embedded:{elsewhere / 'store'}") as store:
        assert Intake(store, tmp_path / "spool", carried=CarriedPackets(elsewhere / "carried"))(1)
    for named in named_by_rule:
        spans = [(named.first, named.last)]
        carried, here = (KeptPackets(each).cut("sensor", named.capture, spans) for each in (elsewhere, data))
        assert carried == here
    shown = bittern("pcap", "info", "--data", str(data), "--verify", "--json", cwd=tmp_path)
    [row] = json.loads(shown.stdout)["data"]
    assert (shown.returncode, row["frames_indexed"], row["changed"]) == (0, len(sent), [])


def test_people_cut_out_by_filter_and_a_changed_file_is_told(plant: Wire, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with plant.sender_socket() as sender, sensor(plant, tmp_path / "spool", "--packets", str(data / "packets")) as ours:
        ours.wait_for("listens to")
        send(sender, frames(ATTACK))
        send(sender, [(0.0, frame) for _, frame in frames(SCAN)])
        second = sensor(plant, tmp_path / "other", "--packets", str(data / "packets"))
        with second as other:
            assert other.process.wait(60) == 3
            other.wait_for("another sensor keeps its packets")
        assert ours.stop(signal.SIGINT) == 0
    done = bittern("pcap", "carve", "--data", str(data), "--filter", "port 502", "-o", "cut.pcap", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    expected = [frame for _, frame in frames(ATTACK) if frame[12:14] == IPV4]
    assert [frame for frame in taken_apart(tmp_path / "cut.pcap") if frame in expected] == expected
    nothing = bittern("pcap", "carve", "--data", str(data), "--filter", "host 9.9.9.9", "-o", "no.pcap", cwd=tmp_path)
    assert (nothing.returncode, (tmp_path / "no.pcap").exists()) == (4, False)
    assert "passes the filter" in nothing.stderr
    lately = bittern("pcap", "carve", "--data", str(data), "--since", "10m", "-o", "all.pcap", cwd=tmp_path)
    assert lately.returncode == 0, lately.stderr
    assert len(taken_apart(tmp_path / "all.pcap")) == len(frames(ATTACK)) + len(frames(SCAN))
    wrong = bittern("pcap", "carve", "--data", str(data), "--filter", "hots 9.9.9.9", "-o", "no.pcap", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "^" in wrong.stderr
    [file] = (data / "packets").glob("*/*/*.pcap")
    octets = bytearray(file.read_bytes())
    octets[HEADER + 30] ^= 1
    file.write_bytes(octets)
    assert bittern("pcap", "info", "--data", str(data), "--verify", cwd=tmp_path).returncode == 1
