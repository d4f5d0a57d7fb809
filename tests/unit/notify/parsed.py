"""Syslog and CEF read back by the letter of their specifications, by code that knows nothing of the writer."""

from __future__ import annotations

import re
from dataclasses import dataclass

HEAD = re.compile(
    rb"<(?P<pri>[0-9]{1,3})>1 (?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z)"
    rb" (?P<host>[!-~]{1,255}) (?P<app>[!-~]{1,48}) (?P<proc>[!-~]{1,128}) (?P<msgid>[!-~]{1,32}) "
)
NAME = re.compile(rb"[!#-<>-\\^-~]{1,32}")
PAIR = re.compile(r"(?:^| )([A-Za-z0-9_.]+)=((?:[^\\=]|\\.)*?)(?=(?: [A-Za-z0-9_.]+=)|$)", re.DOTALL)


@dataclass(frozen=True)
class Syslog:
    """One message of RFC 5424."""

    priority: int
    time: str
    host: str
    app: str
    kind: str
    data: dict[str, list[tuple[str, str]]]
    text: bytes


def read_syslog(raw: bytes) -> Syslog:
    """Raises AssertionError where the message breaks the grammar of RFC 5424, section 6."""
    head = HEAD.match(raw)
    assert head, raw[:120]
    data, rest = _elements(raw[head.end() :])
    assert rest[:1] in (b"", b" ")
    return Syslog(
        int(head["pri"]), head["time"].decode(), head["host"].decode(), head["app"].decode(), head["msgid"].decode(),
        data, rest[1:],
    )  # fmt: skip


def _elements(raw: bytes) -> tuple[dict[str, list[tuple[str, str]]], bytes]:
    if raw.startswith(b"-"):
        return {}, raw[1:]
    found: dict[str, list[tuple[str, str]]] = {}
    while raw.startswith(b"["):
        name = NAME.match(raw, 1)
        assert name
        pairs, place = [], name.end()
        while raw[place : place + 1] == b" ":
            key = NAME.match(raw, place + 1)
            assert key
            assert raw[key.end() : key.end() + 2] == b'="'
            value, place = _value(raw, key.end() + 2)
            pairs.append((key[0].decode(), value.decode()))
        assert raw[place : place + 1] == b"]", raw[place:]
        found[name[0].decode()] = pairs
        raw = raw[place + 1 :]
    assert found
    return found, raw


def _value(raw: bytes, place: int) -> tuple[bytes, int]:
    value = b""
    while raw[place : place + 1] != b'"':
        assert place < len(raw), "a value that does not end"
        assert raw[place : place + 1] != b"]", "a closing bracket must be escaped"
        if raw[place : place + 1] == b"\\":
            place += 1
            assert raw[place : place + 1] in (b"\\", b'"', b"]")
        value += raw[place : place + 1]
        place += 1
    return value, place + 1


def read_cef(text: str) -> tuple[list[str], dict[str, str]]:
    """Header fields and extension of a CEF message."""
    assert text.startswith("CEF:0|")
    fields = re.split(r"(?<!\\)(?:\\\\)*\|", text.removeprefix("CEF:"), maxsplit=7)
    parts: list[str] = []
    current, place = "", len("CEF:")
    while len(parts) < 7:
        letter = text[place]
        if letter == "\\":
            assert text[place + 1] in "\\|"
            current += text[place + 1]
            place += 2
            continue
        place += 1
        if letter == "|":
            parts.append(current)
            current = ""
        else:
            current += letter
    assert len(fields) == 8
    found = {key: _plain(value) for key, value in PAIR.findall(text[place:])}
    return parts, found


def _plain(value: str) -> str:
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], value)
