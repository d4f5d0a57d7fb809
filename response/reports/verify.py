"""Whether a bundle is as it was signed: its files, its evidence, its signature, and whose key that is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from response.reports.signing import KeyTrouble, PublicKey, read_public
from response.reports.verifier import MANIFEST, SIGNATURE, SIGNER, Compared, Contents, compare

FINE, UNSIGNED, FORGED, UNKNOWN = "fine", "unsigned", "forged", "unknown"


@dataclass(frozen=True)
class Verified:
    """`files` is how the files compare with the manifest. `signature` is fine (by a known key), unknown (right, but by
    a key that nobody here vouches for), forged or unsigned; `key` is the one that made it, None where none did."""

    files: Compared
    signature: str
    key: PublicKey | None

    @property
    def holds(self) -> bool:
        """Whether everything is as a known key signed it."""
        return self.files.intact and self.signature == FINE


def verify(place: Path, known: Iterable[PublicKey]) -> Verified:
    """Checks a bundle (ZIP or unpacked) offline. Raises Unreadable, OSError."""
    contents = Contents(place)
    compared = compare(contents)
    listing, signature = contents.read(MANIFEST) or b"", contents.read(SIGNATURE)
    if signature is None:
        return Verified(compared, UNSIGNED, None)
    signer = next((key for key in known if key.signed(listing, signature)), None)
    if signer:
        return Verified(compared, FINE, signer)
    stranger = _stranger(contents)
    if stranger and stranger.signed(listing, signature):
        return Verified(compared, UNKNOWN, stranger)
    return Verified(compared, FORGED, None)


def _stranger(contents: Contents) -> PublicKey | None:
    """The key that came with the bundle."""
    try:
        return read_public(contents.read(SIGNER) or b"", SIGNER)
    except KeyTrouble:
        return None


def with_fingerprint(keys: Sequence[PublicKey], fingerprint: str) -> list[PublicKey]:
    """Those keys that have it, or whose fingerprint begins so (16 letters at least)."""
    wanted = fingerprint.lower().replace(":", "").removeprefix("sha256")
    return [key for key in keys if len(wanted) >= 16 and key.fingerprint.startswith(wanted)]
