"""A ring of numbered packets, alerts that name some of them, and an incident that is held."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

from detection.occurrence import Packets
from response.holds.holding import EVERY, Holding
from response.holds.record import KIND
from response.incidents.record import history_line
from response.ports import AlertQuery, Store
from response.records import Put, Stored
from response.store_errors import NotFound
from response.times import time_text
from sensors.pcap_joining import HEAD, NANOSECONDS, SNAP_LENGTH
from tests.alert_cases import act
from tests.contract.store_cases import SECOND, START, segment

CAPTURE = "eth1@20261130T154500.123Z"
SENSOR = "sensor-1"
PER_FILE = 20
NOW = START + 3600 * SECOND


def frame(number: int) -> bytes:
    """What the ring has as this frame."""
    return b"\xff" * 6 + b"\x02\x00\x00\x00\x00\x01" + b"\x88\xb5" + number.to_bytes(46, "big")


def put_ring(folder: Path, frames: int) -> None:
    """A ring below a data folder, as a sensor leaves it while it runs."""
    folder = folder / "packets" / SENSOR / CAPTURE
    folder.mkdir(parents=True)
    for first in range(1, frames + 1, PER_FILE):
        data = HEAD.pack(NANOSECONDS, 2, 4, 0, 0, SNAP_LENGTH, 1)
        for number in range(first, min(first + PER_FILE, frames + 1)):
            seconds, fraction = divmod(START + number * 1_000_000, SECOND)
            data += struct.pack("<IIII", seconds, fraction, 60, 60) + frame(number)
        (folder / f"{first:012d}-{START + first * 1_000_000:019d}.pcap").write_bytes(data)


def put_alerts(store: Store, *spans: tuple[int, int], begin: int = 0) -> list[str]:
    """An alert for each span of frames; the ids of all alerts."""
    made = [
        act(begin + n, f"10.0.0.{begin + n + 1}", "10.0.1.1", packets=(Packets(CAPTURE, first, last),))
        for n, (first, last) in enumerate(spans)
    ]
    store.write(segment(f"alerts-{begin}", *made))
    return [alert.id for alert in store.alerts(AlertQuery(triage=False)).items]


def put_incident(store: Store, alerts: list[str], held: bool, name: str = "01-case") -> None:
    """The incident of these alerts, as people and the machine leave it; held by li, or released by wang."""
    try:
        known: Stored | None = store.record("incident", name)
    except NotFound:
        known = None
    line = history_line(NOW, "li" if held else "wang", "held", not held, held, "court" if held else "settled")
    history = [*(known.body["history"] if known else []), line]
    body: dict[str, Any] = {
        "status": "closed", "alerts": alerts, "held": held, "history": history, "first_seen": time_text(START),
        "last_seen": time_text(START + 600 * SECOND),
    }  # fmt: skip
    store.commit([Put("incident", name, body, known.etag if known else None)])


def hold(store: Store, data: Path, now: int = NOW) -> dict[str, Any]:
    """A round of the duty by a worker that has just begun, and the record of the incident's hold."""
    Holding(store, data)(now + EVERY)
    return dict(store.record(KIND, "01-case").body)


def deeds(store: Store) -> list[tuple[str, Any]]:
    """What the audit log says of holds: what was done, and to how many packets."""
    lines = [line.deed for line in store.audit() if line.deed.what in ("evidence.hold", "evidence.release")]
    return [(deed.what, deed.parameters.get("packets")) for deed in lines]
