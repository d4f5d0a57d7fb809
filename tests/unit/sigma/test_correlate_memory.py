"""What a correlation remembers does not hold the batches that it was picked out of.

Polars picks rows without copying their texts: one that is kept may hold those of its whole column. Measured in a
process of its own, as a ratio to what the batches weigh.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

BATCHES, ROWS, LENGTH = 24, 40_000, 100
FEED = """
import resource, sys
import polars as pl
from detection.sigma import Correlator, Evaluator
from tests.unit.sigma.frames import BITTERN, SECOND, START, correlation_data, frame, rule_data, ruleset

batches, rows, length, operator = *map(int, sys.argv[1:4]), sys.argv[4]
settings = {"type": "event_count", "rules": ["W"], "group-by": ["source.ip"], "timespan": "1h", "generate": True,
            "condition": {operator: 1000}}
found = ruleset(rule_data("W", {"one": {"ot.operation": "write"}, "condition": "one"}),
                correlation_data("C", settings, bittern={**BITTERN, "dedup": ["source.ip"]}))
evaluator, correlator = Evaluator(found), Correlator(found)
small = frame("transaction", [{"ot.operation": "write"}, {"ot.operation": "read"}])
for batch in range(batches):
    ids = [f"{batch:04}-{row:08}".ljust(length, "x") for row in range(rows)]
    time = pl.lit(START + batch * SECOND).cast(pl.Datetime("ns", "UTC"))
    many = small[[0, 0] + [1] * (rows - 2)].with_columns(
        pl.Series("event.id", ids), time.alias("@timestamp"), time.alias("ot.clock"),
        pl.lit(f"10.0.0.{batch}").cast(pl.Categorical).alias("source.ip"),
    )
    hits = evaluator.evaluate("transaction", many)
    assert [hit.rows.height for hit in hits] == [2]
    correlator.feed(hits)
    correlator.advance(START + (batch + 1) * SECOND)
    del many, hits, ids
    if batch == batches // 4:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert not correlator.failures and not evaluator.failures
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


@pytest.mark.parametrize("operator", ["gte", "lte"])
def test_rows_that_are_remembered_do_not_hold_their_batches(operator: str) -> None:
    command = [sys.executable, "-c", FEED, str(BATCHES), str(ROWS), str(LENGTH), operator]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    weight = (BATCHES * 3 // 4) * ROWS * LENGTH
    assert int(done.stdout) < weight / 3
