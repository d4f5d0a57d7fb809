"""GE SRTP by a reader of ours in Python, on the payloads that tshark hands over: tshark 4.0 has no dissector of it.

Written from the tables of Denton et al. (DFRWS 2017), not from the Rust code: services, places, values, status, state.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import fields

LEAST_FACTS = 5_000
"""A comparison of fewer facts that agree compares nothing."""

# Denton 2017, table 3: | memory | bits | bytes or words |.
_TABLE = """
%I 46 10
%Q 48 12
%M 4c 16
%T 4a 14
%SA 4e 18
%SB 50 1a
%SC 52 1c
%S 54 1e
%G 56 38
%AI - 0a
%AQ - 0c
%R - 08
"""
_ROWS = [line.split() for line in _TABLE.split("\n") if line]
_BITS = {int(bit, 16): name for name, bit, _ in _ROWS if bit != "-"}
_WORDS = {int(other, 16): name for name, bit, other in _ROWS if bit == "-"}
_BYTES = {int(other, 16): name for name, bit, other in _ROWS if bit != "-"}
_STATES = ("run, I/O enabled", "run, I/O disabled", "stop, I/O disabled", "CPU stop faulted", "CPU halted",
           "CPU suspended", "stop, I/O enabled")  # fmt: skip
_TELLS_STATE = (0x00, 0x20, 0x21, 0x22, 0x23, 0x24, 0x39, 0x3F, 0x40, 0x44, 0x4F)


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    return compare(name, ours_of(capture), theirs_of(capture, options))


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """Each payload is a message here; a reply belongs to the request of its number."""
    facts = Facts()
    asked: dict[tuple[str, int], tuple[str, bytes, bytes]] = {}
    names = ("frame.number", "tcp.stream", "tcp.payload")
    for frame in fields(capture, "tcp.len >= 56", names, *options):
        number, stream = frame["frame.number"][0], frame["tcp.stream"][0]
        message = bytes.fromhex(frame["tcp.payload"][0].replace(":", ""))
        key = (stream, int.from_bytes(message[2:4], "little"))
        if message[0] == 0 and not any(message):
            facts.message(int(number), "request").update({"service": "open"})
            asked[stream, -1] = (number, b"", b"")
        elif message[0] == 1:
            facts.message(int(number), "answer").update({"answers": asked.pop((stream, -1))[0], "status": "0"})
        elif message[0] in (2, 8):
            told, body, text = _request(message)
            facts.message(int(number), "request").update(told)
            asked[key] = (number, body, text)
        elif message[0] == 3 and key in asked:
            facts.message(int(number), "answer").update(_answer(message, *asked.pop(key)))
    return facts


def _request(message: bytes) -> tuple[dict[str, str], bytes, bytes]:
    """What a request tells, its parameters from the service on, and the bytes it writes."""
    start = {0xC0: 42, 0x80: 50}.get(message[31])
    told = {"slot": str(message[36] // 16)}
    if start is None:
        return told, b"", b""
    body = message[start : start + 6]
    written = message[56:] if start == 50 else message[48:54]
    told["service"] = f"{body[0]:02x}"
    if body[0] in (0x04, 0x07, 0x44):
        told["place"] = _place(body)
    if body[0] == 0x07 and not _is_command(body, written):
        told["values"] = _values(body, written)
    if body[0] == 0x07 and _is_command(body, written):
        told["text"] = written.split(b"\0")[0].decode()
    if body[0] == 0x23 and body[1] < len(_STATES):
        told["asked"] = _STATES[body[1]]
    if body[0] == 0x21:
        told["level"] = str(struct.unpack("b", body[1:2])[0])
    return told, body, written


def _answer(message: bytes, number: str, body: bytes, written: bytes) -> dict[str, str]:
    status = int.from_bytes(message[42:44], "big")
    told = {"answers": number, "status": str(status)}
    if not body or status or message[31] == 0xD1:
        return told
    data = message[56:] if message[31] == 0x94 else message[44:50]
    if body[0] == 0x04:
        told["values"] = _values(body, data)
    if body[0] in _TELLS_STATE:
        told["state"] = _STATES[message[55] >> 4]
    if body[0] == 0x43:
        told["id"] = data[:8].rstrip(b"\0").decode()
        told["type"] = f"{data[8]}.{data[9]}"
    if body[0] in (0x00, 0x21):
        told["privilege"] = str(message[51])
    return told


def _is_command(body: bytes, written: bytes) -> bool:
    return body[1] == 0x38 and written[:6] in (b"CLRASG", b"SETASG", b"SETVAR", b"CLRALM")


def _span(body: bytes) -> tuple[int, int]:
    offset, length = struct.unpack("<HH", body[2:6])
    return offset, length


def _place(body: bytes) -> str:
    """As the maker's tools write it, counted from 1."""
    offset, length = _span(body)
    if body[1] in _BYTES:
        name, first, last = _BYTES[body[1]], offset * 8 + 1, (offset + length) * 8
    else:
        name = _BITS.get(body[1]) or _WORDS.get(body[1]) or f"0x{body[1]:02x}:"
        first, last = offset + 1, offset + length
    return f"{name}{first}" if first == last else f"{name}{first}-{last}"


def _values(body: bytes, data: bytes) -> str:
    """Numbers one after another; nothing where bytes are missing."""
    offset, length = _span(body)
    if body[1] in _WORDS and len(data) >= 2 * length:
        return " ".join(map(str, struct.unpack(f"<{length}H", data[: 2 * length])))
    if body[1] in _BYTES and len(data) >= length:
        return " ".join(map(str, data[:length]))
    first = offset - offset % 8
    if body[1] in _BITS and 8 * len(data) >= offset - first + length:
        points = int.from_bytes(data, "little")
        return " ".join(str(points >> (place - first) & 1) for place in range(offset, offset + length))
    return ""


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for (head,) in ours.messages(capture, "ge_srtp"):
        if head["ot.reply"] in ("unexpected", "duplicate", "differing"):
            continue
        details, code = head["ot.details"], head["ot.function.code"]
        told = {"service": "open"} if head["ot.function.name"] == "Open" else {"slot": head["ot.unit"]}
        if code is not None:
            told["service"] = f"{code:02x}"
        if code in (0x04, 0x07, 0x44):
            told["place"] = head["ot.object.address"]
        if code == 0x07:
            told |= {"text": head["ot.value.text"]} if head["ot.value.text"] else {"values": _numbers(head)}
        asked = (("asked", "state_asked"), ("level", "level"))
        told |= {name: str(details[key]) for name, key in asked if key in details}
        facts.message(head["ot.packet.first"], "request").update(told)
        if head["ot.reply"] != "answered":
            continue
        end = {"answers": str(head["ot.packet.first"]), "status": str(head["ot.status.code"] or 0)}
        if head["event.outcome"] == "success":
            if code == 0x04:
                end["values"] = _numbers(head)
            if code in _TELLS_STATE:
                end["state"] = details["state"]
            if code == 0x43:
                end["id"], end["type"] = details["cpu_id"], f"{details['major_type']}.{details['minor_type']}"
            if code in (0x00, 0x21):
                end["privilege"] = str(details["privilege"])
        facts.message(head["ot.packet.last"], "answer").update(end)
    return facts


def _numbers(head: ours.Row) -> str:
    return " ".join(str(int(value)) for value in head["ot.value.numbers"] or ())
