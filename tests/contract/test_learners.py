"""What every learner of the list must keep (design §3, contract tests)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from detection.baseline import Baseline, Seen
from detection.context import Context
from detection.engine import Detection
from detection.learners import LEARNERS, Learner
from detection.learners.operations import OperationProfile
from detection.roles import Roles
from detection.sigma.load import RuleSet
from sensors.capture import CaptureFiles, EventBatch
from tests.golden.events import captures
from tests.needs import PROJECT

PROOFS = PROJECT / "rules" / "proofs" / "modbus"
LEARNED = PROOFS / "hmi-normal.pcap"
LATER = [
    PROOFS / name
    for name in (
        "write-burst.pcap",
        "unit-scan.pcap",
        "exception-burst.pcap",
        "first-write-to-object.pcap",
        "register-harvest.pcap",
    )
]


def batches(path: object, rows: int = 65_536) -> list[EventBatch]:
    return list(CaptureFiles([path], batch_rows=rows))  # type: ignore[list-item]  # parametrised as object for pytest ids


def joined(batch: EventBatch) -> dict[str, pl.DataFrame]:
    context = Context(None, Roles())
    return {name: context.join(frame) for name, frame in batch.datasets.items()}


def run(learner: Learner, given: Sequence[Mapping[str, pl.DataFrame]]) -> pl.DataFrame:
    found = [learner.observe({name: frames[name] for name in learner.reads}) for frames in given]
    learner.finish()
    return pl.concat(found)


def learned(kind: type[Learner]) -> Baseline:
    seen = Seen(record=True)
    run(kind(None, seen, None), [joined(batch) for batch in batches(LEARNED)])
    assert seen.baseline is not None
    return seen.baseline


@pytest.mark.parametrize("kind", LEARNERS, ids=lambda kind: kind.name)
def test_frames_are_not_changed(kind: type[Learner]) -> None:
    for capture in captures()[:4]:
        for batch in batches(capture):
            given = joined(batch)
            before = {name: frame.clone() for name, frame in given.items()}
            run(kind(None, Seen(record=True), None), [given])
            for name, frame in given.items():
                assert_frame_equal(frame, before[name])


@pytest.mark.parametrize("kind", LEARNERS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("rows", [1, 7, 64])
def test_any_split_into_batches_gives_the_same_findings_and_baseline(kind: type[Learner], rows: int) -> None:
    known = learned(kind)
    for path in LATER:
        whole, parts = Seen(record=True), Seen(record=True)
        one = run(kind(known, whole, None), [joined(batch) for batch in batches(path)])
        many = run(kind(known, parts, None), [joined(batch) for batch in batches(path, rows)])
        assert_frame_equal(one.sort("event.id"), many.sort("event.id"), categorical_as_str=True)
        assert whole.baseline is not None
        assert parts.baseline is not None
        assert whole.baseline.sorted() == parts.baseline.sorted()


@pytest.mark.parametrize("kind", LEARNERS, ids=lambda kind: kind.name)
def test_the_baseline_in_force_is_never_changed(kind: type[Learner]) -> None:
    known = learned(kind)
    before = known.sorted()
    for path in LATER:
        run(kind(known, Seen(record=True), None), [joined(batch) for batch in batches(path)])
    assert known.sorted() == before


@pytest.mark.parametrize("kind", LEARNERS, ids=lambda kind: kind.name)
def test_what_was_learned_is_not_told_again(kind: type[Learner]) -> None:
    known = learned(kind)
    again = run(kind(known, Seen(record=False), None), [joined(batch) for batch in batches(LEARNED)])
    assert again.height == 0, again.select("ot.finding", "ot.entity", "ot.observed").to_dicts()


@pytest.mark.parametrize("kind", LEARNERS, ids=lambda kind: kind.name)
def test_order_of_columns_does_not_matter(kind: type[Learner]) -> None:
    given = [joined(batch) for batch in batches(LATER[0])]
    turned = [{name: frame.select(sorted(frame.columns)) for name, frame in frames.items()} for frames in given]
    one = run(kind(None, Seen(record=False), None), given)
    other = run(kind(None, Seen(record=False), None), turned)
    assert_frame_equal(one, other, check_column_order=False)


def test_who_was_never_known_to_read_is_told_for_each_range() -> None:
    harvest = [joined(batch) for batch in batches(PROOFS / "register-harvest.pcap")]
    found = run(OperationProfile(learned(OperationProfile), Seen(record=False), None), harvest)
    kinds = dict(found.group_by(pl.col("ot.finding").cast(pl.String)).len().rows())
    his = pl.col("ot.client.ip").cast(pl.String) == "10.9.1.66"
    asked = harvest[0]["transaction"].filter(his, pl.col("ot.operation") == "read")
    functions = asked["ot.function.code"].n_unique()
    ranges = asked.select("ot.function.code", "ot.object.kind", "ot.object.start", "ot.object.count").n_unique()
    assert kinds == {"new_operation": functions, "new_object": ranges - functions}
    assert ranges > 10 * functions, "the first range of each function came with it, the others by themselves"


def test_names_are_unique() -> None:
    names = [kind.name for kind in LEARNERS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("drill", [False, True])
def test_nothing_becomes_known_by_a_drill(drill: bool) -> None:
    detection = Detection(RuleSet((), (), (), frozenset()), site=None, known=None, sensor="s", learn=True)
    for batch in CaptureFiles([LEARNED], drill=drill):
        detection.process(batch)
    detection.finish()
    assert detection.seen.baseline is not None
    assert (len(detection.seen.baseline) == 0) is drill
