"""A sensor over capture files: packets → events → occurrences → segments in the spool, where it meets the worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from api.segment_files import segment_files
from api.segments import asset_records, segment_of
from detection.baseline import Baseline
from detection.engine import Detected, Detection
from detection.sigma.load import RuleSet
from detection.site import Site
from sensors.capture import CaptureFiles, EventBatch
from sensors.inventory import Inventory
from sensors.spool import Spool

BATCH_ROWS = 1000
"""Rows of one segment: small ones, so that the first alerts are there before the last packet is read."""


def sense(
    files: Sequence[Path],
    spool: Spool,
    rules: RuleSet,
    *,
    sensor: str,
    site: Site | None = None,
    known: Baseline | None = None,
    drill: bool = False,
    batch_rows: int = BATCH_ROWS,
    handed_over: Callable[[int], None] | None = None,
) -> int:
    """Reads the files to their end and hands over segment by segment; gives their number, tells it as it grows.

    The last segment holds what is known of assets, save those of a drill, which are not of this plant. Raises what the
    spool's file system raises.
    """
    detection = Detection(rules, site=site, known=known, sensor=sensor)
    inventory = Inventory()
    number = 0
    captures = CaptureFiles(files, sensor=sensor, batch_rows=batch_rows, drill=drill)
    spool.open_for_writing()
    last: tuple[EventBatch, Detected] | None = None
    with closing(captures):
        for batch in captures:
            if last is not None:
                number += _hand_over(spool, sensor, *last, drill)
                if handed_over is not None:
                    handed_over(number)
            inventory.take(batch.datasets)
            last = batch, detection.process(batch)
    if last is not None:
        batch, detected = last
        rest = detection.finish().occurrences
        whole = Detected(detected.datasets, (*detected.occurrences, *rest))
        segment = segment_of(sensor, batch, whole, drill=drill)
        assets = () if drill else tuple(asset_records(inventory.assets(), detection.roles))
        spool.put(segment.id, segment_files(segment, assets))
        number += 1
    return number


def _hand_over(spool: Spool, sensor: str, batch: EventBatch, detected: Detected, drill: bool) -> int:
    segment = segment_of(sensor, batch, detected, drill=drill)
    spool.put(segment.id, segment_files(segment))
    return 1
