"""File and live: the same packets give the same alerts and the same events, but for their times (design, law 7)."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from api.analysis import load_rules
from api.sensor import sense
from detection.site_reading import load_site
from sensors.replay import shifted
from sensors.spool import Spool
from tests.live.sensing import events, occurrences, sensor
from tests.live.wire import frames, send, wire
from tests.needs import PROJECT

CAPTURES = (
    "rules/proofs/modbus/unauthorised-write.pcap", "rules/proofs/general/port-scan.pcap",
    "rules/proofs/link/arp-spoof.pcap", "rules/proofs/link/vlan-tagged.pcap", "rules/proofs/link/double-tagged.pcap",
    "rules/proofs/mqtt/login-brute-force.pcap", "rules/proofs/s7comm/unauthorised-write.pcap",
    "tests/golden/iec104/commands.pcap",
)  # fmt: skip
HARMLESS = {"rules/proofs/link/vlan-tagged.pcap"}
SITE = PROJECT / "rules" / "proofs" / "site.yml"
LONGEST = 12.0
"""Seconds of a capture that are sent: it takes as long as it took."""
COMPARED = ("transaction", "session", "identity", "flag", "file", "link", "value", "sequence")
"""Datasets whose rows do not hang on where the windows of packet time begin."""
OF_TIME = {
    "@timestamp", "event.end", "event.id", "event.duration", "ot.clock", "ot.flow", "observer.ingress.interface.name",
    "ot.capture", "event.start", "ot.source.roles", "ot.destination.roles",
}  # fmt: skip
"""Roles are those known by then: they are judged by the minute of packet time."""
OFFSETS = ("clock_offset", "clock_unexplained")
"""Details that say, in ms, how far a message's own time is from that of its arrival: they are times too."""


def rows(spool: Path, dataset: str) -> Counter[str]:
    """Rows of a dataset as text, without times and what is made of them."""
    frame = events(spool, dataset)
    if frame is None:
        return Counter()
    kept = frame.drop([c for c, kind in frame.schema.items() if c in OF_TIME or isinstance(kind, pl.Datetime)])
    found = [{**row, **_without_offsets(row)} for row in kept.to_dicts()]
    return Counter(json.dumps(row, sort_keys=True, default=str) for row in found)


def _without_offsets(row: dict[str, Any]) -> dict[str, Any]:
    """The details of a row without `OFFSETS`; that it has them is kept."""
    if not (text := row.get("ot.details")):
        return {}
    return {"ot.details": {name: value if name not in OFFSETS else "…" for name, value in json.loads(text).items()}}


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", CAPTURES)
def test_the_same_packets_give_the_same_alerts_and_events(name: str, tmp_path: Path) -> None:
    packets = frames(PROJECT / name)
    packets = [(at, frame) for at, frame in packets if at - packets[0][0] <= LONGEST]
    capture, live, file = tmp_path / "part.pcap", tmp_path / "live", tmp_path / "file"
    whole = (PROJECT / name).read_bytes()
    capture.write_bytes(whole[: 24 + sum(16 + len(frame) for _, frame in packets)])
    with wire() as made, sensor(made, live, "--sensor", "same", "--site", str(SITE)) as running:
        running.wait_for("listens to")
        with made.sender_socket() as sender:
            send(sender, packets)
        time.sleep(0.5)
        assert running.stop() == 0, running.said
        assert made.transmitted() == 0
    running.wait_for(f"{len(packets)} packets")
    # Windows of packet time begin at full minutes: the file is read as of the time at which it was sent.
    moved = tmp_path / "moved.pcap"
    shifted(capture, moved, began(live, packets) - int(packets[0][0] * 1e9))
    sense([moved], Spool(file), load_rules([]), sensor="same", site=load_site(SITE))
    found, known = occurrences(live), occurrences(file)
    assert known or name in HARMLESS
    assert {(o.rule, o.severity, o.dedup) for o in found} == {(o.rule, o.severity, o.dedup) for o in known}
    for dataset in COMPARED:
        assert rows(live, dataset) == rows(file, dataset), dataset
    assert tags(live) == tags(file)


def began(spool: Path, packets: list[tuple[float, bytes]]) -> int:
    """When the first packet came (ns since 1970), by the first event that names a packet."""
    frames = [frame for name in ("flow", "link", "identity") if (frame := events(spool, name)) is not None]
    told = pl.concat([f.select("ot.packet.first", pl.col("@timestamp").dt.epoch("ns")) for f in frames])
    number, time_of_it = min(told.drop_nulls().rows())
    return int(time_of_it - (packets[number - 1][0] - packets[0][0]) * 1e9)


def tags(spool: Path) -> set[tuple[int | None, int | None]]:
    """VLAN numbers of all flows, outer and inner."""
    flows = events(spool, "flow")
    return set() if flows is None else set(flows.select("network.vlan.id", "network.inner.vlan.id").rows())
