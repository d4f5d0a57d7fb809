"""Sparkplug B payloads read by hand: protobuf's wire format, fields of sparkplug_b.proto (Sparkplug 3.0, 6.4)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from tests.oracles.agreement import TEXT_LIMIT, said

INTEGER_BITS = {1: 8, 2: 16, 3: 32, 4: 64}
_NAMES = (
    "int8 int16 int32 int64 uint8 uint16 uint32 uint64 float double bool string datetime text uuid dataset bytes file"
    " template propertyset propertysetlist int8[] int16[] int32[] int64[] uint8[] uint16[] uint32[] uint64[] float[]"
    " double[] bool[] string[] datetime[]"
)
TYPES = dict(enumerate(_NAMES.split(), 1))

Aliases = dict[tuple[str, int], tuple[str, int | None]]
"""Name and data type by node or device and alias, as births told them."""


def wire(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Fields of a message: number, and a varint, eight or four bytes, or a block; ValueError when it is none."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        if kind == 2:
            length, at = _varint(data, at)
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise ValueError(f"wire type {kind}")
        if at + length > len(data):
            raise ValueError("a block runs over the end")
        yield number, data[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise ValueError("a varint runs over the end")
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at


def address(topic: str) -> tuple[str, str, str] | None:
    """Message type, node and entity (`group/node[/device]`) of a topic; None when it is no Sparkplug topic."""
    levels = topic.split("/")
    if levels[0] != "spBv1.0" or len(levels) not in (4, 5) or levels[2] not in KINDS:
        return None
    if (len(levels) == 5) != levels[2].startswith("D"):
        return None
    node = f"{levels[1]}/{levels[3]}"
    return levels[2], node, "/".join((node, *levels[4:]))


KINDS = frozenset(["NBIRTH", "NDEATH", "NDATA", "NCMD", "DBIRTH", "DDEATH", "DDATA", "DCMD"])


def facts(topic: str, payload: bytes, aliases: Aliases) -> dict[str, str] | None:
    """Facts of a publication, None when topic or payload are no Sparkplug; births fill `aliases`."""
    found = address(topic)
    if found is None:
        return None
    kind, node, entity = found
    if kind.endswith("BIRTH"):
        # What was told before holds no longer; a node's birth also ends its devices (Sparkplug 3.0, 5.4 and 5.6).
        for key in [key for key in aliases if f"{key[0]}/".replace(":", "/").startswith(f"{entity}/")]:
            del aliases[key]
    fields = {"sparkplug type": kind}
    metrics = 0
    try:
        for number, value in wire(payload):
            if number in (1, 3) and isinstance(value, int):
                fields["sparkplug time" if number == 1 else "sparkplug seq"] = said(value)
            elif number == 2 and isinstance(value, bytes):
                metrics += 1
                fields |= _metric(value, kind, (node, entity), aliases)
    except ValueError:
        return None
    fields["sparkplug metrics"] = said(metrics)
    return fields


def _metric(data: bytes, kind: str, where: tuple[str, str], aliases: Aliases) -> dict[str, str]:
    node, entity = where
    seen = dict(wire(data))
    name, alias, datatype = seen.get(1), seen.get(2), seen.get(4)
    text = name.decode(errors="replace") if isinstance(name, bytes) else ""
    alias = alias if isinstance(alias, int) else None
    datatype = datatype if isinstance(datatype, int) else None
    if kind.endswith("BIRTH") and text:
        aliases[f"{entity}:{text}", -1] = text, datatype
        if alias is not None:
            aliases[entity, alias] = text, datatype
    if alias is not None and not text:
        known = aliases.get((entity, alias)) or aliases.get((node, alias)) or (f"#{alias}", None)
        text, datatype = known[0], datatype or known[1]
    datatype = datatype or aliases.get((f"{entity}:{text}", -1), ("", None))[1]
    fields = {f"metric {text}": "seen"}
    for word, value in (("alias", alias), ("type", TYPES.get(datatype or 0)), ("time", seen.get(3))):
        if value is not None:
            fields[f"metric {text} {word}"] = said(value)
    if not seen.get(7):
        value = _value(seen, datatype)
        if value is not None:
            fields[f"metric {text} value"] = value
    if text == "bdSeq" and isinstance(seen.get(11), int):
        fields["sparkplug bdseq"] = said(seen[11])
    return fields


def _value(seen: dict[int, int | bytes], datatype: int | None) -> str | None:
    for number, value in seen.items():
        if number in (10, 11) and isinstance(value, int):
            if datatype == 11:
                return said(value != 0)
            bits = INTEGER_BITS.get(datatype or 0)
            if bits:
                value &= (1 << bits) - 1
                value -= (value >> (bits - 1)) << bits
            return said(value)
        if number in (12, 13) and isinstance(value, bytes):
            return said(float(struct.unpack("<f" if number == 12 else "<d", value)[0]))
        if number == 14 and isinstance(value, int):
            return said(value != 0)
        if number == 15 and isinstance(value, bytes):
            return value[:TEXT_LIMIT].decode(errors="replace")
    return None
