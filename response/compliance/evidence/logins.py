"""Queries on identity: who logged in how, with what, how well protected, and with which certificates."""

from __future__ import annotations

import polars as pl

from response.compliance.assessment import Reason
from response.compliance.gathering import UNKNOWN, Evidence
from response.compliance.query import VIOLATION, WHO, Found, Parameters, Query, Row, no_traffic, table_rows, text_is
from response.compliance.selecting import alerted, crossing, not_allowed

LOGIN = (*WHO, "network.protocol", "ot.session_kind", "event.outcome", "user.name", "ot.client_name")
LOGINS = ("opcua_session", "mqtt_connect")
"""Kinds of sessions that the parsers tell and that a user, or nobody, opens."""
PLATFORM = ("broker", "historian", "server", "scada")
WEAK_POLICIES = ("None", "Basic128Rsa15", "Basic256")
CERTIFICATE = ("subject", "issuer", "sha256", "not_after", "bits", "self_signed", "expired")
MINUTE = 60_000_000_000


def _logins(evidence: Evidence) -> pl.DataFrame:
    return evidence.table("session").filter(text_is("ot.session_kind", *LOGINS))


def _unless(seen: pl.DataFrame, kind: str) -> tuple[Reason, ...]:
    """Why nothing can be said when nothing of the kind was seen."""
    return () if len(seen) else (no_traffic(kind),)


def plaintext_credentials(evidence: Evidence, parameters: Parameters) -> Found:
    """Passwords that anybody on the way can read. The password itself is never kept."""
    logins = _logins(evidence)
    readable = (~pl.col("ot.secret_encrypted")).fill_null(False) & text_is("ot.secret_kind", "password")
    return Found(table_rows(logins.filter(readable), LOGIN), unknown=_unless(logins, "login"))


def default_credentials(evidence: Evidence, parameters: Parameters) -> Found:
    """Logins with user and password of the list of vendors' defaults."""
    logins = _logins(evidence)
    readable = logins.filter(pl.col("ot.secret_known").is_not_null())
    known = logins.filter(pl.col("ot.secret_known").fill_null(False))
    return Found(table_rows(known, LOGIN), unknown=_unless(readable, "readable login"))


def anonymous_access(evidence: Evidence, parameters: Parameters) -> Found:
    """Sessions that were let in without any identity."""
    logins = _logins(evidence)
    nobody = logins.filter(text_is("event.outcome", "success"), text_is("ot.secret_kind", "none"))
    return Found(table_rows(nobody, LOGIN), unknown=_unless(logins, "login"))


def failed_login_burst(evidence: Evidence, parameters: Parameters) -> Found:
    """Many refused logins within a minute; a burst is a violation only where no alert followed."""
    logins = _logins(evidence)
    keys = ["source.ip", "destination.ip", "ot.source.zone", "ot.destination.zone", "ot.session_kind", "minute"]
    bursts = (
        logins.filter(pl.col("minute").is_not_null())
        .group_by(keys)
        .agg(pl.col("count").sum(), pl.col("first").min(), pl.col("last").max(), pl.col("user.name").n_unique())
        .filter(pl.col("count") >= parameters["attempts"])
    )
    patience = parameters["alert_minutes"] * MINUTE
    rows: list[Row] = []
    for burst in bursts.iter_rows(named=True):
        told = alerted(evidence.alerts, burst["source.ip"], burst["destination.ip"], burst["first"],
                       burst["last"] + patience)  # fmt: skip
        (row,) = table_rows(pl.DataFrame([burst], schema=bursts.schema), keys[:-1], alerted=told)
        rows.append({**row, VIOLATION: not told})
    return Found(tuple(rows), unknown=_unless(logins, "login"))


def shared_account_use(evidence: Evidence, parameters: Parameters) -> Found:
    """Readable user names that work from several hosts."""
    logins = _logins(evidence).filter(pl.col("user.name").is_not_null(), text_is("event.outcome", "success"))
    hosts = logins.group_by("user.name", "destination.ip", "ot.destination.zone").agg(
        pl.col("source.ip").unique().sort().alias("source.ips"), pl.col("count").sum(), pl.col("first").min(),
        pl.col("last").max(),
    )  # fmt: skip
    many = hosts.filter(pl.col("source.ips").list.len() > 1)
    columns = ("user.name", "source.ips", "destination.ip", "ot.destination.zone")
    return Found(table_rows(many, columns), unknown=_unless(logins, "readable login"))


def certificate_inventory(evidence: Evidence, parameters: Parameters) -> Found:
    """Every certificate seen, and who showed it."""
    shown = _certificates(evidence)
    return Found(_certificate_rows(shown, VIOLATION), unknown=_unless(shown, "certificate"))


def weak_certificates(evidence: Evidence, parameters: Parameters) -> Found:
    """Certificates in accepted sessions that are expired, self-signed, or have a short key."""
    shown = _certificates(evidence)
    weak = (
        pl.col("certificate.expired").fill_null(False)
        | pl.col("certificate.self_signed").fill_null(False)
        | (pl.col("certificate.bits") < parameters["min_bits"]).fill_null(False)
    )
    accepted = shown.filter(text_is("event.outcome", "success"))
    return Found(_certificate_rows(accepted.filter(weak)), unknown=_unless(accepted, "certificate"))


def _certificates(evidence: Evidence) -> pl.DataFrame:
    """One row for each certificate and end that showed it."""
    sessions = evidence.table("session")
    parts = []
    for end, who in (("client", "source"), ("server", "destination")):
        own = [pl.col(f"ot.certificate.{end}.{name}").alias(f"certificate.{name}") for name in CERTIFICATE]
        holder = [pl.col(f"{who}.ip").alias("source.ip"), pl.col(f"ot.{who}.asset").alias("ot.source.asset"),
                  pl.col(f"ot.{who}.zone").alias("ot.source.zone")]  # fmt: skip
        parts.append(sessions.select(*holder, *own, "network.protocol", "event.outcome", "count", "first", "last",
                                     "event.id"))  # fmt: skip
    shown = pl.concat(parts).filter(pl.col("certificate.sha256").is_not_null())
    keys = [name for name in shown.columns if name not in ("count", "first", "last", "event.id")]
    return shown.group_by(keys).agg(
        pl.col("count").sum(), pl.col("event.id").sort_by("first", "event.id").first(), pl.col("first").min(),
        pl.col("last").max(),
    )  # fmt: skip


def _certificate_rows(shown: pl.DataFrame, *harmless: str) -> tuple[Row, ...]:
    told = shown.with_columns(pl.col("certificate.not_after").dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    columns = [name for name in told.columns if name != "event.outcome"]
    return table_rows(told, columns, **dict.fromkeys(harmless, False))


def opcua_security_none(evidence: Evidence, parameters: Parameters) -> Found:
    """OPC UA sessions without security, and channels with a policy that is no longer safe. A bare channel that merely
    asks for the endpoints is what the standard wants."""
    sessions = evidence.table("session").filter(pl.col("network.protocol") == "opcua")
    opened = sessions.filter(text_is("event.outcome", "success"))
    bare = text_is("ot.session_kind", "opcua_session") & (
        text_is("ot.security.policy", "None") | text_is("ot.security.mode", "None")
    )
    outdated = text_is("ot.security.policy", *WEAK_POLICIES[1:])
    columns = (*LOGIN, "ot.security.policy", "ot.security.mode")
    return Found(table_rows(opened.filter(bare | outdated), columns), unknown=_unless(sessions, "opcua"))


def mqtt_without_tls(evidence: Evidence, parameters: Parameters) -> Found:
    """MQTT sessions that can be read: those inside TLS cannot."""
    sessions = evidence.table("session").filter(text_is("ot.session_kind", "mqtt_connect"))
    tls = evidence.table("flow").filter(text_is("ot.port_protocol", "mqtts"))
    unknown = () if len(sessions) or len(tls) else (no_traffic("mqtt"),)
    return Found(table_rows(sessions.filter(text_is("event.outcome", "success")), LOGIN), unknown=unknown)


def platform_access_unauthorised(evidence: Evidence, parameters: Parameters) -> Found:
    """Clients of brokers, historians and servers that the site model does not know, or that no conduit lets through."""
    platforms = [asset.id for asset in evidence.site.assets if set(asset.roles) & set(PLATFORM)]
    flows = evidence.table("flow").filter(pl.col("established") > 0, text_is("ot.destination.asset", *platforms))
    declared = [asset.id for asset in evidence.site.assets]
    strangers = flows.filter(~text_is("ot.source.asset", *declared))
    across = not_allowed(crossing(evidence)).filter(
        text_is("ot.destination.asset", *platforms), text_is("ot.source.asset", *declared),
        pl.col("ot.source.zone") != UNKNOWN,
    )  # fmt: skip
    columns = (*WHO, "ot.server.port", "network.protocol", "ot.port_protocol")
    rows = (*table_rows(strangers, columns), *table_rows(across, columns))
    return Found(rows, unknown=_unless(flows, "platform"))


QUERIES = (
    Query("plaintext_credentials", plaintext_credentials, "readable"),
    Query("default_credentials", default_credentials),
    Query("anonymous_access", anonymous_access),
    Query("failed_login_burst", failed_login_burst, "content", (), {"attempts": 5, "alert_minutes": 5}),
    Query("shared_account_use", shared_account_use, "readable"),
    Query("certificate_inventory", certificate_inventory),
    Query("weak_certificates", weak_certificates, "content", (), {"min_bits": 2048}),
    Query("opcua_security_none", opcua_security_none, "readable"),
    Query("mqtt_without_tls", mqtt_without_tls, "readable"),
    Query("platform_access_unauthorised", platform_access_unauthorised, "flows", ("assets",)),
)
