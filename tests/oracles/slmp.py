"""SLMP by a reader of ours in Python, on the payloads that tshark hands over: tshark 4.0 has no dissector of it.

Requests and responses by frame; target, command, devices, points, values, end codes. 1E frames: slmp_1e.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.oracles import ours, slmp_1e
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import fields

LEAST_FACTS = 3_100
"""A comparison of fewer facts that agree compares nothing."""

_HEADS = {b"P\0": (False, 0), b"T\0": (False, 4), b"50": (True, 0), b"54": (True, 4),
          b"\xd0\0": (False, 0), b"\xd4\0": (False, 4), b"D0": (True, 0), b"D4": (True, 4)}  # fmt: skip
_ANSWERS = (b"\xd0\0", b"\xd4\0", b"D0", b"D4")
_NAMES = {0x90: "M", 0x91: "SM", 0x9C: "X", 0x9D: "Y", 0xA0: "B", 0xA8: "D", 0xA9: "SD", 0xAF: "R", 0xB4: "W"}
_BITS = ("M", "SM", "X", "Y", "B")
_HEXADECIMAL = ("X", "Y", "B", "W")
_ONE_RANGE = (0x0401, 0x1401)


class _Digits:
    """The digits of a frame: in binary each byte is two."""

    def __init__(self, data: bytes, ascii_code: bool) -> None:
        self.ascii_code = ascii_code
        self.text = data.decode("latin-1") if ascii_code else data.hex()

    def number(self, size: int) -> int:
        head, self.text = self.text[: 2 * size], self.text[2 * size :]
        return int(head, 16) if self.ascii_code else int.from_bytes(bytes.fromhex(head), "little")

    def device(self) -> tuple[str, int]:
        if not self.ascii_code:
            number = self.number(3)
            return _NAMES.get(self.number(1), "?"), number
        head, self.text = self.text[:8], self.text[8:]
        name = head[:2].rstrip("*")
        return name, int(head[2:], 16 if name in _HEXADECIMAL else 10)

    def points(self, count: int, bits: bool) -> str:
        """Values as they stand, words in decimal."""
        if not bits:
            return " ".join(str(self.number(2)) for _ in range(len(self.text) // 4))
        return " ".join(digit for digit in self.text[:count])


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    return compare(name, ours_of(capture), theirs_of(capture, options))


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """Each payload is a frame here; a response belongs to the request before it."""
    facts = Facts()
    asked: dict[str, tuple[int, int, int, int]] = {}
    asked_1e: dict[str, slmp_1e.Asked] = {}
    names = ("frame.number", "tcp.payload", "udp.payload", "tcp.stream", "udp.stream")
    for frame in fields(capture, "tcp.len > 0 || udp", names, *options):
        payload = bytes.fromhex((frame["tcp.payload"] or frame["udp.payload"])[0].replace(":", ""))
        number, stream = int(frame["frame.number"][0]), str(frame["tcp.stream"] or frame["udp.stream"])
        if payload[:2] not in _HEADS:
            if not slmp_1e.is_frame(payload):
                continue
            if slmp_1e.is_request(payload):
                asked_1e[stream] = slmp_1e.request(payload, number, facts)
            else:
                slmp_1e.response(payload, number, asked_1e.get(stream), facts)
            continue
        ascii_code, serial = _HEADS[payload[:2]]
        digits = _Digits(payload[4 if ascii_code else 2 :], ascii_code)
        if serial:
            digits.number(serial)
        target = [digits.number(size) for size in (1, 1, 2, 1)]
        digits.number(2)
        told = {"target": f"{target[0]}.{target[1]}.{target[2]:X}.{target[3]}"}
        if payload[:2] in _ANSWERS:
            number, command, subcommand, count = asked.get(stream, (0, 0, 0, 0))
            code = digits.number(2)
            told = {"answers": str(number), "end": str(code)}
            if command == 0x0401 and code == 0:
                told["values"] = digits.points(count, bool(subcommand & 1))
            facts.message(int(frame["frame.number"][0]), "answer").update(told)
            continue
        digits.number(2)
        command, subcommand = digits.number(2), digits.number(2)
        told["command"] = f"{command:04x}/{subcommand}"
        count = 0
        if command in _ONE_RANGE and len(digits.text) >= 12:
            name, number = digits.device()
            count = digits.number(2)
            told["device"] = _range(name, number, count, bool(subcommand & 1))
            if command == 0x1401:
                told["values"] = digits.points(count, bool(subcommand & 1))
        facts.message(int(frame["frame.number"][0]), "request").update(told)
        asked[stream] = (int(frame["frame.number"][0]), command, subcommand, count)
    return facts


def _range(name: str, number: int, count: int, bits: bool) -> str:
    last = number + count * (16 if name in _BITS and not bits else 1) - 1
    form = "X" if name in _HEXADECIMAL else "d"
    return f"{name}{number:{form}}" + (f"-{last:{form}}" if last > number else "")


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for items in ours.messages(capture, "slmp"):
        head = items[0]
        if head["ot.details"].get("frame") == "1E":
            slmp_1e.ours_of(items, facts)
            continue
        command = head["ot.function.code"]
        told = {"target": head["ot.unit"], "command": f"{command:04x}/{head['ot.subfunction.code']}"}
        if command in _ONE_RANGE and head["ot.object.address"] is not None:
            told["device"] = head["ot.object.address"]
            if command == 0x1401:
                told["values"] = _values(head)
        facts.message(head["ot.packet.first"], "request").update(told)
        if head["ot.reply"] == "answered":
            end = {"answers": str(head["ot.packet.first"]), "end": str(head["ot.status.code"] or 0)}
            if command == 0x0401 and end["end"] == "0":
                end["values"] = _values(head)
            facts.message(head["ot.packet.last"], "answer").update(end)
    return facts


def _values(head: ours.Row) -> str:
    return " ".join(str(int(value)) for value in head["ot.value.numbers"] or ())
