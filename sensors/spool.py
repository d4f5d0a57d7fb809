"""The spool: a folder through which a sensor hands segments to a worker. Files only, one way, so a diode may lie
between; every step may be cut off and done again.

FOLDER/<16 digits>-<name>.zip   a segment (`segment_file`); the number counts up, which is the order they were made in
FOLDER/chain.json               what the sensor's chain of manifests has come to (`chain`)
FOLDER/tmp/       being written; what an interrupted sensor left there is finished or swept when it opens
FOLDER/giving/    what the sensor is about to give up, for a disk is bounded (`spool_bounds`)
FOLDER/taking/    what a worker or a forwarder has claimed: no sensor gives it up any more
FOLDER/sent/      what a forwarder keeps for a time after it has sent it
FOLDER/refused/   what cannot be taken: kept, the latest of it, never taken again

A file belongs to whoever renamed it, so that it is stored, or given up and told, and never both.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sensors.chain import Chain, read_chain, write_chain
from sensors.segment_file import BadSegment, Manifest, Parcel, Whole, packed, read_manifest, read_segment
from sensors.whole_files import sync_folder, write_durably

ENDING = ".zip"
NAME = re.compile(r"^(\d{16})-([a-z0-9]{1,64})(?:\.zip)?$")
"""Without its ending it is a segment of the first releases, a folder, which is refused."""
MOST_REFUSED = 200


@dataclass(frozen=True)
class SpooledSegment:
    """A segment in the spool."""

    path: Path
    number: int
    name: str

    def read(self) -> Whole:
        """All of it, checked. Raises BadSegment."""
        return read_segment(self.path)


def chain_name() -> str:
    """A name that no other chain has."""
    return secrets.token_hex(8)


class Spool:
    """A spool folder. One sensor writes; workers and forwarders take; they need not run at the same time."""

    def __init__(self, folder: Path, new_chain: Callable[[], str] = chain_name) -> None:
        self.folder = folder
        self._tmp, self._taking, self._giving = folder / "tmp", folder / "taking", folder / "giving"
        self._new_chain = new_chain
        self._chain: Chain | None = None
        self._lock = threading.Lock()
        self._is_open = False
        self.written = 0
        """Bytes put since somebody set it back."""

    # For the sensor.

    def open_for_writing(self) -> None:
        """Make the folder; finish or undo what an interrupted sensor had begun. Done once: what another thread of this
        process has begun meanwhile (`spool_bounds`) is not undone."""
        with self._lock:
            if self._is_open:
                return
            self._tmp.mkdir(parents=True, exist_ok=True)
            known = read_chain(self.folder)
            chain = self._chain = known or self._begun()
            if known is None:
                write_chain(self.folder, chain)
            for half in self._tmp.iterdir():
                if _is_latest(half, chain):  # the chain has it already: only its place was missing
                    half.rename(self.folder / half.name)
            shutil.rmtree(self._tmp)
            self._tmp.mkdir()
            declared = {n for each in chain.given_up for n in range(each.begin, each.end + 1)}
            for each in _listed(self._giving):
                if each.number in declared:
                    each.path.unlink(missing_ok=True)
                else:
                    each.path.rename(self.folder / each.path.name)
            sync_folder(self.folder)
            self._is_open = True

    def _begun(self) -> Chain:
        """A new chain. Its numbers go on behind those that lie here, so that order stays."""
        last = max((each.number for each in self), default=0)
        return Chain(self._new_chain(), begins=last + 1, sequence=last)

    def put(self, parcel: Parcel) -> Path:
        """Hand over a segment: it is there whole or not at all, and stays after a power cut. What it costs does not
        depend on how many wait."""
        with self._lock:
            chain = self._chain = self._chain or read_chain(self.folder) or self._begun()
            link = chain.next_link()
            data, digest = packed(parcel, link)
            name = f"{link.sequence:016d}-{parcel.name}{ENDING}"
            half, whole = self._tmp / name, self.folder / name
            grown = chain.grown(link, digest, parcel.reached)
            try:
                write_durably(half, data)
                sync_folder(self._tmp)
                write_chain(self.folder, grown)
                half.rename(whole)
            except OSError:
                half.unlink(missing_ok=True)  # a full disk has use for the room
                raise
            self._chain = grown
            sync_folder(self.folder)
            self.written += on_disk(len(data))
            return whole

    @property
    def lost(self) -> Counter[str]:
        """What was given up since the chain began, by counter."""
        return Counter(self._chain.lost) if self._chain is not None else Counter()

    def claim_to_give(self, segment: SpooledSegment) -> SpooledSegment | None:
        """Take a segment aside before giving up some or all of it; None when a worker was quicker."""
        return _moved(segment, self._giving)

    def put_back(self, segment: SpooledSegment) -> None:
        """Back to the others."""
        segment.path.rename(self.folder / segment.path.name)

    def replace_reduced(self, segment: SpooledSegment, data: bytes, lost: Counter[str]) -> None:
        """A segment taken aside goes back with less in it; it tells itself what is missing."""
        half, then = self._tmp / f"reduced-{segment.path.name}", segment.path.stat().st_mtime_ns
        try:
            write_durably(half, data)
            os.utime(half, ns=(then, then))  # it gets no younger
            half.replace(segment.path)
        except OSError:
            half.unlink(missing_ok=True)
            self.put_back(segment)
            raise
        self.put_back(segment)
        sync_folder(self.folder)
        with self._lock:
            if self._chain is not None:
                self._chain = self._chain.counting(lost)

    def give_up(self, gone: Sequence[tuple[SpooledSegment, Manifest, Counter[str]]]) -> None:
        """Remove segments taken aside, once it is durable that the next segment will tell of it. Raises OSError."""
        with self._lock:
            chain = self._chain or read_chain(self.folder) or self._begun()
            known = chain.without([(manifest, held) for _, manifest, held in gone])
            write_chain(self.folder, known)
            self._chain = known
            for segment, _, _ in gone:
                segment.path.unlink(missing_ok=True)

    # For a worker, a forwarder.

    def __iter__(self) -> Iterator[SpooledSegment]:
        """Segments that are there, in order; first those that somebody had claimed before it was cut off."""
        yield from _listed(self._taking)
        yield from _listed(self.folder)

    def take(self, segment: SpooledSegment) -> SpooledSegment | None:
        """Claim a segment; None when it is there no longer."""
        if segment.path.parent == self._taking:
            return segment if segment.path.exists() else None
        return _moved(segment, self._taking)

    def done(self, segment: SpooledSegment) -> None:
        """Forget a segment that is stored."""
        segment.path.unlink(missing_ok=True)

    def keep(self, segment: SpooledSegment) -> None:
        """Keep a segment that was sent, in the folder `sent`: put back into the spool it is sent again."""
        kept = self.folder / "sent"
        kept.mkdir(exist_ok=True)
        with suppress(FileNotFoundError):
            os.utime(segment.path)
            segment.path.rename(kept / segment.path.name)

    def forget_kept(self, before: float) -> None:
        """Forget what was sent before a time (seconds since the epoch)."""
        for each in _listed(self.folder / "sent"):
            with suppress(FileNotFoundError):
                if each.path.stat().st_mtime < before:
                    each.path.unlink()

    def refuse(self, segment: SpooledSegment) -> Path:
        """Put a segment aside that cannot be taken, and say where it is kept."""
        aside = self.folder / "refused" / segment.path.name
        aside.parent.mkdir(exist_ok=True)
        _remove(aside)
        with suppress(FileNotFoundError):
            segment.path.rename(aside)
        for each in _listed(aside.parent)[:-MOST_REFUSED]:
            _remove(each.path)
        return aside


def on_disk(size: int) -> int:
    """Bytes that a file takes, its place in the folder included."""
    return (size + 4095) // 4096 * 4096 + 256


def _listed(folder: Path) -> list[SpooledSegment]:
    try:
        names = sorted(path.name for path in folder.iterdir())
    except FileNotFoundError:
        return []
    return [SpooledSegment(folder / name, int(fits[1]), fits[2]) for name in names if (fits := NAME.match(name))]


def _moved(segment: SpooledSegment, folder: Path) -> SpooledSegment | None:
    target = folder / segment.path.name
    try:
        segment.path.rename(target)
    except FileNotFoundError:  # either end: ask once more with the folder there
        folder.mkdir(exist_ok=True)
        try:
            segment.path.rename(target)
        except FileNotFoundError:
            return None
    return SpooledSegment(target, segment.number, segment.name)


def _is_latest(half: Path, chain: Chain) -> bool:
    if not NAME.match(half.name):
        return False
    try:
        manifest, _ = read_manifest(half)
    except BadSegment:
        return False
    return (manifest.link.chain, manifest.digest) == (chain.name, chain.digest)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
