"""Numbered logs in Elasticsearch: changes and audit. The document of a line is named by its number, and a line is only
written behind one that is there, so numbers have no gaps and nobody sees a later line before an earlier one.

Lines are read by their names, which needs no refresh: what was written is seen at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from api.storage.elastic_cluster import Cluster
from api.storage.elastic_documents import Swap, fetch, swap
from api.storage.records import Record

DIGITS = 15
FIRST_PROBE, PROBE = 8, 200
LINES_AT_ONCE = 200


class Log:
    """One log. `part` is the name of its index; every line has its `number`."""

    def __init__(self, cluster: Cluster, part: str) -> None:
        self._cluster, self._part = cluster, part
        self._last: tuple[int, Record | None] | None = None

    def append(self, line: Callable[[int, Record | None], Mapping[str, Any]]) -> int:
        """Write the line that `line` makes of its number and of the line before; somebody else's may come between."""
        self._cluster.ensure(self._part)
        mark = secrets.token_hex(8)
        while True:
            number, before = self.last()
            document = {**line(number + 1, before), "number": number + 1, "mark": mark}
            if not self._taken([document]):
                self._last = (number + 1, document)
                return number + 1

    def extend(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Write lines that do not depend on the line before, some at once: the items of a request to an index of one
        shard are carried out in order, so what a dying server leaves of them has no gap."""
        self._cluster.ensure(self._part)
        left: list[Mapping[str, Any]] = [{**line, "mark": secrets.token_hex(8)} for line in lines]
        while left:
            number, _ = self.last()
            sent = [{**line, "number": n} for n, line in enumerate(left[:LINES_AT_ONCE], number + 1)]
            left = [*self._taken(sent), *left[LINES_AT_ONCE:]]

    def _taken(self, documents: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Write lines under their numbers; those whose number somebody else has taken. Lines carry a random mark, by
        which one whose answer was lost is known again."""
        lost = swap(self._cluster, self._part, [Swap(_name(d["number"]), d, None) for d in documents])
        found = fetch(self._cluster, self._part, lost)
        return [
            d for d in documents if (name := _name(d["number"])) in found and found[name].source["mark"] != d["mark"]
        ]

    def last(self) -> tuple[int, Record | None]:
        """Number and line of the last one, 0 and None of an empty log."""
        number, line = self._last or self._found()
        probe = FIRST_PROBE
        while more := self.read(number, probe):
            number, line = more[-1]["number"], more[-1]
            if len(more) < probe:
                break
            probe = PROBE
        self._last = (number, line) if line is not None else None
        return number, line

    def _found(self) -> tuple[int, Record | None]:
        """The last line that a search knows of; those behind it are read by name."""
        name, client = self._cluster.name(self._part), self._cluster.reader
        answer = self._cluster.patiently(  # a new index has no shard yet: it is asked again
            lambda: client.search(index=name, ignore_unavailable=True, size=1, sort=[{"number": "desc"}])
        )
        hits = answer["hits"]["hits"]
        return (int(hits[0]["_source"]["number"]), dict(hits[0]["_source"])) if hits else (0, None)

    def read(self, after: int, limit: int) -> list[Record]:
        """Lines behind a number, in order."""
        self._cluster.ensure(self._part)
        names = [_name(number) for number in range(after + 1, after + 1 + limit)]
        found = fetch(self._cluster, self._part, names)
        lines = []
        for name in names:
            if name not in found:
                break
            lines.append(found[name].source)
        return lines


def _name(number: int) -> str:
    return f"{number:0{DIGITS}d}"
