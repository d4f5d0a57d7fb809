"""1E frames of SLMP by a second reader of ours in Python: PC number, command, device, points, values, complete codes.

A payload is one request or one response here. Devices and values are compared where a command names one range.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.oracles import ours
from tests.oracles.agreement import Facts

_NAMES = {"4420": "D", "4d20": "M", "5820": "X", "5920": "Y", "5720": "W", "5220": "R", "4220": "B", "544e": "TN",
          "434e": "CN", "5453": "TS", "4353": "CS", "4620": "F", "5320": "S"}  # fmt: skip
_BITS = "MXYBFS"
_HEXADECIMAL = "XYWB"
_READS, _WRITES = (0x00, 0x01, 0x17, 0x3B), (0x02, 0x03, 0x18, 0x3C)
_IN_BITS = (0x00, 0x02)
_IN_BLOCKS = (0x17, 0x18)


@dataclass
class Asked:
    """The request that a response is expected to."""

    frame: int
    command: int
    count: int


def _subheader(payload: bytes) -> int:
    return int(_halves(payload)[1][:2], 16)


def is_frame(payload: bytes) -> bool:
    """Whether a payload begins with a subheader of 1E frames."""
    return _subheader(payload) & 0x7F <= 0x3C


def is_request(payload: bytes) -> bool:
    """Whether a payload is a request: responses have the highest bit of the subheader."""
    return _subheader(payload) < 0x80


def _halves(payload: bytes) -> tuple[bool, str]:
    """Whether a payload is in ASCII, and its bytes as hexadecimal digits."""
    ascii_code = payload[0] in b"012389AB"
    return ascii_code, payload.decode().lower() if ascii_code else payload.hex()


def _number(digits: str, ascii_code: bool) -> int:
    return int(digits if ascii_code else bytes.fromhex(digits)[::-1].hex(), 16)


def request(payload: bytes, frame: int, facts: Facts) -> Asked:
    """Tell a request; what its response has to agree with."""
    ascii_code, digits = _halves(payload)
    command, pc = int(digits[:2], 16), int(digits[2:4], 16)
    told = {"target": str(pc), "command": f"{command:02x}"}
    body, count = digits[8:], 0
    if command in _READS + _WRITES:
        number, code = (body[4:12], body[:4]) if ascii_code else (body[:8], body[10:12] + body[8:10])
        name, rest = _NAMES.get(code, f"0x{code}:"), body[12:]
        block = ""
        if command in _IN_BLOCKS:
            block, rest = f"block{_number(rest[:4], ascii_code)}.", rest[4:]
        count = int(rest[:2], 16) or 256
        told["device"] = block + _range(_linear(command, name), _number(number, ascii_code), count, command in _IN_BITS)
        if command in _WRITES:
            told["values"] = _values(rest[4:], count, command in _IN_BITS, ascii_code)
    facts.message(frame, "request").update(told)
    return Asked(frame, command, count)


def _linear(command: int, name: str) -> str:
    return "ZR" if command >= 0x3B and name == "R" else name


def _range(name: str, number: int, count: int, in_bits: bool) -> str:
    last = number + count * (16 if name in _BITS and not in_bits else 1) - 1
    form = "X" if name in _HEXADECIMAL else "d"
    return f"{name}{number:{form}}" + (f"-{last:{form}}" if last > number else "")


def _values(digits: str, count: int, in_bits: bool, ascii_code: bool) -> str:
    if in_bits:
        return " ".join(digits[:count])
    return " ".join(str(_number(digits[at : at + 4], ascii_code)) for at in range(0, 4 * count, 4))


def response(payload: bytes, frame: int, asked: Asked | None, facts: Facts) -> None:
    """Tell a response."""
    ascii_code, digits = _halves(payload)
    command, code = int(digits[:2], 16) - 0x80, int(digits[2:4], 16)
    agreed = asked is not None and asked.command == command
    told = {"answers": str(asked.frame) if asked and agreed else "0", "end": str(code)}
    if code == 0x5B:
        told["abnormal"] = digits[4:6].upper()
    if asked and agreed and code == 0 and command in _READS:
        told["values"] = _values(digits[4:], asked.count, command in _IN_BITS, ascii_code)
    facts.message(frame, "answer").update(told)


def ours_of(items: tuple[ours.Row, ...], facts: Facts) -> None:
    """What the events of one exchange say."""
    head = items[0]
    command = head["ot.function.code"]
    told = {"target": head["ot.unit"], "command": f"{command:02x}"}
    values = " ".join(str(int(value)) for value in head["ot.value.numbers"] or ())
    if command in _READS + _WRITES and head["ot.object.address"] is not None:
        told["device"] = head["ot.object.address"]
        if command in _WRITES:
            told["values"] = values
    facts.message(head["ot.packet.first"], "request").update(told)
    if head["ot.reply"] != "answered":
        return
    end = {"answers": str(head["ot.packet.first"]), "end": str(head["ot.status.code"] or 0)}
    if "abnormal_code" in head["ot.details"]:
        end["abnormal"] = head["ot.details"]["abnormal_code"]
    if command in _READS and end["end"] == "0":
        end["values"] = values
    facts.message(head["ot.packet.last"], "answer").update(end)
