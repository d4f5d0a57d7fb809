"""D2, conversation graph: which client uses which service of which server (detectors §2, first row; §5.1)."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from detection.finding import Finding, finding_frame
from detection.learner import Learner
from sensors.frames import selected

KIND = "conversation"


class ConversationGraph(Learner):
    """Knows (client, server, transport, port, protocol); says `new_conversation` once for each unknown one."""

    name = "D2"
    reads = frozenset({"flow"})

    def observe(self, datasets: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        """Takes `flow` rows. A connection request that nobody answered, or that was refused, is none."""
        flows = datasets["flow"]
        state = pl.col("ot.flow_state").cast(pl.String)
        refused = (state == "reset") & pl.col("network.protocol").is_null()
        spoken = ~(state.is_in(["half_open", "syn"]) | refused)
        time = pl.col("@timestamp").dt.epoch("ns").alias("ts")
        # A row has fifty columns, and these few are wanted.
        told = selected(
            flows, _entity().alias("entity"), time, (spoken & pl.col("ot.server.ip").is_not_null()).alias("spoken")
        )
        keyed = told.with_row_index("row").filter("spoken")
        groups = keyed.group_by("entity", maintain_order=True).agg(
            pl.col("row").first(),
            pl.col("ts").min().alias("first"),
            pl.col("ts").max().alias("last"),
            pl.len().alias("count"),
        )
        findings = []
        maturity = self.maturity(KIND)
        for entity, row, first, last, count in groups.iter_rows():
            known = self.known is not None and bool(self.known.of(KIND, entity))
            if self.is_news(KIND, entity, "", first, last, count, known=known):
                findings.append(self._finding(entity, row, flows, maturity))
        return finding_frame(self.name, flows, findings)

    def _finding(self, entity: str, row: int, flows: pl.DataFrame, maturity: str) -> Finding:
        server = flows["ot.server.ip"][row]
        clients = [e for (k, e) in _servers(self, str(server))] if maturity == "active" else []
        return Finding(
            row=row,
            kind="new_conversation",
            entity_kind=KIND,
            entity=entity,
            observed={"conversation": entity},
            expected={"known_clients": len({e.split(">")[0] for e in clients})},
            maturity=maturity,
            support=len(clients) if clients else None,
        )


def _servers(learner: ConversationGraph, server: str) -> list[tuple[str, str]]:
    """Known conversations of a server."""
    assert learner.known is not None
    return [(e.kind, e.entity) for e in learner.known.sorted() if e.kind == KIND and f">{server}:" in e.entity]


def _entity() -> pl.Expr:
    """`10.0.1.10>10.0.2.11:502/modbus`; without a recognised protocol the transport stands in its place."""
    protocol = pl.coalesce(pl.col("network.protocol").cast(pl.String), pl.col("network.transport").cast(pl.String))
    port = pl.col("ot.server.port").cast(pl.String).fill_null("-")
    client, server = pl.col("ot.client.ip").cast(pl.String), pl.col("ot.server.ip").cast(pl.String)
    return pl.concat_str(client, pl.lit(">"), server, pl.lit(":"), port, pl.lit("/"), protocol)
