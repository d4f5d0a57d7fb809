"""Captures with other addresses, for people outside: the core replaces them (`wire/src/anonymise`), by a key.

With the same key the same address becomes the same one, in this export and in others; whoever has the key can tell
which is which. Without one a key is made for this export alone, and nobody ever can.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path

from sensors import _core

SCHEME = "bittern-prefix-preserving-1"
KEEP, CUT = "keep", "cut"
LEAST_KEY, MOST_KEY = 16, 4096
"""Octets of a key file."""


@dataclass(frozen=True)
class Masking:
    """How addresses are replaced. `key`: 32 octets; `payload`: `cut` ends frames behind their headers, `keep` leaves
    what they carry, with all names and addresses in it; `makers`: of a MAC the maker stays."""

    key: bytes
    payload: str = CUT
    makers: bool = False


@dataclass(frozen=True)
class Anonymised:
    """A capture with other addresses, and what the manifest says of it: frames; frames left out, for their link layer
    is not known; octets cut off; how many addresses were replaced; the id of the key."""

    data: bytes
    frames: int
    left_out: int
    cut_bytes: int
    ipv4: int
    ipv6: int
    mac: int
    key_id: str


class BadKey(ValueError):
    """A key file that is none: `size` in octets."""

    def __init__(self, path: Path, size: int) -> None:
        self.path, self.size = path, size
        super().__init__(f"{path}: {size}")


def random_key() -> bytes:
    """A key that nobody keeps."""
    return secrets.token_bytes(32)


def key_in(path: Path) -> bytes:
    """The key of a file: the hash of what it holds, without blanks at its ends. Raises BadKey, OSError."""
    with path.open("rb") as file:
        told = file.read(MOST_KEY + 1).strip()
    if not LEAST_KEY <= len(told) <= MOST_KEY:
        raise BadKey(path, len(told))
    return hashlib.blake2b(told, digest_size=32, person=b"bittern anon key").digest()


def anonymised(capture: bytes, masking: Masking) -> Anonymised:
    """A capture (classic pcap with nanoseconds, little-endian) with other addresses. Raises ValueError for another."""
    found = _core.anonymise(capture, masking.key, masking.payload == KEEP, masking.makers)
    if found is None:
        raise ValueError("pcap")
    data, frames, left_out, cut, (ipv4, ipv6, mac), key_id = found
    return Anonymised(data, frames, left_out, cut, ipv4, ipv6, mac, bytes(key_id).hex())
