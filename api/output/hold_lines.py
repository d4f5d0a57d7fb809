"""A legal hold as a line for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from api.output.moments import clock
from api.output.told import safe
from api.texts import Texts
from response.holds.record import CHANGED, RELEASED
from response.times import time_ns

MIB = 1024**2


def hold_line(record: Mapping[str, Any], words: Texts, zone: tzinfo) -> str:
    """Since when, by whom, why, what is kept and what was gone; of one that ended when, by whom and why."""
    ended = record["state"] == RELEASED
    names = ("released_at", "released_by", "released_reason") if ended else ("since", "by", "reason")
    at, by, reason = (record.get(name) for name in names)
    return words.get(
        f"hold.{record['state']}" if record["state"] in (CHANGED, RELEASED) else "hold.kept",
        since=clock(time_ns(at or record["at"]), zone),
        by=safe(by or "–"),
        reason=safe(reason or "–"),
        packets=record["packets"],
        mib=round(record["bytes"] / MIB, 1),
        files=record["files"],
        gone=record["gone"],
        left=record["left_out"],
        sha256=record["sha256"],
    )
