"""Which content is in force on a machine: one small file, put in place whole, is the switch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from api.content.trouble import Trouble, bad, document, trouble_from
from api.output.documents import Json
from sensors.whole_files import write_whole

SCHEMA = "bittern.content-state/v1"
FILE = "state.json"


@dataclass(frozen=True)
class Refused:
    """A version that was not taken, or was taken back: when (ns since the epoch) and why."""

    version: int
    at: int
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True)
class State:
    """Folders of versions by name: the one in force, the one before it, the one that waits. `highest` is the highest
    version that was ever in force: none below it comes from a bundle again. `since`: when it was put in force (ns)."""

    current: str | None = None
    previous: str | None = None
    staged: str | None = None
    highest: int = 0
    since: int = 0
    refused: Refused | None = None


def read_state(folder: Path) -> State:
    """The state; an empty one where nothing ever was in force. Raises OSError, BadContent: state."""
    path = folder / FILE
    try:
        body = json.loads(path.read_bytes())
    except FileNotFoundError:
        return State()
    except ValueError as error:
        raise bad("state", path=str(path)) from error
    try:
        if body["schema"] != SCHEMA:
            raise bad("state", path=str(path))
        return State(
            _name(body["current"]), _name(body["previous"]), _name(body["staged"]), int(body["highest"]),
            int(body["since"]), _refused(body["refused"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise bad("state", path=str(path)) from error


def write_state(folder: Path, state: State) -> None:
    """Puts a state in force. Raises OSError; then the one before holds."""
    body: dict[str, Json] = {
        "schema": SCHEMA,
        "current": state.current,
        "previous": state.previous,
        "staged": state.staged,
        "highest": state.highest,
        "since": state.since,
        "refused": None,
    }
    if state.refused is not None:
        troubles: list[Json] = [document(each) for each in state.refused.troubles]
        body["refused"] = {"version": state.refused.version, "at": state.refused.at, "troubles": troubles}
    write_whole(folder / FILE, json.dumps(body, ensure_ascii=False, indent=1).encode())


def _name(body: object) -> str | None:
    """The name of a folder of a version: never a way to elsewhere."""
    if body is None:
        return None
    name = str(body)
    if not name or "/" in name or name.startswith("."):
        raise ValueError(name)
    return name


def _refused(body: Mapping[str, object] | None) -> Refused | None:
    if body is None:
        return None
    troubles = body["troubles"]
    if not isinstance(troubles, list):
        raise TypeError
    return Refused(int(str(body["version"])), int(str(body["at"])), tuple(map(trouble_from, troubles)))
