"""The baseline as text: one file a kind (`conversations.yml`…), sorted, one entry a line: diffs are readable."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from detection.baseline.entries import HOW, KINDS, Baseline, Entry
from detection.sigma.model import Issue
from detection.sigma.syntax import syntax_error
from detection.sigma.wrong import WrongError, plain_value, unlisted, wrong
from sensors.whole_files import write_whole

FILES = {
    "address": "addresses.yml", "attribute": "attributes.yml", "conversation": "conversations.yml",
    "operation": "operations.yml", "object": "objects.yml", "range": "ranges.yml", "rate": "rates.yml",
}  # fmt: skip
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadBaseline(ValueError):
    """A baseline file that cannot be used; `issue` says where and why."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(str(issue))
        self.issue = issue


@dataclass(frozen=True)
class Difference:
    """What a second baseline has more, less, and what both know."""

    added: tuple[Entry, ...]
    removed: tuple[Entry, ...]
    same: int


def moment(nanoseconds: int) -> str:
    """UTC time in seconds with a Z, nanoseconds cut: an entry says since when, not exactly when."""
    return (EPOCH + timedelta(seconds=nanoseconds // 1_000_000_000)).strftime("%Y-%m-%dT%H:%M:%SZ")


def line(entry: Entry) -> str:
    """One entry as one line of YAML (flow mapping; JSON quoting is YAML too)."""
    fields: list[tuple[str, object]] = [("entity", entry.entity), ("kind", entry.kind), ("value", entry.value)]
    fields += [
        ("since", moment(entry.since)),
        ("last", moment(entry.last)),
        ("count", entry.count),
        ("days", entry.days),
    ]
    fields += [("how", entry.how), ("by", entry.by), ("expires", moment(entry.expires) if entry.expires else None)]
    fields += [("from", list(entry.origin))]
    return "- {" + ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in fields) + "}"


def write_baseline(folder: Path, baseline: Baseline) -> None:
    """Writes every kind's file anew, each atomically; kinds without entries get no file."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, name in FILES.items():
        lines = [line(entry) for entry in baseline.sorted() if entry.kind == kind]
        target = folder / name
        if not lines:
            target.unlink(missing_ok=True)
            continue
        write_whole(target, "".join(f"{each}\n" for each in lines).encode())


def read_baseline(path: Path) -> Baseline:
    """Reads a folder of baseline files, or one file. Raises `BadBaseline`; FileNotFoundError when there is nothing."""
    files = [path] if path.is_file() else [path / name for name in FILES.values() if (path / name).is_file()]
    if not files:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    return Baseline(entry for file in files for entry in _entries(file))


def _entries(file: Path) -> Iterable[Entry]:
    # Line by line: an entry is a line, a bad one is named by its number, and a million of them load in bounded time.
    for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if text.strip() and not text.lstrip().startswith("#"):
            try:
                yield _entry(text)
            except WrongError as error:
                raise BadBaseline(Issue(str(file), number, error.wrong)) from error


def _entry(text: str) -> Entry:
    found = _mapping(text.strip().removeprefix("- "))
    return Entry(
        entity=str(_given(found, "entity")),
        kind=_word(found, "kind", KINDS),
        value=str(found.get("value") or ""),
        since=_nanoseconds(_given(found, "since")),
        last=_nanoseconds(_given(found, "last")),
        count=_whole(_given(found, "count"), "count"),
        days=_whole(found.get("days", 1), "days"),
        how=_word(found, "how", HOW),
        by=str(found["by"]) if found.get("by") else None,
        expires=_nanoseconds(found["expires"]) if found.get("expires") else None,
        origin=tuple(str(each) for each in _list(found.get("from"))),
    )


def _mapping(body: str) -> dict[str, object]:
    try:
        found = yaml.load(body, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise WrongError(syntax_error(body, error)[1]) from error
    except ValueError as error:  # a date that is none, such as 2026-13-01
        raise WrongError(wrong("entry_unreadable", problem=str(error))) from error
    if not isinstance(found, dict):
        raise WrongError(wrong("entry_not_mapping"))
    return found


def _given(found: dict[str, object], name: str) -> object:
    if name not in found:
        raise WrongError(wrong("missing", path=name))
    return found[name]


def _word(found: dict[str, object], name: str, among: tuple[str, ...]) -> str:
    word = str(_given(found, name))
    if word not in among:
        raise WrongError(unlisted("unknown_word", word, among, path=name, value=word))
    return word


def _whole(found: object, name: str) -> int:
    try:
        return int(str(found))
    except ValueError:
        raise WrongError(wrong("not_whole_number", path=name)) from None


def _list(found: object) -> list[object]:
    return found if isinstance(found, list) else []


def _nanoseconds(found: object) -> int:
    try:
        when = found if isinstance(found, datetime) else datetime.fromisoformat(str(found))
    except ValueError:
        raise WrongError(wrong("not_time", value=plain_value(found))) from None
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return int((aware - EPOCH) // timedelta(seconds=1)) * 1_000_000_000


def difference(old: Baseline, new: Baseline) -> Difference:
    """What `new` has that `old` has not, and the other way round; counts and times do not matter."""
    before, after = {e.key: e for e in old.sorted()}, {e.key: e for e in new.sorted()}
    added = tuple(after[key] for key in after if key not in before)
    removed = tuple(before[key] for key in before if key not in after)
    return Difference(added, removed, len(after.keys() & before.keys()))
