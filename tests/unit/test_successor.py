"""Rules, site model and baseline change between two batches: nothing that detection knew is lost or told twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.analysis import load_rules, shipped_rules
from detection.baseline import Baseline
from detection.engine import Detection
from detection.learners import LEARNERS
from detection.occurrence import Occurrence
from detection.sigma.load import RuleSet
from sensors.capture import CaptureFiles, EventBatch
from tests.needs import PROJECT

PROOFS = PROJECT / "rules" / "proofs" / "modbus"
CAPTURES = [PROOFS / name for name in ("write-burst.pcap", "unit-scan.pcap", "exception-burst.pcap")]
SPOOF = PROOFS.parent / "link" / "arp-spoof.pcap"
RULES = RuleSet.load([shipped_rules() / "modbus", shipped_rules() / "network"])
ROWS = 20


def batches(capture: Path) -> list[EventBatch]:
    return list(CaptureFiles([capture], sensor="one", batch_rows=ROWS))


def judged(capture: Path, *, cut: bool, rules: RuleSet = RULES) -> tuple[list[Occurrence], list[str]]:
    """Occurrences and ids of findings; `cut`: by a successor after each batch."""
    detection = Detection(rules, site=None, known=None, sensor="one")
    occurrences: list[Occurrence] = []
    findings: list[str] = []
    for batch in batches(capture):
        if cut:
            detection = detection.successor(rules, site=None, known=None)
        detected = detection.process(batch)
        occurrences += detected.occurrences
        findings += detected.datasets["finding"]["event.id"].to_list()
    occurrences += detection.finish().occurrences
    assert detection.failures == {}
    return occurrences, findings


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.stem)
def test_a_successor_after_each_batch_tells_what_one_detection_tells(capture: Path) -> None:
    assert len(batches(capture)) > 3
    whole, cut = judged(capture, cut=False), judged(capture, cut=True)
    assert whole == cut
    assert whole[0]


@pytest.mark.parametrize(
    "forgotten",
    [
        "detection.folding.Folding.take_over",
        "detection.sigma.correlate.Correlator.restore",
        "detection.learners.addresses.AddressBinding.take_over",
    ],
)
def test_each_part_that_is_taken_over_is_needed(forgotten: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgotten, lambda self, earlier: ())
    assert any(judged(capture, cut=False) != judged(capture, cut=True) for capture in (*CAPTURES, SPOOF))


def test_every_learner_that_remembers_takes_over() -> None:
    """What a learner keeps of traffic beside the common state is named by its `take_over`."""
    of_knowledge = {"known", "seen", "site", "_points", "_outside", "_known"}
    for kind in LEARNERS:
        learner, earlier = (kind(None, Detection(RULES, site=None, known=None, sensor="s").seen, None) for _ in "ab")
        learner.take_over(earlier)
        own = {name for name in vars(learner) if name not in of_knowledge}
        shared = {name for name in own if vars(learner)[name] is vars(earlier)[name]}
        assert own == shared, f"{kind.__name__} forgets {own - shared}"


def test_the_rest_of_a_minute_is_told_by_the_rule_that_opened_it() -> None:
    first, second, *_ = batches(CAPTURES[0])
    again = Detection(RULES, site=None, known=None, sensor="one")
    for batch in (first, second):
        again.process(batch)
    counted = {(key, minute.count) for key, minute in again._folding._open.items() if minute.count}
    assert counted
    ended = again.successor(RuleSet((), (), (), frozenset()), site=None, known=None).finish().occurrences
    assert {((each.rule, each.dedup), each.count) for each in ended} == counted
    assert {each.part for each in ended} == {1}


def test_a_new_baseline_judges_what_the_old_one_did_not_know() -> None:
    """Nothing is told once more: what was news is news no longer, whatever baseline comes."""
    detection = Detection(RULES, site=None, known=None, sensor="one")
    told: list[str] = []
    for batch in batches(CAPTURES[1]):
        told += detection.process(batch).datasets["finding"]["ot.entity"].to_list()
        detection = detection.successor(load_rules([shipped_rules() / "modbus"]), site=None, known=Baseline())
    assert len(told) == len(set(told)) > 0
