"""The port of evidence: files in a folder, each whole or not there, the same however often a step is done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from response.alerts import Alert
from response.playbooks.ports import Kept
from response.ports import EventQuery, Store
from sensors.fields import vocabulary
from sensors.kept_packets import KeptPackets
from sensors.whole_files import write_whole

STORED = tuple(name for name, dataset in vocabulary().datasets.items() if dataset.stored)
"""Datasets in which the events of an alert may lie."""


@dataclass(frozen=True)
class EvidenceFolder:
    """The `Evidence` port: for each step a JSON file with the alert, its occurrences and the rows of its events, and
    beside it the packets of each capture that can still be had, since those are overwritten one day."""

    store: Store
    folder: Path
    packets: KeptPackets | None = None

    def keep(self, alert: str, key: str) -> Kept:
        """Writes the packets, then the file that names them with their hashes. Raises OSError, StoreError."""
        found = self.store.alert(alert)
        name = f"evidence-{key.replace(':', '-')}"
        events = self._events(found)
        self.folder.mkdir(parents=True, exist_ok=True)
        document = {
            "schema": "bittern.evidence/v1",
            "alert": asdict(found),
            "occurrences": [asdict(each) for each in self.store.occurrences(alert)],
            "events": events,
            "captures": list(self._packets(found, name)),
        }
        text = (json.dumps(document, ensure_ascii=False, sort_keys=True, default=str) + "\n").encode()
        write_whole(self.folder / f"{name}.json", text)
        digest = hashlib.sha256(text).hexdigest()
        packets = sum(each.last - each.first + 1 for each in found.packets)
        return Kept(f"{name}.json", digest, 1, sum(len(rows) for rows in events.values()), packets)

    def _packets(self, alert: Alert, name: str) -> Iterator[dict[str, Any]]:
        """Cuts the packets out of each capture; what is not there says why (`KeptPackets`)."""
        for number, capture in enumerate(dict.fromkeys(each.capture for each in alert.packets), 1):
            spans = [(each.first, each.last) for each in alert.packets if each.capture == capture]
            cut = self.packets.cut(alert.sensor, capture, spans) if self.packets else None
            told: dict[str, Any] = {"capture": capture, "state": cut.kept.state if cut else "not_kept"}
            if cut is not None and cut.data:
                file = f"{name}-{number}.pcap"
                write_whole(self.folder / file, cut.data)
                told |= {"file": file, "sha256": hashlib.sha256(cut.data).hexdigest(), "frames": list(cut.numbers)}
            yield told

    def _events(self, alert: Alert) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        if not alert.events:
            return found
        for dataset in STORED:
            rows = self.store.events(EventQuery(dataset, ids=alert.events, limit=len(alert.events))).frame
            if rows.height:
                found[dataset] = rows.with_columns(pl.col(pl.Datetime).dt.to_string("iso:strict")).to_dicts()
        return found
