"""A segment as files of the spool, and back: one Parquet file a dataset, occurrences and head as JSON."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping

import polars as pl

from api.storage.records import asset_from, asset_record, dumps, occurrence_from, occurrence_record
from response.ports import AssetRecord, Segment

HEAD, OCCURRENCES, ASSETS = "segment.json", "occurrences.ndjson", "assets.ndjson"
ENDING = ".parquet"


def segment_files(segment: Segment, assets: tuple[AssetRecord, ...] = ()) -> dict[str, bytes]:
    """The files of a segment, and of what is known of assets by now."""
    head = {
        "id": segment.id,
        "sensor": segment.sensor,
        "first": segment.first,
        "last": segment.last,
        "counters": dict(segment.counters),
        "drill": segment.drill,
    }
    files = {
        HEAD: dumps(head).encode(),
        OCCURRENCES: "".join(dumps(occurrence_record(o)) + "\n" for o in segment.occurrences).encode(),
        ASSETS: "".join(dumps(asset_record(a)) + "\n" for a in assets).encode(),
    }
    for name, frame in segment.datasets.items():
        if len(frame):
            written = io.BytesIO()
            frame.write_parquet(written, compression="zstd")
            files[name + ENDING] = written.getvalue()
    return files


def segment_from(files: Mapping[str, bytes]) -> tuple[Segment, tuple[AssetRecord, ...]]:
    """The segment and the assets that `segment_files` wrote. Raises KeyError or ValueError for other files."""
    head = json.loads(files[HEAD])
    datasets = {
        name.removesuffix(ENDING): pl.read_parquet(io.BytesIO(data))
        for name, data in files.items()
        if name.endswith(ENDING)
    }
    occurrences = tuple(occurrence_from(json.loads(line)) for line in files[OCCURRENCES].splitlines())
    assets = tuple(asset_from(json.loads(line)) for line in files.get(ASSETS, b"").splitlines())
    span = head["first"], head["last"]
    drill = bool(head.get("drill"))  # sensors that know no drills do not say
    segment = Segment(head["id"], head["sensor"], *span, datasets, occurrences, head["counters"], drill)
    return segment, assets
