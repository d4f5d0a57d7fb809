"""The steps of a packet's way at which something may be lost, and the counters that tell of each."""

from __future__ import annotations

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
LAGS = "lag_"
"""How counters of stage `reader` begin that tell how long something took, in ms."""
PEAKS = ("ring_fill_permille",)
"""Counters that are a level and no number: of several rows the highest counts, not the sum."""
DISK = "disk"
"""The stage of what a sensor says of its own disk: levels, in bytes."""


def step_of(stage: str, counter: str) -> str | None:
    """The step at which a counter counts something lost or late; None for one that counts what was seen."""
    if (stage, counter) in _BY_NAME:
        return _BY_NAME[(stage, counter)]
    if stage == SPOOL or counter in ABSENT:
        return SPOOL
    return CORE if counter in LOSSES else None


def is_loss(counter: str) -> bool:
    """Whether it counts frames, rows or streams that detection did not have: what verdicts go by."""
    return counter in LOSSES


def is_level(stage: str, counter: str) -> bool:
    """Whether it is a level: how full or how much there is, which is not added up."""
    return stage == DISK or counter in PEAKS or counter.startswith(LAGS)
