"""ssl.log and ssh.log as sessions, weird.log as flags, notice.log as alerts of another sensor.

Source: Zeek manual, ssl.log, ssh.log, weird.log, notice.log.
"""

from __future__ import annotations

import polars as pl

from sensors.feeds.zeek.columns import CONNECTION, Frames, Log, chosen, ends, is_true, looked_up

VERSIONS = {"SSLv2": "SSL 2", "SSLv3": "SSL 3", "TLSv10": "1.0", "TLSv11": "1.1", "TLSv12": "1.2", "TLSv13": "1.3"}
WEIRD = {
    "above_hole_data_without_any_acks": "tcp.gap", "data_before_established": "tcp.bad_header",
    "bad_TCP_header_len": "tcp.bad_header", "TCP_christmas": "tcp.bad_header", "SYN_after_close": "tcp.bad_header",
    "Retransmission_Inconsistency": "tcp.overlap_differs", "fragment_inconsistency": "ip.fragment_overlap",
    "fragment_overlap": "ip.fragment_overlap", "incompletely_captured_fragment": "ip.fragment_incomplete",
    "bad_IP_checksum": "ip.bad_header", "fragment_size_inconsistency": "ip.bad_header",
    "truncated_IP": "link.truncated", "truncated_header": "link.truncated", "internally_truncated_header":
    "link.truncated", "UDP_datagram_length_mismatch": "udp.bad_length", "truncated_ethernet_frame": "link.truncated",
}  # fmt: skip
"""Those that say what one of our flags says."""


def _ssl(frame: pl.DataFrame) -> Frames:
    rows = frame.with_columns(
        *ends(),
        pl.lit("tcp").alias("network.transport"),
        pl.lit("tls").alias("network.protocol"),
        pl.lit("tls").alias("ot.session_kind"),
        pl.lit("session.open").alias("ot.operation"),
        pl.when(is_true("established")).then(pl.lit("success")).otherwise(pl.lit("failure")).alias("event.outcome"),
        pl.coalesce(looked_up(pl.col("version"), VERSIONS, pl.String()), pl.col("version")).alias("tls.version"),
        pl.col("cipher").alias("tls.cipher"),
        pl.col("server_name").alias("tls.client.server_name"),
        pl.col("ja4").alias("ot.ja4"),
        *(
            pl.col(theirs).alias(f"ot.certificate.{end}.{ours}")
            for end, prefix in (("server", ""), ("client", "client_"))
            for ours, theirs in (("subject", f"{prefix}subject"), ("issuer", f"{prefix}issuer"))
        ),
        (pl.col("subject") == pl.col("issuer")).alias("ot.certificate.server.self_signed"),
        (pl.col("client_subject") == pl.col("client_issuer")).alias("ot.certificate.client.self_signed"),
    )
    return {"session": chosen(rows)}


def _ssh(frame: pl.DataFrame) -> Frames:
    """Whether a login succeeded is what Zeek makes of sizes; by which secret it does not know."""
    passed = pl.col("auth_success")
    rows = frame.with_columns(
        *ends(),
        pl.lit("tcp").alias("network.transport"),
        pl.lit("ssh").alias("network.protocol"),
        pl.lit("ssh").alias("ot.session_kind"),
        pl.lit("security.login").alias("ot.operation"),
        pl.when(passed == "T").then(pl.lit("success")).when(passed == "F").then(pl.lit("failure"))
        .otherwise(pl.lit("unknown")).alias("event.outcome"),
        pl.col("client").alias("ot.client_name"),
        pl.col("server").alias("ot.server_name"),
        pl.lit(True).alias("ot.secret_encrypted"),
    )  # fmt: skip
    return {"session": chosen(rows)}


def _weird(frame: pl.DataFrame) -> Frames:
    flag = looked_up(pl.col("name"), WEIRD, pl.String())
    rows = frame.filter(flag.is_not_null()).with_columns(*ends(), flag.alias("ot.flag"), pl.lit(1).alias("ot.count"))
    return {"flag": chosen(rows)}


def _notice(frame: pl.DataFrame) -> Frames:
    """The alert of another sensor: a fact here, which rules may judge."""
    noted = frame.filter(pl.col("note").is_not_null())
    details = pl.struct(signature="note", message="msg").struct.json_encode()
    rows = noted.with_columns(
        *ends(),
        pl.lit("feed.alert").alias("ot.flag"),
        pl.lit(1).alias("ot.count"),
        details.alias("ot.details"),
    ).with_columns(
        pl.coalesce("source.ip", "src").alias("source.ip"),
        pl.coalesce("destination.ip", "dst").alias("destination.ip"),
    )
    return {"flag": chosen(rows)}


LOGS = (
    Log(
        "ssl",
        (
            *CONNECTION, "version", "cipher", "server_name", "established", "subject", "issuer", "client_subject",
            "client_issuer", "ja4",
        ),
        _ssl,
    ),
    Log("ssh", (*CONNECTION, "auth_success", "client", "server"), _ssh),
    Log("weird", (*CONNECTION, "name"), _weird),
    Log("notice", (*CONNECTION, "note", "msg", "src", "dst"), _notice),
)  # fmt: skip
