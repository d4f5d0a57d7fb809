"""A handful of hits is grouped by Python, many by Polars: whichever way they go, the same occurrences come of them."""

from __future__ import annotations

import random
from dataclasses import asdict

import pytest

from detection import hit_groups
from detection.folding import Folding
from detection.sigma import Evaluator
from tests.unit.sigma.frames import BITTERN, SECOND, START, Row, frame, rule_data, ruleset

KEYS = {
    "ends": ["source.ip", "destination.ip"],
    "parties": ["ot.client.ip", "ot.server.ip", "ot.operation"],
    "numbers": ["destination.port", "ot.unit"],
}


def hit(rng: random.Random, clock: int) -> Row:
    """One write; some lack an address, some a packet, and some end long after they began."""
    at_ip = rng.random() < 0.6
    return {
        "ot.operation": rng.choice(["write", "publish"]),
        "network.protocol": "goose",
        "ot.clock": clock,
        "@timestamp": clock - rng.choice([0, 1, 70 * SECOND]),
        "source.mac": rng.choice(["02:00:00:00:00:01", "02:00:00:00:00:02"]),
        "destination.mac": "02:00:00:00:00:09",
        **({"source.ip": rng.choice(["10.0.0.1", "10.0.0.2"]), "destination.ip": "10.0.0.9"} if at_ip else {}),
        **({"ot.client.ip": "10.0.0.1", "ot.server.ip": "10.0.0.9"} if at_ip else {}),
        "destination.port": rng.choice([None, 502]),
        "ot.unit": rng.choice([None, "1", "247"]),
        "ot.packet.first": rng.choice([None, 5]),
        "ot.packet.last": rng.choice([None, 8]),
        "ot.value.text": rng.choice([None, "1 0"]),
    }


@pytest.mark.parametrize("dedup", KEYS)
@pytest.mark.parametrize("seed", range(3))
def test_few_and_many_hits_fold_alike(seed: int, dedup: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(seed)
    clock, rows = START, []
    for _ in range(120):
        clock += rng.choice([0, 1, SECOND, 5 * SECOND])
        rows.append(hit(rng, clock))
    bittern = {**BITTERN, "dedup": KEYS[dedup]}
    rules = ruleset(rule_data("W", {"one": {"network.protocol": "goose"}, "condition": "one"}, bittern=bittern))
    (hits,) = Evaluator(rules).evaluate("transaction", frame("transaction", rows))
    told = []
    for few in (0, 1000):
        monkeypatch.setattr(hit_groups, "FEW_HITS", few)
        folding = Folding("test")
        told.append([asdict(each) for each in [*folding.take(hits), *folding.finish()]])
    by_frame, by_row = told
    assert by_row == by_frame
    assert sum(each["count"] for each in by_row) == len(rows)
    assert {each["part"] for each in by_row} == {0, 1}
    assert len({each["dedup"] for each in by_row}) > 1
