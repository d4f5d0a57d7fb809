"""D3, operation profile: what each channel does, and on which objects (detectors §2, second row; §5.1).

Reads may be learned from traffic, numeric ranges merge into intervals; every other operation is known object by object.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping

import polars as pl

from detection.baseline.entries import Entry
from detection.finding import Finding, finding_frame
from detection.learner import Learner
from sensors.frames import selected

OPERATION, OBJECT = "operation", "object"
WORDS = ("channel", "operation", "function")
OBJECTS = ("kind", "start", "count", "address")


class OperationProfile(Learner):
    """Says `new_operation` when a channel does something it never did, `new_object` when it does it elsewhere. Who was
    never known to read is told for each range, not for the first one alone: a scan would hide the harvest after it.
    """

    name = "D3"
    reads = frozenset({"transaction"})

    def observe(self, datasets: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        """Takes `transaction` rows; replies without a request teach nothing."""
        transactions = datasets["transaction"]
        is_asked = pl.col("ot.reply").cast(pl.String).is_in(["answered", "none", "unanswered"])
        time = pl.col("@timestamp").dt.epoch("ns").alias("ts")
        # A row has seventy columns, and these few are wanted.
        asked = selected(transactions, time, is_asked.alias("asked"), *_keys()).with_row_index("row").filter("asked")
        # Objects are compared with those that are known, and noted to become known: without either only words matter.
        objects = self.known is not None or self.seen.baseline is not None
        groups = asked.group_by((*WORDS, *OBJECTS) if objects else WORDS, maintain_order=True).agg(
            *([] if objects else [pl.col(OBJECTS).first()]),
            pl.col("row").first(),
            pl.col("ts").min().alias("first"),
            pl.col("ts").max().alias("last"),
            pl.len().alias("n"),
        )
        found: list[Finding] = []
        judged = self.maturity(OPERATION) == "active"
        for channel, operation, function, kind, start, count, address, row, first, last, n in groups.iter_rows():
            word = f"{operation} {function}"
            where = address or (f"{kind}:{start}-{start + max(count or 1, 1) - 1}" if start is not None else "")
            entity = f"{channel} {word}"
            known_words = self.known.of(OPERATION, channel) if self.known else {}
            is_known = word in known_words
            is_told = self.is_news(OPERATION, channel, word, first, last, n, known=is_known)
            if is_told:
                found.append(self._new_operation(row, channel, word, where, known_words))
            if objects and where:
                reads = operation == "read"
                is_new = (is_known or (reads and judged)) and not self._known_object(entity, where, reads)
                is_fresh = self.is_news(OBJECT, entity, where, first, last, n, known=not is_new)
                if is_fresh and not is_told:
                    found.append(self._new_object(row, channel, word, entity, where, known_words.get(word)))
        return finding_frame(self.name, transactions, found)

    def _known_object(self, entity: str, where: str, merge: bool) -> bool:
        objects = self.known.of(OBJECT, entity) if self.known else {}
        return where in objects or (merge and covered(where, objects))

    def _new_operation(self, row: int, channel: str, word: str, where: str, known: Mapping[str, Entry]) -> Finding:
        return Finding(
            row,
            "new_operation",
            "channel",
            channel,
            {"operation": word, "object": where},
            {"operations": sorted(known)[:16]},
            self.maturity(OPERATION),
            support=len(known) or None,
        )

    def _new_object(self, row: int, channel: str, word: str, entity: str, where: str, entry: Entry | None) -> Finding:
        objects = self.known.of(OBJECT, entity) if self.known else {}
        return Finding(
            row,
            "new_object",
            "channel",
            channel,
            {"operation": word, "object": where},
            {"objects": sorted(objects)[:16]},
            self.maturity(OPERATION),
            since=entry.since if entry else None,
            support=entry.count if entry else None,
        )


def covered(where: str, objects: Mapping[str, object]) -> bool:
    """Whether a numeric range lies wholly inside the union of known ranges of its kind (`holding:0-9`)."""
    asked = _interval(where)
    if asked is None:
        return False
    kind, start, end = asked
    known = sorted((s, e) for k, s, e in filter(None, map(_interval, objects)) if k == kind)
    merged: list[tuple[int, int]] = []
    for low, high in known:
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    at = bisect_right(merged, (start, float("inf"))) - 1
    return at >= 0 and end <= merged[at][1]


def _interval(where: str) -> tuple[str, int, int] | None:
    kind, _, numbers = where.partition(":")
    low, _, high = numbers.partition("-")
    return (kind, int(low), int(high or low)) if low.isdigit() and (high or low).isdigit() else None


def _keys() -> list[pl.Expr]:
    client, server = pl.col("ot.client.ip").cast(pl.String), pl.col("ot.server.ip").cast(pl.String)
    protocol = pl.col("network.protocol").cast(pl.String)
    unit = (
        pl.when(pl.col("ot.unit").is_null()).then(pl.lit("")).otherwise(pl.lit("#") + pl.col("ot.unit").cast(pl.String))
    )
    sub = (
        pl.when(pl.col("ot.subfunction.code").is_null())
        .then(pl.lit(""))
        .otherwise(pl.lit("/") + pl.col("ot.subfunction.code").cast(pl.String))
    )
    function = pl.col("ot.function.code").cast(pl.String).fill_null("-") + sub
    return [
        pl.concat_str(client, pl.lit(">"), server, pl.lit("/"), protocol, unit, ignore_nulls=True).alias("channel"),
        pl.col("ot.operation").cast(pl.String).alias("operation"),
        function.alias("function"),
        pl.col("ot.object.kind").cast(pl.String).alias("kind"),
        pl.col("ot.object.start").alias("start"),
        pl.col("ot.object.count").alias("count"),
        pl.col("ot.object.address").cast(pl.String).alias("address"),
    ]
