"""What a sensor hands over: a segment of a batch and what detection made of it, and the assets known by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from api.event_files import stored
from detection.engine import Detected
from detection.occurrence import Packets, text_id
from detection.roles import Roles
from response.ports import AssetRecord, AttributeValue, Segment
from sensors.capture import EventBatch
from sensors.inventory import Asset


def segment_of(
    sensor: str,
    batch: EventBatch,
    detected: Detected,
    *,
    drill: bool = False,
    part: int = 0,
    about: Mapping[str, str] | None = None,
) -> Segment:
    """The segment; its id comes from what it holds, so that the same capture gives the same segments. One that holds
    neither rows nor occurrences goes by its time, and by which of several of that time it is. `about` is what the
    sensor says of itself."""
    datasets = stored(detected.datasets)
    ids = "".join(frame["event.id"].str.join("").item() or "" for frame in datasets.values())
    ids = ids or ("" if detected.occurrences else f"{batch.clock}.{part}" if part else str(batch.clock))
    starts = [frame["@timestamp"].cast(pl.Int64).min() for frame in datasets.values()]
    first = min((start for start in starts if isinstance(start, int)), default=batch.clock)
    return Segment(
        id=text_id("segment", sensor, ids, *(o.id for o in detected.occurrences)),
        sensor=sensor,
        first=first,
        last=batch.clock,
        datasets=datasets,
        occurrences=detected.occurrences,
        counters=dict(batch.counters),
        drill=drill,
        about=about or {},
    )


def asset_records(assets: Sequence[Asset], roles: Roles) -> list[AssetRecord]:
    """What identity facts say of assets, with the roles that their traffic shows."""
    return [_record(asset, roles) for asset in assets]


def _record(asset: Asset, known: Roles) -> AssetRecord:
    values = {
        attribute: tuple(
            AttributeValue(
                e.value, e.confidence, e.evidence, e.first_seen, e.last_seen, tuple(Packets(*p) for p in e.packets)
            )
            for e in found
        )
        for attribute, found in asset.attributes.items()
    }
    roles = sorted({role for address in asset.values("address") for role in known.of(address)})
    return AssetRecord(asset.key, values, asset.first_seen, asset.last_seen, tuple(roles), asset.segment)
