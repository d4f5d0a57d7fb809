"""Writes events to files: one NDJSON file with flat field names, or one Parquet file per dataset in a folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import polars as pl

from api.refused_writes import refusal
from sensors.fields import vocabulary

PART = ".parquet.part"
NANOSECONDS = "%Y-%m-%dT%H:%M:%S%.9fZ"


class EventFiles:
    """Takes the frames of batches. `target` ending in `.ndjson` or `.jsonl` is one file, anything else a folder.

    What exists there is replaced. Writing goes to a temporary name first: a half-written result is never left behind.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._lines = target.suffix in (".ndjson", ".jsonl")
        self._fresh = target.with_name(target.name + ".part")
        self._parts: dict[str, list[Path]] = {}
        self._file: BinaryIO | None = None
        if self._lines:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._fresh.open("wb")
        else:
            target.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
            if kind is None:
                self._fresh.replace(self._target)
            else:
                self._fresh.unlink(missing_ok=True)
            return
        try:
            if kind is None:
                self._join_parts()
        finally:
            for part in self._target.glob(f"*{PART}"):
                part.unlink(missing_ok=True)

    def take(self, datasets: Mapping[str, pl.DataFrame]) -> None:
        """Takes the frames of one batch."""
        for name, frame in stored(datasets).items():
            if self._file is not None:
                with self._naming(self._fresh):
                    flat(frame).write_ndjson(self._file)
            else:
                self._write_part(name, frame)

    def _write_part(self, name: str, frame: pl.DataFrame) -> None:
        """One batch on disk, so that memory does not grow with the input."""
        parts = self._parts.setdefault(name, [])
        part = self._target / f"{name}.{len(parts):06}{PART}"
        with self._naming(part):
            frame.write_parquet(part, compression="zstd", compression_level=1)
        parts.append(part)

    def _join_parts(self) -> None:
        """One file per dataset; files of datasets that this input does not have are those of an older one."""
        for name, parts in self._parts.items():
            whole = parts[0]
            if len(parts) > 1:
                whole = self._target / f"{name}{PART}"
                with self._naming(whole):
                    pl.scan_parquet(parts).sink_parquet(whole, compression="zstd", compression_level=1)
            whole.replace(self._target / f"{name}.parquet")
        for name in vocabulary().datasets.keys() - self._parts.keys():
            (self._target / f"{name}.parquet").unlink(missing_ok=True)

    @contextmanager
    def _naming(self, written: Path) -> Iterator[None]:
        """Polars names no file, and hides in a text what the system refused, if it says so at all: asked again here."""
        try:
            yield
        except (OSError, pl.exceptions.ComputeError):
            if refused := refusal(written):
                raise OSError(refused.errno, refused.strerror, str(self._target)) from refused
            raise


def stored(datasets: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """What leaves memory: datasets and fields with `stored`, without empty frames."""
    kept = {}
    for name, frame in datasets.items():
        if vocabulary().datasets[name].stored and len(frame):
            gone = {field.name for field in vocabulary().datasets[name].fields if not field.stored}
            kept[name] = frame[[column for column in frame.columns if column not in gone]]
    return kept


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Ready for NDJSON: times as ISO 8601 with nine decimals and Z, columns without any value left out."""
    times = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    filled = [column.name for column in frame.get_columns() if column.null_count() < len(column)]
    return frame.with_columns(pl.col(times).dt.strftime(NANOSECONDS)).select(filled)
