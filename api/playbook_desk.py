"""The desk of playbooks over a store: what their actions may reach here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.playbook_files import load_playbooks
from api.wiring import Wiring
from detection.site import Site
from response.playbooks.allow_list import BadAllowList, read_allow_list
from response.playbooks.desk import Desk
from response.playbooks.outbound import Allowed, GuardedHttp
from response.playbooks.ports import Ports
from response.playbooks.stored import StoredAlerts, StoredInventory, StoredTickets
from response.playbooks.stored_evidence import EvidenceFolder
from response.store_errors import NotFound

EVIDENCE = "evidence"
ALLOWED = ("setting", "http-allowed")
"""Where the list lies of what playbooks may call; without it nothing."""


def desk_of(wiring: Wiring) -> Desk:
    """The desk."""
    site = wiring.site.site()
    ports = Ports(
        alerts=StoredAlerts(wiring.store),
        inventory=StoredInventory(wiring.store, lambda address: _declared(address, site)),
        evidence=EvidenceFolder(wiring.store, wiring.settings.data / EVIDENCE, wiring.packets),
        messenger=wiring.notifications.messenger,
        tickets=StoredTickets(wiring.store),
        http=GuardedHttp(_allowed(wiring)),
    )
    return Desk(wiring.store, load_playbooks(), ports, wiring.clock)


def _declared(address: str, site: Site | None) -> Mapping[str, Any] | None:
    try:
        asset = site.asset_at(address) if site else None
    except ValueError:  # a MAC
        asset = next((a for a in site.assets if address in a.mac), None) if site else None
    if asset is None:
        return None
    found = {"name": asset.name or asset.id, "zone": asset.zone, "owner": asset.owner}
    return {**found, "criticality": asset.criticality, "roles": asset.roles}


def _allowed(wiring: Wiring) -> tuple[Allowed, ...]:
    try:
        return read_allow_list(wiring.store.record(*ALLOWED).body["entries"])
    except (NotFound, BadAllowList):  # a list that was not written by the API: nothing may be called
        return ()
