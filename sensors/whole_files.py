"""Files that are there whole or not at all, and stay after a power cut."""

from __future__ import annotations

import errno
import os
import secrets
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


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, for its owner alone; whoever finds it finds it whole. Raises FileExistsError
    where another process was quicker, OSError that names it."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        _write(part, data, os.O_EXCL, 0o600)
        os.link(part, path)  # unlike a rename it takes the place of nothing
        part.unlink()
        sync_folder(path.parent)
    except FileExistsError:
        raise
    except OSError as error:
        raise _named(error, path) from error
    finally:
        part.unlink(missing_ok=True)


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


def _write(path: Path, data: bytes, flags: int = os.O_TRUNC, mode: int = 0o666) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | flags, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _named(error: OSError, path: Path) -> OSError:
    """A refused write does not say of what file it was."""
    return OSError(error.errno, error.strerror, str(path))
