"""Joins to every event what the site model and the traffic say of its two ends: asset, roles, zone, conduit, window."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime

import polars as pl

from detection.roles import TICK, Roles
from detection.site import Asset, Site
from sensors.fields import vocabulary

UNKNOWN = "unknown"
CATEGORICAL = pl.Categorical()
DESCRIBED = {
    "ip": pl.String, "vlan": pl.UInt16, "asset": pl.String, "zone": pl.String, "criticality": pl.String,
    "owner": pl.String, "declared": pl.String,
}  # fmt: skip


class Context:
    """The context join. `site` None: nothing is declared, roles alone are known."""

    def __init__(self, site: Site | None, roles: Roles) -> None:
        self.site = site
        self.roles = roles
        self._ends: dict[
            tuple[str | None, int | None], tuple[str | None, str, str | None, str | None, tuple[str, ...]]
        ] = {}

    def join(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`frame` with every column of `fields/context.yml`; the rows and their order stay."""
        if frame.is_empty():
            missing = {f.name: vocabulary().schema("flow", context=True)[f.name] for f in vocabulary().context}
            return frame.with_columns(
                [pl.lit(None, dtype=t).alias(n) for n, t in missing.items() if n not in frame.columns]
            )
        joined = self._end(self._end(frame, "source"), "destination")
        return joined.with_columns(
            self._conduit(joined), self._window(joined), self._calendar(joined), self._indicator(joined)
        )

    def _end(self, frame: pl.DataFrame, end: str) -> pl.DataFrame:
        """Asset, zone, criticality, owner and roles of one end."""
        ip = pl.col(f"{end}.ip").cast(pl.String)
        keys = frame.select(ip.alias("ip"), pl.col("network.vlan.id").alias("vlan"), _tick().alias("tick"))
        if self.site is None:
            found = keys.with_columns(
                pl.col("ip").alias("asset"), pl.lit(UNKNOWN).alias("zone"),
                pl.lit(None, pl.String).alias("criticality"),
                pl.lit(None, pl.String).alias("owner"), pl.lit("").alias("declared"),
            )  # fmt: skip
        else:
            unique = keys.select("ip", "vlan").unique()
            rows = [(ip, vlan, *self._describe(ip, vlan)) for ip, vlan in unique.iter_rows()]
            declared = pl.DataFrame(rows, schema=DESCRIBED, orient="row")
            found = keys.join(declared, on=["ip", "vlan"], how="left", nulls_equal=True, maintain_order="left")
        columns = found.select(
            *(
                pl.col(name).cast(CATEGORICAL).alias(f"ot.{end}.{name}")
                for name in ("asset", "zone", "criticality", "owner")
            ),
            self._roles(found).alias(f"ot.{end}.roles"),
        )
        return frame.drop([c for c in columns.columns if c in frame.columns]).hstack(columns)

    def _roles(self, keys: pl.DataFrame) -> pl.Series:
        """Declared roles and those inferred up to the tick of each row, as sorted lists; [unknown] for none."""
        inferred = pl.repeat("", len(keys), dtype=pl.String, eager=True)
        for changes in self.roles.tables():
            found = keys.select("ip", "tick").join(changes, on="ip", how="left", maintain_order="left")
            holds = (found["since"] <= found["tick"]).fill_null(False)
            inferred = inferred.zip_with(~holds, found["roles"])
        words = keys.select("declared").with_columns(inferred.alias("inferred"))
        # Few different pairs: the lists are made once for each and spread by a join.
        unique = words.unique()
        lists = [sorted({*d.split("|"), *i.split("|")} - {""}) or [UNKNOWN] for d, i in unique.iter_rows()]
        table_of = unique.with_columns(pl.Series("roles", lists, dtype=pl.List(pl.String)).cast(pl.List(CATEGORICAL)))
        return words.join(table_of, on=["declared", "inferred"], how="left", maintain_order="left")["roles"]

    def _describe(self, ip: str | None, vlan: int | None) -> tuple[str | None, str, str | None, str | None, str]:
        known = self._ends.get((ip, vlan))
        if known is None:
            known = _declared(self.site, ip, vlan)
            if len(self._ends) < 200_000:
                self._ends[ip, vlan] = known
        asset, zone, criticality, owner, roles = known
        return asset, zone, criticality, owner, "|".join(roles)

    def _conduit(self, frame: pl.DataFrame) -> pl.Expr:
        site = self.site
        if site is None or not site.conduits:
            return pl.lit("none").cast(CATEGORICAL).alias("ot.conduit")
        operation = (
            pl.col("ot.operation").cast(pl.String) if "ot.operation" in frame.columns else pl.lit(None, pl.String)
        )
        asked = frame.select(
            pl.col("ot.source.zone").cast(pl.String).alias("from"),
            pl.col("ot.destination.zone").cast(pl.String).alias("to"),
            pl.col("network.protocol").cast(pl.String).alias("protocol"),
            operation.alias("operation"),
        )
        unique = asked.unique()
        verdicts = pl.Series("verdict", [site.conduit(*row) for row in unique.iter_rows()], dtype=pl.String)
        table = unique.with_columns(verdicts)
        found = asked.join(table, on=asked.columns, how="left", nulls_equal=True, maintain_order="left")
        return pl.lit(found["verdict"]).cast(CATEGORICAL).alias("ot.conduit")

    def _window(self, frame: pl.DataFrame) -> pl.Expr:
        """The first maintenance window in force for either end."""
        expression = pl.lit(None, pl.String)
        for window in reversed(self.site.windows if self.site else ()):
            ends = pl.col("ot.source.asset").cast(pl.String).is_in(window.assets) | pl.col("ot.destination.asset").cast(
                pl.String
            ).is_in(window.assets)
            inside = pl.col("@timestamp").is_between(window.start, window.end)
            hit = (ends if window.assets else pl.lit(True)) & inside
            expression = pl.when(hit).then(pl.lit(window.order or window.id)).otherwise(expression)
        return expression.cast(CATEGORICAL).alias("ot.window")

    def _indicator(self, frame: pl.DataFrame) -> pl.Expr:
        """The indicator that the destination, else the source falls on, while it is valid."""
        known = self.site.indicators if self.site else None
        if not known:
            return pl.lit(None, CATEGORICAL).alias("ot.indicator")
        ends = {e: frame[f"{e}.ip"].cast(pl.String) for e in ("source", "destination")}
        expression = pl.lit(None, pl.String)
        for end, addresses in ends.items():
            found = {a: hit for a in addresses.drop_nulls().unique().sort() if (hit := known.match(a)) is not None}
            for address, hit in found.items():
                valid = pl.lit(True) if hit.expires is None else pl.col("@timestamp") <= hit.expires
                is_hit = (pl.col(f"{end}.ip").cast(pl.String) == address) & valid
                expression = pl.when(is_hit).then(pl.lit(str(hit))).otherwise(expression)
        return expression.cast(CATEGORICAL).alias("ot.indicator")

    def _calendar(self, frame: pl.DataFrame) -> pl.Expr:
        site = self.site
        if site is None or site.calendar is None:
            return pl.lit("none").cast(CATEGORICAL).alias("ot.calendar")
        minutes = frame["@timestamp"].dt.epoch("ns") // 60_000_000_000
        words = {
            m: site.calendar.word(datetime.fromtimestamp(m * 60, UTC).astimezone(site.zone_info))
            for m in minutes.unique()
        }
        found = minutes.replace_strict(list(words), list(words.values()), return_dtype=pl.String)
        return pl.lit(found).cast(CATEGORICAL).alias("ot.calendar")


def _declared(
    site: Site | None, ip: str | None, vlan: int | None
) -> tuple[str | None, str, str | None, str | None, tuple[str, ...]]:
    """Asset (its id, else the address), zone, criticality, owner and declared roles of an address."""
    if site is None or ip is None:
        return ip, UNKNOWN, None, None, ()
    asset: Asset | None = site.asset_at(ip)
    zone = (asset.zone if asset and asset.zone else None) or site.zone_at(ipaddress.ip_address(ip), vlan) or UNKNOWN
    if asset is None:
        return ip, zone, None, None, ()
    return asset.id, zone, asset.criticality, asset.owner, asset.roles


def _tick() -> pl.Expr:
    return pl.col("ot.clock").dt.epoch("ns") // TICK
