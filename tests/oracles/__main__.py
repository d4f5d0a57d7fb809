"""`make oracles`: us and tshark side by side; exit 1 for a difference nobody explained. `-v` lists the captures."""

from __future__ import annotations

import sys

from tests.oracles.captures import PROTOCOLS
from tests.oracles.comparison import PAGE, Compared, compared, page


def tell(result: Compared, verbose: bool) -> None:
    """Print what came of a protocol."""
    if verbose:
        for name, found in result.captures:
            print(f"{name[-84:]:84} {found.messages:7} messages {found.agree.total():7} facts agree"
                  f" {len(found.differences):5} differ")  # fmt: skip
    for difference in result.bare:
        print(f"not explained: {difference}")
    for entry in result.idle:
        print(f"explains nothing: {entry.capture} {sorted(entry.frames)} {entry.field}")
    files, messages, facts, agree, explained, bare = result.numbers
    print(f"{result.protocol}: {files} captures, {messages:,} messages, {facts:,} facts: {agree:,} agree,"
          f" {explained} differ and are explained, {bare} are not")  # fmt: skip


def main() -> int:
    results = [compared(protocol) for protocol in PROTOCOLS]
    for result in results:
        tell(result, "-v" in sys.argv)
    good = all(result.good for result in results)
    if good:
        PAGE.write_text(page(), encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
