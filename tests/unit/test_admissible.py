"""The quick look at a frame never passes what the long one would refuse or change."""

from __future__ import annotations

import ipaddress
import random
import re

import polars as pl
import pytest

from api.storage import admissible
from api.storage.admission import admit, is_address, stored_schema
from tests.contract.store_cases import rows

BROKEN: dict[str, pl.Expr] = {
    "no time": pl.lit(None).cast(pl.Datetime("ns", "UTC")).alias("@timestamp"),
    "before 1970": pl.lit(-1).cast(pl.Datetime("ns", "UTC")).alias("@timestamp"),
    "no id": pl.lit(None, pl.String).alias("event.id"),
    "empty id": pl.lit("").alias("event.id"),
    "long id": pl.lit("x" * 513).alias("event.id"),
    "other dataset": pl.lit("flow").cast(pl.Categorical()).alias("event.dataset"),
    "no address": pl.lit("10.0.0.256").cast(pl.Categorical()).alias("source.ip"),
    "zone": pl.lit("fe80::1%eth0").cast(pl.Categorical()).alias("source.ip"),
    "list": pl.lit("[1]").alias("ot.details"),
    "word": pl.lit('"{"').alias("ot.details"),
    "cut off": pl.lit('{"a": 1').alias("ot.details"),
    "infinite": pl.lit(float("inf")).alias("ot.value.number"),
    "in a list": pl.lit([1.0, float("nan")]).alias("ot.value.numbers"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_one_row_that_breaks_the_vocabulary_is_seen(what: str) -> None:
    dataset = "value" if what == "infinite" else "transaction"
    whole = rows(dataset, 5)[list(stored_schema(dataset))]
    assert admissible.is_admissible(dataset, whole)
    column = BROKEN[what]
    broken = whole.with_columns(
        pl.when(pl.int_range(pl.len()) == 3).then(column).otherwise(pl.col(column.meta.output_name()))
    )
    assert not admissible.is_admissible(dataset, broken.cast(whole.schema))


def test_the_same_id_twice_is_seen() -> None:
    frame = rows("transaction", 2)[list(stored_schema("transaction"))]
    assert not admissible.is_admissible("transaction", pl.concat([frame, frame]))


def test_an_admissible_frame_is_admitted_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = rows("transaction", 40)
    quick = admit("one", "transaction", frame)
    monkeypatch.setattr("api.storage.admission.is_admissible", lambda dataset, frame: False)
    slow = admit("one", "transaction", frame)
    assert quick.frame.equals(slow.frame, null_equal=True)
    assert (quick.repeated, quick.dead) == (slow.repeated, slow.dead) == (0, ())


def test_whatever_looks_like_an_address_is_one() -> None:
    rng = random.Random(7)
    looks = re.compile(admissible.ADDRESS)
    addresses = [str(ipaddress.IPv6Address(rng.getrandbits(128) & rng.getrandbits(128))) for _ in range(500)]
    addresses += [str(ipaddress.IPv6Address(1 << rng.randrange(128))) for _ in range(500)]
    addresses += [str(ipaddress.IPv4Address(rng.getrandbits(32))) for _ in range(500)]
    assert all(looks.match(each) for each in [*addresses, "::", "::1", "1::", "ff02::1:2"])
    for each in addresses:
        changed = list(each)
        for _ in range(rng.randint(1, 3)):
            place = rng.randrange(len(changed))
            changed[place : place + 1] = rng.choice(["", ":", "::", ".", "f", "0", "g", "1:", "255", "%"])
            changed = changed or ["x"]
        text = "".join(changed)
        assert not looks.match(text) or is_address(text), text
    for groups in range(1, 10):
        for place in range(groups + 1):
            text = ":".join(["1"] * place) + "::" + ":".join(["2"] * (groups - place))
            assert not looks.match(text) or is_address(text), text
