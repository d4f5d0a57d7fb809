"""The grid: what each fault came to, and the table of it in docs/reliability.md."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from tests.needs import PROJECT

PAGE = PROJECT / "docs" / "reliability.md"
COLUMNS = ("fault, under load", "moments", "sent", "counted", "input", "found", "missing", "twice", "told as lost",
           "date", "commit")  # fmt: skip


@dataclass(frozen=True)
class Row:
    """What came of a fault that struck at so many moments: exchanges that were sent; of what is counted how many went
    in and were found again, how many are missing or there twice, and how many the product itself tells as lost."""

    moments: int
    sent: int
    counted: str
    put_in: int
    found: int
    missing: int
    twice: int
    told: int

    @property
    def is_right(self) -> bool:
        """Nothing is there twice, and nothing is missing but what is told."""
        return self.put_in > 0 and not self.twice and self.missing == self.told


@dataclass(frozen=True)
class Case:
    """A fault: its words in the table, at how many moments it strikes, and what makes it strike and counts, in a folder
    of its own."""

    words: str
    moments: int
    run: Callable[[Path, int, Random], Row]


def line(words: str, row: Row) -> str:
    """A line of the table, with the day and the commit of this run."""
    numbers = [f"{n:,}" for n in (row.put_in, row.found, row.missing, row.twice, row.told)]
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    cells = [words, str(row.moments), f"{row.sent:,}", row.counted, *numbers, day, commit()]
    return f"| {' | '.join(cells)} |"


def commit() -> str:
    """The commit that is tried; with a plus where files differ from it."""
    head = _git("rev-parse", "--short=8", "HEAD").strip()
    return head + ("+" if _git("status", "--porcelain", "--untracked-files=no", "--", ":!docs").strip() else "")


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=PROJECT, capture_output=True, text=True, check=True).stdout


def write_table(
    lines: Mapping[str, str],
    order: Sequence[str],
    page: Path = PAGE,
    *,
    mark: str = "grid",
    columns: Sequence[str] = COLUMNS,
) -> None:
    """Puts these lines into a table, by their first column; those that were not tried now stay as they are."""
    # A fault that was never tried stands there as that.
    text = page.read_text(encoding="utf-8")
    known = {found[1].strip(): found[0] for found in re.finditer(r"^\|([^|]*)\|.*\|$", between(mark, text), re.M)}
    all_lines = {**known, **lines}
    table = [f"| {' | '.join(columns)} |", "|" + " --- |" * len(columns)]
    table += [all_lines.get(words, f"| {words} | not run |{' |' * (len(columns) - 2)}") for words in order]
    page.write_text(replaced(mark, text, "\n".join(table)), encoding="utf-8")


def between(mark: str, text: str) -> str:
    """What stands between two marks of a page."""
    found = re.search(f"<!-- {mark} -->(.*)<!-- /{mark} -->", text, re.S)
    assert found is not None, f"the page has no <!-- {mark} --> … <!-- /{mark} -->"
    return found[1]


def replaced(mark: str, text: str, new: str) -> str:
    """The page with something else between two marks."""
    between(mark, text)
    written = f"<!-- {mark} -->\n\n{new}\n\n<!-- /{mark} -->"
    return re.sub(f"<!-- {mark} -->.*<!-- /{mark} -->", lambda _: written, text, flags=re.S)
