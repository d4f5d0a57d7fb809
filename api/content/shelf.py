"""Bundles of content that a server has for its sensors: files below its data folder, and a record of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from api.content.manifest import Manifest
from api.content.opening import open_bundle
from api.content.trouble import bad
from response.ports import Store
from response.records import Deed, Put
from response.store_errors import NotFound
from response.times import time_text
from sensors.whole_files import write_whole

FOLDER = "bundles"
"""Below the data folder of a server."""
KIND, ID = "setting", "content"
MOST = 20
"""Bundles that are kept: sensors ask for the latest alone, people may look what there was."""


@dataclass(frozen=True)
class Shelved:
    """A bundle: what it says of itself, the SHA-256 of its file, who brought it and when (text)."""

    name: str
    version: int
    sensors: tuple[str, ...]
    expires: str | None
    sha256: str
    bytes: int
    at: str
    by: str

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "name": self.name,
            "version": self.version,
            "sensors": list(self.sensors),
            "expires": self.expires,
            "sha256": self.sha256,
            "bytes": self.bytes,
            "at": self.at,
            "by": self.by,
        }


class Shelf:
    """Below `folder`. Who signed a bundle is the sensors' question: they know whom they trust."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store, self._folder = store, folder

    def all(self) -> list[Shelved]:
        """The bundles, the latest first."""
        return self._read()[0]

    def latest(self, sensor: str) -> Shelved | None:
        """What a sensor is to have; None when nothing is for it."""
        return next((each for each in self.all() if _is_for(each, sensor)), None)

    def octets(self, shelved: Shelved) -> bytes:
        """The bundle. Raises OSError."""
        return (self._folder / f"{shelved.sha256}.zip").read_bytes()

    def put(self, data: bytes, *, who: str, at: int) -> tuple[Shelved, bool]:
        """Takes a bundle; whether it is new. Raises BadContent (also for one that is not newer than what there is of
        its name), Conflict, OSError."""
        opened = open_bundle(data, None)
        opened.check_parts()
        manifest, digest = opened.manifest, hashlib.sha256(data).hexdigest()
        known, etag = self._read()
        if (same := next((each for each in known if each.sha256 == digest), None)) is not None:
            return same, False
        highest = max((each.version for each in known if each.name == manifest.name), default=0)
        if manifest.version <= highest:
            raise bad("old", label=manifest.label, highest=highest)
        shelved = _shelved(manifest, digest, len(data), who, at)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(self._folder / f"{digest}.zip", data)
        kept = [shelved, *known][:MOST]
        told = {"name": manifest.name, "version": manifest.version, "sha256": digest}
        body = {"at": shelved.at, "bundles": [each.document() for each in kept]}
        self._store.commit([Put(KIND, ID, body, etag)], Deed(at, who, "content.put", KIND, ID, told))
        self._sweep({each.sha256 for each in kept})
        return shelved, True

    def _read(self) -> tuple[list[Shelved], str | None]:
        try:
            stored = self._store.record(KIND, ID)
        except NotFound:
            return [], None
        return [_from(each) for each in stored.body["bundles"]], stored.etag

    def _sweep(self, kept: set[str]) -> None:
        for path in self._folder.glob("*.zip"):
            if path.stem not in kept:
                path.unlink(missing_ok=True)


def _is_for(shelved: Shelved, sensor: str) -> bool:
    return not shelved.sensors or any(fnmatchcase(sensor, each) for each in shelved.sensors)


def _shelved(manifest: Manifest, digest: str, size: int, who: str, at: int) -> Shelved:
    expires = time_text(manifest.expires) if manifest.expires is not None else None
    return Shelved(manifest.name, manifest.version, manifest.sensors, expires, digest, size, time_text(at), who)


def _from(body: Mapping[str, Any]) -> Shelved:
    return Shelved(**{**body, "sensors": tuple(body["sensors"])})
