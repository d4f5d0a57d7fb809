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


def verify(place: Path, known: Iterable[PublicKey], fingerprints: Sequence[str] = ()) -> Verified:
    """Checks a bundle (ZIP or unpacked) offline. Known are the keys given, and the one that came with the bundle when
    it has one of the fingerprints. Raises Unreadable, OSError."""
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
        vouched = any(has_fingerprint(stranger, each) for each in fingerprints)
        return Verified(compared, FINE if vouched else UNKNOWN, stranger)
    return Verified(compared, FORGED, None)


def _stranger(contents: Contents) -> PublicKey | None:
    """The key that came with the bundle."""
    try:
        return read_public(contents.read(SIGNER) or b"", SIGNER)
    except KeyTrouble:
        return None


def has_fingerprint(key: PublicKey, fingerprint: str) -> bool:
    """Whether this is its whole fingerprint, however it is written."""
    wanted = fingerprint.lower().removeprefix("sha256").replace(":", "").replace(" ", "")
    return key.fingerprint == wanted
