"""A test of a mirror port as a record: what was asked, counted, found and said. Plain data; its hash is its proof."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from response.mirror.judgement import Judged
from response.reports.canonical import canonical, plain
from response.times import time_text
from sensors.doctor import Expected
from sensors.mirror import MirrorFacts

SCHEMA = "bittern.mirror-test/v1"
ADDRESSES = 64
"""Addresses that a record names; how many there were is counted."""


@dataclass(frozen=True)
class Asked:
    """What was tested: interfaces, or names of captures; for a site by a person, begun and ended when (ns)."""

    sensor: str
    site: str
    interfaces: tuple[str, ...]
    captures: tuple[str, ...]
    begun: int
    ended: int
    who: str
    product: str
    expected: Expected


def facts_document(facts: MirrorFacts) -> dict[str, Any]:
    """What was counted, for programs."""
    body: dict[str, Any] = plain(facts)
    busy = sorted(facts.addresses, key=lambda each: (-(each.sent + each.received), each.ip))
    body["addresses"] = plain(tuple(busy[:ADDRESSES]))
    body["span"] = [time_text(time) for time in facts.span] if facts.span else None
    return body


def record_of(asked: Asked, facts: MirrorFacts, judged: Judged) -> dict[str, Any]:
    """The record. The same facts give the same hash; its id begins with the day."""
    counted = facts_document(facts)
    body: dict[str, Any] = {
        "sensor": asked.sensor,
        "site": asked.site,
        "interfaces": list(asked.interfaces),
        "captures": list(asked.captures),
        "begun": time_text(asked.begun),
        "ended": time_text(asked.ended),
        "who": asked.who,
        "product": asked.product,
        "expected": {"vlans": list(asked.expected.vlans), "networks": [str(n) for n in asked.expected.networks]},
        "verdict": judged.verdict,
        "checks": [{"check": each.check, "state": each.state} for each in judged.examined],
        "findings": _findings(judged),
        "facts": counted,
        "facts_sha256": hashlib.sha256(canonical(counted)).hexdigest(),
    }
    letters = b32encode(hashlib.sha256(canonical(body)).digest()).decode()[:10]
    return {"id": f"BM-{time_text(asked.ended)[:10].replace('-', '')}-{letters}", **body}


def _findings(judged: Judged) -> Sequence[dict[str, Any]]:
    return [
        {
            "code": each.finding.code,
            "severity": each.severity,
            "measure": round(each.finding.measure, 6),
            "evidence": plain(dict(each.finding.evidence)),
            "mend": each.mend,
        }
        for each in judged.findings
    ]
