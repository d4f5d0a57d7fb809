"""Condenses events to what evidence queries ask: chunk by chunk, bounded by how many different facts there are.

Each dataset becomes one frame of *facts*: rows alike in the columns that matter are one row with its `count`, first and
last time, and the first event and packet as evidence. So a store of any size needs memory for its different facts only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from sensors.fields import vocabulary

MOST_FACTS = 200_000
"""Different facts of one dataset that are kept; more are counted as left out and make verdicts inconclusive."""
FOLDS_AT_ONCE = 8

ENDS = ("source.ip", "destination.ip")
CONTEXT = (
    "ot.source.asset", "ot.source.zone", "ot.source.criticality", "ot.source.owner",
    "ot.destination.asset", "ot.destination.zone", "ot.destination.criticality", "ot.destination.owner", "ot.conduit",
)  # fmt: skip
CERTIFICATE = ("subject", "issuer", "sha256", "not_after", "bits", "self_signed", "expired")
FOUND = (
    pl.col("count").sum(), pl.col("first").min(), pl.col("last").max(),
    pl.col("event.id").sort_by("first", "event.id").first(), pl.col("ot.capture").sort_by("first", "event.id").first(),
    pl.col("ot.packet.first").sort_by("first", "event.id").first(),
)  # fmt: skip


@dataclass(frozen=True)
class Condensed:
    """How a dataset is condensed: `keys` make a fact, `sums`, `least` and `most` are columns folded into it; `made`
    are columns computed first."""

    dataset: str
    keys: tuple[str, ...]
    sums: tuple[str, ...] = ()
    least: tuple[str, ...] = ()
    most: tuple[str, ...] = ()
    made: tuple[pl.Expr, ...] = ()


def _kept_address(*operations: str) -> pl.Expr:
    """Object addresses of operations that read are not kept: they are many, and say nothing of what was done."""
    reading = pl.any_horizontal(pl.col("ot.operation").cast(pl.String).str.starts_with(word) for word in operations)
    return pl.when(~reading.fill_null(False)).then(pl.col("ot.object.address").cast(pl.String))


ESTABLISHED = ("established", "closed", "midstream")
READING = (
    "read", "publish", "notify", "browse", "session.", "identify", "subscribe", "diagnose", "name.", "query", "alarm"
)  # fmt: skip
_STATE = pl.col("ot.flow_state").cast(pl.String)
_LOGIN_MINUTE = pl.when(pl.col("event.outcome").cast(pl.String) == "failure").then(
    pl.col("@timestamp").dt.epoch("ns") // 60_000_000_000
)
_NUMBERS = pl.col("ot.value.numbers")

DATASETS: tuple[Condensed, ...] = (
    Condensed(
        "flow",
        keys=(
            "observer.name", *ENDS, "source.mac", "destination.mac", "network.vlan.id", "network.transport",
            "ot.server.ip", "ot.server.port", "network.protocol", "ot.port_protocol", *CONTEXT, "ot.window",
        ),
        sums=("source.packets", "destination.packets", "source.bytes", "destination.bytes", "ot.gaps", "starts"),
        most=("established",),
        made=(
            (pl.col("event.type").cast(pl.String) == "start").cast(pl.Int64).alias("starts"),
            _STATE.is_in(list(ESTABLISHED)).fill_null(False).cast(pl.Int64).alias("established"),
        ),
    ),
    Condensed(
        "session",
        keys=(
            *ENDS, "ot.server.ip", "ot.server.port", "network.protocol", "ot.session_kind", "event.outcome",
            "user.name", "ot.secret_kind", "ot.secret_encrypted", "ot.secret_known", "ot.client_name",
            "ot.security.mode", "ot.security.policy", "tls.version", "tls.cipher",
            *(f"ot.certificate.{end}.{name}" for end in ("client", "server") for name in CERTIFICATE),
            "minute", *CONTEXT, "ot.window",
        ),
        made=(_LOGIN_MINUTE.alias("minute"),),
    ),
    Condensed(
        "transaction",
        keys=(
            *ENDS, "ot.client.ip", "ot.server.ip", "network.protocol", "ot.operation", "ot.function.code",
            "ot.function.name", "ot.unit", "ot.object.kind", "address", "event.outcome", *CONTEXT, "ot.window",
        ),
        least=("least",),
        most=("greatest",),
        made=(
            _kept_address(*READING).alias("address"),
            _NUMBERS.list.min().alias("least"), _NUMBERS.list.max().alias("greatest"),
        ),
    ),
    Condensed(
        "cadence",
        keys=(
            *ENDS, "ot.client.ip", "ot.server.ip", "network.protocol", "ot.operation", "ot.cadence.kind", *CONTEXT,
            "ot.window",
        ),
        sums=("ot.cadence.count",),
    ),
    Condensed("flag", keys=(*ENDS, "network.protocol", "ot.flag", *CONTEXT, "ot.window"), sums=("ot.count",)),
    Condensed(
        "finding",
        keys=(
            *ENDS, "source.mac", "network.transport", "network.protocol", "ot.learner", "ot.finding", "ot.attribute",
            "ot.entity_kind", "ot.entity", "ot.observed", "ot.expected", "ot.maturity", "ot.operation",
            "ot.object.address", "ot.unit", *CONTEXT, "ot.window",
        ),
    ),
    Condensed(
        "file",
        keys=(*ENDS, "network.protocol", "file.name", "file.mime_type", "file.hash.sha256", "ot.file_direction",
              *CONTEXT, "ot.window"),
    ),
    Condensed("link", keys=(*ENDS, "source.mac", "network.vlan.id", "ot.link_kind", "event.action", *CONTEXT)),
    Condensed(
        "capture",
        keys=("observer.name", "ot.stage", "ot.counter", "begin", "end"),
        sums=("ot.count",),
        made=(
            pl.col("@timestamp").dt.epoch("ns").alias("begin"), pl.col("event.end").dt.epoch("ns").alias("end"),
        ),
    ),
)  # fmt: skip


@dataclass
class Condenser:
    """Takes chunks of one dataset and folds them together."""

    how: Condensed
    left_out: int = 0
    _parts: list[pl.DataFrame] = field(default_factory=list)

    def take(self, chunk: pl.DataFrame) -> None:
        """Folds in some rows; `chunk` has the stored columns and those of the context join."""
        self._parts.append(self._condense(chunk))
        if len(self._parts) >= FOLDS_AT_ONCE:
            self._parts = [self._fold()]

    def facts(self) -> pl.DataFrame:
        """All facts so far, in a fixed order."""
        if not self._parts:
            return self._condense(pl.DataFrame(schema=self._schema()))
        return self._fold().sort(*self.how.keys, nulls_last=True)

    def _schema(self) -> dict[str, pl.DataType]:
        return dict(vocabulary().schema(self.how.dataset, context=True))

    def _condense(self, chunk: pl.DataFrame) -> pl.DataFrame:
        how = self.how
        made = chunk.with_columns(
            *how.made,
            pl.lit(1, pl.Int64).alias("count"),
            pl.col("@timestamp").dt.epoch("ns").alias("first"),
            pl.col("event.end").dt.epoch("ns").alias("last"),
        )
        kept = (*how.keys, *how.sums, *how.least, *how.most, "count", "first", "last")
        plain = made.select(*dict.fromkeys((*kept, "event.id", "ot.capture", "ot.packet.first")))
        categories = [name for name, kind in plain.schema.items() if kind == pl.Categorical()]
        sums = [name for name in how.sums if plain.schema[name] != pl.Int64]
        plain = plain.with_columns(pl.col(categories).cast(pl.String), pl.col(sums).cast(pl.Int64))
        return self._group(plain)

    def _fold(self) -> pl.DataFrame:
        folded = self._group(pl.concat(self._parts))
        if folded.height > MOST_FACTS:
            self.left_out += folded.height - MOST_FACTS
            folded = folded.sort("first", *self.how.keys, nulls_last=True).head(MOST_FACTS)
        return folded

    def _group(self, rows: pl.DataFrame) -> pl.DataFrame:
        how = self.how
        folds = (
            *(pl.col(name).sum() for name in how.sums if name != "count"),
            *(pl.col(name).min() for name in how.least),
            *(pl.col(name).max() for name in how.most),
        )
        return rows.group_by(how.keys).agg(*folds, *FOUND)


def condensed(how: Condensed, chunks: Iterable[pl.DataFrame]) -> tuple[pl.DataFrame, int]:
    """The facts of one dataset, and how many were left out."""
    condenser = Condenser(how)
    for chunk in chunks:
        condenser.take(chunk)
    facts = condenser.facts()
    return facts, condenser.left_out
