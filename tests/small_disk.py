"""A small disk of a test's own, and how it fills up."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.needs import allowed


@contextmanager
def small_disk(folder: Path, megabytes: int = 3) -> Iterator[Path]:
    """A folder on a disk of a few MB; skips where none can be mounted."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)]
    done = subprocess.run(mount, capture_output=True, check=False)
    allowed(done.returncode == 0, "disk of a test's own", "run as root on Linux, where tmpfs may be mounted")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Takes all room of a disk; gives the file that does, which may be removed."""
    block = disk / "block"
    with block.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(65536))
    return block
