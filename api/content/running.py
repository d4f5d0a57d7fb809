"""What a sensor says of the content it runs, for whoever looks after it: one small file a sensor."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from api.content.trouble import Trouble, document, trouble_from
from api.output.documents import Json
from sensors.whole_files import write_whole

FOLDER = "running"
SCHEMA = "bittern.content-running/v1"
ATTEMPTS = 3
"""So often a sensor may begin with a version without getting well, before it takes the one before."""


@dataclass(frozen=True)
class Running:
    """A sensor and its version (the name of the folder; None: the options of its command line). `state` is trying, well
    or failed; `attempts` counts beginnings that did not get well; `troubles` say why it failed; `at` is when (ns)."""

    sensor: str
    version: str | None
    state: str
    at: int
    attempts: int = 0
    troubles: tuple[Trouble, ...] = ()


def write_running(root: Path, running: Running) -> None:
    """Says it. Raises OSError."""
    folder = root / FOLDER
    folder.mkdir(exist_ok=True)
    troubles: list[Json] = [document(each) for each in running.troubles]
    body: dict[str, Json] = {
        "schema": SCHEMA,
        "sensor": running.sensor,
        "version": running.version,
        "state": running.state,
        "at": running.at,
        "attempts": running.attempts,
        "troubles": troubles,
    }
    write_whole(folder / f"{running.sensor}.json", json.dumps(body, ensure_ascii=False, indent=1).encode())


def read_running(root: Path) -> Iterator[Running]:
    """What every sensor said last; a file that says nothing sensible is passed over."""
    for path in sorted((root / FOLDER).glob("*.json")) if (root / FOLDER).is_dir() else ():
        try:
            body = json.loads(path.read_bytes())
            troubles = tuple(map(trouble_from, body["troubles"]))
            version = str(body["version"]) if body["version"] is not None else None
            found = Running(path.stem, version, str(body["state"]), int(body["at"]), int(body["attempts"]), troubles)
        except (OSError, ValueError, KeyError, TypeError):
            continue
        yield found


def running_of(root: Path, sensor: str) -> Running | None:
    """What one sensor said last."""
    return next((each for each in read_running(root) if each.sensor == sensor), None)
