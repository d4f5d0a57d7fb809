"""DLMS/COSEM by a reader of ours in Python, on the payloads that tshark hands over: tshark 4.0 has no dissector of it.

Requests and answers by frame, in the wrapper and in HDLC: objects, methods, results, numbers, counters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import fields

LEAST_FACTS = 1_400
"""A comparison of fewer facts that agree compares nothing."""

_NAMES = ("frame.number", "tcp.payload", "udp.payload", "tcp.stream", "udp.stream", "ip.src")
_CONTROL = {0x83: "SNRM", 0x43: "DISC", 0x63: "UA", 0x0F: "DM"}
_ANSWERS = {0x61: 0x60, 0x63: 0x62, 0xC4: 0xC0, 0xC5: 0xC1, 0xC7: 0xC3, 0xCC: 0xC8, 0xCD: 0xC9, 0xCF: 0xCB,
            0x0C: 0x05, 0x0D: 0x06, 0xDA: 0xD9, 0xD8: 0, 0x0E: 0}  # fmt: skip
_ASKS = (0x60, 0x62, 0xC0, 0xC1, 0xC3, 0xC8, 0xC9, 0xCB, 0x05, 0x06, 0xD9)
_SIGNED = {5: 4, 15: 1, 16: 2, 20: 8}
_UNSIGNED = {3: 1, 6: 4, 17: 1, 18: 2, 21: 8, 22: 1}


@dataclass
class _Said:
    stream: str
    source: str
    first: int
    last: int
    tag: int
    body: bytes


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    return compare(name, ours_of(capture), theirs_of(capture, options))


def _messages(capture: Path, options: Sequence[str]) -> Iterator[_Said]:
    """Whole APDUs and HDLC commands; a control field stands for the tag, 0x100 above it."""
    held: dict[tuple[str, str], bytes] = defaultdict(bytes)
    start: dict[tuple[str, str], int] = {}
    begun: dict[tuple[str, str], tuple[int, bytes]] = {}
    for frame in fields(capture, "(tcp.len > 0 || udp) && !icmp", _NAMES, *options):
        payload = bytes.fromhex((frame["tcp.payload"] or frame["udp.payload"])[0].replace(":", ""))
        stream = ("t" if frame["tcp.payload"] else "u") + str(frame["tcp.stream"] or frame["udp.stream"])
        source, number = frame["ip.src"][0], int(frame["frame.number"][0])
        if not held[stream, source]:
            start[stream, source] = number
        held[stream, source] += payload
        while (cut := _cut(held[stream, source])) is not None:
            whole, held[stream, source] = cut
            opened, start[stream, source] = start[stream, source], number
            if whole[0] != 0x7E:
                yield _Said(stream, source, opened, number, whole[8], whole[8:])
                continue
            segmented, control, information = _unframed(whole)
            if control & 1:
                if (control & 0xEF) in _CONTROL:
                    yield _Said(stream, source, opened, number, 0x100 | control & 0xEF, b"")
                continue
            first, before = begun.pop((stream, source), (opened, b""))
            if segmented:
                begun[stream, source] = (first, before + information)
            elif (apdu := (before + information)[3:]) and (before + information)[0] == 0xE6:
                yield _Said(stream, source, first, number, apdu[0], apdu)


def _cut(data: bytes) -> tuple[bytes, bytes] | None:
    """The message at the head, and what follows it; bytes that begin none are passed over."""
    while data and data[:2] != b"\x00\x01" and not (data[0] == 0x7E and data[1:2] >= b"\xa0"):
        data = data[1:]
    if len(data) < 8:
        return None
    framed = data[0] == 0x7E
    size = (int.from_bytes(data[1:3], "big") & 0x7FF) + 2 if framed else 8 + int.from_bytes(data[6:8], "big")
    return (data[:size], data[size:]) if len(data) >= size > 8 else None


def _unframed(frame: bytes) -> tuple[bool, int, bytes]:
    at = 3
    for _ in range(2):
        while frame[at] & 1 == 0:
            at += 1
        at += 1
    good = _sum(frame[1:-3]) == int.from_bytes(frame[-3:-1], "little")
    return bool(frame[1] & 8), frame[at] if good else 1, frame[at + 3 : -3]


def _sum(data: bytes) -> int:
    register = 0xFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x8408 if register & 1 else 0)
    return register ^ 0xFFFF


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What the reader says."""
    facts = Facts()
    asked: dict[str, _Said] = {}
    for said in _messages(capture, options):
        code = said.tag & 0xFF
        if said.tag in (0x183, 0x143) or said.tag in _ASKS:
            found = facts.message(said.first, f"ask {code:02x}")
            found.update(_asked(said))
            asked[said.stream] = said
        elif said.tag in (0x163, 0x10F) or said.tag in _ANSWERS:
            question = asked.get(said.stream)
            if (
                question is None
                or question.source == said.source
                or _ANSWERS.get(said.tag) not in (0, question.tag, None)
            ):
                continue
            del asked[said.stream]
            found = facts.message(said.last, f"answer {question.tag & 0xFF:02x}")
            found["asked"] = str(question.first)
            found.update(_answered(said, question))
        elif said.tag in (0x0F, 0xC2):
            facts.message(said.first, f"say {code:02x}")
    return facts


def _asked(said: _Said) -> dict[str, str]:
    body = said.body
    if said.tag in (0xC8, 0xC9, 0xCB):
        at = 2 if body[1] < 0x80 else 2 + (body[1] & 0x7F)
        return {"counter": str(int.from_bytes(body[at + 1 : at + 5], "big"))}
    if said.tag in (0xC0, 0xC1, 0xC3) and body[1] == 1 and len(body) >= 12:
        found = {"object": _object(body[3:12], said.tag == 0xC3)}
        if said.tag == 0xC1 and (number := _number(body[13:])) is not None:
            found["number"] = number
        return found
    return {}


def _object(descriptor: bytes, method: bool) -> str:
    obis = ".".join(str(part) for part in descriptor[2:8])
    return f"{int.from_bytes(descriptor[:2], 'big')}/{obis}/{'m' if method else ''}{descriptor[8]}"


def _number(data: bytes) -> str | None:
    """A whole number that stands alone."""
    tag = data[0] if data else 0
    size = _SIGNED.get(tag) or _UNSIGNED.get(tag)
    if size is None or len(data) != size + 1:
        return None
    return str(int.from_bytes(data[1:], "big", signed=tag in _SIGNED))


def _answered(said: _Said, question: _Said) -> dict[str, str]:
    body = said.body
    if said.tag == 0xD8:
        return {"code": str(body[1] * 256 + body[2])}
    if said.tag == 0x0E:
        return {"code": str(body[2] * 256 + body[3])}
    if said.tag == 0xC4 and body[1] == 1:
        found = {"code": str(body[4] if body[3] else 0)}
        if body[3] == 0 and (number := _number(body[4:])) is not None:
            found["number"] = number
        return found
    if said.tag in (0xC5, 0xC7) and body[1] == 1 and question.body[1] == 1:
        return {"code": str(body[3])}
    return {}


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for items in ours.messages(capture, "dlms"):
        head = items[0]
        code = head["ot.function.code"]
        if code in (0x0F, 0xC2) and head["ot.function.name"] != "DM":
            facts.message(head["ot.packet.first"], f"say {code:02x}")
            continue
        if code not in (*_ASKS, 0x83, 0x43) or head["ot.reply"] in ("unexpected", "duplicate", "differing"):
            continue
        facts.message(head["ot.packet.first"], f"ask {code:02x}").update(_our_request(items))
        if head["ot.reply"] == "answered":
            found = facts.message(head["ot.packet.last"], f"answer {code:02x}")
            found["asked"] = str(head["ot.packet.first"])
            found.update(_our_answer(items))
    return facts


def _our_request(items: Sequence[ours.Row]) -> dict[str, str]:
    head = items[0]
    code, name = head["ot.function.code"], head["ot.function.name"]
    if code in (0xC8, 0xC9, 0xCB):
        return {"counter": str(head["ot.details"]["counter"])}
    if not name.endswith("-request-normal") or head["ot.object.address"] is None:
        return {}
    found = {"object": head["ot.object.address"]}
    if code == 0xC1 and head["ot.value.numbers"] and "long-float" not in (head["ot.value.type"] or ""):
        found["number"] = _exact(head)
    return found


def _our_answer(items: Sequence[ours.Row]) -> dict[str, str]:
    head = items[0]
    code, name, status = head["ot.function.code"], head["ot.function.name"], head["ot.status.code"]
    exception = status is not None and status >= 256
    if code in (0x60, 0x62, 0x83, 0x43) or (code in (0xC8, 0xC9, 0xCB, 0x05, 0x06, 0xD9) and not exception):
        return {}
    if exception:
        return {"code": str(status)}
    if not name.endswith("-request-normal") or head["ot.details"].get("block"):
        return {}
    found = {"code": str(status or 0)}
    if code == 0xC0 and head["ot.value.numbers"]:
        found["number"] = _exact(head)
    return found


def _exact(head: ours.Row) -> str:
    return head["ot.value.exact"] or str(int(head["ot.value.numbers"][0]))
