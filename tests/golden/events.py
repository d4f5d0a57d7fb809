"""The events of a golden capture as text: one JSON object a line, by dataset, in the order the core gave them."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl

from api.event_files import flat, stored
from sensors.capture import CaptureFiles

FOLDER = Path(__file__).parent
DATASETS = ("transaction", "session", "identity", "flag", "file", "link", "flow", "value", "sequence")
BORING = (
    "event.id",
    "observer.name",
    "observer.ingress.interface.name",
    "ot.segment",
    "ot.capture",
    "ot.drill",
    "ot.iat.mean",
    "ot.iat.deviation",
)
"""Columns that say nothing about the protocol; ids have tests of their own."""


def captures() -> list[Path]:
    """All golden captures in order."""
    return sorted(FOLDER.glob("*/*.pcap"))


def target(capture: Path) -> Path:
    """Where the events of a capture stand."""
    return capture.with_suffix(".events.jsonl")


def events(capture: Path) -> str:
    """The events of a capture, every transaction passed on."""
    frames: dict[str, list[pl.DataFrame]] = {}
    for batch in CaptureFiles([capture], sensor="golden", full=True):
        for name, frame in stored(batch.datasets).items():
            frames.setdefault(name, []).append(frame)
    out = io.BytesIO()
    for name in DATASETS:
        if name in frames:
            frame = flat(pl.concat(frames[name]))
            frame.drop([column for column in BORING if column in frame.columns]).write_ndjson(out)
    return out.getvalue().decode()
