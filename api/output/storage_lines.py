"""What a store holds and what becomes of it, as a table for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from api.output.moments import clock
from api.output.page import Page, Part
from api.texts import Texts
from response.retention.policy import Bound, size_text
from response.times import time_ns

HEADS = ("dataset", "rows", "size", "parts", "oldest", "newest", "growth", "bound")
MINUTE_LETTERS = len("2026-11-24 08:14")


def storage_page(page: Page, document: Mapping[str, Any], words: Texts, zone: tzinfo) -> None:
    """Datasets, what becomes of each, what was removed, records, the disk."""
    rows = [_row(each, words, zone) for each in document["datasets"]]
    if rows:
        page.columns([words.get(f"db.column.{name}") for name in HEADS], rows)
    else:
        page.line(words.get("db.no_events"))
    page.gap()
    for each in document["datasets"]:
        coming = outlook_text(each["outlook"], words)
        page.line(words.get("db.outlook_of", dataset=each["dataset"], told=coming), hang=2)
    page.gap()
    for each in document["datasets"]:
        if each["removed"]:
            page.line((removed_text(each, words, zone), "warn"), hang=2)
        if each["kept_bytes"]:
            page.line(words.get("db.kept", dataset=each["dataset"], size=size_text(each["kept_bytes"])), hang=2)
    told = [f"{words.word('db.record', kind)} {count:,}" for kind, count in document["records"].items() if count]
    page.line(words.get("db.records", records=" · ".join(told) or "0", size=_size(document["record_bytes"])), hang=2)
    page.line(disk_text(document["disk"], words), hang=2)


def _row(each: Mapping[str, Any], words: Texts, zone: tzinfo) -> Sequence[Part]:
    growth = each["bytes_per_day"]
    return [
        each["dataset"],
        f"{each['rows']:,}",
        size_text(each["bytes"]),
        f"{each['parts']:,}",
        _minute(each["first"], zone),
        _minute(each["last"], zone),
        "?" if growth is None else words.get("db.per_day", size=size_text(growth)),
        bound_text(Bound(each["bound"]["days"], each["bound"]["bytes"]), words),
    ]


def bound_text(bound: Bound, words: Texts) -> str:
    """`90 days, 50 GB`."""
    told = [words.get("db.days", days=bound.days)] if bound.days is not None else []
    told += [size_text(bound.bytes)] if bound.bytes is not None else []
    return words.get("alert.joint").join(told) or words.get("db.forever")


def outlook_text(outlook: Mapping[str, Any], words: Texts) -> str:
    """What becomes of a dataset."""
    state = outlook["state"]
    if state == "growing" and outlook["days"] is None:
        state = "unbounded"
    return words.get(
        f"db.outlook.{state}",
        days=_number(outlook["days"]),
        kept=_number(outlook["kept_days"]),
        size=_size(outlook["bytes"]),
    )


def removed_text(each: Mapping[str, Any], words: Texts, zone: tzinfo) -> str:
    """What retention removed of a dataset."""
    gone = each["removed"]
    return words.get(
        "db.removed",
        dataset=each["dataset"],
        rows=f"{gone['rows']:,}",
        size=size_text(gone["bytes"]),
        before=_minute(gone["before"], zone),
        at=_minute(gone["at"], zone),
    )


def disk_text(disk: Mapping[str, Any], words: Texts) -> str:
    """How much room there is, and until when."""
    if disk["free"] is None:
        return words.get("db.disk.unknown")
    outlook = disk["outlook"]
    room = words.get("db.disk.room", free=_size(disk["free"]), size=_size(disk["bytes"]))
    return f"{room} " + words.get(
        f"db.disk.{'no_pace' if outlook['state'] == 'unknown' else outlook['state']}",
        days=_number(outlook["days"]), size=_size(outlook["bytes"]),
    )  # fmt: skip


def _size(size: int | None) -> str:
    return "–" if size is None else size_text(size)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.10g}"


def _minute(text: str | None, zone: tzinfo) -> str:
    return "–" if text is None else clock(time_ns(text), zone)[:MINUTE_LETTERS]
