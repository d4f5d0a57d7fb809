"""The steps of a packet's way at which something may be lost, and the counters that tell of each."""

from __future__ import annotations

import re
from collections.abc import Mapping

from response.compliance.sight import ABSENT, LOSSES

LINK, MIRROR, KERNEL, RING, CORE, EVIDENCE, SPOOL = (
    "link", "mirror", "kernel", "ring", "core", "evidence", "spool"
)  # fmt: skip
STEPS = (LINK, MIRROR, KERNEL, RING, CORE, EVIDENCE, SPOOL)
"""In the order in which a packet takes them."""
_BY_NAME: Mapping[tuple[str, str], str] = {
    ("reader", "link_losses"): LINK,
    ("reader", "link_down_ms"): LINK,
    ("reader", "absent_ms"): LINK,
    ("tcp", "gaps"): MIRROR,
    ("tcp", "gap_bytes"): MIRROR,
    ("link", "snapped"): MIRROR,
    ("reader", "kernel_drops"): KERNEL,
    ("reader", "drops"): KERNEL,
    ("reader", "dropped"): KERNEL,
    ("reader", "ring_freezes"): RING,
    ("reader", "ring_fill_permille"): RING,
    ("reader", "odd_blocks"): RING,
    ("reader", "waited_ms"): RING,
    ("reader", "evidence_lost"): EVIDENCE,
    ("reader", "not_taken_up"): SPOOL,
}
CLOCK = ("clock_set", "time_leaps", "out_of_order")
"""Counters of stage `reader` that tell how steady time was."""
LAGS: Mapping[str, str] = {
    "read_after_ms": "read",
    "handed_over_ms_p99": "handed_over",
    "taken_ms_p99": "taken",
    "stored_ms_p99": "stored",
}
"""Counters that tell how late something is, in ms since the packet was on the wire, and the hop each stands for."""
_LATE = re.compile(r"_ms(_p50|_p99|_most)$|^read_after_ms$")
"""All that tell of it: levels, and nothing lost."""
PEAKS = ("ring_fill_permille",)
"""Counters that are a level and no number: of several rows the highest counts, not the sum."""
LOOKS = "looks"
"""Of stage `mirror`, whose other counters are findings: how often a sensor looked at its mirror port."""
OVERLOAD = "overload"
"""The stage of what a sensor gave up for more came than it could read."""
DISK = "disk"
"""The stage of what a sensor says of its own disk: levels, in bytes."""


def step_of(stage: str, counter: str) -> str | None:
    """The step at which a counter counts something lost or late; None for one that counts what was seen."""
    if (stage, counter) in _BY_NAME:
        return _BY_NAME[(stage, counter)]
    if _LATE.search(counter):
        return None
    if stage == OVERLOAD:
        return CORE
    if stage == MIRROR:
        return MIRROR if counter != LOOKS else None
    if stage == SPOOL or counter in ABSENT:
        return SPOOL
    return CORE if counter in LOSSES else None


def is_loss(counter: str) -> bool:
    """Whether it counts frames, rows or streams that detection did not have: what verdicts go by."""
    return counter in LOSSES


def is_level(stage: str, counter: str) -> bool:
    """Whether it is a level: how full or how much there is, which is not added up."""
    return stage == DISK or counter in PEAKS or _LATE.search(counter) is not None
