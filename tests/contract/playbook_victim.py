"""A worker to be killed: performs what the runs of a store wait for, and dies at the point that it is told.

Arguments: address of the store, folder of the playbooks, folder for what it leaves behind, number of the point at which
it kills itself (0: never). Messages that leave are lines of the file `messages` in that folder.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from api.storage import open_store
from tests.contract.playbook_world import Fuse, desk_of, loaded


class Deadly(Fuse):
    """A fuse that takes the process with it."""

    def point(self) -> None:
        self.passed += 1
        if self.passed == self.limit:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Letters:
    """A way to people that writes down what left."""

    folder: Path
    fuse: Fuse

    def send(self, to: str, subject: str, text: str, key: str, drill: bool) -> str:
        self.fuse.point()
        with (self.folder / "messages").open("a", encoding="utf-8") as file:
            file.write(f"{key}\n")
            os.fsync(file.fileno())
        self.fuse.point()
        return key


def main(url: str, playbooks: Path, folder: Path, limit: int) -> None:
    fuse = Deadly(limit or None)
    with open_store(url) as store:
        desk = desk_of(store, folder / "evidence", loaded(playbooks), fuse=fuse, messenger=Letters(folder, fuse))
        desk.work("worker")
    print(fuse.passed)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
