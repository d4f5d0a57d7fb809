"""Lines of EVE, each told by what its `event_type` is.

Source: Suricata user guide, EVE JSON format.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from sensors.feed.feed import Told
from sensors.feed.rows import Rows, moment, words
from sensors.feeds.suricata import automation, health, messaging, network
from sensors.feeds.suricata.record import Eve

KINDS: Mapping[str, Callable[[Eve, Rows], None]] = {
    "alert": network.alert,
    "anomaly": network.anomaly,
    "flow": network.flow,
    "fileinfo": network.file,
    "tls": network.tls,
    "ssh": network.ssh,
    "modbus": automation.modbus,
    "dnp3": automation.dnp3,
    "enip": automation.enip,
    "mqtt": messaging.mqtt,
}


class EveParser:
    """One file. Counters of `stats` are totals, of which the news since the line before are told."""

    def __init__(self) -> None:
        self._stats = health.Stats()

    @property
    def head(self) -> bytes:
        return self._stats.saved

    def take(self, lines: Sequence[bytes]) -> Told:
        rows = Rows()
        for line in lines:
            if line.startswith(b"#"):  # what `head` gave when reading goes on
                self._stats.restore(line)
                rows.next_line()
                continue
            self._line(line, rows)
        return rows.told()

    def _line(self, line: bytes, rows: Rows) -> None:
        try:
            record = json.loads(line) if line.strip() else None
        except (ValueError, RecursionError):
            record = ""
        if not isinstance(record, dict):
            rows.next_line()
            rows.note("passed_empty" if record is None else "malformed_json")
            return
        time, kind = moment(record.get("timestamp")), words(record.get("event_type"))
        rows.next_line(time)
        if time is None or kind is None:
            rows.note("malformed_time" if kind else "malformed_event_type")
            return
        before = rows.count
        if kind == "stats":
            self._stats.tell(Eve(record, time), rows)
        elif kind in KINDS:
            KINDS[kind](Eve(record, time), rows)
        if rows.count == before:
            rows.note(f"passed_{kind[:64]}")
