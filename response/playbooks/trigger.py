"""What a run is told by the alert it answers: values for the external variables of its playbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from response.alerts import Alert

GIVEN = (
    "__alert__", "__rule__", "__severity__", "__protocol__", "__source__", "__source_ip__", "__source_mac__",
    "__source_asset__", "__source_owner__", "__source_zone__", "__destination__", "__destination_ip__",
    "__destination_asset__", "__destination_owner__", "__destination_zone__", "__techniques__", "__count__",
)  # fmt: skip
"""Every variable that an alert gives; an external variable of another name is given by a person or not known."""


def values_of(alert: Alert) -> dict[str, str | None]:
    """The values; None where the alert does not say."""
    return {
        "__alert__": alert.id,
        "__rule__": alert.rule,
        "__severity__": alert.severity,
        "__protocol__": alert.protocol,
        "__source__": _called(alert.source),
        "__source_ip__": _text(alert.source, "ip"),
        "__source_mac__": _text(alert.source, "mac"),
        "__source_asset__": _text(alert.source, "asset"),
        "__source_owner__": _text(alert.source, "owner"),
        "__source_zone__": _text(alert.source, "zone"),
        "__destination__": _called(alert.destination),
        "__destination_ip__": _text(alert.destination, "ip"),
        "__destination_asset__": _text(alert.destination, "asset"),
        "__destination_owner__": _text(alert.destination, "owner"),
        "__destination_zone__": _text(alert.destination, "zone"),
        "__techniques__": " ".join(alert.techniques) or None,
        "__count__": str(alert.count),
    }


def _text(end: Mapping[str, Any], name: str) -> str | None:
    value = end.get(name)
    return None if value in (None, "") else str(value)


def _called(end: Mapping[str, Any]) -> str | None:
    """`PLC-07 (10.0.2.11)`, or what there is of it."""
    name, address = _text(end, "asset"), _text(end, "ip") or _text(end, "mac")
    return f"{name} ({address})" if name and address and name != address else name or address
