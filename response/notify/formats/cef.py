"""A letter as CEF (ArcSight Common Event Format, version 0), in a syslog header without structured data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from response.notify.formats.lines import cut_bytes, one_line
from response.notify.formats.syslog import NIL, header, texts_of
from response.notify.sender import Letter, Surroundings

VENDOR = PRODUCT = "Bittern"
SEVERITIES: Mapping[str | None, int] = {"informational": 1, "low": 3, "medium": 5, "high": 8, "critical": 10}
UNGRADED = 3
KEYS: Mapping[str, str] = {
    "source.ip": "src",
    "source.port": "spt",
    "source.mac": "smac",
    "destination.ip": "dst",
    "destination.port": "dpt",
    "destination.mac": "dmac",
    "network.protocol": "app",
    "observer.name": "dvchost",
    "count": "cnt",
}
"""Facts that CEF's dictionary has a key for."""
LABELLED: Mapping[str, str] = {
    "source.zone": "cs1",
    "destination.zone": "cs2",
    "class": "cs3",
    "threat.technique.id": "cs4",
    "source.asset": "cs5",
    "destination.asset": "cs6",
}
"""Facts that go into CEF's own fields, with their name as label."""
IPV6: Mapping[str, str] = {"source.ip": "c6a2", "destination.ip": "c6a3"}
NAME_MOST, VALUE_MOST = 512, 1023


def cef_message(letter: Letter, around: Surroundings, facility: int, most: int) -> bytes:
    """The whole message, at most `most` bytes: a key that does not fit is left out."""
    rule = texts_of(letter.facts.get("rule.name")) or [letter.kind]
    name = letter.subject
    severity = SEVERITIES.get(letter.severity, UNGRADED)
    fields = (VENDOR, PRODUCT, around.version, rule[0], name[:NAME_MOST], str(severity))
    head = f"{header(letter, around, facility)} {NIL} CEF:0|{'|'.join(map(head_escaped, fields))}|"
    data = cut_bytes(head.encode(), most)
    for number, (key, value) in enumerate(extension(letter)):
        pair = f"{' ' if number else ''}{key}={escaped(value)}".encode()
        if len(data) + len(pair) <= most:
            data += pair
    return data


def extension(letter: Letter) -> Iterator[tuple[str, str]]:
    """Keys and values of the extension, the most telling ones first."""
    yield "rt", str(letter.at // 1_000_000)
    yield "externalId", letter.id
    yield "cat", letter.kind
    yield "deviceFacility", str(letter.about)
    yield "msg", one_line(letter.text)[:VALUE_MOST]
    for name, fact in letter.facts.items():
        value = ",".join(texts_of(fact))
        if not value:
            continue
        if name in IPV6 and ":" in value:
            yield IPV6[name], value
            yield f"{IPV6[name]}Label", name
        elif name in KEYS:
            yield KEYS[name], value
        elif name in LABELLED:
            yield LABELLED[name], value
            yield f"{LABELLED[name]}Label", name
    if letter.drill:
        yield "flexString1", "drill"
        yield "flexString1Label", "drill"
    if letter.link:
        yield "request", letter.link


def head_escaped(text: str) -> str:
    """A field of the header: one line, backslash and bar get a backslash."""
    return one_line(text).replace("\\", "\\\\").replace("|", "\\|")


def escaped(text: str) -> str:
    """A value of the extension: backslash and equals sign get a backslash, a line end is written as \\n."""
    lines = [one_line(line) for line in text.splitlines()]
    return "\\n".join(line.replace("\\", "\\\\").replace("=", "\\=") for line in lines)
