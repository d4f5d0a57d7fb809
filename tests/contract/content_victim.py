"""Takes two bundles into a folder of content and is killed on its way: at each of the given calls once.

Arguments: a folder, the number of places to be killed at. Each time is a process of its own, forked before anything
begins threads, since starting the program costs more than what it does. Prints a line of JSON for each.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from api import content
from api.content.knowledge import check_files
from tests.contract.killed_at import killed_at
from tests.unit.content.bundles import About, Machine, bundle

PLACES = (str(Path(content.__file__).parent),)
FIRST, SECOND = (bundle(about=About(version=version)) for version in (1, 2))


def work(root: Path) -> None:
    """Both bundles; what is done already is left."""
    machine = Machine(root)
    for data, version in ((FIRST, 1), (SECOND, 2)):
        if machine.folder.state.highest < version:
            machine.take(data)


def found(root: Path) -> str | None:
    """What is in force, checked file by file, as a sensor would read it."""
    machine = Machine(root)
    name = machine.folder.state.current
    if name is not None:
        check_files(machine.folder.version(name), machine.folder.manifest(name))
    return machine.in_force


def apart(deed: Callable[[], None]) -> int:
    """Does it in a process of its own; gives how that ended."""
    child = os.fork()
    if child == 0:
        try:
            deed()
        except BaseException as error:  # whatever it is, the process that was forked must not go on as its parent
            print(json.dumps({"error": repr(error)}), flush=True)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def counted(root: Path) -> int:
    """How many calls there are."""
    reading, writing = os.pipe()

    def count() -> None:
        os.dup2(writing, 1)
        with killed_at(0, *PLACES):
            work(root)
        sys.stdout.flush()

    apart(count)
    os.close(writing)
    with os.fdopen(reading) as said:
        return int(said.read())


def main(root: Path, places: int) -> None:
    calls = counted(root / "whole")
    for number in range(places):
        at = 1 + number * (calls - 1) // (places - 1)
        folder = root / str(at)

        def killed(at: int = at, folder: Path = folder) -> None:
            with killed_at(at, *PLACES):
                work(folder)

        ended = apart(killed)
        between = found(folder)
        again = apart(lambda folder=folder: work(folder))  # type: ignore[misc]  # mypy does not know the default
        half = [each.name for each in (folder / "tmp").iterdir()]
        print(
            json.dumps(
                {"at": at, "ended": ended, "between": between, "again": again, "then": found(folder), "half": half}
            )
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
