"""Retention to be killed: compacts and sweeps a store, and dies at the call that it is told.

Arguments: address, number of the call at which it kills itself (0: never). It counts the calls of and by functions of
the stores and of `response/retention`; at the end it prints how many there were.
"""

from __future__ import annotations

import sys
from pathlib import Path

import response.retention
from api import storage
from api.storage import open_store
from tests.contract.killed_at import killed_at
from tests.contract.retention_cases import sweep

PLACES = (
    *(f"{Path(storage.__file__).parent}/{kind}" for kind in ("embedded", "elastic")),
    str(Path(response.retention.__file__).parent),
)


def main(url: str, last_call: int) -> None:
    with open_store(url) as store, killed_at(last_call, *PLACES):
        sweep(store)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
