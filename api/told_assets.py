"""What is known of assets, on its way into segments: which of it was told as it stands, and which waits."""

from __future__ import annotations

from collections.abc import Sequence

from api.segments import asset_records
from detection.roles import Roles
from response.ports import AssetRecord
from sensors.inventory import Inventory

ASSETS = 4000
"""Assets of one segment: what is known of all of them may be more than a segment holds."""
VALUES = 4096
"""Values of attributes of one segment, unless one asset has more."""


class ToldAssets:
    """Remembers a number of what was told of each asset, not the words: a crowd would be held three times."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._told: dict[str, int] = {}
        self._waiting: dict[str, None] = {}

    @property
    def waits(self) -> bool:
        """Whether something is to be told."""
        return bool(self._waiting)

    def note(self, roles: Roles) -> None:
        """Looks which assets are no more what was told of them."""
        assets = self._inventory.assets()
        # Those that became one with another are forgotten.
        self._told = {asset.key: self._told[asset.key] for asset in assets if asset.key in self._told}
        for asset in assets:
            if self._told.get(asset.key) != _number(*asset_records([asset], roles)):
                self._waiting[asset.key] = None

    def take(self, roles: Roles) -> Sequence[AssetRecord]:
        """The next that wait, as they are now, as many as go into a segment."""
        records: list[AssetRecord] = []
        values = 0
        while self._waiting and len(records) < ASSETS and values < VALUES:
            key = next(iter(self._waiting))
            del self._waiting[key]
            asset = self._inventory.asset(key)
            if asset is None:  # one with another since
                continue
            (record,) = asset_records([asset], roles)
            self._told[key] = _number(record)
            records.append(record)
            values += sum(map(len, record.attributes.values()))
        return records

    def tell_anew(self) -> None:
        """All go along once more: some of what was told was given up on its way."""
        self._told = {}


def _number(record: AssetRecord) -> int:
    """Another one where the record is another one."""
    values = tuple((attribute, tuple(values)) for attribute, values in record.attributes.items())
    return hash((record.key, values, record.first_seen, record.last_seen, record.roles, record.segment))
