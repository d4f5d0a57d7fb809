"""Which files a feed reads: those that are named, and those of folders by their endings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sensors.feed.feed import Feed

WORD = re.compile(r"[A-Za-z0-9_]+")


@dataclass(frozen=True)
class Candidate:
    """A file, and whether it was found beside a named one as what may be left of that after a rotation."""

    path: Path
    is_left: bool = False


def candidates(paths: Sequence[Path], feed: Feed, *, left: bool = False) -> list[Candidate]:
    """Files in the order of their names, each once; with `left` also what rotation may have left of those that are
    named (`eve.json.1`, `eve.json-20261130.gz`). Raises OSError for a folder that cannot be read."""
    found: dict[Path, Candidate] = {}
    for path in paths:
        if path.is_dir():
            inside = [each for each in path.iterdir() if _is_log(each.name, feed) and each.is_file()]
            found |= {each: Candidate(each) for each in inside}
            continue
        found[path] = Candidate(path)
        if left and path.parent.is_dir():
            beside = [each for each in path.parent.iterdir() if _is_left(each.name, path.name) and each.is_file()]
            found |= {each: Candidate(each, is_left=True) for each in beside if each not in found}
    return [found[path] for path in sorted(found)]


def covered(path: Path, others: Sequence[Path], feed: Feed) -> bool:
    """Whether another log of the folder tells the lines of this one better."""
    by = feed.covers.get(word(path))
    return by is not None and any(other.parent == path.parent and word(other) == by for other in others)


def word(path: Path) -> str:
    """What a log is called: `conn` for `conn.log`, `conn.10:00:00-11:00:00.log.gz`, `conn-26-11-30_10.00.00.log`."""
    fits = WORD.match(path.name)
    return fits[0] if fits else ""


def _is_log(name: str, feed: Feed) -> bool:
    """`x.log`, `x.log.1`, `x.log-20261130.gz`; nothing hidden, nothing half written."""
    if name.startswith(".") or name.endswith((".part", ".tmp")):
        return False
    return any(name.endswith(end) or re.search(re.escape(end) + r"[.-]", name) is not None for end in feed.endings)


def _is_left(name: str, of: str) -> bool:
    return name.startswith((of + ".", of + "-")) and not name.endswith((".part", ".tmp"))
