"""A letter as a syslog message with structured data (RFC 5424), and its frame for TCP and TLS (RFC 6587, RFC 5425)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from response.notify.formats.lines import cut_bytes, one_line
from response.notify.sender import Letter, Surroundings

APP = "bittern"
NIL = "-"
BOM = b"\xef\xbb\xbf"
LEVELS: Mapping[str | None, int] = {"critical": 2, "high": 3, "medium": 4, "low": 5, "informational": 6}
"""Severity of the message (RFC 5424, 6.2.1): critical, error, warning, notice, informational."""
UNGRADED = 5
FACILITIES = range(24)
ENTERPRISE = 32473
"""The enterprise number that RFC 5612 keeps for examples; an installation with its own sets `enterprise`."""
UNPRINTABLE = re.compile(r"[^\x21-\x7e]")
NAME = re.compile(r'[^\x21-\x7e]|[="\]]')
ESCAPED = re.compile(r'[\\"\]]')
VALUE_MOST = 512


def header(letter: Letter, around: Surroundings, facility: int) -> str:
    """PRI to MSGID. The time is that of the news, in microseconds (6.2.3 allows no more)."""
    priority = facility * 8 + LEVELS.get(letter.severity, UNGRADED)
    moment = datetime.fromtimestamp(letter.at // 1_000_000_000, UTC).replace(microsecond=letter.at // 1000 % 1_000_000)
    host, kind = _printable(around.host, 255), _printable(letter.kind, 32)
    return f"<{priority}>1 {moment:%Y-%m-%dT%H:%M:%S.%f}Z {host} {APP} {NIL} {kind}"


def syslog_message(letter: Letter, around: Surroundings, facility: int, enterprise: int, most: int) -> bytes:
    """The whole message: structured data with the facts, then the sentence as UTF-8 with its mark (6.4).

    At most `most` bytes: facts that would fill more than half of it are left out, the sentence is cut.
    """
    fields = [("id", letter.id), ("about", str(letter.about)), ("drill", "true" if letter.drill else "false")]
    fields += [("severity", letter.severity or "")] if letter.severity else []
    fields += [("link", letter.link)] if letter.link else []
    for pair in ((name, value) for name, fact in letter.facts.items() for value in texts_of(fact)):
        if len(element(APP, [*fields, pair]).encode()) <= most // 2:
            fields.append(pair)
    origin = element("origin", [("software", APP), ("swVersion", around.version[:32])])
    head = f"{header(letter, around, facility)} {element(f'{APP}@{enterprise}', fields)}{origin} ".encode()
    return cut_bytes(head + BOM + one_line(f"{letter.subject}: {letter.text}").encode(), most)


def element(name: str, parameters: Iterable[tuple[str, str]]) -> str:
    """One element of structured data (6.3): names of at most 32 printable letters, values escaped."""
    shown = "".join(f' {NAME.sub("_", key)[:32]}="{escaped(value)}"' for key, value in parameters)
    return f"[{name}{shown}]"


def escaped(value: str) -> str:
    """A value of structured data: quote, backslash and closing bracket get a backslash (6.3.3)."""
    return ESCAPED.sub(r"\\\g<0>", one_line(value)[:VALUE_MOST])


def texts_of(fact: object) -> list[str]:
    """A fact as texts: a list gives one each, nothing gives none."""
    if isinstance(fact, list):
        return [str(each) for each in fact]
    if isinstance(fact, bool):
        return ["true" if fact else "false"]
    return [] if fact is None or fact == "" else [str(fact)]


def framed(message: bytes) -> bytes:
    """Octet counting (RFC 5425, 4.3.1; RFC 6587, 3.4.1): the length stands before the message."""
    return str(len(message)).encode() + b" " + message


def _printable(text: str, most: int) -> str:
    return UNPRINTABLE.sub("_", text)[:most] or NIL
