"""Packets cut out for people: of an alert, of an incident, or by a capture filter, with hash and a line of audit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from response.alerts import Alert
from response.records import Deed
from response.times import time_text
from sensors.anonymised import CUT, SCHEME, Masking, anonymised
from sensors.kept_packets import Cut, KeptPackets, Spans
from sensors.packet_ring import Carved
from sensors.pcap_joining import in_nanoseconds, joined

MOST_OF_INCIDENT = 20_000
"""Packets of one incident: all that an analyst looks through, and 2 MB of polling."""

MOST_GATHERED = 5 * MOST_OF_INCIDENT


@dataclass(frozen=True)
class Carving:
    """A capture file that was cut out (empty: nothing could be had); frames in it; whether there were more; what
    became of each capture that was looked into; where addresses were replaced what the original was, and how."""

    data: bytes
    frames: int
    is_cut: bool
    states: dict[str, str]
    anonymised: dict[str, Any] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    def deed(self, at: int, who: str, kind: str, id_: str) -> Deed:
        """What the audit log keeps: who took which packets, and their hash."""
        told = {"sha256": self.sha256, "packets": self.frames, "captures": sorted(self.states)}
        told |= {"anonymised": self.anonymised} if self.anonymised else {}
        return Deed(at, who, "evidence.export", kind, id_, told)


def spans_of(alert: Alert) -> dict[str, Spans]:
    """Frame numbers by capture."""
    found: dict[str, list[tuple[int, int]]] = {}
    for each in alert.packets:
        found.setdefault(each.capture, []).append((each.first, each.last))
    return dict(found)


def cuts_of(alert: Alert, packets: KeptPackets) -> dict[str, Cut]:
    """What is left of an alert's packets, by capture. Raises OSError."""
    return {name: packets.cut(alert.sensor, name, spans) for name, spans in spans_of(alert).items()}


def of_alerts(alerts: Iterable[Alert], packets: KeptPackets) -> Carving:
    """The packets of alerts as one capture, by time, each once. Raises OSError."""
    files: list[bytes] = []
    states: dict[str, str] = {}
    gathered = 0
    for alert in alerts:
        if gathered >= MOST_GATHERED:  # like alerts name the same packets, so more are gathered than are given
            break
        for name, cut in cuts_of(alert, packets).items():
            states[name] = cut.kept.state if states.get(name) != "available" else "available"
            files += [cut.data] if cut.data else []
            gathered += len(cut.numbers)
    if not files:
        return Carving(b"", 0, False, states)
    data, frames, is_cut = joined(files, MOST_OF_INCIDENT)
    return Carving(data, frames, is_cut or gathered >= MOST_GATHERED, states)


def of_filter(found: Carved) -> Carving:
    """What a capture filter found in the rings."""
    return Carving(found.data, found.frames, found.is_cut, {})


def masked(carving: Carving, masking: Masking) -> Carving:
    """The same with other addresses. What it was before, and how it was changed, goes into manifest and audit log."""
    made = anonymised(in_nanoseconds(carving.data), masking)
    told = {
        "scheme": SCHEME, "key_id": made.key_id, "payload": masking.payload, "makers": masking.makers,
        "addresses": {"ipv4": made.ipv4, "ipv6": made.ipv6, "mac": made.mac},
        "frames_left_out": made.left_out, "bytes_cut": made.cut_bytes,
        "original": {"sha256": carving.sha256, "packets": carving.frames, "bytes": len(carving.data)},
    }  # fmt: skip
    return Carving(made.data, made.frames, carving.is_cut, carving.states, told)


def manifest(carving: Carving, at: int, who: str, subject: Mapping[str, Any]) -> dict[str, Any]:
    """What goes along with an anonymised export: its hash, that of what was cut out, who made it, when, of what, how.
    It is no evidence of what was on the wire: that is the original, which its hash names."""
    is_whole = carving.anonymised["payload"] != CUT
    return {
        "schema": "bittern.export/v1",
        "made_at": time_text(at),
        "made_by": who,
        "of": dict(subject),
        "file": {"sha256": carving.sha256, "packets": carving.frames, "bytes": len(carving.data)},
        "ended_at_limit": carving.is_cut,
        "is_original": False,
        "addresses_may_be_left_in_payload": is_whole,
        "anonymised": carving.anonymised,
    }
