"""Every value and command of IEC 104 that IPAL's transcriber tells of a capture is told by us, and no other."""

from __future__ import annotations

import json
from collections import Counter

from tests.needs import shared
from tests.oracles import ours

CAPTURE = ("captures", "ipal_transcriber", "misc", "pcaps", "iec104.pcap")
ANSWER = ("captures", "oracles", "ipal_transcriber", "misc", "ipal", "iec104.ipal")
BITSTRINGS, NORMALISED, STEPS = (7, 8, 33, 51), (9, 10, 21, 34, 48, 61), (5, 6, 32)
Told = Counter[tuple[int, str, float]]


def _theirs() -> Told:
    """Points of what informs or commands, by type: `station.object` and value."""
    told: Told = Counter()
    for line in shared(*ANSWER).read_text(encoding="utf-8").splitlines():
        message = json.loads(line)
        if message["activity"] in ("inform", "command") and message["type"].startswith("I-"):
            for address, value in message["data"].items():
                told[int(message["type"][2:]), address, _number(int(message["type"][2:]), value)] += 1
    return told


def _number(code: int, value: float) -> float:
    """IPAL's numbers as ours: its bitstrings have the high octet first, normalised values no scale, steps no sign."""
    if code in STEPS:
        return value - 128 if value > 63 else value
    if code in BITSTRINGS:
        return int.from_bytes(int(value).to_bytes(4, "big"), "little")
    return round(value / 32768, 6) if code in NORMALISED else round(value, 4)


def test_ipal_and_we_tell_the_same_values_and_commands() -> None:
    told: Told = Counter()
    for row in ours.rows(shared(*CAPTURE), "transaction", "iec104"):
        values = row["ot.value.numbers"] or ([row["ot.details"]["value"]] if "value" in row["ot.details"] else [])
        if values:
            code, address = row["ot.function.code"], row["ot.object.address"].replace(":", ".")
            told[code, address, round(values[0], 6 if code in NORMALISED else 4)] += 1
    theirs = _theirs()
    assert told == theirs
    assert theirs.total() > 100
