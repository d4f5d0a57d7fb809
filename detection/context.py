"""Joins to every event what the site model and the traffic say of its two ends: asset, roles, zone, conduit, window."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import polars as pl

from detection.indicators import Indicators
from detection.roles import TICK, Roles
from detection.site import Asset, Site
from sensors.fields import vocabulary

UNKNOWN = "unknown"
CATEGORICAL = pl.Categorical()
NEVER = 2**63 - 1
ENDS = ("source", "destination")
DESCRIBED = ("asset", "zone", "criticality", "owner")
Described = tuple[str | None, str, str | None, str | None, tuple[str, ...]]
"""Asset (its id, else the address), zone, criticality, owner and declared roles of an address, IP or MAC."""


class Context:
    """The context join. `site` None: nothing is declared, roles alone are known."""

    def __init__(self, site: Site | None, roles: Roles) -> None:
        self.site = site
        self.roles = roles
        self._ends: dict[tuple[str, int | None], Described] = {}

    def join(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`frame` with every column of `fields/context.yml`; the rows and their order stay."""
        return self.join_all({"": frame})[""]

    def join_all(self, frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
        """The same for the datasets of a batch, by name: what is known of an end is looked up once for all of them."""
        filled = {name: frame for name, frame in frames.items() if not frame.is_empty()}
        with_ends = self._with_ends(list(filled.values())) if filled else []
        joined = dict(zip(filled, with_ends, strict=True))
        return {
            name: self._whole(joined[name]) if name in joined else _without_rows(frame)
            for name, frame in frames.items()
        }

    def _whole(self, joined: pl.DataFrame) -> pl.DataFrame:
        columns = {
            "ot.conduit": self._conduit(joined),
            "ot.window": self._window(joined),
            "ot.calendar": self._calendar(joined),
            "ot.indicator": self._indicator(joined),
        }
        return _with(joined, [column.alias(name) for name, column in columns.items()])

    def _with_ends(self, frames: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
        """Asset, zone, criticality, owner and roles of both ends of each row."""
        # Most of the cost is per call, not per row: the ends of all frames stand in one column.
        both = [(frame, end) for frame in frames for end in ENDS]
        ends = pl.DataFrame(
            [
                pl.concat([_address(frame, end) for frame, end in both]).alias("ip"),
                pl.concat([frame["network.vlan.id"] for frame, _ in both]).alias("vlan"),
                pl.concat([frame["ot.clock"].cast(pl.Int64) for frame, _ in both]).alias("tick") // TICK,
            ]
        )
        # What is known of an end is found once for each and spread to its rows by number.
        unique = ends[["ip", "vlan"]].unique(maintain_order=True)
        numbered = unique.with_row_index("number")
        number = ends.join(numbered, on=["ip", "vlan"], how="left", nulls_equal=True, maintain_order="left")["number"]
        texts = unique["ip"].cast(pl.String)
        ends_told = zip(texts, unique["vlan"], strict=True)
        described = [self._describe(self.site, ip, vlan) for ip, vlan in ends_told] if self.site else []
        columns = {
            name: pl.Series([each[place] for each in described], dtype=pl.String).cast(CATEGORICAL)[number]
            if described
            else _undeclared(ends["ip"], name)
            for place, name in enumerate(DESCRIBED)
        }
        declared = {place: roles for place, (*_, roles) in enumerate(described) if roles}
        columns["roles"] = self._roles(texts, declared, number, ends["tick"])
        return _spread(columns, frames)

    def _roles(
        self, ips: pl.Series, declared: Mapping[int, tuple[str, ...]], number: pl.Series, ticks: pl.Series
    ) -> pl.Series:
        """Declared roles and those inferred up to the tick of each row, as sorted lists; [unknown] for none.

        `ips` are the different ends, `declared` the roles of some by their place there; `number` says which end a row
        has.
        """
        known = ips.is_in(self.roles.addresses()).fill_null(False).arg_true()
        steps = {place: self.roles.steps(ip) for place, ip in zip(known, ips[known], strict=True)}
        width = 1 + max(map(len, steps.values()), default=0)
        held = pl.zeros(len(number), pl.UInt32, eager=True)
        for step in range(width - 1):
            since = [NEVER] * len(ips)
            for place, found in steps.items():
                since[place] = found[step][0] if step < len(found) else NEVER
            held += (pl.Series(since, dtype=pl.Int64)[number] <= ticks).cast(pl.UInt32)
        # Few different lists: each is made once, and nearly all ends have no roles.
        lists: dict[tuple[str, ...], int] = {(UNKNOWN,): 0}
        chosen = [0] * (len(ips) * width)
        for place in sorted({*declared, *steps}):
            inferred: list[tuple[str, ...]] = [(), *(roles for _, roles in steps.get(place, ()))]
            for step, roles in enumerate(inferred):
                told = tuple(sorted({*declared.get(place, ()), *roles})) or (UNKNOWN,)
                chosen[place * width + step] = lists.setdefault(told, len(lists))
            # An end with fewer steps than others stays at its last one.
            last = chosen[place * width + len(inferred) - 1]
            chosen[place * width + len(inferred) : (place + 1) * width] = [last] * (width - len(inferred))
        table = pl.Series(list(lists), dtype=pl.List(pl.String)).cast(pl.List(CATEGORICAL))
        return table[pl.Series(chosen, dtype=pl.UInt32)[number * width + held]]

    def _describe(self, site: Site, ip: str | None, vlan: int | None) -> Described:
        if ip is None:
            return None, UNKNOWN, None, None, ()
        known = self._ends.get((ip, vlan))
        if known is None:
            known = _declared(site, ip, vlan)
            if len(self._ends) < 200_000:
                self._ends[ip, vlan] = known
        return known

    def _conduit(self, frame: pl.DataFrame) -> pl.Series:
        site = self.site
        if site is None or not site.conduits:
            return _throughout("none", frame.height)
        operation = (
            pl.col("ot.operation").cast(pl.String) if "ot.operation" in frame.columns else pl.lit(None, pl.String)
        )
        source, destination = (pl.col(f"ot.{end}.zone").cast(pl.String) for end in ("source", "destination"))
        # A frame without IP never leaves its network: an end that no zone names is in that of the other one.
        unrouted = pl.col("source.ip").is_null() & pl.col("destination.ip").is_null()
        asked = frame.select(
            pl.when(unrouted & (source == UNKNOWN)).then(destination).otherwise(source).alias("from"),
            pl.when(unrouted & (destination == UNKNOWN)).then(source).otherwise(destination).alias("to"),
            pl.col("network.protocol").cast(pl.String).alias("protocol"),
            operation.alias("operation"),
        )
        unique = asked.unique()
        verdicts = pl.Series("verdict", [site.conduit(*row) for row in unique.iter_rows()], dtype=pl.String)
        table = unique.with_columns(verdicts)
        found = asked.join(table, on=asked.columns, how="left", nulls_equal=True, maintain_order="left")
        return found["verdict"].cast(CATEGORICAL)

    def _window(self, frame: pl.DataFrame) -> pl.Series:
        """The first maintenance window in force for either end."""
        if not (windows := self.site.windows if self.site else ()):
            return _throughout(None, frame.height)
        expression = pl.lit(None, pl.String)
        for window in reversed(windows):
            ends = pl.col("ot.source.asset").cast(pl.String).is_in(window.assets) | pl.col("ot.destination.asset").cast(
                pl.String
            ).is_in(window.assets)
            inside = pl.col("@timestamp").is_between(window.start, window.end)
            hit = (ends if window.assets else pl.lit(True)) & inside
            expression = pl.when(hit).then(pl.lit(window.order or window.id)).otherwise(expression)
        return frame.select(expression.cast(CATEGORICAL)).to_series()

    def _indicator(self, frame: pl.DataFrame) -> pl.Series:
        """The indicator that the destination, else the source falls on, while it is valid."""
        known = self.site.indicators if self.site else None
        if not known:
            return _throughout(None, frame.height)
        destination, source = (_valid_hits(known, frame, f"{end}.ip") for end in ("destination", "source"))
        return destination.zip_with(destination.is_not_null(), source).cast(CATEGORICAL)

    def _calendar(self, frame: pl.DataFrame) -> pl.Series:
        site = self.site
        if site is None or site.calendar is None:
            return _throughout("none", frame.height)
        minutes = frame["@timestamp"].dt.epoch("ns") // 60_000_000_000
        words = {
            m: site.calendar.word(datetime.fromtimestamp(m * 60, UTC).astimezone(site.zone_info))
            for m in minutes.unique()
        }
        found = minutes.replace_strict(list(words), list(words.values()), return_dtype=pl.String)
        return found.cast(CATEGORICAL)


def _throughout(word: str | None, height: int) -> pl.Series:
    """A column that says the same in every row."""
    return pl.Series([word], dtype=CATEGORICAL).new_from_index(0, height)


def _with(frame: pl.DataFrame, columns: list[pl.Series]) -> pl.DataFrame:
    """The frame with columns in place of those of their names, or behind all."""
    given = [column.name for column in columns if column.name in frame.columns]
    return (frame.drop(given) if given else frame).hstack(columns)


def _without_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """An empty frame with the columns of the context."""
    schema = vocabulary().schema("flow", context=True)
    missing = [field.name for field in vocabulary().context if field.name not in frame.columns]
    return frame.hstack([pl.Series(name, [], schema[name]) for name in missing]) if missing else frame


def _spread(columns: Mapping[str, pl.Series], frames: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
    """The frames with `columns`, in which the ends of each frame follow each other."""
    begin = 0
    found = []
    for frame in frames:
        own = []
        for end in ENDS:
            own += [column.slice(begin, frame.height).alias(f"ot.{end}.{name}") for name, column in columns.items()]
            begin += frame.height
        found.append(_with(frame, own))
    return found


def _address(frame: pl.DataFrame, end: str) -> pl.Series:
    """The address of an end: IP, or MAC where the protocol stands on Ethernet."""
    ip = frame[f"{end}.ip"]
    if ip.null_count() == 0:
        return ip
    return frame.select(pl.coalesce(f"{end}.ip", f"{end}.mac")).to_series()


def _valid_hits(known: Indicators, frame: pl.DataFrame, name: str) -> pl.Series:
    """The indicators that a column of addresses falls on, as text, while they are valid."""
    addresses = frame[name].cast(pl.String)
    found = {a: hit for a in addresses.drop_nulls().unique() if (hit := known.match(a)) is not None}
    # A lookup, not a test for each: a scan may come from thousands of listed addresses.
    ends = [_nanoseconds(hit.expires) if hit.expires else NEVER for hit in found.values()]
    texts = addresses.replace_strict(
        list(found), [str(hit) for hit in found.values()], default=None, return_dtype=pl.String
    )
    until = addresses.replace_strict(list(found), ends, default=NEVER, return_dtype=pl.Int64)
    return texts.zip_with(frame["@timestamp"].dt.epoch("ns") <= until, pl.Series([None], dtype=pl.String))


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000_000 + moment.microsecond * 1000


def _undeclared(ip: pl.Series, name: str) -> pl.Series:
    """A column of `DESCRIBED` without a site model: the address stands for the asset."""
    if name == "asset":
        return ip
    word = UNKNOWN if name == "zone" else None
    return _throughout(word, len(ip))


def _declared(site: Site, ip: str, vlan: int | None) -> Described:
    asset: Asset | None = site.asset_with(ip) if "-" in ip else site.asset_at(ip)
    lies_in = site.zone_of_vlan(vlan) if "-" in ip else site.zone_at(ipaddress.ip_address(ip), vlan)
    zone = (asset.zone if asset and asset.zone else None) or lies_in or UNKNOWN
    if asset is None:
        return ip, zone, None, None, ()
    return asset.id, zone, asset.criticality, asset.owner, asset.roles
