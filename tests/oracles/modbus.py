"""Modbus against tshark: every request and reply by frame, unit and function; register values of replies."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from sensors.capture import CaptureFiles
from tests.oracles.tshark import fields

NAMES = (
    "frame.number", "modbus.func_code", "mbtcp.unit_id", "modbus.exception_code", "modbus.regval_uint16",
    "modbus.request_frame", "_ws.malformed",
)  # fmt: skip


@dataclass
class Agreement:
    """Messages by (frame, unit, function): both, tshark alone, ours alone; and registers compared."""

    both: int = 0
    tshark_alone: Counter[tuple[object, ...]] = field(default_factory=Counter)
    ours_alone: Counter[tuple[object, ...]] = field(default_factory=Counter)
    values_equal: int = 0
    values_differ: list[int] = field(default_factory=list)


def compare(capture: Path) -> Agreement:
    """Field by field on one capture."""
    theirs, their_values = _theirs(capture)
    ours, our_values = _ours(capture)
    result = Agreement(both=(theirs & ours).total(), tshark_alone=theirs - ours, ours_alone=ours - theirs)
    for frame, values in their_values.items():
        if frame in our_values:
            if our_values[frame] == values:
                result.values_equal += 1
            else:
                result.values_differ.append(frame)
    return result


def _theirs(capture: Path) -> tuple[Counter[tuple[object, ...]], dict[int, list[float]]]:
    messages: Counter[tuple[object, ...]] = Counter()
    values: dict[int, list[float]] = {}
    for frame in fields(capture, "mbtcp && !tcp.analysis.retransmission", NAMES):
        number = int(frame["frame.number"][0])
        units, codes = frame["mbtcp.unit_id"], frame["modbus.func_code"]
        for unit, code in zip(units, codes, strict=False):
            messages[number, unit, int(code)] += 1
        registers = frame["modbus.regval_uint16"]
        if registers and len(codes) == 1 and codes[0] in ("3", "4") and not frame["modbus.exception_code"]:
            values[number] = [float(value) for value in registers]
    return messages, values


def _ours(capture: Path) -> tuple[Counter[tuple[object, ...]], dict[int, list[float]]]:
    messages: Counter[tuple[object, ...]] = Counter()
    values: dict[int, list[float]] = {}
    for batch in CaptureFiles([capture], full=True):
        rows = batch.datasets["transaction"].filter((pl.col("network.protocol") == "modbus") & (pl.col("ot.item") == 0))
        chosen = rows.select(
            "ot.packet.first", "ot.packet.last", "ot.unit", "ot.function.code", "ot.reply", "ot.value.numbers"
        )
        for first, last, unit, code, reply, numbers in chosen.iter_rows():
            if reply in ("answered", "unanswered", "none"):
                messages[first, unit, code & 0x7F] += 1
            if reply in ("answered", "unexpected", "duplicate", "differing"):
                messages[last, unit, code & 0x7F] += 1
            if reply == "answered" and code in (3, 4) and numbers is not None:
                values[last] = numbers
    return messages, values
