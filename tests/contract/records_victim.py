"""A writer of records to be killed: commits deeds one after the other, and dies at the call that it is told.

Arguments: address, number of its first deed, number of the call at which it kills itself (0: never), counted as in
`store_victim`; at the end it prints how many calls there were.
"""

from __future__ import annotations

import sys

from api.storage import open_store
from response.alerts import AlertChange
from response.ports import Store
from response.records import Decide, Deed, Delete, Put, Write
from response.times import time_text
from tests.contract.killed_at import killed_at
from tests.contract.store_cases import START, occurrence, segment
from tests.contract.store_victim import STORES

ALERT = occurrence(0)
TURNS = 3


def prepare(store: Store) -> None:
    """What is there before."""
    store.write(segment("s", ALERT))


def turn(store: Store, number: int) -> None:
    """A deed of four writes (a record, another made and removed, an alert decided), told by its number."""
    body = {"at": time_text(START + number), "state": "running", "by": f"turn {number}"}
    etag = store.alert(ALERT.id).etag
    writes: list[Write] = [
        Put("job", f"j{number}", body),
        Put("run", f"r{number}", body),
        Delete("run", f"r{number}", "1"),
        Decide(ALERT.id, AlertChange(at=START + number, who="li", reason=f"turn {number}"), etag),
    ]
    store.commit(writes, Deed(START + number, "li", "job.start", "job", f"j{number}", {"turn": number}))


def main(url: str, first: int, last_call: int) -> None:
    with open_store(url) as store, killed_at(last_call, *STORES):
        for number in range(first, first + TURNS):
            turn(store, number)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
