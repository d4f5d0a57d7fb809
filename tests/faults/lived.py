"""What the page says of a plant that lived, was attacked, and was listened to."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.faults.rows import PAGE, commit, replaced
from tests.faults.watched_plant import SECOND, Told, Watched


def page_of(found: Watched, *, as_of: str | None = None) -> str:
    """The part of docs/reliability.md; `as_of`: the commit, where it is not the one that is checked out."""
    alerted = [each for each in found.steps if each.alerted]
    slowest = max((each.from_begin or 0.0 for each in alerted), default=0.0)
    loud = sum(found.clean[name] for name in ("medium", "high", "critical"))
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    about = (
        f"{day}, commit {as_of or commit()}: {found.seconds / 60:.0f} minutes of normal life, then {len(found.steps)} "
        f"labelled steps of attackers; {found.counters['kernel_packets']:,} packets reached the interface, the kernel "
        f"dropped {found.counters['kernel_drops']:,}."
    )
    came = (
        f"Steps alerted: {len(alerted)} of {len(found.steps)}, the slowest {slowest:.1f} s after its begin. Alerts "
        f"above low in normal life: {loud} ({_by_severity(found)})."
    )
    lines = [about, "", came]
    lines += [f"- {a.severity}: {a.rule}, {' → '.join(a.dedup)}, {a.count} times" for a in found.loud]
    lines += ["", "| step | took | alerted | expected, not alerted | first alert after |", "|" + " --- |" * 5]
    lines += [_line(each) for each in found.steps]
    return "\n".join(lines)


def _by_severity(found: Watched) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(found.clean.items())) or "no alert at all"


def _line(told: Told) -> str:
    took = (told.step.end - told.step.begin) / SECOND
    after = "never" if told.from_begin is None else f"{told.from_begin:.1f} s"
    return f"| {told.step.name} | {took:.1f} s | {' '.join(told.alerted)} | {' '.join(told.absent)} | {after} |"


def write(found: Watched, *, as_of: str | None = None) -> None:
    """Puts it into the page."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(replaced("plant", text, page_of(found, as_of=as_of)), encoding="utf-8")
