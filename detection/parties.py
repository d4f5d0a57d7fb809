"""Client and server as a rule's key: by IP address, or by the MAC or bus station where a protocol stands below IP.

Without this all GOOSE, EtherCAT or PROFIBUS stations would be one nameless party: their alerts would fold into one, and
a correlation would join the stop of one device with the silence of another.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

BELOW_IP = {
    "source.ip": "source.mac",
    "destination.ip": "destination.mac",
    "ot.client.ip": "source.mac",
    "ot.server.ip": "destination.mac",
}
"""Column -> the one that says it where there is no IP: the source asks, unless it publishes."""
PLAIN = (pl.String, pl.Categorical, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64, pl.Int8, pl.Int16, pl.Int32, pl.Int64)
"""Types whose values Polars and Python write alike, so that a key may come from either."""
PUBLISHED = frozenset({"publish", "notify"})
"""Operations whose source is the one that serves."""
_PUBLISHER = {"ot.client.ip": "destination.mac", "ot.server.ip": "source.mac"}


def party(name: str, frame: pl.DataFrame) -> pl.Expr:
    """A column of a frame as text; an end without an IP address by what names it below."""
    text, below = pl.col(name).cast(pl.String, strict=False), BELOW_IP.get(name)
    if below is None or below not in frame.columns or frame[name].null_count() == 0:
        return text
    mac = pl.col(below).cast(pl.String)
    if name in _PUBLISHER and "ot.operation" in frame.columns:
        published = pl.col("ot.operation").cast(pl.String).is_in(list(PUBLISHED)).fill_null(False)
        mac = pl.when(published).then(pl.col(_PUBLISHER[name]).cast(pl.String)).otherwise(mac)
    return pl.coalesce(text, mac)


def named(name: str, values: Mapping[str, object]) -> object:
    """The same of one row, by field name."""
    value = values.get(name)
    if value is not None or name not in BELOW_IP:
        return value
    published = values.get("ot.operation") in PUBLISHED
    return values.get((_PUBLISHER if published and name in _PUBLISHER else BELOW_IP)[name])
