"""The baseline as text: one file a kind (`conversations.yml`…), sorted, one entry a line: diffs are readable."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from detection.baseline.entries import HOW, KINDS, Baseline, Entry

FILES = {
    "address": "addresses.yml", "attribute": "attributes.yml", "conversation": "conversations.yml",
    "operation": "operations.yml", "object": "objects.yml", "range": "ranges.yml", "rate": "rates.yml",
}  # fmt: skip
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadBaseline(ValueError):
    """A baseline file that cannot be used: file, line, what is wrong, how to mend it."""

    def __init__(self, file: Path, line: int, what: str, mend: str) -> None:
        super().__init__(f"{file}:{line}: {what}; {mend}")


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
        fresh = target.with_suffix(".tmp")
        fresh.write_text("\n".join(lines) + "\n", encoding="utf-8")
        fresh.replace(target)


def read_baseline(path: Path) -> Baseline:
    """Reads a folder of baseline files, or one file. Raises `BadBaseline`; FileNotFoundError when there is nothing."""
    files = [path] if path.is_file() else [path / name for name in FILES.values() if (path / name).is_file()]
    if not files:
        raise FileNotFoundError(
            f"{path}: no baseline here; make one with `bittern baseline learn --output {path} CAPTURES`"
        )
    return Baseline(entry for file in files for entry in _entries(file))


def _entries(file: Path) -> Iterable[Entry]:
    # Line by line: an entry is a line, a bad one is named by its number, and a million of them load in bounded time.
    for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if text.strip() and not text.lstrip().startswith("#"):
            yield _entry(file, number, text)


def _entry(file: Path, number: int, text: str) -> Entry:
    body = text.strip().removeprefix("- ")
    try:
        found = _mapping(body)
        if found["kind"] not in KINDS or found["how"] not in HOW:
            raise BadBaseline(
                file,
                number,
                f"kind {found['kind']!r} or how {found['how']!r} is not known",
                f"kinds: {KINDS}; how: {HOW}",
            )
        return Entry(
            entity=str(found["entity"]),
            kind=str(found["kind"]),
            value=str(found.get("value") or ""),
            since=_nanoseconds(found["since"]),
            last=_nanoseconds(found["last"]),
            count=int(str(found["count"])),
            days=int(str(found.get("days", 1))),
            how=str(found["how"]),
            by=str(found["by"]) if found.get("by") else None,
            expires=_nanoseconds(found["expires"]) if found.get("expires") else None,
            origin=tuple(str(each) for each in _list(found.get("from"))),
        )
    except KeyError as error:
        raise BadBaseline(file, number, f"{error.args[0]} is missing", "add it") from error
    except (ValueError, yaml.YAMLError) as error:
        if isinstance(error, BadBaseline):
            raise
        raise BadBaseline(file, number, f"not an entry: {error}", "write it as `bittern baseline show` does") from error


def _mapping(body: str) -> dict[str, object]:
    found = yaml.load(body, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    if not isinstance(found, dict):
        raise ValueError("not a mapping")
    return found


def _list(found: object) -> list[object]:
    return found if isinstance(found, list) else []


def _nanoseconds(found: object) -> int:
    when = found if isinstance(found, datetime) else datetime.fromisoformat(str(found))
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return int((aware - EPOCH) // timedelta(seconds=1)) * 1_000_000_000


def difference(old: Baseline, new: Baseline) -> Difference:
    """What `new` has that `old` has not, and the other way round; counts and times do not matter."""
    before, after = {e.key: e for e in old.sorted()}, {e.key: e for e in new.sorted()}
    added = tuple(after[key] for key in after if key not in before)
    removed = tuple(before[key] for key in before if key not in after)
    return Difference(added, removed, len(after.keys() & before.keys()))
