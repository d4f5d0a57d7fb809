"""Ports of actions over the store: alerts, assets, tickets, and evidence as files in a folder."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from detection.occurrence import text_id
from response.alerts import Alert, AlertChange
from response.playbooks.ports import AssetFacts, Kept
from response.ports import AssetRecord, EventQuery, Store
from response.records import Decide, Deed, Put
from response.store_errors import Conflict
from response.times import time_text
from sensors.fields import vocabulary

TRIES = 5
STORED = tuple(name for name, dataset in vocabulary().datasets.items() if dataset.stored)
"""Datasets in which the events of an alert may lie."""


@dataclass(frozen=True)
class StoredAlerts:
    """The `AlertDesk` port. What a step did before, under the same name at the same time, is not done again."""

    store: Store

    def assign(self, alert: str, assignee: str, who: str, at: int) -> None:
        """Raises NotFound, Conflict when others keep changing it."""
        self._decide(alert, AlertChange(at, who, assignee=assignee), "playbook.assign")

    def comment(self, alert: str, text: str, who: str, at: int) -> None:
        """Raises NotFound, Conflict when others keep changing it."""
        self._decide(alert, AlertChange(at, who, reason=text), "playbook.comment")

    def _decide(self, alert_id: str, change: AlertChange, what: str) -> None:
        for left in reversed(range(TRIES)):
            alert = self.store.alert(alert_id)
            if _decided(alert, change):
                return
            try:
                deed = Deed(change.at, change.who, what, "alert", alert_id)
                self.store.commit((Decide(alert_id, change, alert.etag),), deed)
                return
            except Conflict:
                if not left:
                    raise


def _decided(alert: Alert, change: AlertChange) -> bool:
    if change.assignee is not None and alert.assignee == change.assignee:
        return True
    return any((e.at, e.who, e.reason) == (change.at, change.who, change.reason) for e in alert.history)


@dataclass(frozen=True)
class StoredTickets:
    """The `Tickets` port: records of kind `ticket`, whose id is made from the step's key."""

    store: Store

    def open(self, subject: str, text: str, facts: Mapping[str, Any], key: str, at: int) -> str:
        """Makes the ticket once."""
        ticket = text_id("ticket", key)
        about = facts.get("incident") or facts.get("alert")
        body = {"at": time_text(at), "state": "open", "subject": about, "title": subject, "text": text, **facts}
        try:
            deed = Deed(at, str(facts.get("by", "")), "ticket.open", "ticket", ticket)
            self.store.commit((Put("ticket", ticket, body),), deed)
        except Conflict:  # it was made before the interruption
            self.store.record("ticket", ticket)
        return ticket


@dataclass(frozen=True)
class StoredInventory:
    """The `Inventory` port over stored assets; `declared` looks an address up in the site model."""

    store: Store
    declared: Callable[[str], Mapping[str, Any] | None] = lambda _: None

    def about(self, address: str) -> AssetFacts | None:
        """The declared facts first, completed by what traffic told."""
        declared = self.declared(address) or {}
        seen = next((asset for asset in self.store.assets() if _has(asset, address)), None)
        if seen is None and not declared:
            return None
        return AssetFacts(
            key=seen.key if seen else address,
            name=declared.get("name") or _best(seen, "name"),
            zone=declared.get("zone"),
            owner=declared.get("owner"),
            criticality=declared.get("criticality"),
            vendor=_best(seen, "vendor"),
            mac=_best(seen, "mac"),
            roles=seen.roles if seen else tuple(declared.get("roles", ())),
        )


def _has(asset: AssetRecord, address: str) -> bool:
    values = (each.value for name in ("ip", "mac") for each in asset.attributes.get(name, ()))
    return asset.key == address or address in values


def _best(asset: AssetRecord | None, name: str) -> str | None:
    values = asset.attributes.get(name, ()) if asset else ()
    return max(values, key=lambda each: (each.confidence, each.last_seen)).value if values else None


@dataclass(frozen=True)
class EvidenceFolder:
    """The `Evidence` port: one JSON file for each step, with the alert, its occurrences and the rows of its events.

    The packets are named by capture and frame; where they lie is the business of the sensor's ring.
    """

    store: Store
    folder: Path

    def keep(self, alert: str, key: str) -> Kept:
        """Writes the file whole or not at all; the same step writes the same file. Raises OSError, StoreError."""
        found = self.store.alert(alert)
        events = self._events(found)
        packets = sum(each.last - each.first + 1 for each in found.packets)
        document = {
            "schema": "bittern.evidence/v1",
            "alert": asdict(found),
            "occurrences": [asdict(each) for each in self.store.occurrences(alert)],
            "events": events,
        }
        text = json.dumps(document, ensure_ascii=False, sort_keys=True, default=str) + "\n"
        name = f"evidence-{key.replace(':', '-')}.json"
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f"{name}.part"
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.folder / name)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return Kept(name, digest, 1, sum(len(rows) for rows in events.values()), packets)

    def _events(self, alert: Alert) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        if not alert.events:
            return found
        for dataset in STORED:
            rows = self.store.events(EventQuery(dataset, ids=alert.events, limit=len(alert.events))).frame
            if rows.height:
                found[dataset] = rows.with_columns(pl.col(pl.Datetime).dt.to_string("iso:strict")).to_dicts()
        return found
