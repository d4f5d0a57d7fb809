"""The whole pipeline once, over capture files: packets → events → findings → occurrences → alerts → store, files."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Protocol

import polars as pl

from api.event_files import EventFiles, stored
from api.segments import asset_records, segment_of
from api.storage import open_store
from api.triage import followed
from detection.baseline import Baseline, read_baseline, write_baseline
from detection.engine import Detected, Detection
from detection.occurrence import Occurrence
from detection.sigma.load import RuleSet
from detection.site import Site
from detection.site_reading import load_site
from response.alerts import Alert, fold
from response.ports import Written
from sensors.capture import BATCH_ROWS, BadFile, CaptureFiles, EventBatch, Fared, Position, discover
from sensors.inventory import Asset, Inventory

SENSOR = "analyze"
ASSETS_AT_ONCE = 5_000


class Progress(Protocol):
    """Who wants to know how far an analysis is."""

    def reading(self, position: Callable[[], Position]) -> None:
        """The captures are open; `position` may be asked at any time, from any thread."""

    def events(self, total: int) -> None:
        """Another batch is done; so many events there were so far."""


@dataclass(frozen=True)
class Options:
    """What an analysis is told. Paths are captures, folders or `-`; None means not given."""

    paths: tuple[Path, ...]
    capture_filter: str | None = None
    full: bool = False
    baseline: Path | None = None
    learn: Path | None = None
    site: Path | None = None
    rules: tuple[Path, ...] = ()
    store: str | None = None
    events: Path | None = None
    batch_rows: int = BATCH_ROWS
    drill: bool = False
    clock: Callable[[], int] = time.time_ns
    """When an incident became known, ns; all other times come from packets."""


@dataclass
class Analysis:
    """What came of it. `alerts` holds every class; `rows` counts events by dataset; `seconds` is wall time of the
    pipeline without the start of the program."""

    alerts: list[Alert] = field(default_factory=list)
    assets: list[Asset] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)
    rows: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    bad_files: list[BadFile] = field(default_factory=list)
    passed_over: list[tuple[Path, str]] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    failures: dict[str, tuple[int, str]] = field(default_factory=dict)
    written: Written | None = None
    dissectors: tuple[Fared, ...] = ()
    seconds: float = 0.0
    learned: int | None = None
    span: tuple[int, int] | None = None
    """First and last packet time told, ns since the epoch."""
    protocols: Counter[str] = field(default_factory=Counter)
    """Flows by recognised protocol."""


def shipped_rules() -> Path:
    """The folder of the rules that come with the program."""
    return Path(str(resources.files("rules").joinpath("detection")))


def load_rules(folders: Sequence[Path]) -> RuleSet:
    """The shipped rules, or those in `folders`."""
    return RuleSet.load(list(folders) or [shipped_rules()])


def analyse(options: Options, rules: RuleSet, progress: Progress | None = None) -> Analysis:
    """Runs the pipeline.

    Raises BadFilter, BadSite, BadBaseline, StoreError and OSError (an output that cannot be written); captures that
    cannot be read are in `bad_files`, the others are analysed.
    """
    began = time.perf_counter()
    found = discover(options.paths)
    result = Analysis(files=list(found.files), passed_over=list(found.passed_over), bad_files=list(found.errors))
    site: Site | None = load_site(options.site) if options.site else None
    known: Baseline | None = read_baseline(options.baseline) if options.baseline else None
    detection = Detection(rules, site=site, known=known, sensor=SENSOR, learn=options.learn is not None)
    inventory = Inventory()
    occurrences: list[Occurrence] = []
    with ExitStack() as stack:
        store = stack.enter_context(open_store(options.store)) if options.store else None
        files = stack.enter_context(EventFiles(options.events)) if options.events else None
        # Closed here and not when it is collected, so that an error leaves no thread reading on.
        batches = stack.enter_context(closing(_run(options, found.files, detection, result, progress)))
        for batch, detected in batches:
            inventory.take(batch.datasets)
            occurrences += detected.occurrences
            _count(result, detected)
            if files is not None:
                files.take(detected.datasets)
            if store is not None:
                result.written = _add(result.written, store.write(segment_of(SENSOR, batch, detected)))
            if progress is not None:
                progress.events(result.rows.total())
        result.assets = inventory.assets()
        if store is not None:
            for start in range(0, len(result.assets), ASSETS_AT_ONCE):
                some = result.assets[start : start + ASSETS_AT_ONCE]
                store.put_assets(asset_records(some, detection.roles))
            followed(store, rules, site, options.clock())
    result.failures = detection.failures
    result.alerts = fold(occurrences)
    if options.learn is not None and detection.seen.baseline is not None:
        write_baseline(options.learn, detection.seen.baseline)
        result.learned = len(detection.seen.baseline)
    result.seconds = time.perf_counter() - began
    return result


def _run(
    options: Options, files: Sequence[Path], detection: Detection, result: Analysis, progress: Progress | None
) -> Generator[tuple[EventBatch, Detected], None, None]:
    """Batches with what detection made of them; the last one carries what the end of the input brought."""
    if not files:
        return
    captures = CaptureFiles(
        files,
        sensor=SENSOR,
        full=options.full,
        capture_filter=options.capture_filter,
        batch_rows=options.batch_rows,
        drill=options.drill,
    )
    last: tuple[EventBatch, Detected] | None = None
    if progress is not None:
        progress.reading(lambda: captures.position)
    try:
        for batch in captures:
            if last is not None:
                yield last
            last = batch, detection.process(batch)
            result.counters = dict(batch.counters)
        result.bad_files += captures.errors
        result.dissectors = captures.dissectors
        if last is not None:
            batch, detected = last
            rest = detection.finish().occurrences
            yield batch, Detected(detected.datasets, (*detected.occurrences, *rest))
    finally:
        captures.close()


def _count(result: Analysis, detected: Detected) -> None:
    for name, frame in stored(detected.datasets).items():
        result.rows[name] += len(frame)
        starts, ends = (frame[name].cast(pl.Int64) for name in ("@timestamp", "event.end"))
        _widen(result, starts.min(), ends.max())
    flows = detected.datasets["flow"].filter(pl.col("event.type") == "start")
    for protocol, count in flows["network.protocol"].drop_nulls().value_counts().iter_rows():
        result.protocols[protocol] += count
    if len(findings := detected.datasets["finding"]):
        for kind, count in findings["ot.finding"].value_counts().iter_rows():
            result.findings[kind] += count


def _widen(result: Analysis, first: object, last: object) -> None:
    if isinstance(first, int) and isinstance(last, int):
        low, high = result.span or (first, last)
        result.span = min(low, first), max(high, last)


def _add(a: Written | None, b: Written) -> Written:
    if a is None:
        return b
    return Written(
        a.events_new + b.events_new,
        a.events_known + b.events_known,
        a.occurrences_new + b.occurrences_new,
        a.alerts_new + b.alerts_new,
        a.alerts_touched + b.alerts_touched,
        a.dead_letters + b.dead_letters,
    )
