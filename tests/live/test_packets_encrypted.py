"""Packets that a live sensor encrypts on the disk: found by who has the key, locked for who has not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sensors.kept_packets import KeptPackets
from sensors.packet_keys import add_key, read_keys
from tests.live.sensing import occurrences, sensor
from tests.live.test_packet_ring import ATTACK, bittern, taken_apart
from tests.live.wire import Wire, frames, send, wire


@pytest.fixture
def plant() -> Iterator[Wire]:
    with wire() as made:
        yield made


def keep(plant: Wire, spool: Path, key: Path, packets: Path) -> None:
    """A sensor that sees the attack once and ends."""
    with (
        plant.sender_socket() as sender,
        sensor(plant, spool, "--packets", str(packets), "--packets-key", str(key)) as ours,
    ):
        ours.wait_for("listens to")
        send(sender, frames(ATTACK))
        assert ours.stop() == 0


def test_only_who_has_the_key_gets_packets(plant: Wire, tmp_path: Path) -> None:
    data, key, spool = tmp_path / "data", tmp_path / "packets.key", tmp_path / "spool"
    assert bittern("pcap", "key", str(key), cwd=tmp_path).returncode == 0
    keep(plant, spool, key, data / "packets")
    files = [path for path in (data / "packets").glob("*/*/*") if path.suffix != ".idx"]
    assert {path.suffix for path in files} == {".sealed"}
    sent = [frame for _, frame in frames(ATTACK)]
    assert not [path for path in (data / "packets").rglob("*") if path.is_file() and sent[-1][:12] in path.read_bytes()]
    [named, *_] = [named for each in occurrences(spool) for named in each.packets if each.rule == "MB01"]
    spans = [(named.first, named.last)]
    assert KeptPackets(data).look_for("sensor", named.capture, spans).state == "locked"
    cut = KeptPackets(data, read_keys(key)).cut("sensor", named.capture, spans)
    (data / "cut.pcap").write_bytes(cut.data)
    assert taken_apart(data / "cut.pcap") == sent[named.first - 1 : named.last]
    carve = ("pcap", "carve", "--data", str(data), "--filter", "port 502", "-o", "all.pcap")
    locked = bittern(*carve, cwd=tmp_path)
    assert (locked.returncode, "--packets-key" in locked.stderr, "Traceback" in locked.stderr) == (5, True, False)
    add_key(key)  # the key that encrypted is behind a new one now
    assert bittern(*carve, "--packets-key", str(key), cwd=tmp_path).returncode == 0
    assert set(taken_apart(tmp_path / "all.pcap")) <= set(sent)
    shown = bittern("pcap", "info", "--data", str(data), "--verify", "--json", cwd=tmp_path)
    [row] = json.loads(shown.stdout)["data"]
    assert (shown.returncode, row["frames_indexed"], row["files_encrypted"], row["changed"]) == (0, len(sent), 1, [])
    key.chmod(0o644)
    exposed = bittern(*carve, "--packets-key", str(key), cwd=tmp_path)
    assert (exposed.returncode, "chmod 600" in exposed.stderr) == (5, True)
