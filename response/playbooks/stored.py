"""Ports of actions over the store: alerts, assets, tickets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from detection.occurrence import text_id
from response.alerts import Alert, AlertChange
from response.playbooks.ports import AssetFacts
from response.ports import AssetRecord, Store
from response.records import Decide, Deed, Put
from response.store_errors import Conflict
from response.times import time_text

TRIES = 5


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
