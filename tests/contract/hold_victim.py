"""A worker that keeps what is held, to be killed: holds and releases, and dies at the call that it is told.

Arguments: address of the store, data folder, number of the call at which it kills itself (0: never). It counts the
calls of and by functions of holds, of the folder of held packets, and of the store; at the end it prints how many.
"""

from __future__ import annotations

import sys
from pathlib import Path

import response.holds
from api import storage
from api.storage import open_store
from sensors import carried_packets, held_packets, whole_files
from tests.contract.hold_cases import hold, put_incident
from tests.contract.killed_at import killed_at

PLACES = (
    f"{Path(storage.__file__).parent}/embedded",
    str(Path(response.holds.__file__).parent),
    *(str(module.__file__) for module in (carried_packets, held_packets, whole_files)),
)


def main(url: str, data: Path, last_call: int) -> None:
    with open_store(url) as store, killed_at(last_call, *PLACES):
        hold(store, data)
        put_incident(store, list(store.record("incident", "01-case").body["alerts"]), held=False)
        hold(store, data)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
