"""The ring of packets: what sensors of this machine saw lately, on disk, found again by frame number or by filter.

FOLDER/<sensor>/<capture>/…   one folder for each run of a sensor on an interface (`wire/src/evidence` has the files)

A capture is named after its interface and when listening began, since frames are counted from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote

from sensors import _core

GIB = 1024**3
DAY = 86_400 * 10**9
FILE_BYTES = 32 * 1024 * 1024
FILE_AGE = 3_600 * 10**9
"""Octets and time (ns) of one file: what goes at once when the ring is full."""
GIGABYTES, DAYS = 10.0, 7.0
MOST_EARLIER = 64
"""Runs that are taken up, the latest ones: a sensor that was begun anew every few seconds leaves many."""
MOST_BYTES = 256 * 1024 * 1024
"""Octets of what is cut out at once."""
FOREVER = 2**63 - 1


@dataclass(frozen=True)
class RingSettings:
    """Where packets are kept, how many GiB at most, for how many days, and the keys that they are encrypted with, the
    one for what comes now first; none: they are not."""

    folder: Path
    gigabytes: float = GIGABYTES
    days: float = DAYS
    keys: tuple[bytes, ...] = field(default=(), repr=False)

    def of(self, sensor: str) -> tuple[Path, int, int, int, int, Sequence[bytes]]:
        """As the core takes it, for one sensor."""
        octets, age = int(self.gigabytes * GIB), int(self.days * DAY)
        return self.folder / quote(sensor, safe=""), octets, age, FILE_BYTES, FILE_AGE, self.keys


@dataclass(frozen=True)
class Carved:
    """Frames that were cut out: a capture file (empty: none), their numbers if asked for by number, how many; whether
    there is more than was asked for at most; files that are not what they were."""

    data: bytes
    numbers: tuple[int, ...]
    frames: int
    is_cut: bool
    changed: int


@dataclass(frozen=True)
class Standing:
    """What there is of one capture: files, octets, times (ns) of the first and last frame, frames that are indexed
    (those of the last minutes may not be yet), names of files that were changed, if that was looked at, and how many
    files are encrypted."""

    sensor: str
    capture: str
    files: int
    octets: int
    earliest: int | None
    latest: int | None
    frames: int
    changed: tuple[str, ...]
    encrypted: int


def capture_name(interface: str, begun: int) -> str:
    """The name of the capture that begins now (ns) on an interface: `eth1@20261130T154500.123Z`."""
    moment = datetime.fromtimestamp(begun // 10**9, UTC).strftime("%Y%m%dT%H%M%S")
    return f"{interface}@{moment}.{begun // 10**6 % 1000:03d}Z"


def earlier_captures(
    ring: RingSettings, sensor: str, interfaces: Sequence[str], reached: Mapping[str, int] | None
) -> list[tuple[str, str, int]]:
    """Captures that earlier runs on these interfaces kept: name, interface, and the last frame of which everything was
    handed over. `reached` says that of the latest run that handed something over: what began before it handed over all,
    what began after it nothing; empty: nothing ever was. None: nobody knows, so all was. Raises OSError."""
    folder = ring.of(sensor)[0]
    names = [path.name for path in _folders(folder) if path.is_dir() and "@" in path.name]
    latest = max((name.rpartition("@")[2] for name in reached or ()), default=None)

    def handed(name: str) -> int:
        if reached is None:
            return FOREVER
        if latest is None:
            return 0
        return reached.get(name, FOREVER if name.rpartition("@")[2] <= latest else 0)

    chosen = [(name, name.rpartition("@")[0]) for name in sorted(names, key=lambda name: name.rpartition("@")[2])]
    found = [(name, interface, handed(name)) for name, interface in chosen if interface in interfaces]
    return found[-MOST_EARLIER:]


class PacketRing:
    """The rings of all sensors below a folder, for reading. `keys` open what is encrypted."""

    def __init__(self, folder: Path, keys: Sequence[bytes] = ()) -> None:
        self._folder, self._keys = folder, tuple(keys)

    def holds(self, sensor: str, capture: str) -> bool:
        """Whether packets of the capture were kept here, though they may be gone by now."""
        return "@" in capture and self._of(sensor).is_dir()

    def frames(self, sensor: str, capture: str, spans: Iterable[tuple[int, int]], most: int) -> Carved:
        """Frames of spans (inclusive) of a capture, at most so many. Raises NoPacketsKey, OSError."""
        if Path(capture).name != capture:
            return _carved((b"", [], 0, False, 0, 0, 0))
        return _carved(_core.carve_by_numbers(self._of(sensor) / capture, sorted(spans), most, self._keys))

    def passing(
        self,
        capture_filter: str,
        *,
        since: int = 0,
        until: int = FOREVER,
        sensor: str | None = None,
        interface: str | None = None,
        most: int = MOST_BYTES,
    ) -> Carved:
        """Frames that pass a capture filter, by time: from `since` to `until` (ns), of one sensor or interface, if one
        is named. Raises BadFilter, NoPacketsKey, OSError."""
        captures = [
            self._of(each.sensor) / each.capture
            for each in self.standing()
            if sensor in (None, each.sensor) and interface in (None, each.capture.rpartition("@")[0])
        ]
        return _carved(_core.carve_by_filter(captures, capture_filter, since, until, most, self._keys))

    def standing(self, *, verified: bool = False) -> list[Standing]:
        """What there is; `verified`: every file is read and compared with its index. Raises OSError."""
        found: list[Standing] = []
        for folder in sorted(path for path in _folders(self._folder) if path.is_dir()):
            about = _core.ring_standing(folder, verified)
            for capture, files, octets, earliest, latest, frames, changed, sealed in about:
                name = unquote(folder.name)
                found.append(Standing(name, capture, files, octets, earliest, latest, frames, tuple(changed), sealed))
        return found

    def _of(self, sensor: str) -> Path:
        return self._folder / quote(sensor, safe="")


def _folders(folder: Path) -> Sequence[Path]:
    try:
        return tuple(folder.iterdir())
    except FileNotFoundError:
        return ()


def _carved(found: _core.Carved) -> Carved:
    data, numbers, frames, is_cut, _, _, changed = found
    return Carved(data, tuple(numbers), frames, is_cut, changed)
