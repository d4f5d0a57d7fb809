"""The record of a hold: since when, by whom, why, and what it keeps. Its id is the incident's. Pure.

| state | meaning |
| --- | --- |
| keeping | the hold was seen; packets are being copied |
| kept | all that could be had is copied; more is, as alerts come |
| changed | somebody changed the list of what was copied: it is no evidence, and nothing is added |
| released | the hold ended, and the packets went back to where the oldest give way |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from response.records import Stored
from response.times import time_text

KIND = "hold"
KEEPING, KEPT, CHANGED, RELEASED = "keeping", "kept", "changed", "released"
GOING_ON = (KEEPING, KEPT, CHANGED)
SUMS = ("packets", "bytes", "files", "gone", "left_out")
"""What a hold counts: packets and octets that are kept, in how many files; packets that alerts name and that were gone
before they could be copied; packets beyond the most that one incident may hold."""


@dataclass(frozen=True)
class Found:
    """What a round of copying found. `listed` octets of the list have the hash `sha256`."""

    packets: int
    bytes: int
    files: int
    gone: int
    left_out: int
    sha256: str
    listed: int


def begun(body: Mapping[str, Any], now: int, nothing: str) -> dict[str, Any]:
    """The record of an incident's hold before anything is copied; `nothing` is the hash of an empty list."""
    sums = dict.fromkeys(SUMS, 0)
    told = {"at": time_text(now), "state": KEEPING, **_who(body, time_text(now))}
    return {**told, **sums, "sha256": nothing, "listed": 0, "etag": None}


def kept(record: Mapping[str, Any], found: Found, incident: Stored, now: int) -> dict[str, Any]:
    """The record after a round over an incident. It is as young as the last packet that came or was missed."""
    sums = {name: getattr(found, name) for name in SUMS}
    same = record["state"] == KEPT and all(record[name] == value for name, value in sums.items())
    told = {"sha256": found.sha256, "listed": found.listed, "etag": incident.etag}
    who = _who(incident.body, record["since"])
    return {**record, "at": record["at"] if same else time_text(now), "state": KEPT, **who, **sums, **told}


def released(record: Mapping[str, Any], body: Mapping[str, Any], now: int) -> dict[str, Any]:
    """The record after the packets went back. `body` is that of the incident as it is now."""
    line = _last_line(body, held=False)
    told = {"released_at": line.get("at"), "released_by": line.get("who"), "released_reason": line.get("reason")}
    return {**record, "at": time_text(now), "state": RELEASED, **told}


def document(incident: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """What people and programs are told of a hold."""
    shown = ("state", "since", "by", "reason", *SUMS, "sha256", "at", "released_at", "released_by", "released_reason")
    return {"incident": incident, **{name: record.get(name) for name in shown}}


def _who(body: Mapping[str, Any], since: str) -> dict[str, Any]:
    """By whom and why, by the last line that says so; a part that became another incident has no such line."""
    line = _last_line(body, held=True)
    return {"since": line.get("at", since), "by": line.get("who"), "reason": line.get("reason")}


def _last_line(body: Mapping[str, Any], *, held: bool) -> Mapping[str, Any]:
    lines = [line for line in body.get("history", ()) if line["what"] == "held" and line["to"] is held]
    return lines[-1] if lines else {}
