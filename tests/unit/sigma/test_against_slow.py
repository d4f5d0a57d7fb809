"""Random rules over random rows: compiled expressions and the slow evaluator give the same rows."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from detection.sigma import Evaluator, derived, evaluate
from sensors import frames
from tests.unit.sigma.frames import frame, rule_data, ruleset
from tests.unit.sigma.slow import holds

TEXTS = ["run", "Run", "RUNNING", "stop", "st*p", "a\\b", "温度", "x\ny", "", "tcp", "10.0.0.1"]
PATTERNS = ["run", "Run", "r?n", "ru*", "*", "stop", r"st\*p", r"a\\b", "温?", "*\n*", "", "x", "tc", "N", "P"]
ADDRESSES = ["10.0.0.1", "10.0.1.9", "192.168.1.1", "fe80::1", "nowhere"]
ROLES = ["hmi", "HMI", "writer", "scada", "unknown"]
OPERATIONS = ["read", "write", "write.force", "browse"]
INTEGERS = [0, 1, 2, 3, 16, 90]
FLOATS = [-1.5, 0.0, 0.5, 2.0, 7.25]
DETAIL_TYPES: dict[str, list[Any]] = {"mei_type": INTEGERS, "framing": ["tcp", "rtu", "RTU"]}
ROWS = 120
RULES = 240


def random_row(rng: random.Random) -> dict[str, Any]:
    """A row of dataset finding, which holds a field of every type; each field is null now and then."""
    detail = {key: rng.choice([*values, None]) for key, values in DETAIL_TYPES.items() if rng.random() < 0.7}
    row: dict[str, Any] = {
        "network.protocol": rng.choice(["modbus", "opcua"]),
        "ot.operation": rng.choice(OPERATIONS),
        "user.name": rng.choice(TEXTS),
        "ot.unit": rng.choice(TEXTS),
        "ot.value.text": rng.choice(TEXTS),
        "source.ip": rng.choice(ADDRESSES),
        "destination.ip": rng.choice(ADDRESSES),
        "ot.function.code": rng.choice(INTEGERS),
        "source.port": rng.choice(INTEGERS),
        "destination.port": rng.choice(INTEGERS),
        "ot.score": rng.choice(FLOATS),
        "ot.drill": rng.random() < 0.5,
        "ot.value.numbers": rng.choices(FLOATS, k=rng.randrange(3)),
        "ot.source.roles": rng.sample(ROLES, k=rng.randrange(3)),
        "ot.references": rng.choices(TEXTS, k=rng.randrange(3)),
        "ot.details": json.dumps(detail),
    }
    return {name: value for name, value in row.items() if rng.random() > 0.15}


def random_item(rng: random.Random) -> tuple[str, Any]:
    """A field test that `validate` lets pass."""

    def some(values: list[Any]) -> Any:
        return rng.choice(values) if rng.random() < 0.5 else rng.choices(values, k=rng.randrange(1, 5))

    text = rng.choice(["user.name", "ot.unit", "ot.value.text"])
    number = rng.choice(["ot.function.code", "source.port", "ot.score", "ot.value.numbers", "ot.details.mei_type"])
    content = rng.choice(["contains", "startswith", "endswith"]) + rng.choice(["", "", "|cased"])
    lists = rng.choice(["ot.source.roles", "ot.references"])
    return rng.choice(
        [
            (text, some([*PATTERNS, None])),
            (f"{text}|cased", some(PATTERNS)),
            (f"{text}|{content}", some(PATTERNS)),
            (f"{text}|{content}|all", rng.choices(PATTERNS, k=2)),
            (f"{text}|re", some([r"^r.n$", "(?i)run", "o|温", r"\d+\.0", "^$"])),
            (f"{text}|exists", rng.random() < 0.5),
            (f"{text}|fieldref", rng.choice(["user.name", "ot.unit", "ot.value.text", "source.ip"])),
            ("ot.operation", some([*OPERATIONS, "write*", None])),
            (f"{rng.choice(['source.ip', 'destination.ip'])}|cidr", some(["10.0.0.0/24", "0.0.0.0/0", "fe80::/10"])),
            ("source.ip|fieldref", "destination.ip"),
            ("source.port|fieldref", rng.choice(["destination.port", "ot.function.code"])),
            (number, some([0, 1, 2, 90, None])),
            (f"{number}|{rng.choice(['gt', 'gte', 'lt', 'lte'])}", rng.choice([0, 1, 2, 16])),
            ("ot.drill", rng.choice([True, False])),
            (rng.choice([lists, f"{lists}|contains"]), some([*ROLES, "run", "h*", "?mi"])),
            (f"{lists}|contains|all", rng.choices([*ROLES, "run"], k=2)),
            (f"{lists}|{rng.choice(['startswith', 'endswith'])}", some(["h", "R", "r", "n", "温"])),
            (f"{lists}|re", some(["^h", "N$", "(?i)n$"])),
            ("ot.details.framing", some(["tcp", "rtu", "r*", None])),
            (f"ot.details.framing|{content}", some(["t", "R", "u"])),
        ]
    )


def random_detection(rng: random.Random) -> dict[str, Any]:
    blocks: dict[str, Any] = {}
    for name in ("one", "two", "three"):
        maps = [dict(random_item(rng) for _ in range(rng.randrange(1, 3))) for _ in range(rng.choice([1, 1, 2]))]
        blocks[name] = maps if len(maps) > 1 else maps[0]
    forms = [
        "one and two or not three",
        "not (one or two) or three",
        "one and not (two and three)",
        "one or two or three",
    ]
    return {**blocks, "condition": rng.choice([*forms, "one and two and three", "not one and (two or three)"])}


@pytest.mark.parametrize("few_rows", [frames.FEW_ROWS, 0])
@pytest.mark.parametrize("seed", range(4))
def test_compiled_rules_agree_with_the_slow_evaluator(
    seed: int, few_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (frames, derived, evaluate):
        monkeypatch.setattr(module, "FEW_ROWS", few_rows)
    rng = random.Random(seed)
    rows = [random_row(rng) for _ in range(ROWS)]
    detections = {f"R{number:03}": random_detection(rng) for number in range(RULES // 4)}
    rules = ruleset(*(rule_data(name, detection, "finding") for name, detection in detections.items()))
    evaluator = Evaluator(rules)
    hits = {
        hit.rule.name: hit.rows["event.id"].to_list() for hit in evaluator.evaluate("finding", frame("finding", rows))
    }
    assert evaluator.failures == {}
    for name, detection in detections.items():
        slow = [f"e{place:04}" for place, row in enumerate(rows) if holds(detection, "finding", row)]
        assert hits.get(name, []) == slow, detection
