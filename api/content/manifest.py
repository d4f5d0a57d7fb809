"""The manifest of a bundle: what is signed. One form (RFC 8785), so that the same content has the same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from api.content.trouble import Trouble, bad
from response.reports.canonical import BadRecord, canonical, read
from response.times import time_text

SCHEMA = "bittern.content/v1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
RULES, PROOFS, SITE, BASELINE, KEYS = "rules", "proofs", "site", "baseline", "keys"
KINDS = (RULES, PROOFS, SITE, BASELINE, KEYS)
"""Folders of a bundle; nothing lies elsewhere."""
SITE_FILE = "site/site.yml"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
SENSOR = re.compile(r"[\w.@*?-]{1,64}")
STEP = re.compile(r"\w[\w.+@-]{0,99}")
RELEASE = re.compile(r"\d{1,4}(\.\d{1,4}){1,2}")
HASH = re.compile(r"[0-9a-f]{64}")
MOST_PARTS, MOST_DEPTH = 5000, 8
MOST_BYTES, MOST_TOTAL = 32 << 20, 128 << 20
"""Octets of one part, and of all of them, unpacked."""
LAST_VERSION = 2**31 - 1


@dataclass(frozen=True)
class Part:
    """A file of the bundle: where, SHA-256 in hexadecimal, octets."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """What a bundle says of itself.

    `version` grows with each bundle of a name; `made_at` and `expires` are ns since the epoch (None: never); `sensors`
    are names with * and ?, empty for all; `bittern` is the least release that reads it; `with_shipped`: the rules of
    that release are in force as well.
    """

    name: str
    version: int
    made_at: int
    parts: tuple[Part, ...]
    expires: int | None = None
    sensors: tuple[str, ...] = ()
    bittern: str = "0.1"
    with_shipped: bool = True
    schema: str = SCHEMA

    @property
    def label(self) -> str:
        """How people call it: `plant-7`."""
        return f"{self.name}-{self.version}"

    def octets(self) -> bytes:
        """What is signed."""
        return canonical(self)

    def of(self, kind: str) -> Iterator[Part]:
        """The parts of one folder."""
        return (part for part in self.parts if part.path.startswith(f"{kind}/"))

    def admission(self, now: int, release: str, sensor: str | None) -> Iterator[Trouble]:
        """Why it may not be taken now (ns since the epoch), by this release, by this sensor (None: not asked)."""
        if self.expires is not None and self.expires <= now:
            yield Trouble("expired", {"label": self.label, "at": time_text(self.expires)[:19] + "Z"})
        if _numbers(self.bittern) > _numbers(release):
            yield Trouble("needs", {"label": self.label, "needed": self.bittern, "here": release})
        if sensor is not None and self.sensors and not any(fnmatchcase(sensor, each) for each in self.sensors):
            yield Trouble("other_sensor", {"label": self.label, "sensor": sensor, "sensors": ", ".join(self.sensors)})


def read_manifest(data: bytes) -> Manifest:
    """Reads and checks a manifest. Raises BadContent: `manifest` with the place that is wrong."""
    try:
        body = json.loads(data)
        if not isinstance(body, dict) or body.get("schema") != SCHEMA:
            raise bad("schema", schema=str(body.get("schema") if isinstance(body, dict) else "")[:64])
        found = read(Manifest, body)
    except (ValueError, RecursionError) as error:
        raise bad("manifest", place=error.place if isinstance(error, BadRecord) else "JSON") from error
    if (place := next(_wrong_places(found), None)) is not None:
        raise bad("manifest", place=place)
    for part in found.parts:
        if (code := wrong_path(part.path)) is not None:
            raise bad(code, path=part.path[:200])
    return found


def _wrong_places(found: Manifest) -> Iterator[str]:
    if not NAME.fullmatch(found.name):
        yield "name"
    if not 1 <= found.version <= LAST_VERSION:
        yield "version"
    if found.made_at < 0 or (found.expires is not None and found.expires < 0):
        yield "made_at"
    if not all(SENSOR.fullmatch(each) for each in found.sensors):
        yield "sensors"
    if not RELEASE.fullmatch(found.bittern):
        yield "bittern"
    paths = [part.path for part in found.parts]
    if paths != sorted(set(paths)) or len({path.casefold() for path in paths}) < len(paths):
        yield "parts"
    if len(paths) > MOST_PARTS or sum(part.size for part in found.parts) > MOST_TOTAL:
        yield "parts"
    for part in found.parts:
        if not HASH.fullmatch(part.sha256) or not 0 <= part.size <= MOST_BYTES:
            yield f"parts {part.path[:100]}"


def wrong_path(path: str) -> str | None:
    """The code of what is wrong with the path of a part; None when it stays inside and means the same everywhere."""
    if path.startswith("/") or "\\" in path or ":" in path or ".." in PurePosixPath(path).parts:
        return "outside"
    steps = path.split("/")
    if len(steps) < 2 or len(steps) > MOST_DEPTH or not all(STEP.fullmatch(step) for step in steps):
        return "path"
    return None if steps[0] in KINDS else "kind"


def _numbers(release: str) -> tuple[int, ...]:
    """`0.12.1` to numbers that compare; what follows them (`rc1`) does not count."""
    found = re.match(r"\d+(\.\d+)*", release)
    numbers = [int(each) for each in found[0].split(".")] if found else []
    while numbers and numbers[-1] == 0:  # 1.0 is 1.0.0
        numbers.pop()
    return tuple(numbers)
