"""What the sensors saw of each zone in the period, and what was in the way: verdicts on absences stand on it.

Sources: capture counters of the core, flows, and the site model's `sensors` and `visibility`. Vocabulary §5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from detection.site import Limits, Sensor
from response.compliance.assessment import Reason, Visibility, ZoneVisibility
from response.compliance.gathering import Evidence
from response.compliance.query import share
from response.compliance.selecting import encrypted
from response.times import time_text
from sensors.fields import protocols

READABLE = tuple(name for name, protocol in protocols().items() if protocol.tier != "recognised")
"""Protocols whose contents the core reads."""
HARMLESS: Mapping[str, tuple[str, ...]] = {
    "content": (),
    "readable": ("encrypted",),
    "flows": ("encrypted", "no_parser"),
}
"""Reasons that hinder no query with this sight."""
LOSSES = (
    "snapped", "dropped", "kernel_drops", "data_lost", "flows_shed", "flows_forgotten", "fragments_incomplete",
    "fragments_refused", "parser_failed", "channels_refused", "points_refused", "shapes_forgotten", "grams_not_kept",
    "neighbours_not_told", "assets_refused", "facts_not_kept", "not_told", "unknown_link_type", "filtered",
    "spool_rows_lost", "spool_occurrences_lost", "not_taken_up", "silent_not_told", "silent_forgotten",
    "hosts_not_told", "reads_given_up", "frames_given_up",
)  # fmt: skip
"""Counters of what the sensor had to leave out (design, law 5)."""
ABSENT: Mapping[str, int] = {
    "spool_segments_missing": 1, "spool_segments_late": -1, "spool_segments_altered": 1, "spool_chains_begun": 1,
}  # fmt: skip
"""Counters of segments that the chain of a sensor misses, and of those that came after all. How much was in one that is
missing nobody knows, so a single one is too many."""
HOUR = 3600 * 1_000_000_000
TICK = HOUR // 12
LONGEST_ROW = 2 * TICK
"""The core tells its counters every five minutes of packet time. A row that spans much more ends with the first packet
after a silence in which nobody can say whether the sensor was there: it counts as one tick."""
PAYLOAD_FRAME, PAYLOAD_PACKETS = 80, 10
"""Bytes per packet, or packets, from which on a conversation carries more than its handshake."""
TALKED = ("read", "write", "publish", "browse", "method.call", "notify")


def look(evidence: Evidence) -> Visibility:
    """The visibility of every zone in the scope."""
    frames = _frames(evidence.facts["capture"])
    everywhere = list(_everywhere(evidence, frames))
    return Visibility(
        zones=tuple(_zone(evidence, zone, frames) for zone in evidence.zones),
        packets=int(frames["ot.count"].sum()),
        first=_least(frames["begin"]),
        last=_greatest(frames["end"]),
        blind=tuple(everywhere),
    )


def in_the_way(visibility: Visibility, sight: str) -> tuple[Reason, ...]:
    """Why an absence proves nothing for a query with this sight; empty when all was seen."""
    if sight == "none":
        return ()
    found = [*visibility.blind, *(reason for zone in visibility.zones for reason in zone.blind)]
    return tuple(reason for reason in found if reason.code not in HARMLESS[sight])


def _frames(capture: pl.DataFrame) -> pl.DataFrame:
    return capture.filter((pl.col("ot.stage") == "link") & (pl.col("ot.counter") == "frames"))


def _everywhere(evidence: Evidence, frames: pl.DataFrame) -> Iterable[Reason]:
    limits = evidence.site.visibility
    if not evidence.zones:
        yield Reason("no_zones")
    if frames.is_empty():
        yield Reason("no_capture")
    length = evidence.end - evidence.start
    if length < limits.minimum_period:
        yield Reason("too_short", {"hours": _hours(length), "needed": _hours(limits.minimum_period)})
    for dataset, count in sorted(evidence.left_out.items()):
        yield Reason("left_out", {"dataset": dataset, "count": count})
    for dataset, border in sorted(evidence.removed.items()):
        if dataset in evidence.facts and evidence.start < border:
            yield Reason("removed", {"dataset": dataset, "before": time_text(border)})


def _zone(evidence: Evidence, zone: str, frames: pl.DataFrame) -> ZoneVisibility:
    limits = evidence.site.visibility
    sensors = [s for s in evidence.site.sensors if zone in s.zones]
    names = [sensor.name for sensor in sensors]
    flows = _conversations(evidence, zone, names)
    ours = evidence.facts["capture"].filter(pl.col("observer.name").is_in(names))
    uptime = _uptime(frames.filter(pl.col("observer.name").is_in(names)), ours, evidence.start, evidence.end)
    loss, absent = _loss(ours, flows), _absent(ours)
    one_way, encrypted = _one_way(flows), share(len(_encrypted(evidence, flows)), len(flows))
    unread = _unread(flows)
    return ZoneVisibility(
        zone=zone,
        sensors=tuple(sorted(names)),
        uptime=uptime if sensors else None,
        loss=loss,
        one_way=one_way,
        encrypted=encrypted,
        flows=int(flows["starts"].sum()),
        blind=tuple(_blind(zone, sensors, limits, uptime, loss, absent, one_way, encrypted, flows, unread)),
    )


def _blind(
    zone: str,
    sensors: list[Sensor],
    limits: Limits,
    uptime: float,
    loss: float | None,
    absent: int,
    one_way: float | None,
    encrypted: float | None,
    flows: pl.DataFrame,
    unread: pl.DataFrame,
) -> Iterable[Reason]:
    if not sensors:
        yield Reason("no_sensor", {"zone": zone})
        return
    names = ", ".join(sorted(s.name for s in sensors))
    if uptime == 0:
        yield Reason("sensor_silent", {"zone": zone, "sensors": names})
        return
    if uptime < limits.uptime:
        yield Reason("uptime", {"zone": zone, "share": uptime, "needed": limits.uptime})
    if flows.is_empty():
        yield Reason("no_traffic", {"zone": zone})
    if loss is not None and loss > limits.loss:
        yield Reason("loss", {"zone": zone, "share": loss, "limit": limits.loss})
    if absent > 0:
        yield Reason("segments_missing", {"zone": zone, "count": absent})
    if one_way is not None and one_way > limits.one_way:
        yield Reason("one_way", {"zone": zone, "share": one_way, "limit": limits.one_way})
    if encrypted is not None and encrypted > limits.unreadable:
        yield Reason("encrypted", {"zone": zone, "share": encrypted, "limit": limits.unreadable})
    part = share(len(unread), len(flows))
    if part is not None and part > limits.unreadable:
        promised = sorted({str(p) for p in unread["ot.port_protocol"].fill_null("?")})
        told = {"zone": zone, "share": part, "limit": limits.unreadable, "protocols": ", ".join(promised)}
        yield Reason("no_parser", told)


def _conversations(evidence: Evidence, zone: str, sensors: list[str]) -> pl.DataFrame:
    """Answered conversations with an end in the zone, as the zone's sensors saw them."""
    flows = evidence.facts["flow"]
    touches = (pl.col("ot.source.zone") == zone) | (pl.col("ot.destination.zone") == zone)
    seen = flows.filter(touches.fill_null(False), pl.col("observer.name").is_in(sensors), pl.col("established") > 0)
    keys = ["source.ip", "destination.ip", "ot.server.ip", "ot.server.port", "network.transport"]
    sums = ["source.packets", "destination.packets", "source.bytes", "destination.bytes", "ot.gaps", "starts"]
    words = ["network.protocol", "ot.port_protocol"]
    folded = seen.group_by(keys, maintain_order=True).agg(
        *(pl.col(name).sum() for name in sums), *(pl.col(name).drop_nulls().first() for name in words)
    )
    packets = pl.col("source.packets") + pl.col("destination.packets")
    payload = (packets > PAYLOAD_PACKETS * pl.col("starts").clip(1)) | (
        (pl.col("source.bytes") + pl.col("destination.bytes")) > PAYLOAD_FRAME * packets
    )
    return folded.filter(payload)


def _uptime(frames: pl.DataFrame, capture: pl.DataFrame, start: int, end: int) -> float:
    """Share of the period in which one of the sensors delivered. A sensor that was begun again says how long it did not
    listen in between; where there are several, another one may have."""
    covered, reached = 0, start
    if capture["observer.name"].n_unique() == 1:
        covered -= 1_000_000 * int(capture.filter(pl.col("ot.counter") == "absent_ms")["ot.count"].sum())
    for begin, until in frames.select("begin", "end").sort("begin", "end").iter_rows():
        delivered = until if until - begin <= LONGEST_ROW else begin + TICK
        low, high = max(begin, reached), min(delivered, end)
        covered += max(0, high - low)
        reached = max(reached, high)
    # The last packet closes the period, which is one nanosecond longer than it: not a gap.
    return round(min(1.0, (covered + 1) / (end - start)), 6) if covered > 0 else 0.0


def _loss(capture: pl.DataFrame, flows: pl.DataFrame) -> float | None:
    """The greater of: holes in the zone's streams by packets seen, what the sensors left out by frames."""
    packets = int((flows["source.packets"] + flows["destination.packets"]).sum())
    frames = int(_frames(capture)["ot.count"].sum())
    lost = int(capture.filter(pl.col("ot.counter").is_in(list(LOSSES)))["ot.count"].sum())
    found = [share(int(flows["ot.gaps"].sum()), packets), share(lost, frames)]
    known = [part for part in found if part is not None]
    return min(1.0, max(known)) if known else None


def _absent(capture: pl.DataFrame) -> int:
    """Segments that are missing, were altered, or may be missing since their chain broke off."""
    found = capture.filter(pl.col("ot.stage") == "spool").select("ot.counter", "ot.count").iter_rows()
    return sum(ABSENT.get(counter, 0) * int(count) for counter, count in found)


def _one_way(flows: pl.DataFrame) -> float | None:
    tcp = flows.filter(pl.col("network.transport") == "tcp")
    silent = tcp.filter((pl.col("source.packets") == 0) | (pl.col("destination.packets") == 0))
    return share(len(silent), len(tcp))


def _encrypted(evidence: Evidence, flows: pl.DataFrame) -> pl.DataFrame:
    """Conversations with hidden contents: encrypted ones, or OPC UA of which nothing came to light."""
    talked = pl.any_horizontal(pl.col("ot.operation").str.starts_with(word) for word in TALKED)
    read = evidence.facts["transaction"].filter(pl.col("network.protocol") == "opcua", talked)
    secured = evidence.facts["session"].filter(
        pl.col("ot.session_kind") == "opcua_channel", pl.col("ot.security.policy").fill_null("None") != "None"
    )
    pairs = secured.select("source.ip", "ot.server.ip").unique()
    shown = read.select(pl.col("ot.client.ip").alias("source.ip"), "ot.server.ip").unique()
    hidden = pairs.join(shown, on=["source.ip", "ot.server.ip"], how="anti")
    return pl.concat([flows.filter(encrypted()), flows.join(hidden, on=["source.ip", "ot.server.ip"], how="semi")])


def _unread(flows: pl.DataFrame) -> pl.DataFrame:
    """Conversations that no parser reads, and that are not known to be encrypted."""
    return flows.filter(~pl.col("network.protocol").is_in(list(READABLE)).fill_null(False), ~encrypted())


def _hours(ns: int) -> float:
    return round(ns / HOUR, 3)


def _least(column: pl.Series) -> int | None:
    found = column.min()
    return found if isinstance(found, int) else None


def _greatest(column: pl.Series) -> int | None:
    found = column.max()
    return found if isinstance(found, int) else None
