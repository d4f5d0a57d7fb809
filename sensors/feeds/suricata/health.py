"""What Suricata says of its own sight (`stats`): packets that the kernel dropped, holes in streams."""

from __future__ import annotations

import json

from sensors.feed.rows import Rows, whole
from sensors.feeds.suricata.record import Eve

COUNTERS = {
    "kernel_drops": ("reader", ("capture", "kernel_drops"), ("capture", "kernel_packets")),
    "gaps": ("tcp", ("tcp", "reassembly_gap"), ("decoder", "pkts")),
}
"""Our counter: its stage, where its total stands, and that of what it is a part of."""
Totals = dict[str, tuple[int, int]]


class Stats:
    """The totals of the line before. A total that fell began anew with Suricata."""

    def __init__(self) -> None:
        self._before: Totals = {}

    @property
    def saved(self) -> bytes:
        """As a line that `restore` takes."""
        return b"#stats " + json.dumps(self._before).encode() if self._before else b""

    def restore(self, line: bytes) -> None:
        """Takes up what `saved` gave; other lines say nothing."""
        try:
            saved = json.loads(line.removeprefix(b"#stats "))
            self._before = {str(name): (int(one), int(whole_)) for name, (one, whole_) in saved.items()}
        except (ValueError, TypeError, AttributeError):
            return

    def tell(self, eve: Eve, rows: Rows) -> None:
        """Rows of `capture` for what grew, also when it grew by 0: that nothing was lost is worth knowing."""
        for counter, (stage, of, among) in COUNTERS.items():
            total, all_of = whole(eve.part("stats", *of)), whole(eve.part("stats", *among))
            if total is None:
                continue
            before, all_before = self._before.get(counter, (0, 0))
            self._before[counter] = total, all_of or 0
            news = total - before if total >= before else total
            among_news = (all_of or 0) - (all_before if total >= before else 0)
            row = {"@timestamp": eve.time, "event.end": eve.time, "ot.stage": stage, "ot.counter": counter}
            ratio = news / among_news if among_news > 0 else None
            rows.add("capture", {**row, "ot.count": news, "ot.ratio": ratio})
