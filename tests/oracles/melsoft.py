"""MELSOFT by a reader of ours in Python, on the payloads that tshark hands over: tshark has no dissector of it.

Requests and responses by frame, paired by the asker's port, command and sequence number: target, devices, values,
paths, offsets, end codes. The greeting of the direct connection by its kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import fields

LEAST_FACTS = 12_000
"""A comparison of fewer facts that agree compares nothing."""

_RANGES, _SINGLES = (0x0410, 0x1410), (0x0411, 0x0412, 0x1411)
_BITS = {1: "M", 2: "SM", 3: "L", 4: "F", 8: "S", 16: "X", 17: "Y", 20: "B", 21: "SB", 64: "TC", 65: "TS", 68: "CC",
         69: "CS", 72: "STC", 73: "STS"}  # fmt: skip
_WORDS = {32: "D", 33: "SD", 39: "R", 48: "W", 49: "SW", 66: "TN", 70: "CN", 74: "STN", 96: "Z"}
_LONG = {86: "LCN", 98: "LZ"}
_HEXADECIMAL = ("X", "Y", "B", "SB", "W", "SW")
_PATH = re.compile(rb"((?:[ -~]\0){2,})\0\0")
_WITH_PATH = (0x185F, 0x1859, 0x1734, 0x1867, 0x1862)
Asked = tuple[int, int, bytes]


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    return compare(name, ours_of(capture), theirs_of(capture, options))


def _le(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What the payloads say."""
    facts = Facts()
    asked: dict[tuple[str, int, int], Asked] = {}
    names = ("frame.number", "tcp.payload", "udp.payload", "tcp.srcport", "udp.srcport", "tcp.dstport", "udp.dstport")
    wanted = "(tcp.len > 0 && !tcp.analysis.retransmission) || udp"
    for frame in fields(capture, wanted, names, *options):
        payload = bytes.fromhex((frame["tcp.payload"] or frame["udp.payload"])[0].replace(":", ""))
        payload = payload[2:] if payload[:2] == b"\1\2" else payload
        if payload[:1] not in (b"\x57", b"\xd7", b"\x5a", b"\xda"):
            continue
        number, answers = int(frame["frame.number"][0]), payload[0] > 0x80
        way = "dst" if answers else "src"
        port = (frame[f"tcp.{way}port"] or frame[f"udp.{way}port"])[0]
        if payload[0] & 0x0F == 0x0A:
            key, told, body = (port, 0x5A00 | payload[3], 0), {"command": f"5a{payload[3]:02x}"}, b""
        else:
            key, told, body = _call(payload, port, answers)
        if not answers:
            facts.message(number, "request").update(told)
            asked[key] = (number, key[1], body)
            continue
        request = asked.pop(key, None)
        if request is not None:
            told["answers"] = str(request[0])
            told.update(_values(request, body) if told.get("end") == "0" else {})
        facts.message(number, "answer").update(told)
    return facts


def _call(payload: bytes, port: str, answers: bool) -> tuple[tuple[str, int, int], dict[str, str], bytes]:
    at = 25 + payload[24] + (2 if answers else 0)
    command, sequence, split = int(payload[at : at + 2].hex(), 16), _le(payload, at + 2, 2), _le(payload, at + 4, 2)
    body, key = payload[at + 6 :], (port, command, sequence)
    if answers:
        return key, {"command": f"{command:04x}", "end": str(_le(payload, 25, 2))}, body
    body = body[: split - 2] if split else body
    target = f"{payload[9]}.{payload[10]}.{_le(payload, 11, 2):X}.{payload[13]}"
    return key, {"command": f"{command:04x}", "target": target} | _named(command, body), body


def _device(code: int, number: int, points: int = 1, packed: bool = False) -> str:
    name = (_BITS | _WORDS | _LONG).get(code) or f"{code:#04x}:"
    form, last = "X" if name in _HEXADECIMAL else "d", number + points * (16 if packed else 1) - 1
    return f"{name}{number:{form}}" + (f"-{last:{form}}" if last > number else "")


def _bits(data: bytes, count: int) -> str:
    return " ".join(str(data[at // 8] >> at % 8 & 1) for at in range(count))


def _numbers(data: bytes, size: int = 2) -> str:
    return " ".join(str(_le(data, at, size)) for at in range(0, len(data) - size + 1, size))


def _range(body: bytes) -> tuple[int, int, bool]:
    code, points = _le(body, 10, 2), _le(body, 20, 2)
    return code, points, code in _BITS and (points <= 512 or points % 16 > 0)


def _named(command: int, body: bytes) -> dict[str, str]:
    if command in _RANGES and len(body) >= 22:
        code, points, single = _range(body)
        packed = code in _BITS and not single
        told = {"device": _device(code, _le(body, 12, 4), points // 16 if packed else points, packed)}
        if command == 0x1410 and len(body) >= 22 + (points // 8 if code in _BITS else points * 2):
            told["values"] = _bits(body[22:], points) if single else _numbers(body[22:], 4 if code in _LONG else 2)
        return told
    if command in _SINGLES:
        at, names = 14 if command == 0x1411 else 16, []
        for count in body[10:12]:
            size = 10 if count and body[at] else 16
            at += 4 if count else 0
            for _ in range(count):
                names.append(_device(_le(body, at, 2), _le(body, at + 2, 4)))
                at += size
        return {"device": " ".join(names)}
    if command in (0x1868, 0x1869):
        return {"offset": str(_le(body, 2, 4)), "bytes": str(_le(body, 6, 2))}
    found = _PATH.search(body) if command in _WITH_PATH else None
    path = found[1].decode("utf-16-le") if found else ""
    # Its length may look like a letter.
    return {"path": path[1:] if ord(path[0]) == 2 * len(path) else path} if path else {}


def _values(request: Asked, body: bytes) -> dict[str, str]:
    _, command, asked = request
    if command == 0x0410:
        code, points, single = _range(asked)
        return {"values": _bits(body, points) if single else _numbers(body, 4 if code in _LONG else 2)}
    return {"values": _numbers(body[2:])} if command in (0x0411, 0x0412) and not asked[11] else {}


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for items in ours.messages(capture, "melsoft"):
        head = items[0]
        code, details = head["ot.function.code"], head["ot.details"]
        answer = {"command": f"{code:04x}"}
        values = " ".join(str(int(value)) for item in items for value in item["ot.value.numbers"] or ())
        if code >> 8 != 0x5A:
            answer["end"] = str(head["ot.status.code"] or 0)
        # What another controller answers to a question for all stands alone.
        alone = head["ot.reply"] == "unexpected" or head["ot.packet.first"] == head["ot.packet.last"] != 0
        if not alone or head["ot.reply"] in ("unanswered", "none"):
            told = answer | ({"target": head["ot.unit"]} if code >> 8 != 0x5A else {})
            told.pop("end", None)
            address = " ".join(item["ot.object.address"] or "" for item in items)
            if code in _RANGES + _SINGLES and address:
                told["device"] = address
            if code in _WITH_PATH and address:
                told["path"] = address
            if code == 0x1410 and values:
                told["values"] = values
            told |= {name: str(details[name]) for name in ("offset", "bytes") if name in details}
            facts.message(head["ot.packet.first"], "request").update(told)
            answer["answers"] = str(head["ot.packet.first"])
            if code in (0x0410, 0x0411, 0x0412) and answer["end"] == "0" and values:
                answer["values"] = values
        if head["ot.reply"] in ("answered", "unexpected"):
            facts.message(head["ot.packet.last"], "answer").update(answer)
    return facts
