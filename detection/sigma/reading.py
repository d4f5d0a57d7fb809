"""Typed access to one YAML document that collects every issue instead of stopping at the first."""

from __future__ import annotations

import re
from collections.abc import Collection

from detection.sigma.document import Document, Yaml
from detection.sigma.model import Issue, Step
from detection.sigma.wrong import Wrong, unlisted, wrong

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

    def complain(self, path: tuple[Step, ...], wrong: Wrong, *, fatal: bool = True) -> None:
        origin = self.document.origin
        self.issues.append(Issue(origin.file, origin.line(*path), wrong, self.rule, fatal))

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
            self.complain(path, wrong("not_text", path=dotted(path)))
        elif required:
            self.complain(path, wrong("missing", path=dotted(path)), fatal=fatal)
        return ""

    def word(self, *path: Step, among: Collection[str], required: bool = True, default: str = "") -> str:
        """Text out of a closed list."""
        found = self.text(*path, required=required)
        if not found:
            return default
        if found not in among:
            self.complain(path, unlisted("unknown_word", found, among, path=dotted(path), value=found))
            return default
        return found

    def words(self, *path: Step, required: bool = True, fatal: bool = True) -> tuple[str, ...]:
        """A list of texts; one text alone counts as a list of one."""
        found = self.value(*path)
        entries = [found] if isinstance(found, str) else found
        if entries is None or entries == []:
            if required:
                self.complain(path, wrong("missing_list", path=dotted(path)), fatal=fatal)
            return ()
        if isinstance(entries, list):
            texts = [entry for entry in entries if isinstance(entry, str) and entry]
            if len(texts) == len(entries):
                return tuple(texts)
        self.complain(path, wrong("not_texts", path=dotted(path)))
        return ()

    def flag(self, *path: Step, default: bool) -> bool:
        found = self.value(*path)
        if found is None or isinstance(found, bool):
            return default if found is None else found
        self.complain(path, wrong("not_flag", path=dotted(path)))
        return default

    def table(self, *path: Step, required: bool = True, fatal: bool = True) -> dict[str, Yaml]:
        """A mapping; empty when absent or wrong."""
        found = self.value(*path)
        if isinstance(found, dict):
            return found
        if found is not None:
            self.complain(path, wrong("not_mapping", path=dotted(path)))
        elif required:
            self.complain(path, wrong("missing", path=dotted(path)), fatal=fatal)
        return {}

    def seconds(self, *path: Step, required: bool = True) -> int:
        """A time span such as 60s, 5m, 2h or 7d, in seconds; 0 when absent or wrong."""
        found = self.text(*path, required=required)
        if not found:
            return 0
        parsed = TIMESPAN.fullmatch(found)
        if parsed is None:
            self.complain(path, wrong("not_span", path=dotted(path), value=found))
            return 0
        return int(parsed[1]) * SECONDS[parsed[2]]

    def known(self, *path: Step, keys: Collection[str]) -> None:
        """Complains about every key at `path` that is not among `keys`."""
        found = self.value(*path)
        for key in found if isinstance(found, dict) else ():
            if key not in keys:
                self.complain((*path, key), unlisted("unknown_key", key, keys, key=dotted((*path, key))))


def dotted(path: tuple[Step, ...]) -> str:
    """A path as people write it: `bittern.tags[2]`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
