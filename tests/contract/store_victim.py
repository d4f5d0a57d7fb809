"""A writer to be killed: writes the segments of the crash tests into a store, and dies at the call that it is told.

Arguments: address, number of the call at which it kills itself (0: never). It counts the calls of and by functions of
the two stores, from the first segment on, so that a death falls between any two of their steps; at the end it prints
how many there were.
"""

from __future__ import annotations

import sys
from pathlib import Path

from api import storage
from api.storage import open_store
from response.ports import Segment
from tests.contract.killed_at import killed_at
from tests.contract.store_cases import occurrence, rows, segment

STORES = tuple(f"{Path(storage.__file__).parent}/{kind}" for kind in ("embedded", "elastic"))


def segments() -> list[Segment]:
    """Four segments; the last two overlap what came before."""
    flow = rows("flow", 9)
    return [
        segment("a", occurrence(0), occurrence(0, rule="R2"), transaction=rows("transaction", 40), flow=flow.head(5)),
        segment("b", occurrence(0, part=1), occurrence(1), transaction=rows("transaction", 40, begin=40)),
        segment("c", occurrence(1), occurrence(2), transaction=rows("transaction", 60, begin=50), link=rows("link", 3)),
        segment("d", occurrence(3), flow=flow, identity=rows("identity", 4, source__ip=["bad"] * 4)),
    ]


def main(url: str, last_call: int) -> None:
    made = segments()
    with open_store(url) as store, killed_at(last_call, *STORES):
        for one in made:
            store.write(one)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
