"""Identity events → assets, with the evidence for each attribute value; whatever they send → when they were seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from sys import intern

import polars as pl

from sensors.frames import selected

PACKETS_PER_VALUE = 5
VALUES_PER_ATTRIBUTE = 32
ASSETS = 200_000
PLACES = 2 * ASSETS
"""Addresses of assets that are known; one that is none of them is not seen to go on."""


@dataclass(slots=True)
class Evidence:
    """One value of an attribute: who said so, how sure that is, since when, and in which packets."""

    value: str
    confidence: float
    evidence: str
    first_seen: int
    last_seen: int
    capture: str | None = None
    first: int = 0
    last: int = 0
    more: tuple[tuple[str, int, int], ...] = ()
    """Capture, first and last packet of the first row that said so, and those of some rows more: nearly always there is
    but one, and a crowd has a hundred thousand."""

    @property
    def packets(self) -> tuple[tuple[str, int, int], ...]:
        """Capture, first and last packet of the first rows that said so, at most `PACKETS_PER_VALUE`."""
        return () if self.capture is None else ((self.capture, self.first, self.last), *self.more)

    def note_packets(self, capture: str, first: int, last: int) -> None:
        """Those of one more row that said so."""
        if self.capture is None:
            self.capture, self.first, self.last = capture, first, last
        elif len(self.more) < PACKETS_PER_VALUE - 1:
            self.more += ((capture, first, last),)


@dataclass(slots=True)
class Asset:
    """What identity events say of one asset. Times are ns since the epoch."""

    key: str
    segment: str | None
    first_seen: int
    last_seen: int
    attributes: dict[str, list[Evidence]] = field(default_factory=dict)
    """By attribute its values, at most `VALUES_PER_ATTRIBUTE` and mostly one: a list takes a third of a dictionary."""

    def said(self, attribute: str, value: str) -> Evidence | None:
        """What is known of a value of an attribute."""
        return next((each for each in self.attributes.get(attribute, ()) if each.value == value), None)

    def values(self, attribute: str) -> tuple[str, ...]:
        """Values of an attribute, surest first."""
        found = self.attributes.get(attribute, ())
        return tuple(e.value for e in sorted(found, key=lambda e: (-e.confidence, e.first_seen, e.value)))


class Inventory:
    """Assets by key; an `alias` fact joins two keys, the first one stays. Bounded; what does not fit is counted."""

    def __init__(self) -> None:
        self._assets: dict[str, Asset] = {}
        self._alias: dict[str, str] = {}
        self._at: dict[Place, str] = {}
        # Degrees of confidence, each kept once: they are rounded, so that there are a thousand at most.
        self._sure: dict[float, float] = {}
        self.refused = 0

    def take(self, datasets: Mapping[str, pl.DataFrame]) -> None:
        """Takes the rows of a batch: facts of `identity`, and who speaks in `flow` and `cadence`. A fact is told once,
        and does not say when its asset was heard last."""
        self._facts(datasets["identity"])
        for segment, vlan, end, last in _speakers(datasets):
            key = self._at.get((segment, vlan, end), "")
            asset = self._assets.get(self._alias.get(key, key))
            if asset is None:
                continue
            asset.last_seen = max(asset.last_seen, last)
            if address := asset.said("address", end):
                address.last_seen = max(address.last_seen, last)

    def _facts(self, identity: pl.DataFrame) -> None:
        for key, segment, ts, attribute, value, confidence, told, capture, first, last, vlan, end in _rows(identity):
            asset = self._asset(self._alias.get(key, key), segment, ts)
            if asset is None:
                continue
            self._place((segment, vlan, end), asset.key)
            if attribute == "alias":
                self._join(asset, value)
            # A few words repeat in every row; each is kept once.
            evidence = intern(told)
            found = asset.said(attribute, value)
            if found is None:
                known = asset.attributes.setdefault(intern(attribute), [])
                if len(known) >= VALUES_PER_ATTRIBUTE:
                    self.refused += 1
                    continue
                found = Evidence(intern(value), self._sure.setdefault(confidence, confidence), evidence, ts, ts)
                known.append(found)
            found.last_seen = max(found.last_seen, ts)
            if confidence > found.confidence:
                found.confidence, found.evidence = confidence, evidence
            if first is not None:
                # Nearly always it is one packet, and one number then.
                found.note_packets(intern(capture or ""), first, first if last in (None, first) else last)

    def _place(self, place: Place, key: str) -> None:
        if len(self._at) >= PLACES and place not in self._at:
            self.refused += 1
            return
        self._at[place] = key

    def asset(self, key: str) -> Asset | None:
        """The asset of a key, unless it is one with another."""
        return self._assets.get(key)

    def assets(self) -> list[Asset]:
        """All assets in order of key."""
        return [self._assets[key] for key in sorted(self._assets)]

    def _asset(self, key: str, segment: str | None, ts: int) -> Asset | None:
        asset = self._assets.get(key)
        if asset is None:
            if len(self._assets) >= ASSETS:
                self.refused += 1
                return None
            asset = self._assets[key] = Asset(key, segment and intern(segment), ts, ts)
        asset.first_seen, asset.last_seen = min(asset.first_seen, ts), max(asset.last_seen, ts)
        return asset

    def _join(self, asset: Asset, other: str) -> None:
        self._alias[other] = asset.key
        gone = self._assets.pop(other, None) if other != asset.key else None
        if gone is None:
            return
        asset.first_seen, asset.last_seen = min(asset.first_seen, gone.first_seen), max(asset.last_seen, gone.last_seen)
        for attribute, values in gone.attributes.items():
            known = {each.value for each in asset.attributes.setdefault(attribute, [])}
            asset.attributes[attribute] += [each for each in values if each.value not in known]


Place = tuple[str | None, int | None, str]
"""Where an end is: segment, VLAN, and IP address, or MAC or station where there is none."""
Row = tuple[
    str, str | None, int, str, str, float, str, str | None, int | None, int | None, int | None, str
]  # fmt: skip


def _rows(identity: pl.DataFrame) -> Iterator[Row]:
    chosen = selected(
        identity,
        pl.col("ot.asset_key").cast(pl.String),
        pl.col("ot.segment").cast(pl.String),
        pl.col("@timestamp").dt.epoch("ns"),
        pl.col("ot.attribute").cast(pl.String),
        pl.col("ot.attribute_value").cast(pl.String),
        pl.col("ot.confidence").cast(pl.Float64).fill_null(0.0).round(3),
        pl.col("ot.evidence").cast(pl.String).fill_null(""),
        pl.col("ot.capture").cast(pl.String),
        "ot.packet.first",
        "ot.packet.last",
        "network.vlan.id",
        _end("source").fill_null("").alias("end"),
    )
    yield from chosen.drop_nulls(["ot.asset_key", "ot.attribute", "ot.attribute_value"]).iter_rows()


def _end(end: str) -> pl.Expr:
    return pl.coalesce(pl.col(f"{end}.ip").cast(pl.String), pl.col(f"{end}.mac").cast(pl.String))


def _speakers(datasets: Mapping[str, pl.DataFrame]) -> Iterator[tuple[str | None, int | None, str, int]]:
    """Who sent anything, and until when, ns: both ends of flows, and who asks or publishes on a bus."""
    sent = {
        ("flow", "source"): pl.col("source.packets") > 0,
        ("flow", "destination"): pl.col("destination.packets") > 0,
        ("cadence", "source"): pl.col("ot.cadence.count") > 0,
    }
    for (dataset, end), speaks in sent.items():
        if datasets[dataset].is_empty():
            continue
        rows = selected(
            datasets[dataset],
            pl.col("ot.segment").cast(pl.String),
            "network.vlan.id",
            _end(end).alias("end"),
            pl.col("event.end").dt.epoch("ns").alias("last"),
            speaks.alias("speaks"),
        )
        heard = rows.filter("speaks").drop_nulls("end")
        yield from heard.group_by("ot.segment", "network.vlan.id", "end").agg(pl.col("last").max()).iter_rows()
