"""A segment as parts of a file of the spool, and back: one Parquet file a dataset, occurrences and head as JSON."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping

import polars as pl

from api.losses import COUNTERS, OCCURRENCES, ROWS, Loss, counted, told, with_losses
from api.storage.records import asset_from, asset_record, dumps, occurrence_from, occurrence_record
from response.ports import AssetRecord, Segment
from sensors.segment_file import Parcel, Whole

HEAD, HITS, ASSETS = "segment.json", "occurrences.ndjson", "assets.ndjson"
ENDING = ".parquet"
BULK = ("transaction", "value", "cadence", "sequence", "flow", "link")
"""Datasets of nearly all rows: a bounded spool gives them up first."""
KEPT = ("capture",)
"""Datasets that go with the occurrences only: a few rows, which say what was seen and what was not."""

LONGEST_ABOUT = 100
"""Letters of what a sensor says of itself."""


def parcel_of(
    segment: Segment,
    assets: tuple[AssetRecord, ...] = (),
    reached: Mapping[str, int] | None = None,
    packets: Mapping[str, bytes] | None = None,
) -> Parcel:
    """A segment, and what is known of assets by now, as it is handed over; `reached` are its last frames by capture,
    `packets` the parts that `sensors.carried_packets` made."""
    head = {
        "id": segment.id,
        "sensor": segment.sensor,
        "first": segment.first,
        "last": segment.last,
        "counters": dict(segment.counters),
        "drill": segment.drill,
        "about": dict(segment.about),
    }
    files = {
        HEAD: dumps(head).encode(),
        HITS: "".join(dumps(occurrence_record(o)) + "\n" for o in segment.occurrences).encode(),
        ASSETS: "".join(dumps(asset_record(a)) + "\n" for a in assets).encode(),
    }
    counts = {HITS: {OCCURRENCES: len(segment.occurrences)}, ASSETS: {"assets": len(assets)}}
    tiers = {}
    for name, frame in segment.datasets.items():
        if len(frame):
            written = io.BytesIO()
            frame.write_parquet(written, compression="zstd")
            files[name + ENDING] = written.getvalue()
            counts[name + ENDING] = _held(name, frame)
            tiers[name + ENDING] = 0 if name in BULK else 2 if name in KEPT else 1
    for name, data in (packets or {}).items():
        files[name] = data
        tiers[name] = 1
    return Parcel(segment.id, segment.sensor, segment.first, segment.last, files, counts, tiers, reached or {})


def _held(name: str, frame: pl.DataFrame) -> dict[str, int]:
    """What is lost with these rows: themselves, and the losses that nobody else tells of."""
    held = {ROWS: len(frame)}
    if name == "capture":
        for what, counter in COUNTERS.items():
            of_it = frame.filter(pl.col("ot.stage") == "spool", pl.col("ot.counter") == counter)
            held[what] = held.get(what, 0) + int(of_it["ot.count"].sum())
    return held


def segment_from(whole: Whole) -> tuple[Segment, tuple[AssetRecord, ...]]:
    """The segment and the assets that `parcel_of` handed over, with a row of `capture` for what was given up on the
    way: of this segment, and of those before it. Raises KeyError or ValueError for other files."""
    files, manifest = whole.files, whole.manifest
    head = json.loads(files[HEAD])
    if (head["id"], head["sensor"]) != (manifest.name, manifest.sensor):
        raise ValueError
    try:
        datasets = {
            name.removesuffix(ENDING): pl.read_parquet(io.BytesIO(data))
            for name, data in files.items()
            if name.endswith(ENDING)
        }
    except pl.exceptions.PolarsError as error:
        raise ValueError from error
    occurrences = tuple(occurrence_from(json.loads(line)) for line in files[HITS].splitlines())
    assets = tuple(asset_from(json.loads(line)) for line in files.get(ASSETS, b"").splitlines())
    span = head["first"], head["last"]
    drill = bool(head.get("drill"))  # sensors that know no drills do not say
    about = {str(name): str(value)[:LONGEST_ABOUT] for name, value in dict(head.get("about", {})).items()}
    segment = Segment(head["id"], head["sensor"], *span, datasets, occurrences, head["counters"], drill, about)
    return with_losses(segment, told(segment.sensor, _losses(whole), drill=drill)), assets


def _losses(whole: Whole) -> list[Loss]:
    manifest = whole.manifest
    chain = manifest.link.chain
    given_up = [Loss(manifest.first, manifest.last, counted(manifest.lost(whole.missing)), f"{chain} {manifest.name}")]
    given_up += [
        Loss(each.first, each.last, counted(each.counts), f"{chain} {each.begin}-{each.end}")
        for each in manifest.link.given_up
    ]
    return given_up
