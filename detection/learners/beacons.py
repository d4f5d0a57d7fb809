"""D11, beacons: connections to an address outside that come in an even rhythm (rule G21).

Malware that waits for orders asks for them by the clock. Counted are the beginnings of connections, so a beacon that
keeps one connection open is not seen here, nor one that varies its pauses by more than a tenth.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import polars as pl

from detection.baseline.entries import Baseline, Seen
from detection.finding import Finding, finding_frame
from detection.learner import Learner
from detection.site import Site
from sensors.frames import selected

KIND = "conversation"
SPAN = 3_600_000_000_000
"""A rhythm must hold for an hour, ns."""
LEAST = 10
"""Pauses that make a rhythm."""
VARIATION = 0.1
"""Deviation over mean of an even rhythm."""
PEERS = 100_000
"""Pairs followed at a time."""


@dataclass(slots=True)
class Rhythm:
    """Beginnings of connections of one pair: mean and squared deviation of the pauses (Welford), ns."""

    first: int
    last: int
    pauses: int = 0
    mean: float = 0.0
    squares: float = 0.0
    told: bool = False

    def take(self, time: int) -> None:
        """One more connection; one that began before the last one counted is passed over."""
        if time <= self.last:
            return
        pause = time - self.last
        self.last = time
        self.pauses += 1
        distance = pause - self.mean
        self.mean += distance / self.pauses
        self.squares += distance * (pause - self.mean)

    @property
    def variation(self) -> float:
        return float((self.squares / self.pauses) ** 0.5 / self.mean)

    @property
    def even(self) -> bool:
        return self.pauses >= LEAST and self.last - self.first >= SPAN and self.variation < VARIATION


class Beacons(Learner):
    """Says `beacon` once for each pair of an inside client and an outside service that the baseline does not know."""

    name = "D11"
    reads = frozenset({"flow"})

    def __init__(self, known: Baseline | None, seen: Seen, site: Site | None) -> None:
        super().__init__(known, seen, site)
        self._rhythms: dict[str, Rhythm] = {}
        self._outside: dict[str, bool] = {}
        entries = known.sorted() if known else []
        self._known = frozenset(entry.entity.rsplit("/", 1)[0] for entry in entries if entry.kind == KIND)

    def take_over(self, earlier: Self) -> None:
        """As of every learner; which addresses are outside is asked of the new site."""
        super().take_over(earlier)
        self._rhythms = earlier._rhythms

    def observe(self, datasets: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        """Takes `flow` rows; the first row of each flow counts."""
        flows = datasets["flow"]
        client, server = pl.col("ot.client.ip").cast(pl.String), pl.col("ot.server.ip").cast(pl.String)
        first = ((pl.col("event.type") == "start") & pl.col("ot.server.port").is_not_null()).alias("first")
        time = pl.col("@timestamp").dt.epoch("ns").alias("ts")
        told = selected(flows, first, time, client.alias("client"), server.alias("server"), "ot.server.port")
        begun = told.with_row_index("row").filter("first").drop("first").drop_nulls()
        # Nearly all connections stay inside: they fall away by server, each asked for once.
        services = [address for address in begun["server"].unique(maintain_order=True) if self._is_outside(address)]
        findings = []
        maturity = self.maturity(KIND)
        for row, ts, inside, outside, port in begun.filter(pl.col("server").is_in(services)).iter_rows():
            entity = f"{inside}>{outside}:{port}"
            if self._is_outside(inside) or entity in self._known:
                continue
            rhythm = self._rhythms.get(entity)
            if rhythm is None:
                if len(self._rhythms) >= PEERS:
                    self.seen.refused += 1
                    continue
                self._rhythms[entity] = Rhythm(ts, ts)
                continue
            rhythm.take(ts)
            if rhythm.even and not rhythm.told:
                rhythm.told = True
                findings.append(self._finding(row, entity, rhythm, maturity))
        return finding_frame(self.name, flows, findings)

    def _is_outside(self, address: str) -> bool:
        """A public address in no declared zone."""
        known = self._outside.get(address)
        if known is None:
            ip = ipaddress.ip_address(address)
            known = not (ip.is_private or ip.is_multicast or ip.is_link_local) or address.startswith(DOCUMENTATION)
            known = known and (self.site is None or self.site.zone_at(ip, None) is None)
            if len(self._outside) < PEERS:
                self._outside[address] = known
        return known

    @staticmethod
    def _finding(row: int, entity: str, rhythm: Rhythm, maturity: str) -> Finding:
        observed = {
            "conversation": entity,
            "connections": rhythm.pauses + 1,
            "period_seconds": round(rhythm.mean / 1e9, 3),
            "variation": round(rhythm.variation, 4),
        }
        return Finding(
            row=row, kind="beacon", entity_kind=KIND, entity=entity, observed=observed, expected={}, maturity=maturity,
            since=rhythm.first, support=rhythm.pauses + 1, score=rhythm.variation,
        )  # fmt: skip


DOCUMENTATION = ("192.0.2.", "198.51.100.", "203.0.113.")
"""Public addresses for examples (RFC 5737), which Python counts as private; the rules count them as outside."""
