"""Files that are there whole or not at all, and stay after a power cut."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write a file in place of what is there. Raises OSError that names it, and leaves no half of it behind."""
    part = path.with_name(f"{path.name}.part")
    try:
        _write(part, data)
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise _named(error, path) from error


def write_durably(path: Path, data: bytes) -> None:
    """Write a file of a folder that is not in its place yet. Raises OSError that names it."""
    try:
        _write(path, data)
    except OSError as error:
        raise _named(error, path) from error


def sync_folder(folder: Path) -> None:
    """Make what a folder holds by now stay after a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:  # some network shares cannot
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _named(error: OSError, path: Path) -> OSError:
    """A refused write does not say of what file it was."""
    return OSError(error.errno, error.strerror, str(path))
