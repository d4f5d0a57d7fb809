"""`python -m tests.golden` writes the events of every golden capture anew; with `--check` exits 1 when any is stale."""

from __future__ import annotations

import sys

from tests.golden.events import captures, events, target


def main() -> int:
    stale = [path for path in captures() if not target(path).exists() or target(path).read_text() != events(path)]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{target(path).name} is stale: run `make golden`, read what changed, commit it", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        target(path).write_text(events(path))
        print(target(path))
    return 0


if __name__ == "__main__":
    sys.exit(main())
