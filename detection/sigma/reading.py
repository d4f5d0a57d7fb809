"""Typed access to one YAML document that collects every issue instead of stopping at the first."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection

from detection.sigma.document import Document, Yaml
from detection.sigma.model import Issue, Step

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
TIMESPAN = re.compile(r"([1-9][0-9]{0,8})([smhd])")


class Reading:
    """Reads values of `document` by path. What is wrong goes to `issues`; the reader then gives an empty value."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.rule = document.name()
        self.issues: list[Issue] = []

    @property
    def usable(self) -> bool:
        return not any(issue.fatal for issue in self.issues)

    def complain(self, path: tuple[Step, ...], what: str, mend: str, *, fatal: bool = True) -> None:
        origin = self.document.origin
        self.issues.append(Issue(origin.file, origin.line(*path), what, mend, self.rule, fatal))

    def value(self, *path: Step) -> Yaml:
        """The value at `path`, None when it or a parent is not there."""
        found: Yaml = self.document.data
        for step in path:
            if isinstance(found, dict) and isinstance(step, str):
                found = found.get(step)
            elif isinstance(found, list) and isinstance(step, int) and step < len(found):
                found = found[step]
            else:
                return None
        return found

    def text(self, *path: Step, required: bool = True, fatal: bool = True) -> str:
        """Text that is not empty; "" when absent or wrong."""
        found = self.value(*path)
        if isinstance(found, str) and found.strip():
            return found
        if found is not None:
            self.complain(path, f"{_dotted(path)} is not text", "write text (in quotes if it looks like a number)")
        elif required:
            self.complain(path, f"{_dotted(path)} is missing", "add it", fatal=fatal)
        return ""

    def word(self, *path: Step, among: Collection[str], required: bool = True, default: str = "") -> str:
        """Text out of a closed list."""
        found = self.text(*path, required=required)
        if not found:
            return default
        if found not in among:
            self.complain(path, f"{_dotted(path)} is {found!r}", closest(found, among))
            return default
        return found

    def words(self, *path: Step, required: bool = True, fatal: bool = True) -> tuple[str, ...]:
        """A list of texts; one text alone counts as a list of one."""
        found = self.value(*path)
        entries = [found] if isinstance(found, str) else found
        if entries is None or entries == []:
            if required:
                self.complain(path, f"{_dotted(path)} is missing", "add at least one entry", fatal=fatal)
            return ()
        if isinstance(entries, list):
            texts = [entry for entry in entries if isinstance(entry, str) and entry]
            if len(texts) == len(entries):
                return tuple(texts)
        self.complain(path, f"{_dotted(path)} is not a list of texts", "write a list such as [one, two]")
        return ()

    def flag(self, *path: Step, default: bool) -> bool:
        found = self.value(*path)
        if found is None or isinstance(found, bool):
            return default if found is None else found
        self.complain(path, f"{_dotted(path)} is not true or false", "write true or false")
        return default

    def table(self, *path: Step, required: bool = True, fatal: bool = True) -> dict[str, Yaml]:
        """A mapping; empty when absent or wrong."""
        found = self.value(*path)
        if isinstance(found, dict):
            return found
        if found is not None:
            self.complain(path, f"{_dotted(path)} is not a mapping", "write key: value lines below it")
        elif required:
            self.complain(path, f"{_dotted(path)} is missing", "add it", fatal=fatal)
        return {}

    def seconds(self, *path: Step, required: bool = True) -> int:
        """A time span such as 60s, 5m, 2h or 7d, in seconds; 0 when absent or wrong."""
        found = self.text(*path, required=required)
        if not found:
            return 0
        parsed = TIMESPAN.fullmatch(found)
        if parsed is None:
            self.complain(path, f"{_dotted(path)} is {found!r}", "write a number and s, m, h or d, such as 60s")
            return 0
        return int(parsed[1]) * SECONDS[parsed[2]]

    def known(self, *path: Step, keys: Collection[str]) -> None:
        """Complains about every key at `path` that is not among `keys`."""
        found = self.value(*path)
        for key in found if isinstance(found, dict) else ():
            if key not in keys:
                self.complain((*path, key), f"key {_dotted((*path, key))} is not known", closest(key, keys))


def closest(word: str, among: Collection[str]) -> str:
    """How to mend a word that is not in a closed list: the likeliest ones, or the list while it is short."""
    near = difflib.get_close_matches(word, sorted(among), n=3, cutoff=0.6)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"known are {', '.join(sorted(among))}" if len(among) <= 16 else "see the field reference"


def _dotted(path: tuple[Step, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
