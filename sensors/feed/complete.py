"""Frames that feeds tell, completed to those of the vocabulary: ids, sensor, ends, types."""

from __future__ import annotations

import hashlib
import ipaddress
from base64 import b32encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from sensors.feed.feed import FLOW, LINE
from sensors.fields import vocabulary

LONGEST_TEXT, LONGEST_DETAILS = 512, 8192
"""Letters kept of a text, and of `ot.details`."""
DEFAULTS = {"ot.client.ip": "source.ip", "ot.server.ip": "destination.ip", "ot.server.port": "destination.port"}
"""Who asks is the client, where a feed does not say otherwise."""
ADDRESSES = ("source.ip", "destination.ip", "ot.client.ip", "ot.server.ip")


@dataclass(frozen=True)
class Origin:
    """Where rows come from: the sensor's name and the network segment that it stands for."""

    sensor: str
    segment: str


def complete(dataset: str, frame: pl.DataFrame, origin: Origin) -> pl.DataFrame:
    """`frame` with all columns of the dataset.

    Beside what the feed told, it has `LINE`, `file` (the name of the log), `print` (what tells the file from others),
    `offset` and `number` of the line, and `ot.clock`; its rows are in the order in which they are emitted.
    """
    frame = frame.with_columns(
        pl.lit(dataset).alias("event.dataset"),
        pl.lit(origin.sensor).alias("observer.name"),
        pl.lit(origin.segment).alias("ot.segment"),
        pl.col("file").alias("observer.ingress.interface.name"),
        pl.col("file").alias("ot.capture"),
        pl.col("number").alias("ot.packet.first"),
        pl.col("number").alias("ot.packet.last"),
        pl.lit(False).alias("ot.drill"),
        _ids(dataset, frame, origin),
    )
    if FLOW in frame.columns:
        frame = frame.with_columns(_by_value(frame[FLOW], lambda text: _key(origin.sensor, text)).alias("ot.flow"))
    present = [name for name in ADDRESSES if name in frame.columns]
    frame = frame.with_columns(_by_value(frame[name], address).alias(name) for name in present)
    frame = frame.with_columns(
        pl.col(source).alias(name)
        for name, source in DEFAULTS.items()
        if name not in frame.columns and source in frame.columns
    )
    if dataset == "identity":
        frame = frame.with_columns(_asset_key(frame, origin).alias("ot.asset_key"))
    schema = vocabulary().schema(dataset)
    columns = [_column(frame, name, kind) for name, kind in schema.items()]
    return frame.select(columns)


def _column(frame: pl.DataFrame, name: str, kind: pl.DataType) -> pl.Expr:
    if name not in frame.columns:
        return pl.lit(None, kind).alias(name)
    told = pl.col(name)
    if frame.schema[name] == pl.String():
        longest = LONGEST_DETAILS if name == "ot.details" else LONGEST_TEXT
        told = told.str.replace_all("\0", "", literal=True).str.slice(0, longest)
        if name.endswith(".mac"):
            told = told.str.replace_all(":", "-", literal=True).str.to_uppercase()
    return told.cast(kind, strict=False).alias(name)


def _ids(dataset: str, frame: pl.DataFrame, origin: Origin) -> pl.Series:
    """26 letters base32 of BLAKE2b-128 over sensor, file, place of the line in it, dataset and place in the line: the
    same however the lines are cut into batches, and whatever a file is called by now."""
    item = frame.select(pl.int_range(pl.len()).over("print", LINE, "offset")).to_series()
    begun: dict[str, hashlib.blake2b] = {}
    made = []
    for printed, offset, place in zip(frame["print"], frame["offset"], item, strict=True):
        if printed not in begun:
            begun[printed] = hashlib.blake2b(f"{origin.sensor}\0{printed}\0{dataset}\0".encode(), digest_size=16)
        digest = begun[printed].copy()
        digest.update(b"%d %d" % (offset, place))
        made.append(_letters(digest))
    return pl.Series("event.id", made, dtype=pl.String())


def text_id(*parts: str | int) -> str:
    """An id as above of any parts."""
    return _letters(hashlib.blake2b("\0".join(map(str, parts)).encode(), digest_size=16))


def _letters(digest: hashlib.blake2b) -> str:
    return b32encode(digest.digest()).decode().rstrip("=").lower()


def _key(sensor: str, text: str) -> int:
    """A key of 63 bits."""
    digest = hashlib.blake2b(f"{sensor}\0flow\0{text}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def address(text: str) -> str | None:
    """An IP address in the form that all events have; None for what is none. Zones of link-local ones are left out."""
    try:
        return str(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        return None


def _by_value(column: pl.Series, made: Callable[[str], str | int | None]) -> pl.Series:
    """Asked once for each different value."""
    different = column.unique().drop_nulls()
    answers: Sequence[str | int | None] = [made(value) for value in different]
    kind = pl.Int64() if any(isinstance(answer, int) for answer in answers) else pl.String()
    return column.replace_strict(different, pl.Series(answers, dtype=kind), default=None, return_dtype=kind)


def _asset_key(frame: pl.DataFrame, origin: Origin) -> pl.Series:
    """MAC where the log binds it to the address, else IP@VLAN@segment (vocabulary §2)."""
    has = frame.columns
    vlan = pl.col("network.vlan.id").cast(pl.String).fill_null("-") if "network.vlan.id" in has else pl.lit("-")
    by_ip = pl.col("source.ip") + "@" + vlan + "@" + pl.lit(origin.segment)
    mac = pl.col("source.mac").str.replace_all(":", "-", literal=True).str.to_uppercase()
    told = pl.coalesce(mac, by_ip) if "source.mac" in has else by_ip
    return frame.select(told).to_series()
