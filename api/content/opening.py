"""Opens a bundle that anybody may have made. The order is: bounds of the archive, its names, the signature, and only
then what the manifest says; parts are read last, each against its hash. Nothing is written.

Each way to be wrong has a code of its own (`content.bad`). Limits: archives of 64 MiB and 5,000 parts.
"""

from __future__ import annotations

import hashlib
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from api.content.manifest import (
    MANIFEST,
    MOST_BYTES,
    MOST_PARTS,
    MOST_TOTAL,
    SIGNATURE,
    Manifest,
    read_manifest,
    wrong_path,
)
from api.content.trouble import bad
from response.reports.signing import PublicKey

LARGEST = 64 << 20
"""Octets of a bundle as it travels."""
LARGEST_MANIFEST = 2 << 20
LARGEST_DIRECTORY = 2 << 20
"""Octets of the list of files at the end of a ZIP, which is read as a whole before anything is known of it."""
SIGNATURE_SIZE = 64
END = struct.Struct("<4s4H2LH")
"""End of central directory record (APPNOTE.TXT 6.3.10, section 4.3.16)."""
END_MARK = b"PK\x05\x06"
MOST_COMMENT = 65_535
DEFLATE_AT_MOST = 200
"""Times that a real part shrinks at most; captures of zeros would pass no other bound than the total."""
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1


@dataclass(frozen=True)
class Opened:
    """A bundle whose names hold. `signer` made the signature (None: nobody asked who); `digest` is the SHA-256 of the
    manifest."""

    manifest: Manifest
    listing: bytes
    signature: bytes
    signer: PublicKey | None
    _archive: zipfile.ZipFile

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.listing).hexdigest()

    def parts(self) -> Iterator[tuple[str, bytes]]:
        """Every part, checked. Raises BadContent: damaged, altered."""
        for part in self.manifest.parts:
            data = _read(self._archive, part.path, MOST_BYTES)
            if len(data) != part.size or hashlib.sha256(data).hexdigest() != part.sha256:
                raise bad("altered", path=part.path)
            yield part.path, data

    def check_parts(self) -> None:
        """Whether every part is as it was signed. Raises BadContent."""
        for _ in self.parts():
            pass


def load_bundle(path: Path) -> bytes:
    """The octets of a bundle. Raises OSError, BadContent: too_large."""
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise bad("too_large", most=LARGEST >> 20)
    return data


def open_bundle(data: bytes, trusted: Sequence[PublicKey] | None) -> Opened:
    """Opens a bundle that one of the `trusted` keys signed; None: whoever did, to show it. Raises BadContent."""
    archive = _archive(data)
    names = _names(archive)
    if MANIFEST not in names:
        raise bad("no_manifest")
    if SIGNATURE not in names:
        raise bad("unsigned")
    listing, signature = _read(archive, MANIFEST, LARGEST_MANIFEST), _read(archive, SIGNATURE, SIGNATURE_SIZE)
    signer = next((key for key in trusted or () if key.signed(listing, signature)), None)
    if trusted is not None and signer is None:
        raise bad("forged", keys=", ".join(key.name for key in trusted) or "–")
    manifest = read_manifest(listing)
    listed = {part.path for part in manifest.parts}
    if unlisted := sorted(names - listed - {MANIFEST, SIGNATURE}):
        raise bad("unlisted", path=unlisted[0], count=len(unlisted))
    if missing := sorted(listed - names):
        raise bad("missing", path=missing[0], count=len(missing))
    return Opened(manifest, listing, signature, signer, archive)


def _archive(data: bytes) -> zipfile.ZipFile:
    """The archive, after a look at how long its list of files is."""
    if len(data) > LARGEST:
        raise bad("too_large", most=LARGEST >> 20)
    place = data.rfind(END_MARK, max(0, len(data) - END.size - MOST_COMMENT))
    if place < 0 or len(data) - place < END.size:
        raise bad("no_archive")
    _, disk, first_disk, here, count, size, _, comment = END.unpack_from(data, place)
    if disk or first_disk or here != count or place + END.size + comment != len(data) or comment:
        raise bad("no_archive")
    if count > MOST_PARTS + 2 or size > LARGEST_DIRECTORY:
        raise bad("too_many", most=MOST_PARTS)
    try:
        return zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as error:
        raise bad("no_archive") from error


def _names(archive: zipfile.ZipFile) -> set[str]:
    """The names in an archive, each of a plain file of bearable size."""
    seen: set[str] = set()
    total = 0
    for info in archive.infolist():
        name = info.orig_filename  # as it stands there: zipfile cuts names at a zero
        shown = name[:200]
        if name not in (MANIFEST, SIGNATURE) and (code := wrong_path(name)) is not None:
            raise bad(code, path=shown)
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or info.is_dir():
            raise bad("link", path=shown)
        if info.flag_bits & ENCRYPTED or info.compress_type not in PACKINGS:
            raise bad("packing", path=shown)
        if name.casefold() in seen:
            raise bad("duplicate", path=shown)
        total += info.file_size
        if info.file_size > max(1 << 16, DEFLATE_AT_MOST * info.compress_size):
            raise bad("inflates", path=shown, size=info.file_size)
        if info.file_size > MOST_BYTES or total > MOST_TOTAL:
            raise bad("unpacked", path=shown, most=MOST_TOTAL >> 20, each=MOST_BYTES >> 20)
        seen.add(name.casefold())
    return {info.orig_filename for info in archive.infolist()}


def _read(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A file of the archive, of which no more is unpacked than was said."""
    try:
        with archive.open(name) as file:
            data = file.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, struct.error) as error:
        raise bad("damaged", path=name) from error
    if len(data) > most:
        raise bad("damaged", path=name)
    return data
