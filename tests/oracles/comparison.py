"""All protocols of the oracle: facts by protocol, what is explained, what is not, and the page that says so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from types import ModuleType

from tests.needs import PROJECT
from tests.oracles.agreement import Agreement, Difference, Explanation, explain
from tests.oracles.captures import PROTOCOLS, captures
from tests.oracles.together import together
from tests.oracles.tshark import forget

PAGE = PROJECT / "docs" / "reference" / "oracles.md"
RIGHT = {"ours": "we", "tshark": "tshark", "both": "both, of different things"}
HEAD = """# Second opinion: tshark

Written by `make oracles`; `tests/integration/test_oracles.py` fails when it is stale. Each message of every capture
that holds the protocol, of third parties and our own, is decoded by us (no delta filter) and by tshark 4.0, and
compared field by field. Payloads of Sparkplug, JSON and numbers inside MQTT are compared with what readers in Python
make of the bytes that tshark hands on; S7comm-plus, which tshark 4.0 does not know, with the library s7commplus on the
units that its transport hands over (version, function, result, numbers that were read). Each difference is explained in
[`tests/oracles/explained`](../../tests/oracles/explained), with the clause of the standard.

| protocol | captures | messages | facts compared | agree | differ, explained | not explained |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
"""


@dataclass
class Compared:
    """What came of one protocol."""

    protocol: str
    captures: list[tuple[str, Agreement]] = field(default_factory=list)
    total: Agreement = field(default_factory=Agreement)
    explained: dict[Explanation, list[Difference]] = field(default_factory=dict)
    bare: list[Difference] = field(default_factory=list)

    @property
    def idle(self) -> list[Explanation]:
        """Explanations that explain nothing."""
        return [entry for entry, differences in self.explained.items() if not differences]

    @property
    def good(self) -> bool:
        return not self.bare and not self.idle

    @property
    def numbers(self) -> tuple[int, int, int, int, int, int]:
        """Captures, messages, facts, of them agreeing, explained, not explained."""
        agree, differ = self.total.agree.total(), len(self.total.differences)
        bare = len(self.bare)
        return len(self.captures), self.total.messages, agree + differ, agree, differ - bare, bare


@cache
def compared(protocol: str) -> Compared:
    """Everything of one protocol; each capture is read once in a process."""
    oracle: ModuleType = import_module(f"tests.oracles.{protocol}")
    result = Compared(protocol)
    wanted = list(captures(protocol))
    # One tshark starts while another is read.
    alike = together((path, options) for _, path, options in wanted)
    with alike, ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found: Iterator[Agreement] = pool.map(oracle.agreement, *zip(*wanted, strict=True))
        for (name, _, _), one in zip(wanted, found, strict=True):
            result.captures.append((name, one))
            result.total.add(one)
    forget()
    result.explained, result.bare = explain(protocol, result.total.differences)
    return result


def page() -> str:
    """The generated page."""
    return HEAD + "".join(_lines())


def _lines() -> Iterator[str]:
    results = [compared(protocol) for protocol in PROTOCOLS]
    for result in results:
        yield f"| {result.protocol} | " + " | ".join(f"{number:,}" for number in result.numbers) + " |\n"
    for result in results:
        yield f"\n## {result.protocol}\n\nFacts by field, most frequent first: "
        yield ", ".join(f"{name} {count:,}" for name, count in _fields(result)) + ".\n\n"
        yield "| capture | facts | who is right | why |\n| --- | ---: | --- | --- |\n"
        for entry, differences in result.explained.items():
            yield f"| `{entry.capture}` {_place(entry)} | {len(differences)} | {RIGHT[entry.right]} | {entry.why} |\n"


def _place(entry: Explanation) -> str:
    frames = ", ".join(str(frame) for frame in sorted(entry.frames))
    return " ".join(part for part in (f"frame {frames}" if frames else "", "" if entry.kind == "*" else entry.kind,
                                      "" if entry.field in ("*", "message") else entry.field) if part)  # fmt: skip


def _fields(result: Compared) -> list[tuple[str, int]]:
    """Counts by field, numbers of items left out."""
    counts: dict[str, int] = {}
    for name, count in result.total.agree.items():
        word = "value" if name.startswith("value $") else name.rstrip("0123456789").rstrip()
        if name.startswith("metric "):
            last = name.rsplit(" ", 1)[-1]
            word = f"metric {last}" if last in ("value", "alias", "type", "time") else "metric"
        counts[word] = counts.get(word, 0) + count
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
