"""Sparkplug B payloads of an edge node and its commands, encoded with the Eclipse Tahu schema (Sparkplug 3.0, 6.4)."""

from __future__ import annotations

import time
from dataclasses import dataclass

from pysparkplug._protobuf import Payload  # the generated schema; the client around it needs paho-mqtt 1.6

INT32, INT64, UINT64, FLOAT, DOUBLE, BOOLEAN, STRING = 3, 4, 8, 9, 10, 11, 12  # Sparkplug 3.0, 6.4.16 data types
GROUP, NODE, DEVICE = "Marsh", "line1", "tank"
BDSEQ, REBIRTH = "bdSeq", "Node Control/Rebirth"

Value = int | float | bool | str | None


@dataclass(frozen=True)
class Metric:
    """One metric. alias: number that stands for the name after the birth; None: the name is sent."""

    name: str
    datatype: int
    value: Value
    alias: int | None = None


def topic(kind: str, device: str = "", node: str = NODE) -> str:
    """Return the topic spBv1.0/group/kind/node[/device]."""
    return "/".join(part for part in ("spBv1.0", GROUP, kind, node, device) if part)


def payload(metrics: list[Metric], sequence: int | None, birth: bool = True) -> bytes:
    """Encode a payload. sequence: 0-255, None for NDEATH and commands; birth: send names beside aliases."""
    message = Payload()
    message.timestamp = now = int(time.time() * 1000)
    if sequence is not None:
        message.seq = sequence
    for metric in metrics:
        entry = message.metrics.add()
        if birth or metric.alias is None:
            entry.name = metric.name
        if metric.alias is not None:
            entry.alias = metric.alias
        entry.timestamp = now
        entry.datatype = metric.datatype
        _put(entry, metric)
    encoded: bytes = message.SerializeToString()
    return encoded


def _put(entry: Payload.Metric, metric: Metric) -> None:
    value = metric.value
    if value is None:
        entry.is_null = True
    elif metric.datatype == BOOLEAN:
        entry.boolean_value = bool(value)
    elif metric.datatype == STRING:
        entry.string_value = str(value)
    elif metric.datatype == FLOAT:
        entry.float_value = float(value)
    elif metric.datatype == DOUBLE:
        entry.double_value = float(value)
    elif metric.datatype in (INT64, UINT64):
        entry.long_value = int(value)
    else:
        entry.int_value = int(value) & 0xFFFFFFFF
