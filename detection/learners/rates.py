"""D7, rates and fan-out per ten seconds of packet time (detectors §5.1).

Some counts mean trouble at any site: their floors hold from the first minute. Others are judged only against what was
learned: the greatest value seen, and mean and deviation over the windows in which the entity was active.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import polars as pl

from detection.baseline.entries import Baseline, Seen
from detection.finding import Finding, finding_frame
from detection.learner import Learner
from detection.site import Site
from sensors.frames import selected

KIND = "rate"


@dataclass(frozen=True)
class Counter:
    """A counter of dataset `rate`: its finding, for which entities, and the count that is odd at any site (or None)."""

    name: str
    finding: str
    entity_kind: str
    floor: int | None
    least: int
    """Below this a learned rate is never exceeded: small numbers scatter."""

    @property
    def column(self) -> str:
        return f"ot.rate.{self.name}"


COUNTERS = (
    Counter("writes", "rate", "channel", 11, 5),
    Counter("messages", "rate", "channel", 5000, 50),
    Counter("failures", "failures", "channel", 10, 5),
    Counter("unanswered", "failures", "channel", 10, 5),
    Counter("functions", "fan_out", "channel", 8, 4),
    Counter("objects", "fan_out", "channel", None, 20),
    Counter("peers", "fan_out", "host", None, 8),
    Counter("ports", "fan_out", "host", None, 10),
    Counter("packets", "rate", "host", None, 500),
    Counter("bytes", "rate", "host", None, 100_000),
    Counter("half_open", "rate", "host", 20, 5),
    Counter("resets", "failures", "host", None, 10),
    Counter("refused_logins", "failures", "host", 5, 3),
)
ENTITIES = 400_000
"""Entity and counter pairs whose figures are kept."""
TIMES_GREATEST = 3.0
DEVIATIONS = 10.0


class Rates(Learner):
    """Says rate, fan_out or failures when a count passes its floor, or three times the greatest known and ten sigma."""

    name = "D7"
    reads = frozenset({"rate"})

    def __init__(self, known: Baseline | None, seen: Seen, site: Site | None) -> None:
        super().__init__(known, seen, site)
        self._sums: dict[str, Sums] = {}

    def take_over(self, earlier: Self) -> None:
        """As of every learner."""
        super().take_over(earlier)
        self._sums = earlier._sums

    def observe(self, datasets: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        """Takes `rate` rows."""
        wanted = ["@timestamp", "ot.entity_kind", "ot.entity", *(counter.column for counter in COUNTERS)]
        rates = datasets["rate"][wanted].with_row_index("row")
        found: list[Finding] = []
        # Most of the cost is per call, not per row: what nobody did in these windows is not asked for.
        counted = selected(rates, (pl.col(name).max() for name in {counter.column for counter in COUNTERS})).row(
            0, named=True
        )
        for counter in COUNTERS:
            greatest = counted[counter.column] or 0
            judges = (least := self._least(counter)) is not None and greatest >= least
            if greatest == 0 or not (judges or self.seen.baseline is not None):
                continue
            rows = rates.filter((pl.col("ot.entity_kind") == counter.entity_kind) & (pl.col(counter.column) > 0))
            if not rows.is_empty():
                found += self._judge(counter, rows) if judges else []
                if self.seen.baseline is not None:
                    self._learn(counter, rows)
        return finding_frame(self.name, datasets["rate"], sorted(found, key=lambda finding: finding.row))

    def finish(self) -> None:
        """Writes the figures of every entity into the baseline that is being made."""
        for name, sums in self._sums.items():
            self.seen.saw(KIND, name, sums.text(), sums.first, sums.last, sums.windows)
        self._sums.clear()

    def _learn(self, counter: Counter, rows: pl.DataFrame) -> None:
        value = pl.col(counter.column).cast(pl.Int64)
        ts = pl.col("@timestamp").dt.epoch("ns")
        groups = rows.group_by(pl.col("ot.entity").cast(pl.String).alias("entity"), maintain_order=True).agg(
            pl.len().alias("n"), value.sum().alias("sum"), (value * value).sum().alias("squares"),
            value.max().alias("max"), ts.min().alias("first"), ts.max().alias("last"),
        )  # fmt: skip
        for entity, n, total, squares, greatest, first, last in groups.iter_rows():
            name = f"{entity} {counter.name}"
            sums = self._sums.get(name)
            if sums is None:
                if len(self._sums) >= ENTITIES:
                    self.seen.refused += 1
                    continue
                sums = self._sums[name] = Sums(first=first)
            sums.windows += n
            sums.total += total
            sums.squares += squares
            sums.greatest = max(sums.greatest, greatest)
            sums.first, sums.last = min(sums.first, first), max(sums.last, last)

    def _least(self, counter: Counter) -> int | None:
        """The count below which nothing is odd; None where none is."""
        known_any = self.known is not None and KIND in self.known.kinds()
        return min(counter.floor or counter.least, counter.least) if known_any else counter.floor

    def _judge(self, counter: Counter, rows: pl.DataFrame) -> list[Finding]:
        odd = rows.filter(pl.col(counter.column) >= self._least(counter))
        found = []
        for row, entity, value in odd.select("row", pl.col("ot.entity").cast(pl.String), counter.column).iter_rows():
            finding = self._finding(counter, row, entity, value)
            if finding is not None:
                found.append(finding)
        return found

    def _finding(self, counter: Counter, row: int, entity: str, value: int) -> Finding | None:
        known = next(iter((self.known.of(KIND, f"{entity} {counter.name}") if self.known else {}).items()), None)
        if known is None:
            if counter.floor is None or value < counter.floor:
                return None
            expected: dict[str, object] = {"floor": counter.floor}
            return self._said(counter, row, entity, value, float(counter.floor), expected, "learn", None, None)
        figures, entry = json.loads(known[0]), known[1]
        limit = max(figures["max"] * TIMES_GREATEST, figures["mean"] + DEVIATIONS * figures["deviation"], counter.least)
        if value <= limit:
            return None
        return self._said(counter, row, entity, value, limit, figures, "active", entry.since, entry.count)

    def _said(
        self,
        counter: Counter,
        row: int,
        entity: str,
        value: int,
        limit: float,
        expected: Mapping[str, object],
        maturity: str,
        since: int | None,
        support: int | None,
    ) -> Finding:
        observed = {counter.name: value, "seconds": 10}
        score = value / limit
        return Finding(
            row,
            counter.finding,
            counter.entity_kind,
            entity,
            observed,
            expected,
            maturity,
            counter.name,
            since,
            support,
            score,
        )


@dataclass
class Sums:
    """Whole-number sums of one entity's counter: the figures do not depend on how the windows came in batches."""

    windows: int = 0
    total: int = 0
    squares: int = 0
    greatest: int = 0
    first: int = 0
    last: int = 0

    def text(self) -> str:
        """Mean, deviation and greatest value as JSON, three decimals."""
        mean = self.total / self.windows
        deviation = math.sqrt(max(0.0, self.squares / self.windows - mean * mean))
        return json.dumps({"mean": round(mean, 3), "deviation": round(deviation, 3), "max": self.greatest})
