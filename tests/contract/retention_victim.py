"""Retention to be killed: compacts and sweeps a store, and dies at the call that it is told.

Arguments: address, number of the call at which it kills itself (0: never). It counts the calls of and by functions of
the stores and of `response/retention`; at the end it prints how many there were.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType

import response.retention
from api import storage
from api.storage import open_store
from tests.contract.retention_cases import sweep

PLACES = (
    *(f"{Path(storage.__file__).parent}/{kind}" for kind in ("embedded", "elastic")),
    str(Path(response.retention.__file__).parent),
)


def main(url: str, last_call: int) -> None:
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        if event in ("call", "c_call") and frame.f_code.co_filename.startswith(PLACES):
            calls += 1
            if calls == last_call:
                os.kill(os.getpid(), signal.SIGKILL)

    with open_store(url) as store:
        sys.setprofile(count)
        sweep(store)
        sys.setprofile(None)
    print(calls)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
