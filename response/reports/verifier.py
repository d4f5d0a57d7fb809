"""Checks a report bundle of Bittern with nothing but Python 3.9 or newer: python3 verify.py [BUNDLE.zip or FOLDER]

It says which files were changed, are missing or were added, and whether the evidence has the root hash that stands on
the cover. It does not check the signature; these do, the second one without Bittern:
  bittern report verify BUNDLE.zip
  openssl pkeyutl -verify -pubin -inkey signer.pem -rawin -in manifest.json -sigfile manifest.sig
The key (signer.pem) must be the one that you know from elsewhere: whoever changes a bundle can put in another key.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

MANIFEST, SIGNATURE, SIGNER = "manifest.json", "manifest.sig", "signer.pem"
UNLISTED = (MANIFEST, SIGNATURE, SIGNER)
"""Files that the manifest does not list: itself and what signs it."""
LARGEST = 1 << 30
"""Bytes of a file that are read at most; a bundle holds no larger one."""


class Unreadable(Exception):
    """This is no bundle."""


class Compared(NamedTuple):
    """How the files differ from the manifest; all empty and `root_holds` True when they do not."""

    report: str
    root: str
    root_holds: bool
    files: int
    changed: list[str]
    missing: list[str]
    added: list[str]

    @property
    def intact(self) -> bool:
        """Whether every file is as it was."""
        return self.root_holds and not (self.changed or self.missing or self.added)


class Contents:
    """The files of a bundle, packed or not. Raises Unreadable, OSError."""

    def __init__(self, place: Path) -> None:
        self._zip = None if place.is_dir() else _opened(place)
        self._folder = place
        if self._zip is None:
            found = (path for path in place.rglob("*") if path.is_file() or path.is_symlink())
            self.names = sorted(path.relative_to(place).as_posix() for path in found)
        else:
            self.names = sorted(info.filename for info in self._zip.infolist())

    def read(self, name: str) -> bytes | None:
        """The bytes of a file; None where there is none that can be read whole."""
        try:
            if self._zip is None:
                path = self._folder / name
                return None if path.is_symlink() or path.stat().st_size > LARGEST else path.read_bytes()
            if self._zip.getinfo(name).file_size > LARGEST:
                return None
            return self._zip.read(name)
        except (KeyError, ValueError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
            return None
        except OSError:
            return None


def _opened(place: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(place)
    except (zipfile.BadZipFile, ValueError) as error:
        raise Unreadable(str(error)) from error


def compare(contents: Contents) -> Compared:
    """Every file against the manifest. Raises Unreadable where there is none that can be read."""
    manifest = manifest_of(contents)
    listed = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    present = contents.names
    hashes: dict[str, str] = {}
    for name in set(present) & set(listed):
        data = contents.read(name)
        hashes[name] = "" if data is None else hashlib.sha256(data).hexdigest()
    twice = {name for name in present if present.count(name) > 1}
    evidence = [(path, hashes.get(path) or "00" * 32) for path in listed if path.startswith("evidence/")]
    return Compared(
        report=str(manifest["report"]),
        root=str(manifest["evidence_root"]),
        root_holds=merkle_root(evidence) == manifest["evidence_root"],
        files=len(listed),
        changed=sorted(name for name, sha256 in hashes.items() if sha256 != listed[name]),
        missing=sorted(set(listed) - set(present)),
        added=sorted((set(present) - set(listed) - set(UNLISTED)) | twice),
    )


def manifest_of(contents: Contents) -> dict[str, Any]:
    """The manifest. Raises Unreadable."""
    data = contents.read(MANIFEST)
    try:
        manifest = json.loads(data or b"")
        files = [(entry["path"], bytes.fromhex(entry["sha256"])) for entry in manifest["files"]]
        if not isinstance(manifest["report"], str) or not isinstance(manifest["evidence_root"], str) or not files:
            raise ValueError("incomplete")
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"{MANIFEST}: {error}") from error
    return dict(manifest)


def merkle_root(leaves: Iterable[tuple[str, str]]) -> str:
    """The root over (path, SHA-256 in hexadecimal) in the order of paths; that of nothing is the hash of nothing.

    A leaf is SHA-256(00 path 00 SHA-256 of the file), a node SHA-256(01 left right); an odd node goes up as it is.
    """
    level = [_hash(b"\x00", path.encode(), b"\x00", bytes.fromhex(sha256)) for path, sha256 in sorted(leaves)]
    if not level:
        return hashlib.sha256(b"").hexdigest()
    while len(level) > 1:
        pairs = [_hash(b"\x01", level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0].hex()


def _hash(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def main(arguments: list[str]) -> int:
    """Prints what differs; 0 when nothing does, 7 when something does or this is no bundle."""
    place = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    try:
        found = compare(Contents(place))
    except (Unreadable, OSError) as error:
        print(f"no report bundle / 不是报告证据包: {error}")
        return 7
    for word, names in (
        ("changed / 已改动", found.changed),
        ("missing / 缺失", found.missing),
        ("added / 多出", found.added),
    ):
        for name in names:
            print(f"{word}: {name!r}")
    if not found.root_holds:
        print("the evidence has another root hash / 证据根哈希不符")
    if found.intact:
        print(f"{found.report}: {found.files} files are as they were / 文件未被改动. Root / 根哈希: {found.root}")
        print("The signature was not checked here / 此处未核对签名: bittern report verify")
    return 0 if found.intact else 7


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
