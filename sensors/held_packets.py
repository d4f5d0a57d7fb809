"""Packets that are held: copies of what an incident's alerts name, which neither a ring's bound nor age removes.

FOLDER/<incident>/<sensor>/<capture>/<first frame>-<time>.pcap   one run of frames each, as `run_files` writes them
FOLDER/<incident>/SHA256SUMS                                     each file and its hash, as `sha256sum -c` reads it

The list only grows: what was said of a file once is never said anew. Files of an incident share no frame. Of a sealed
file the hash is that of what lies there, so that it is compared without a key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sensors.evidence import file_hash
from sensors.packet_ring import Carved, PacketRing
from sensors.run_files import Run, run_files, write_run
from sensors.whole_files import write_whole

SUMS = "SHA256SUMS"
NOTHING = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class HeldFiles:
    """What is held for an incident: files, their octets, the SHA-256 of the list, and how many octets the list has."""

    files: int
    octets: int
    sha256: str
    listed: int


class HeldPackets:
    """The folder in which they are. The first of `keys` encrypts what is kept, each opens what it encrypted."""

    def __init__(self, folder: Path, keys: Sequence[bytes] = ()) -> None:
        self._folder, self._keys = folder, tuple(keys)

    def keep(self, incident: str, sensor: str, runs: Sequence[Run]) -> None:
        """Keeps runs that are not there yet. Raises OSError."""
        for run in runs:
            path = write_run(self._of(incident), sensor, run, self._keys)
            if path is not None:
                path.chmod(0o400)

    def numbers(self, incident: str, sensor: str, capture: str, spans: Sequence[tuple[int, int]]) -> frozenset[int]:
        """Those of the frames that are held already. Raises NoPacketsKey, OSError."""
        found = PacketRing(self._of(incident), self._keys).frames(sensor, capture, spans, _asked(spans))
        return frozenset(found.numbers)

    def frames(self, sensor: str, capture: str, spans: Sequence[tuple[int, int]], most: int) -> Carved:
        """Frames of a capture, of the incident that holds most of them. Raises NoPacketsKey, OSError."""
        best = Carved(b"", (), 0, False, 0)
        for folder in self._incidents():
            found = PacketRing(folder, self._keys).frames(sensor, capture, spans, most)
            best = found if found.frames > best.frames else best
        return best

    def listed(self, incident: str, known: str, length: int) -> HeldFiles | None:
        """Writes what is new into the list, and gives what is held by now; None when the first `length` octets of the
        list are not those with the hash `known`: somebody changed it. Raises OSError."""
        folder = self._of(incident)
        before = _read(folder / SUMS)
        if hashlib.sha256(before[:length]).hexdigest() != known:
            return None
        said = {line[66:] for line in before.decode(errors="replace").splitlines()}
        files = [(str(path.relative_to(folder)), path) for path in run_files(folder)]
        new = "".join(f"{file_hash(path)}  {name}\n" for name, path in files if name not in said).encode()
        if new:
            write_whole(folder / SUMS, before + new)
        octets = sum(path.stat().st_size for _, path in files)
        return HeldFiles(len(files), octets, hashlib.sha256(before + new).hexdigest(), len(before + new))

    def changed(self, incident: str, sha256: str) -> list[str]:
        """Names of files that are not what they were when they were listed, or are not there, or are not in the list;
        the list itself where its hash is not this one. Raises OSError."""
        folder = self._of(incident)
        listing = _read(folder / SUMS)
        if hashlib.sha256(listing).hexdigest() != sha256:
            return [SUMS]
        said = {line[66:]: line[:64] for line in listing.decode(errors="replace").splitlines()}
        there = {str(path.relative_to(folder)): path for path in run_files(folder)}
        wrong = [name for name, digest in said.items() if name not in there or file_hash(there[name]) != digest]
        return sorted({*wrong, *(name for name in there if name not in said)})

    def release(self, incident: str, carried: Path) -> None:
        """Gives the packets of live sensors back to those that came with segments, where the oldest give way to new
        ones; of a capture that is kept whole the copy goes. What was begun is ended. Raises OSError."""
        folder = self._of(incident)
        for path in run_files(folder):
            target = carried / path.relative_to(folder)
            if "@" not in path.parent.name or (target.exists() and target.stat().st_size >= path.stat().st_size):
                path.unlink()
                continue
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.chmod(0o600)
            path.replace(target)
        (folder / SUMS).unlink(missing_ok=True)
        for each in sorted(folder.glob("*/*"), reverse=True):
            _remove_empty(each)
        for each in [*folder.glob("*"), folder]:
            _remove_empty(each)

    def _of(self, incident: str) -> Path:
        return self._folder / quote(incident, safe="")

    def _incidents(self) -> Iterator[Path]:
        with suppress(FileNotFoundError):
            yield from sorted(path for path in self._folder.iterdir() if path.is_dir())


def _asked(spans: Sequence[tuple[int, int]]) -> int:
    return sum(last - first + 1 for first, last in spans)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        for part in folder.glob("*.part"):  # of a process that was killed while it wrote
            part.unlink()
        folder.rmdir()
