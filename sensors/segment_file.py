"""A segment as one file: an archive (zip, nothing compressed) of its parts and of a manifest that names their hashes.

MANIFEST.json   name, sensor, span, each part with its SHA-256, what it counts and when it may be given up, and the link
                to the manifest before it (`Link`). Never changed: its SHA-256 is what the next manifest names.
GIVEN_UP.json   the parts that a full disk took, where there are any. All that is left still fits the manifest.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import struct
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

MANIFEST, GIVEN_UP = "MANIFEST.json", "GIVEN_UP.json"
FORM = "bittern.segment/v2"
MOST_BYTES = 64 << 20
"""Of all parts together: no file of a sensor comes near it, and no hostile one fills the memory."""
MOST_PARTS = 64
MOST_TOLD = 1 << 20
"""Bytes of a manifest, and of the list of what was given up."""
UNREADABLE = (
    OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, struct.error, zipfile.BadZipFile,
    RuntimeError,  # an encrypted part, or a method that there is not; JSON without end
)  # fmt: skip
"""What a file that is no whole segment may come to."""
_PART = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_THEN = (1980, 1, 1, 0, 0, 0)
"""The time of every part: the same segment is the same file."""


class BadSegment(Exception):
    """A file that is no whole segment: `path` and `why`, a code."""

    def __init__(self, path: Path, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(f"{path}: {why}")


@dataclass(frozen=True)
class Parcel:
    """What a sensor hands over: parts by name; `counts` what each holds by counter (`{"rows": 12}`), `tiers` when it
    may be given up (0 first). `first` and `last`: span of packet time, ns. `reached`: number of the last frame of each
    capture that is in it; of the sensor's own books, not of the file."""

    name: str
    sensor: str
    first: int
    last: int
    files: Mapping[str, bytes]
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    tiers: Mapping[str, int] = field(default_factory=dict)
    reached: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Declared:
    """Segments `begin` to `end` of a chain that were given up whole: the hash before them, that of the last of them,
    their span of packet time (ns), and what they held by counter."""

    begin: int
    end: int
    previous: str | None
    digest: str
    first: int
    last: int
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Link:
    """A segment's place in the chain of its sensor: which chain, at which number that begins, which number this one is,
    the SHA-256 of the manifest before it (None for the first), and what was given up since that one."""

    chain: str
    begins: int
    sequence: int
    previous: str | None
    given_up: tuple[Declared, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """What a manifest says. `digest` is its own SHA-256."""

    name: str
    sensor: str
    first: int
    last: int
    hashes: Mapping[str, str]
    counts: Mapping[str, Mapping[str, int]]
    tiers: Mapping[str, int]
    link: Link
    digest: str

    def lost(self, parts: Iterable[str]) -> Counter[str]:
        """What these parts hold, by counter."""
        return sum((Counter(self.counts.get(each, {})) for each in parts), Counter[str]())


@dataclass(frozen=True)
class Whole:
    """A segment that was read and fits its manifest; `missing` are the parts that were given up."""

    manifest: Manifest
    files: Mapping[str, bytes]
    missing: tuple[str, ...]


def packed(parcel: Parcel, link: Link) -> tuple[bytes, str]:
    """The file of a segment, and the SHA-256 of its manifest."""
    parts = {
        name: {
            "sha256": hashlib.sha256(data).hexdigest(),
            "tier": parcel.tiers.get(name, 2),
            "counts": dict(parcel.counts.get(name, {})),
        }
        for name, data in parcel.files.items()
    }
    told = {
        "form": FORM, "name": parcel.name, "sensor": parcel.sensor, "first": parcel.first, "last": parcel.last,
        "parts": parts, "link": asdict(link),
    }  # fmt: skip
    manifest = json.dumps(told, sort_keys=True).encode()
    return archive({MANIFEST: manifest, **parcel.files}), hashlib.sha256(manifest).hexdigest()


def archive(files: Mapping[str, bytes]) -> bytes:
    """The same files give the same bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as made:
        for name, data in files.items():
            made.writestr(zipfile.ZipInfo(name, _THEN), data)
    return written.getvalue()


def read_manifest(path: Path) -> tuple[Manifest, tuple[str, ...]]:
    """What a segment's manifest says, and the parts that were given up. Raises BadSegment."""
    whole = _read(path, with_parts=False)
    return whole.manifest, whole.missing


def read_segment(path: Path) -> Whole:
    """A segment, each part checked against the manifest. Raises BadSegment."""
    return _read(path, with_parts=True)


def reduced(path: Path, parts: Iterable[str]) -> bytes:
    """The file of a segment without these parts, which it then says. Raises BadSegment."""
    whole = read_segment(path)
    gone = {*parts, *whole.missing}
    with zipfile.ZipFile(path) as opened:
        manifest = opened.read(MANIFEST)
    left = {name: data for name, data in whole.files.items() if name not in gone}
    return archive({MANIFEST: manifest, GIVEN_UP: json.dumps(sorted(gone)).encode(), **left})


def _read(path: Path, *, with_parts: bool) -> Whole:
    if path.is_dir():  # as sensors of the first releases wrote them
        raise BadSegment(path, "other_form")
    try:
        with zipfile.ZipFile(path) as opened:
            sizes = _sizes(path, opened)
            data = opened.read(MANIFEST)
            manifest = _manifest(path, data)
            missing = tuple(map(str, json.loads(opened.read(GIVEN_UP)))) if GIVEN_UP in sizes else ()
            files = {name: opened.read(name) for name in manifest.hashes if name in sizes} if with_parts else {}
    except UNREADABLE as error:
        raise BadSegment(path, "unreadable") from error
    if sizes.keys() - manifest.hashes.keys() - {MANIFEST, GIVEN_UP}:
        raise BadSegment(path, "not_named")
    if {name for name in manifest.hashes if name not in sizes} != set(missing) & manifest.hashes.keys():
        raise BadSegment(path, "part_missing")
    for name, found in files.items():
        if hashlib.sha256(found).hexdigest() != manifest.hashes[name]:
            raise BadSegment(path, "hash_differs")
    return Whole(manifest, files, missing)


def _sizes(path: Path, opened: zipfile.ZipFile) -> dict[str, int]:
    """Parts by name. Raises BadSegment for more than a segment can hold."""
    entries = opened.infolist()
    sizes = {each.filename: each.file_size for each in entries}
    if len(entries) > MOST_PARTS or sum(each.file_size for each in entries) > MOST_BYTES:
        raise BadSegment(path, "too_large")
    if max(sizes.get(MANIFEST, 0), sizes.get(GIVEN_UP, 0)) > MOST_TOLD:
        raise BadSegment(path, "too_large")
    if len(sizes) != len(entries) or any(each.compress_type != zipfile.ZIP_STORED for each in entries):
        raise BadSegment(path, "unreadable")
    return sizes


def _manifest(path: Path, data: bytes) -> Manifest:
    told: Mapping[str, Any] = json.loads(data)
    if told["form"] != FORM:
        raise BadSegment(path, "other_form")
    parts: Mapping[str, Mapping[str, Any]] = told["parts"]
    if not all(_PART.fullmatch(name) for name in parts):
        raise ValueError
    link = told["link"]
    declared = tuple(Declared(**{**each, "counts": _counts(each["counts"])}) for each in link["given_up"])
    numbers = [told["first"], told["last"], link["begins"], link["sequence"]]
    numbers += [number for each in declared for number in (each.begin, each.end, each.first, each.last)]
    hashes = [link["previous"] or "", *(h for each in declared for h in (each.previous or "", each.digest))]
    if not all(type(each) is int and -(2**63) <= each < 2**63 for each in numbers):
        raise ValueError
    if not all(isinstance(each, str) for each in hashes):
        raise ValueError
    return Manifest(
        name=str(told["name"]), sensor=str(told["sensor"]), first=told["first"], last=told["last"],
        hashes={name: str(each["sha256"]) for name, each in parts.items()},
        counts={name: _counts(each["counts"]) for name, each in parts.items()},
        tiers={name: int(each["tier"]) for name, each in parts.items()},
        link=Link(str(link["chain"]), link["begins"], link["sequence"], link["previous"], declared),
        digest=hashlib.sha256(data).hexdigest(),
    )  # fmt: skip


def _counts(told: Mapping[str, Any]) -> dict[str, int]:
    if not all(type(each) is int and 0 <= each < 2**53 for each in told.values()):
        raise ValueError
    return dict(told)
