"""Words that both sides of the MQTT comparison use: packet types (MQTT 5.0, 2.1.2), which answers which."""

from __future__ import annotations

from typing import Any

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK = range(1, 12)
PINGREQ, PINGRESP, DISCONNECT, AUTH = range(12, 16)
NAMES = dict(
    enumerate(
        "CONNECT CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK UNSUBSCRIBE UNSUBACK PINGREQ PINGRESP"
        " DISCONNECT AUTH".split(),
        1,
    )
)
ACKNOWLEDGES = {
    CONNACK: CONNECT, PUBACK: PUBLISH, PUBREC: PUBLISH, PUBCOMP: PUBLISH, SUBACK: SUBSCRIBE, UNSUBACK: UNSUBSCRIBE,
    PINGRESP: PINGREQ,
}  # fmt: skip
ACKNOWLEDGED = frozenset(ACKNOWLEDGES.values()) | {PUBREL}
SPARKPLUG = ("type", "seq", "bdseq", "time", "metrics")
TEXT_LIMIT = 512
"""Bytes kept of a text from a packet (vocabulary)."""


def said(value: Any) -> str:
    """A value as text: truth as 0 and 1, numbers without a useless fraction."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return f"{value:.9g}" if value != int(value) or abs(value) >= 2**53 else str(int(value))
    return str(value)
