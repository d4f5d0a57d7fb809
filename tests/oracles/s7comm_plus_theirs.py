"""S7comm-plus by the library s7commplus: what it makes of the bytes that tshark's COTP dissector hands over.

tshark 4.0 has no dissector of the protocol. Run in the plant's environment, where the library is:
`python tests/oracles/s7comm_plus_theirs.py < units` gives a line of JSON a unit: the message that ends there.
"""

from __future__ import annotations

import json
import struct
import sys
from typing import Any

from s7commplus.codec import decode_header, decode_pvalue_to_bytes, skip_typed_value  # type: ignore[import-not-found]
from s7commplus.protocol import DataType, FunctionCode, Opcode  # type: ignore[import-not-found]
from s7commplus.vlq import (  # type: ignore[import-not-found]
    decode_int64_vlq,
    decode_uint32_vlq,
    decode_uint64_vlq,
)

_FIXED = {1: ">B", 2: ">B", 3: ">H", 6: ">b", 7: ">h", 10: ">B", 11: ">H", 12: ">I", 14: ">f", 15: ">d", 18: ">I"}
_SIGNED, _LONG = (8, 9, 17), (4, 5, 19)
_ARRAY = 0x10
_FUNCTIONS = {code.value: code.name for code in FunctionCode}


def numbers(data: bytes, at: int) -> list[float] | None:
    """The numbers that a plain value or array at an offset holds; None for what the library reads no number of."""
    flags, kind = data[at], data[at + 1]
    if flags == 0 and kind in _SIGNED:
        return [float(decode_int64_vlq(data, at + 2)[0])]
    if flags == 0 and kind in _LONG:
        return [float(decode_uint64_vlq(data, at + 2)[0])]
    if flags & ~_ARRAY or kind not in _FIXED:
        return None
    raw, _ = decode_pvalue_to_bytes(data, at)
    return [float(found) for (found,) in struct.iter_unpack(_FIXED[kind], raw)]


def values(data: bytes, at: int) -> tuple[list[tuple[int, str, list[float] | None]], list[int]] | None:
    """Item number, type and numbers of each value of a response, and the items that have an error."""
    found: list[tuple[int, str, list[float] | None]] = []
    while True:
        item, used = decode_uint32_vlq(data, at)
        at += used
        if item == 0:
            break
        if data[at] & ~_ARRAY:
            return None  # sparse and address arrays are beyond the library
        found.append((item, DataType(data[at + 1]).name.lower(), numbers(data, at)))
        at = skip_typed_value(data, at + 2, data[at + 1], data[at])
    wrong: list[int] = []
    while True:
        item, used = decode_uint32_vlq(data, at)
        at += used
        if item == 0:
            return found, wrong
        wrong.append(item)
        _, used = decode_uint64_vlq(data, at)
        at += used


def message(version: int, data: bytes) -> dict[str, Any] | None:
    """What is in one message: function, sequence number, result, values."""
    if not data or data[0] not in set(Opcode):
        return None
    opcode = Opcode(data[0])
    if opcode == Opcode.NOTIFICATION:
        return {"opcode": "notification", "version": version}
    function, sequence = struct.unpack_from(">H2xH", data, 3)
    out: dict[str, Any] = {"version": version, "function": _FUNCTIONS.get(function), "sequence": sequence}
    if opcode == Opcode.REQUEST:
        return {"opcode": "request", **out, "session": struct.unpack_from(">I", data, 9)[0]}
    result, used = decode_uint64_vlq(data, 10)
    out |= {"opcode": "response", "result": result & 0xFFFF}
    if function == FunctionCode.GET_MULTI_VARIABLES:
        told = values(data, 10 + used)
        out["values"], out["errors"] = told or (None, None)
    return out


class Stream:
    """Fragments of one direction: the last has a trailer; those of version 3 begin with a digest each."""

    def __init__(self) -> None:
        self._data, self._first = b"", 0

    def unit(self, frame: int, unit: bytes) -> dict[str, Any] | None:
        """The message that ends with this unit, with its first and last frame."""
        version, length, used = decode_header(unit)
        if version not in (1, 2, 3):
            return None
        data = unit[used : used + length]
        self._first = self._first or frame
        self._data += data[1 + data[0] :] if version == 3 else data
        if len(unit) == used + length:
            return None
        told, first = message(version, self._data), self._first
        self._data, self._first = b"", 0
        return told and {**told, "first": first, "last": frame}


def main() -> None:
    """Of each line (direction, frame, hexadecimal of a unit) a line of JSON."""
    streams: dict[str, Stream] = {}
    for line in sys.stdin:
        direction, frame, unit = line.split()
        print(json.dumps(streams.setdefault(direction, Stream()).unit(int(frame), bytes.fromhex(unit))), flush=True)


if __name__ == "__main__":
    main()
