"""Bundles from a folder that somebody fills: taken once, put aside, taken back when a sensor fails with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from api.content.manifest import Manifest
from api.content.pulling import YOUNG, Away, Inbox, Puller, Said
from api.content.running import Running, write_running
from api.content.trouble import Trouble
from tests.unit.content.bundles import About, Machine, bundle


@dataclass
class Pulling:
    """A puller over an inbox, and what it said."""

    machine: Machine
    inbox: Path
    seconds: float = 0.0
    took: list[str] = field(default_factory=list)
    refused: list[tuple[str, list[str]]] = field(default_factory=list)
    taken_back: list[tuple[str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.inbox.mkdir()
        said = Said(self._took, self._refused, lambda away: None, lambda *told: self.taken_back.append(told))
        source = Inbox(self.inbox, lambda: self.seconds)
        self.puller = Puller(self.machine.receiver, source, said, lambda: self.machine.now, lambda: 0.0)

    def _took(self, manifest: Manifest, source: str) -> None:
        self.took.append(manifest.label)

    def _refused(self, source: str, troubles: Sequence[Trouble]) -> None:
        self.refused.append((Path(source).name, [each.code for each in troubles]))

    def put(self, name: str, data: bytes) -> Path:
        path = self.inbox / name
        path.write_bytes(data)
        self.seconds = path.stat().st_mtime
        return path

    def files(self) -> list[str]:
        return sorted(str(each.relative_to(self.inbox)) for each in self.inbox.rglob("*") if each.is_file())


@pytest.fixture
def pulling(tmp_path: Path) -> Pulling:
    return Pulling(Machine(tmp_path / "content"), tmp_path / "inbox")


def test_each_bundle_is_looked_at_once_and_put_aside(pulling: Pulling) -> None:
    pulling.put("1.zip", bundle(about=About(version=1)))
    pulling.put("2.zip", bundle(about=About(version=2)))
    pulling.put("notes.txt", b"for people")
    pulling.puller.turn()
    pulling.put("old.zip", bundle(about=About(version=1)))
    pulling.puller.turn()
    pulling.puller.turn()
    assert pulling.took == ["plant-1", "plant-2"]
    assert pulling.refused == [("old.zip", ["old"])]
    assert pulling.files() == ["notes.txt", "refused/old.zip", "taken/1.zip", "taken/2.zip"]


def test_one_that_is_still_copied_is_left_until_it_is_whole(pulling: Pulling) -> None:
    whole = bundle()
    path = pulling.put("1.zip", whole[:-100])
    pulling.puller.turn()
    assert pulling.files() == ["1.zip"]
    pulling.put("1.zip", whole)
    pulling.puller.turn()
    assert pulling.took == ["plant-1"]
    path = pulling.put("2.zip", whole[:-100])
    pulling.seconds = path.stat().st_mtime + YOUNG + 1
    pulling.puller.turn()
    assert pulling.files() == ["refused/2.zip", "taken/1.zip"], "nobody copies it any more"


def test_what_cannot_be_moved_is_remembered(pulling: Pulling, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stick that is write-protected."""

    def refuses(self: Path, target: Path) -> Path:
        raise OSError(30, "Read-only file system", str(self))

    pulling.put("1.zip", bundle())
    with monkeypatch.context() as patched:
        rename = Path.rename
        patched.setattr(
            Path, "rename", lambda self, to: refuses(self, to) if "inbox" in str(self) else rename(self, to)
        )
        pulling.puller.turn()
        pulling.puller.turn()
    assert pulling.took == ["plant-1"]
    assert pulling.files() == ["1.zip"]


def test_a_folder_that_is_not_there_is_told(pulling: Pulling) -> None:
    pulling.inbox.rmdir()
    with pytest.raises(Away) as caught:
        pulling.puller.turn()
    assert caught.value.code == "folder"


def test_content_with_which_a_sensor_fails_is_taken_back(pulling: Pulling) -> None:
    for version in (1, 2):
        pulling.machine.take(bundle(about=About(version=version)))
    name = pulling.machine.folder.state.current
    why = Trouble("parts_failed", {"label": "plant-2", "parts": "MB01"})
    write_running(pulling.machine.root, Running("line-3", name, "failed", pulling.machine.now, 0, (why,)))
    pulling.puller.turn()
    pulling.puller.turn()
    assert pulling.taken_back == [("plant-2", "line-3", "plant-1")]
    state = pulling.machine.folder.state
    assert pulling.machine.in_force == "plant-1"
    assert state.refused is not None
    assert (state.refused.version, state.refused.troubles) == (2, (why,))
