"""Runs of frames as files of a ring's form, so that its code finds them: encrypted where there are keys.

FOLDER/<sensor>/<capture>/<first frame>-<time>.pcap   or .sealed, as `wire/src/evidence` has them
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sensors._core import seal_packets
from sensors.whole_files import write_whole

ENDS = (".pcap", ".sealed")


@dataclass(frozen=True)
class Run:
    """Frames of a capture without a gap: number and time (ns) of the first one, and a classic pcap file of them."""

    capture: str
    first: int
    time: int
    data: bytes


def write_run(folder: Path, sensor: str, run: Run, keys: Sequence[bytes]) -> Path | None:
    """Writes a run, encrypted with the first of `keys` if there is one; None where it is there already, in whatever
    form. Raises OSError, ValueError for a run whose data are no capture file of a ring's form."""
    place = folder / quote(sensor, safe="") / run.capture
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    plain, sealed = (place / f"{run.first:012d}-{run.time:019d}{end}" for end in ENDS)
    if plain.exists() or sealed.exists():
        return None
    path = sealed if keys else plain
    write_whole(path, seal_packets(run.data, run.first, keys))
    return path


def run_files(folder: Path) -> list[Path]:
    """All of them below a folder."""
    return sorted(path for path in folder.glob("*/*/*") if path.suffix in ENDS)
