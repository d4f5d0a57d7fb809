"""Keeps a spool within bounds: bytes, days, and a part of its disk that stays free.

Beyond them the oldest goes first, by what it is worth: parts of tier 0 of all segments (bulk), then of tier 1 (other
rows), at last whole segments with their occurrences. A segment that lost parts says so itself; one that went whole is
told of by the next one. For the sake of other users of the disk only rows are given up: no alert goes to make room for
somebody else's files.
"""

from __future__ import annotations

import errno
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sensors.segment_file import BadSegment, Manifest, read_manifest, reduced
from sensors.spool import NAME, Spool, SpooledSegment, on_disk

DAY = 86_400.0
ROOMY = 0.95
"""Where a bound bites, so much of it is left: else each segment that comes would make the folder be counted anew."""
STEP = 5.0
"""Seconds between two looks."""
LOOKED_AT = 240.0
"""Seconds after which all is counted and the ages are looked at again: what was taken meanwhile is known then only."""
IN_VAIN = 12
"""Looks after one that freed too little of a disk that others fill."""
FREE_SHARE, FREE_MOST = 0.05, 1 << 30
"""The part of a disk that stays free, at most so many bytes."""
BALLAST = 256 << 10
"""Bytes kept to be let go on a full disk, for saying what is given up needs room too."""
ROW_TIERS = (0, 1)
AT_ONCE = 500
"""Segments that go whole in one step."""


@dataclass(frozen=True)
class Bounds:
    """Most bytes on disk (blocks, not lengths) and most days that a segment may wait."""

    bytes: int
    days: float


@dataclass
class _Lying:
    segment: SpooledSegment
    bytes: int
    time: float


class Keeper:
    """Keeps a spool within bounds. `clock` gives seconds since the epoch; `lost` is called with what was given up,
    `failed` with why a look could not do what it should, when that begins."""

    def __init__(
        self,
        spool: Spool,
        bounds: Bounds,
        clock: Callable[[], float],
        *,
        lost: Callable[[Counter[str]], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._spool, self._bounds, self._clock, self._told, self._failed = spool, bounds, clock, lost, failed
        self._known: int | None = None
        """Bytes counted the last time; what was put since is added, what was taken is not known."""
        self.lying: int | None = None
        """Bytes by the last count, for whoever asks; None before the first."""
        self._reduced = dict.fromkeys(ROW_TIERS, 0)
        """By tier the number up to which no segment has parts of it any more."""
        self._aged_at = 0.0
        self._in_vain = 0
        """Looks to leave out, since nothing that lies here can make the disk any emptier."""
        self._ballast = spool.folder / "ballast"
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)

    def start(self) -> None:
        """Looks again and again, beside the sensor: its packets must not wait for the count of a large folder."""
        self._thread.start()

    def close(self) -> None:
        """Ends that."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        is_told = False
        while not self._stopped.is_set():
            try:
                self.keep()
                is_told = False
            except Exception as error:  # told once, and tried again at the next look: the sensor listens on
                if not is_told:
                    self._failed(error)
                is_told = True
            self._stopped.wait(STEP)

    def keep(self) -> Counter[str]:
        """One look; what was given up, by counter. Raises OSError."""
        self._in_vain = max(0, self._in_vain - 1)
        short = 0 if self._in_vain else self._short_of_room()
        if self._known is not None and not short and not self._is_over() and not self._is_age_due():
            return Counter()
        lying = list(self._lying())
        self._known, self._spool.written = sum(each.bytes for each in lying), 0
        lost = self._give_up_old(lying)
        excess = self._known - int(self._bounds.bytes * ROOMY) if self._known > self._bounds.bytes else 0
        for tier in ROW_TIERS:
            if max(excess, short) > 0:
                freed, gone = self._reduce(lying, tier, max(excess, short))
                excess, short, lost = excess - freed, short - freed, lost + gone
        if short > 0:
            self._in_vain = IN_VAIN
        if excess > 0:
            lost += self._give_up_whole(_oldest(lying, excess))
        self.lying = self._known
        self._keep_ballast()
        if lost:
            self._told(lost)
        return lost

    def _is_over(self) -> bool:
        return self._known is None or self._known + self._spool.written > self._bounds.bytes

    def _is_age_due(self) -> bool:
        return self._clock() - self._aged_at >= min(LOOKED_AT, self._bounds.days * DAY / 10)

    def _short_of_room(self) -> int:
        """Bytes that the disk has too few."""
        disk = os.statvfs(self._spool.folder)
        wanted = min(int(disk.f_blocks * disk.f_frsize * FREE_SHARE), FREE_MOST)
        return wanted - disk.f_bavail * disk.f_frsize if disk.f_bavail * disk.f_frsize < wanted else 0

    def _lying(self) -> Iterator[_Lying]:
        """Segments that nobody has claimed, the oldest first."""
        found = []
        with os.scandir(self._spool.folder) as entries:
            for entry in entries:
                if fits := NAME.match(entry.name):
                    try:
                        status = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:  # taken
                        continue
                    segment = SpooledSegment(Path(entry.path), int(fits[1]), fits[2])
                    found.append(_Lying(segment, status.st_blocks * 512 + 256, status.st_mtime))
        return iter(sorted(found, key=lambda each: each.segment.path.name))

    def _give_up_old(self, lying: list[_Lying]) -> Counter[str]:
        now = self._clock()
        self._aged_at = now
        old = [each for each in lying if now - each.time > self._bounds.days * DAY]
        if not old:
            return Counter()
        gone = {each.segment.path for each in old}
        lying[:] = [each for each in lying if each.segment.path not in gone]
        return self._give_up_whole(old)

    def _reduce(self, lying: Sequence[_Lying], tier: int, excess: int) -> tuple[int, Counter[str]]:
        """Takes parts of this tier and those before from the oldest; bytes that were freed, and what was lost."""
        freed, lost = 0, Counter[str]()
        for each in lying:
            if freed >= excess:
                break
            if each.segment.number <= self._reduced[tier]:
                continue
            less, gone = self._reduce_one(each, tier)
            freed, lost = freed + less, lost + gone
            self._reduced[tier] = each.segment.number
        return freed, lost

    def _reduce_one(self, lying: _Lying, tier: int) -> tuple[int, Counter[str]]:
        taken = self._spool.claim_to_give(lying.segment)
        if taken is None:
            return 0, Counter()
        try:
            manifest, missing = read_manifest(taken.path)
            parts = [name for name, its in manifest.tiers.items() if its <= tier and name not in missing]
            data = reduced(taken.path, parts)
        except BadSegment:  # the worker refuses it, and says why
            self._spool.put_back(taken)
            return 0, Counter()
        if not parts:
            self._spool.put_back(taken)
            return 0, Counter()
        lost = manifest.lost(parts)
        try:
            self._spool.replace_reduced(taken, data, lost)
        except OSError as error:
            if error.errno != errno.ENOSPC or not self._ballast.exists():
                raise
            self._ballast.unlink()
            return self._reduce_one(lying, tier)
        now = on_disk(len(data))
        less = max(0, lying.bytes - now)
        self._known = (self._known or 0) - less
        lying.bytes = now
        return less, lost

    def _give_up_whole(self, lying: Sequence[_Lying]) -> Counter[str]:
        lost = Counter[str]()
        for begin in range(0, len(lying), AT_ONCE):
            gone = []
            for each in lying[begin : begin + AT_ONCE]:
                taken = self._spool.claim_to_give(each.segment)
                if taken is None:
                    continue
                try:
                    manifest, missing = read_manifest(taken.path)
                except BadSegment:
                    self._spool.refuse(taken)
                    continue
                held = manifest.lost(name for name in manifest.counts if name not in missing)
                gone.append((taken, manifest, held))
                lost += held
                self._known = (self._known or 0) - each.bytes
            self._declare(gone)
        return lost

    def _declare(self, gone: list[tuple[SpooledSegment, Manifest, Counter[str]]]) -> None:
        try:
            self._spool.give_up(gone)
        except OSError as error:
            if error.errno == errno.ENOSPC and self._ballast.exists():
                self._ballast.unlink()
                self._declare(gone)
                return
            for segment, _, _ in gone:
                self._spool.put_back(segment)
            raise

    def _keep_ballast(self) -> None:
        if not self._ballast.exists() and not self._short_of_room():
            self._ballast.write_bytes(bytes(BALLAST))


def _oldest(lying: Sequence[_Lying], excess: int) -> list[_Lying]:
    """As many of the oldest as hold so many bytes; never the newest one."""
    found, held = [], 0
    for each in lying[:-1]:
        if held >= excess:
            break
        found.append(each)
        held += each.bytes
    return found
