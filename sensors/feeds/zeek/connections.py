"""conn.log as flows, and what Zeek says of its own sight: capture_loss.log, stats.log.

Source: Zeek manual, conn.log (`conn_state`), capture_loss.log, stats.log.
"""

from __future__ import annotations

import polars as pl

from sensors.feeds.zeek.columns import CONNECTION, Frames, Log, chosen, ends, interval, looked_up, number

STATES = {
    "S0": "syn", "S1": "established", "S2": "established", "S3": "established", "SF": "closed", "REJ": "reset",
    "RSTO": "reset", "RSTR": "reset", "RSTOS0": "half_open", "RSTRH": "reset", "SH": "half_open", "SHR": "half_open",
    "OTH": "midstream",
}  # fmt: skip
FAILED = ("S0", "REJ", "RSTOS0", "RSTRH", "SH", "SHR")
"""No connection came of it: one row tells all, as the first sight of it."""
SERVICES = {
    "modbus": "modbus", "dnp3": "dnp3", "dnp3_tcp": "dnp3", "dnp3_udp": "dnp3", "enip": "enip", "cip": "enip",
    "s7comm": "s7comm", "s7comm_plus": "s7comm_plus", "bacnet": "bacnet", "opcua-binary": "opcua",
    "opcua_binary": "opcua", "mqtt": "mqtt", "ethercat": "ethercat", "ssl": "tls", "tls": "tls", "ssh": "ssh",
    "http": "http", "dns": "dns", "ftp": "ftp", "smb": "smb", "rdp": "rdp", "ntp": "ntp", "snmp": "snmp",
    "dhcp": "dhcp", "hart_ip": "hart_ip", "synchrophasor": "synchrophasor", "ge_srtp": "ge_srtp",
    "omron_fins": "fins", "roc_plus": "roc_plus", "c1222": "c1222", "spicy_iec104": "iec104", "iec104": "iec104",
}  # fmt: skip
"""Zeek's word for a protocol and ours; of several (`ssl,mqtt`) the first."""
LAYERS = {"orig_l2_addr": "source.mac", "resp_l2_addr": "destination.mac"}
COUNTS = {
    "source.bytes": ("orig_ip_bytes", "orig_bytes"), "source.packets": ("orig_pkts",),
    "destination.bytes": ("resp_ip_bytes", "resp_bytes"), "destination.packets": ("resp_pkts",),
}  # fmt: skip


def _conn(frame: pl.DataFrame) -> Frames:
    state = pl.col("conn_state")
    is_tcp = pl.col("proto") == "tcp"
    flows = frame.with_columns(
        *ends(),
        *(pl.col(theirs).alias(ours) for theirs, ours in LAYERS.items()),
        *(pl.coalesce(map(number, names)).alias(name) for name, names in COUNTS.items()),
        pl.col("proto").alias("network.transport"),
        looked_up(pl.col("service").str.split(",").list.first(), SERVICES, pl.String()).alias("network.protocol"),
        number("vlan").alias("network.vlan.id"),
        number("inner_vlan").alias("network.inner.vlan.id"),
        looked_up(state, STATES, pl.String()).alias("ot.flow_state"),
    )
    over = (pl.col("@timestamp") + interval("duration")).alias("event.end")
    failed = flows.filter(is_tcp & state.is_in(FAILED)).with_columns(over, pl.lit("start").alias("event.type"))
    others = flows.filter(~(is_tcp & state.is_in(FAILED)).fill_null(False))
    first = others.with_columns(
        pl.lit("start").alias("event.type"),
        pl.when(is_tcp & (state != "OTH"))
        .then(pl.lit("established"))
        .otherwise(pl.lit("midstream"))
        .alias("ot.flow_state"),
        *(pl.lit(0, pl.Int64).alias(name) for name in COUNTS),
    )
    last = others.with_columns(
        over,
        pl.lit("end").alias("event.type"),
        pl.when(is_tcp).then(pl.col("ot.flow_state")).otherwise(pl.lit("midstream")).alias("ot.flow_state"),
    )
    gaps = flows.filter(number("missed_bytes") > 0).with_columns(over, pl.lit("tcp.gap").alias("ot.flag"))
    rows = pl.concat([failed, first, last]).sort("line", maintain_order=True)
    return {"flow": chosen(rows), "flag": chosen(gaps.drop("ot.flow_state", *COUNTS))}


def _loss(frame: pl.DataFrame) -> Frames:
    """Gaps among the acknowledgements that were looked at."""
    rows = frame.with_columns(
        pl.lit("tcp").alias("ot.stage"),
        pl.lit("gaps").alias("ot.counter"),
        number("gaps").alias("ot.count"),
        (pl.col("percent_lost").cast(pl.Float64, strict=False) / 100).alias("ot.ratio"),
        (pl.col("@timestamp") - interval("ts_delta")).alias("@timestamp"),
        pl.col("@timestamp").alias("event.end"),
    )
    return {"capture": chosen(rows)}


def _stats(frame: pl.DataFrame) -> Frames:
    """Packets that the kernel dropped, of those on the link."""
    dropped, link = number("pkts_dropped"), number("pkts_link")
    rows = frame.filter(dropped.is_not_null()).with_columns(
        pl.lit("reader").alias("ot.stage"),
        pl.lit("kernel_drops").alias("ot.counter"),
        dropped.alias("ot.count"),
        pl.when(link > 0).then(dropped / link).alias("ot.ratio"),
        pl.col("@timestamp").alias("event.end"),
    )
    return {"capture": chosen(rows)}


_OF_CONN = (
    "proto", "service", "duration", "orig_bytes", "resp_bytes", "conn_state", "missed_bytes", "orig_pkts",
    "orig_ip_bytes", "resp_pkts", "resp_ip_bytes", "vlan", "inner_vlan", "orig_l2_addr", "resp_l2_addr",
)  # fmt: skip
LOGS = (
    Log("conn", (*CONNECTION, *_OF_CONN), _conn, written=pl.col("@timestamp") + interval("duration")),
    Log("capture_loss", ("ts", "ts_delta", "gaps", "acks", "percent_lost"), _loss),
    Log("stats", ("ts", "pkts_proc", "pkts_dropped", "pkts_link"), _stats),
)
