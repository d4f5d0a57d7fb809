"""Flows, alerts, anomalies, files, TLS and SSH."""

from __future__ import annotations

from typing import Any

from sensors.feed.rows import Row, Rows, moment, whole, words
from sensors.feeds.suricata.record import Eve

FIN, SYN, RST = 0x01, 0x02, 0x04
FAILED_PACKETS = 3
ANOMALIES = {
    "decoder.ipv4.pkt_too_small": "link.truncated", "decoder.ipv4.trunc_pkt": "link.truncated",
    "decoder.ipv6.trunc_pkt": "link.truncated", "decoder.ethernet.pkt_too_small": "link.truncated",
    "decoder.ipv4.hlen_too_small": "ip.bad_header", "decoder.ipv4.iplen_smaller_than_hlen": "ip.bad_header",
    "decoder.ipv4.wrong_ip_version": "ip.bad_header", "decoder.ipv4.frag_overlap": "ip.fragment_overlap",
    "decoder.ipv6.frag_overlap": "ip.fragment_overlap", "decoder.tcp.hlen_too_small": "tcp.bad_header",
    "decoder.tcp.invalid_optlen": "tcp.bad_header", "decoder.udp.pkt_too_small": "udp.bad_length",
    "decoder.udp.hlen_invalid": "udp.bad_length", "decoder.udp.len_invalid": "udp.bad_length",
    "stream.reassembly_seq_gap": "tcp.gap", "stream.reassembly_overlap_different_data": "tcp.overlap_differs",
}  # fmt: skip
"""Those that say what one of our flags says."""
MAGIC = {
    "PE32": "application/x-dosexec", "MS-DOS executable": "application/x-dosexec", "ELF": "application/x-elf",
    "Bourne-Again shell": "text/x-shellscript", "POSIX shell": "text/x-shellscript",
}  # fmt: skip
TLS = {"TLSv1": "1.0", "TLS 1.0": "1.0", "TLS 1.1": "1.1", "TLS 1.2": "1.2", "TLS 1.3": "1.3", "SSLv3": "SSL 3",
       "SSLv2": "SSL 2"}  # fmt: skip


def flow(eve: Eve, rows: Rows) -> None:
    """A flow that is over: its first sight, and its end with all counts; one row where no connection came of it."""
    begun, ended = moment(eve.part("flow", "start")), moment(eve.part("flow", "end"))
    if begun is None:
        return
    counts = {
        "source.bytes": whole(eve.part("flow", "bytes_toserver")),
        "source.packets": whole(eve.part("flow", "pkts_toserver")),
        "destination.bytes": whole(eve.part("flow", "bytes_toclient")),
        "destination.packets": whole(eve.part("flow", "pkts_toclient")),
    }
    base = {**eve.row(), "@timestamp": begun}
    state, failed = _state(eve, counts["destination.packets"] or 0)
    end = {**base, "event.end": max(begun, ended or begun), **counts}
    if failed:
        rows.add("flow", {**end, "event.type": "start", "ot.flow_state": state})
        return
    seen = state if state == "midstream" else "established"
    none = dict.fromkeys(counts, 0)
    rows.add("flow", {**base, "event.end": begun, **none, "event.type": "start", "ot.flow_state": seen})
    rows.add("flow", {**end, "event.type": "end", "ot.flow_state": state})


def _state(eve: Eve, answers: int) -> tuple[str, bool]:
    """State of the flow, and whether no connection came of it."""
    asked, told = (_flags(eve.part("tcp", name)) for name in ("tcp_flags_ts", "tcp_flags_tc"))
    if eve.record.get("proto") != "TCP" or asked is None:
        return "midstream", False
    answered = told is not None and told & SYN
    if asked & SYN and not answered:
        if told is not None and told & RST:
            return "reset", True
        return ("syn" if answers == 0 else "half_open"), True
    if not asked & SYN:
        return "midstream", False
    if asked & RST or (told or 0) & RST:
        return "reset", False
    return ("closed" if asked & FIN and (told or 0) & FIN else "established"), False


def _flags(value: object) -> int | None:
    try:
        return int(value, 16) if isinstance(value, str) else None
    except ValueError:
        return None


def alert(eve: Eve, rows: Rows) -> None:
    """The alert of another sensor: a fact here, which rules may judge."""
    details = {
        "signature": words(eve.part("alert", "signature")),
        "signature_id": whole(eve.part("alert", "signature_id")),
        "category": words(eve.part("alert", "category")),
        "severity": whole(eve.part("alert", "severity")),
    }
    rows.add("flag", {**eve.row(), "ot.flag": "feed.alert", "ot.count": 1, "ot.details": details})


def anomaly(eve: Eve, rows: Rows) -> None:
    named = ANOMALIES.get(words(eve.part("anomaly", "event")) or "")
    if named:
        rows.add("flag", {**eve.row(), "ot.flag": named, "ot.count": 1})


def file(eve: Eve, rows: Rows) -> None:
    """A file that moved, from who sends it; `magic` says what it is where Suricata was told to look. Services have the
    lower port."""
    ports = whole(eve.record.get("src_port")), whole(eve.record.get("dest_port"))
    by_server = (ports[0] or 0) < (ports[1] or 0)
    name = words(eve.part("fileinfo", "filename"))
    row: Row = {
        **eve.row(by_server=by_server),
        "file.name": name.rpartition("/")[2] if name else None,
        "file.path": name if name and "/" in name else None,
        "file.size": whole(eve.part("fileinfo", "size")),
        "file.hash.sha256": words(eve.part("fileinfo", "sha256")),
        "file.mime_type": _type(eve.part("fileinfo", "magic")),
    }
    rows.add("file", row)


def _type(magic: Any) -> str | None:
    """The few types that rules ask for, by what libmagic says of them."""
    return next((kind for begin, kind in MAGIC.items() if isinstance(magic, str) and magic.startswith(begin)), None)


def tls(eve: Eve, rows: Rows) -> None:
    version, subject, issuer = (words(eve.part("tls", name)) for name in ("version", "subject", "issuerdn"))
    names = eve.part("tls", "subjectaltname")
    row = {
        **eve.row("tls"),
        "ot.session_kind": "tls",
        "ot.operation": "session.open",
        "event.outcome": "success",
        "tls.version": TLS.get(version, version) if version else None,
        "tls.client.server_name": words(eve.part("tls", "sni")),
        "ot.ja4": words(eve.part("tls", "ja4")),
        "ot.certificate.server.subject": subject,
        "ot.certificate.server.issuer": issuer,
        "ot.certificate.server.self_signed": subject == issuer if subject and issuer else None,
        "ot.certificate.server.names": ",".join(map(str, names)) if isinstance(names, list) else None,
        "ot.certificate.server.not_after": _day(eve.part("tls", "notafter")),
    }
    rows.add("session", row)


def _day(text: object) -> int | None:
    """Suricata writes times of certificates in UTC without saying so."""
    return moment(f"{text}Z") if isinstance(text, str) and not text.endswith("Z") else moment(text)


def ssh(eve: Eve, rows: Rows) -> None:
    """That a session began; how a login ended is encrypted."""
    row = {
        **eve.row("ssh"),
        "ot.session_kind": "ssh",
        "ot.operation": "session.open",
        "event.outcome": "unknown",
        "ot.client_name": words(eve.part("ssh", "client", "software_version")),
        "ot.server_name": words(eve.part("ssh", "server", "software_version")),
        "ot.secret_encrypted": True,
    }
    rows.add("session", row)
