"""Syslog messages as sessions: logins that were accepted and refused. All others are counted by their program.

A received line begins with who sent it and when it came (`framed`); a line of a file does not.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence

from sensors.feed.complete import address
from sensors.feed.feed import Told
from sensors.feed.rows import Row, Rows
from sensors.feeds.syslog.message import Message, read

FAR_OFF = 600_000_000_000
"""A received message that says it is so much older or newer (ns) counts as of when it came: many devices have no clock
that is right, and what is late by hours would fall out of every correlation."""
MARK = b"\x01"
"""Begins a received line; no message may."""
SECRETS = {"password": "password", "keyboard-interactive/pam": "password", "publickey": "certificate", "none": "none",
           "gssapi-with-mic": "token", "hostbased": "certificate"}  # fmt: skip
SSHD = re.compile(
    r"^(?P<what>Accepted|Failed) (?P<how>\S+) for (?:invalid user |illegal user )?(?P<user>.{0,256}?) "
    r"from (?P<ip>[0-9a-fA-F.:]+) port (?P<port>\d{1,5})(?: ssh2?)?"
)
CISCO = re.compile(
    r"^%SEC_LOGIN-\d-LOGIN_(?P<what>SUCCESS|FAILED): .*?\[user: (?P<user>[^\]]*)\] \[Source: (?P<ip>[0-9a-fA-F.:]+)\] "
    r"\[localport: (?P<local>\d{1,5})\]"
)
PAM = re.compile(r"authentication failure;.*\brhost=(?P<ip>[0-9a-fA-F.:]+)(?:\s+user=(?P<user>\S+))?")
WEB = re.compile(
    r"(?i)\b(?P<what>login|logon|authentication)\b.{0,60}?\b(?P<how>failed|failure|denied|rejected|succeeded|successful)\b"
    r".{0,80}?\b(?:from|source|src|ip)[ :=]+(?P<ip>\d{1,3}(?:\.\d{1,3}){3})\b"
)
"""What switches, firewalls and controllers say in nearly these words."""
PORTS = {"22": "ssh", "23": "telnet", "80": "web", "443": "web"}


def framed(peer: str, came: int, message: bytes) -> bytes:
    """A received message as a line: it came from `peer` at `came`, ns."""
    body = message.rstrip(b"\r\n\0").replace(b"\n", b" ").replace(MARK, b" ")
    return MARK + f"{peer} {came} ".encode() + body


class SyslogParser:
    """One file, or what is received. `now` gives ns since the epoch, for messages that do not say the year."""

    head = b""

    def __init__(self, now: Callable[[], int] = time.time_ns) -> None:
        self._now = now

    def take(self, lines: Sequence[bytes]) -> Told:
        rows = Rows()
        for line in lines:
            peer, came, body = _unframed(line)
            message = read(body.decode("utf-8", "replace"), came or self._now()) if body.strip() else None
            if message is None:
                rows.next_line(came)
                rows.note("malformed_syslog" if body.strip() else "passed_empty")
                continue
            when = message.time if message.time is not None else came
            is_off = came is not None and when is not None and abs(when - came) > FAR_OFF
            when = came if is_off else when
            rows.next_line(when)
            if is_off:
                rows.note("clock_differs")
            row = _login(message) if when is not None else None
            if when is None:
                rows.note("malformed_time")
            elif row is None:
                rows.note(f"passed_{re.sub(r'[^A-Za-z0-9_.-]', '_', message.app)[:40] or 'unnamed'}")
            else:
                at = address(message.host or "") or peer
                ends = {"@timestamp": when, "event.end": when, "destination.ip": at, "ot.server_name": message.host}
                rows.add("session", {**ends, **row})
        return rows.told()


def _unframed(line: bytes) -> tuple[str | None, int | None, bytes]:
    if not line.startswith(MARK):
        return None, None, line
    peer, came, body = line[1:].split(b" ", 2)
    return peer.decode(), int(came), body


def _login(message: Message) -> Row | None:
    """What the message says of a login, where it does."""
    text = message.text
    if message.app == "sshd" and (fits := SSHD.match(text)):
        return _session(fits, "ssh", fits["what"] == "Accepted", secret=SECRETS.get(fits["how"]), port=22)
    if fits := CISCO.match(text):
        kind = PORTS.get(fits["local"], "device_login")
        return _session(fits, kind, fits["what"] == "SUCCESS", secret="password", port=int(fits["local"]))
    if fits := PAM.search(text):
        return None if message.app == "sshd" else _session(fits, "device_login", accepted=False, secret="password")
    if fits := WEB.search(text):
        accepted = fits["how"].lower() in ("succeeded", "successful")
        return _session(fits, "device_login", accepted, secret="password")
    return None


def _session(fits: re.Match[str], kind: str, accepted: bool, *, secret: str | None, port: int | None = None) -> Row:
    named: Mapping[str, str | None] = fits.groupdict()
    source_port = named.get("port")
    return {
        "source.ip": named["ip"],
        "source.port": int(source_port) if source_port and int(source_port) < 65536 else None,
        "destination.port": port if port is not None and port < 65536 else None,
        "ot.session_kind": kind,
        "ot.operation": "security.login",
        "event.outcome": "success" if accepted else "failure",
        "user.name": named.get("user"),
        "ot.secret_kind": secret,
        "ot.secret_encrypted": True if kind == "ssh" else None,
    }
