"""Windows events in ECS, as Winlogbeat, Elastic Agent and exports of Elasticsearch have them: one JSON object a line.

Source: Elastic Common Schema 9 and the fields of Winlogbeat (`winlog.*`); Microsoft, "Appendix L: Events to monitor".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sensors.feed.complete import address
from sensors.feed.feed import Feed, Told
from sensors.feed.rows import Row, Rows, moment, part, whole, words

LOGIN, LOGIN_REFUSED = 4624, 4625
SERVICE_LOGIN = (0, 5)
"""Logins of the system and of services: nobody came."""
FLAGS = {
    1102: "windows.log_cleared", 104: "windows.log_cleared", 7045: "windows.service_installed",
    4697: "windows.service_installed", 4720: "windows.account_created", 4724: "windows.account_changed",
    4728: "windows.account_changed", 4732: "windows.account_changed", 4756: "windows.account_changed",
    4672: "windows.privileges",
}  # fmt: skip
TARGETS = ("ServiceName", "TargetUserName", "MemberName")
PATHS = ("ImagePath", "ServiceFileName")
STATUS = {
    0xC0000064: "no such user", 0xC000006A: "wrong password", 0xC000006D: "logon failure",
    0xC000006F: "outside permitted hours", 0xC0000070: "workstation not permitted", 0xC0000071: "password expired",
    0xC0000072: "account disabled", 0xC0000193: "account expired", 0xC0000234: "account locked",
}  # fmt: skip
SECRETS = {"ntlm": "password", "negotiate": "password", "kerberos": "token",
           "microsoft_authentication_package_v1_0": "password"}  # fmt: skip
HERE = ("-", "", "::1", "127.0.0.1", "0:0:0:0:0:0:0:1")
NOT_TO_BE_REACHED = ("127.", "::1", "fe80:", "169.254.")
PROGRAM = re.compile(r"""^"?(.+?\.(?:exe|sys|dll|bat|cmd|com|ps1|scr))(?=["\s]|$)""", re.IGNORECASE)
"""A program without its arguments, which may hold a password."""
MOST_FACTS = 10_000
"""Facts about hosts that are remembered, so that each is told once."""


class WindowsParser:
    """One file."""

    head = b""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], None] = {}

    def take(self, lines: Sequence[bytes]) -> Told:
        rows = Rows()
        for line in lines:
            self._line(line, rows)
        return rows.told()

    def _line(self, line: bytes, rows: Rows) -> None:
        try:
            record = json.loads(line) if line.strip() else None
        except (ValueError, RecursionError):
            record = ""
        if isinstance(record, dict) and isinstance(record.get("_source"), dict):
            record = record["_source"]
        if not isinstance(record, dict):
            rows.next_line()
            rows.note("passed_empty" if record is None else "malformed_json")
            return
        time = moment(record.get("@timestamp"))
        code = whole(part(record, "event", "code") or part(record, "winlog", "event_id"))
        rows.next_line(time)
        if time is None or code is None:
            rows.note("malformed_event_code" if time else "malformed_time")
            return
        event = Event(record, time, code)
        before = rows.count
        self._host(event, rows)
        if code in (LOGIN, LOGIN_REFUSED):
            event.login(rows)
        elif code in FLAGS:
            event.flag(rows)
        if rows.count == before:
            rows.note(f"passed_{code}")

    def _host(self, event: Event, rows: Rows) -> None:
        """What the event says of its host, once."""
        system = " ".join(filter(None, (words(event.part("host", "os", key)) for key in ("name", "version"))))
        for attribute, value in (("name", event.host_name), ("os", system)):
            key = (event.host or "", attribute, value or "")
            if not value or event.host is None or key in self._known:
                continue
            if len(self._known) >= MOST_FACTS:
                self._known.pop(next(iter(self._known)))
            self._known[key] = None
            fact = {"ot.attribute": attribute, "ot.attribute_value": value, "ot.confidence": 0.9}
            ends = {"source.ip": event.host, "ot.evidence": "windows event log"}
            rows.add("identity", {**event.times(), **ends, **fact})


class Event:
    """One event."""

    def __init__(self, record: Mapping[str, Any], time: int, code: int) -> None:
        self._record, self._time, self._code = record, time, code
        listed = self.part("host", "ip")
        found = [address(each) for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
        usable = [
            each for each in found if each and not each.startswith(("127.", "fe80:", "169.254.")) and each != "::1"
        ]
        self.host = next((each for each in usable if ":" not in each), usable[0] if usable else None)
        """Address of the host that logged it, IPv4 before IPv6."""
        self.host_name = words(self.part("winlog", "computer_name")) or words(self.part("host", "name"))

    def part(self, *names: str) -> Any:
        return part(self._record, *names)

    def data(self, name: str) -> str | None:
        """A value of the event's own data; `-` says that there is none."""
        value = words(self.part("winlog", "event_data", name))
        return None if value == "-" else value

    def times(self) -> Row:
        return {"@timestamp": self._time, "event.end": self._time}

    def login(self, rows: Rows) -> None:
        """A login, also one that was refused, from where it came to the host."""
        kind = whole(self.data("LogonType"))
        if kind in SERVICE_LOGIN:
            return
        came_from = words(self.part("source", "ip")) or self.data("IpAddress") or ""
        package = (self.data("AuthenticationPackageName") or "").lower()
        status = whole(self.data("SubStatus"))
        if not status:
            status = whole(self.data("Status"))
        refused = self._code == LOGIN_REFUSED
        rows.add(
            "session",
            {
                **self.times(),
                "source.ip": self.host if came_from in HERE else came_from,
                "source.port": whole(self.part("source", "port")) or whole(self.data("IpPort")) or None,
                "destination.ip": self.host,
                "ot.session_kind": "windows_logon",
                "ot.operation": "security.login",
                "event.outcome": "failure" if refused else "success",
                "ot.status.code": status if refused else None,
                "ot.status.name": STATUS.get(status or 0) if refused else None,
                "user.name": self.data("TargetUserName") or words(self.part("user", "name")),
                "ot.secret_kind": SECRETS.get(package),
                "ot.secret_encrypted": True,
                "ot.client_name": self.data("WorkstationName"),
                "ot.server_name": self.host_name,
            },
        )

    def flag(self, rows: Rows) -> None:
        """What was done to the host; a service also names its program."""
        target = next((value for name in TARGETS if (value := self.data(name))), None)
        details = {
            "event_code": self._code,
            "channel": words(self.part("winlog", "channel")),
            "host": self.host_name,
            "user": self.data("SubjectUserName") or words(self.part("user", "name")),
            "target": target,
        }
        ends = {"source.ip": self.host}
        flag = {"ot.flag": FLAGS[self._code], "ot.count": 1, "ot.details": details}
        rows.add("flag", {**self.times(), **ends, **flag})
        path = next((value for name in PATHS if (value := self.data(name))), None)
        if path is not None:
            fits = PROGRAM.match(path.strip())
            plain = fits[1] if fits else None
            name = (plain or "").replace("/", "\\").rpartition("\\")[2]
            rows.add("file", {**self.times(), **ends, "file.path": plain, "file.name": name or None})


FEED = Feed(name="windows", parser=lambda _: WindowsParser(), endings=(".json", ".ndjson"))
