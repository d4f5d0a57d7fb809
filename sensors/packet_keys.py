"""Keys that packets are encrypted with where they lie: a text file of one key a line, `bittern-packets-1:<base64>`.

The first key encrypts what is kept from now on; each opens what it encrypted once. So a key is changed by a line put
before the others, and forgotten by taking its line away, once nothing is left that it encrypted.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from pathlib import Path

PREFIX = "bittern-packets-1:"
SIZE = 32
MOST_KEYS = 64
MOST_BYTES = 16_384
SECRET = 0o600


class BadKeys(Exception):
    """A key file that cannot be used. `reason` is exposed (others may read it), no_key (a line of it is none; `line`
    from 1, 0: there is no line) or too_many."""

    def __init__(self, reason: str, path: Path, line: int = 0) -> None:
        self.reason, self.path, self.line = reason, path, line
        super().__init__(f"{reason}: {path}: {line}")


def read_keys(path: Path) -> tuple[bytes, ...]:
    """The keys of a file, the one that encrypts first. Raises BadKeys, OSError."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_mode & 0o077:
            raise BadKeys("exposed", path)
        told = file.read(MOST_BYTES + 1)
    lines = [(number, line.strip()) for number, line in enumerate(told.splitlines(), 1)]
    keys = [_key(path, number, line) for number, line in lines if line and not line.startswith(b"#")]
    if not keys:
        raise BadKeys("no_key", path)
    if len(keys) > MOST_KEYS or len(told) > MOST_BYTES:
        raise BadKeys("too_many", path)
    return tuple(keys)


def add_key(path: Path) -> int:
    """Makes a key and puts it before those of the file, which is made where there is none; how many there are now.
    Raises BadKeys, OSError."""
    known = read_keys(path) if path.exists() else ()
    lines = [PREFIX + base64.b64encode(key).decode() for key in (secrets.token_bytes(SIZE), *known)]
    part = path.with_name(f"{path.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, SECRET)
    with os.fdopen(handle, "wb") as file:
        if known:  # it goes on belonging to whom it belonged
            about = path.stat()
            os.fchown(file.fileno(), about.st_uid, about.st_gid)
        file.write("".join(f"{line}\n" for line in lines).encode())
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return len(lines)


def _key(path: Path, number: int, line: bytes) -> bytes:
    try:
        key = base64.b64decode(line.removeprefix(PREFIX.encode()), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != SIZE or not line.startswith(PREFIX.encode()):
        raise BadKeys("no_key", path, number)
    return key
