"""The address by which the first administrator signs in, kept in a file where what is said goes into a log."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

FILE = "first-sign-in"


def keep(data: Path, address: str) -> Path:
    """Writes the address where only the owner of the data can read it. Raises OSError."""
    path = data / FILE
    path.unlink(missing_ok=True)  # whoever could read an older one cannot read this one
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{address}\n")
    return path


def withdraw(data: Path) -> None:
    """Forgets it: there is an administrator. Raises OSError."""
    (data / FILE).unlink(missing_ok=True)


def is_journal(environment: Mapping[str, str], descriptor: int) -> bool:
    """Whether what is written there goes into systemd's journal: JOURNAL_STREAM names its device and inode
    (systemd.exec(5))."""
    try:
        there = os.fstat(descriptor)
    except OSError:
        return False
    return environment.get("JOURNAL_STREAM") == f"{there.st_dev}:{there.st_ino}"
