"""The folder of content on a machine: versions unpacked beside each other, and the state that names the one in force.

A bundle is unpacked into `tmp`, made to stay on the disk, renamed to its place, and only then named by the state; what
a kill leaves half done is thrown away by the next one that works here. One process at a time changes it; readers need
no lock, for a folder that the state names never changes.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from api.content.knowledge import check_files, manifest_in
from api.content.manifest import KEYS, MANIFEST, SIGNATURE, Manifest
from api.content.opening import Opened
from api.content.state import Refused, State, read_state, write_state
from api.content.trouble import BadContent, Trouble, bad
from response.reports.signing import PublicKey, read_public
from sensors.whole_files import sync_folder, write_durably

VERSIONS, HALF, LOCK = "versions", "tmp", "lock"
Check = Callable[[Path, Manifest], Sequence[Trouble]]
"""What is to hold of a version before it is in force: the troubles that it has."""


class ContentFolder:
    """The folder below `root`. Every method may raise BadContent and OSError; those that change it make it.

    `trusted` are the keys that this machine was given; those that the content in force brings are trusted beside them.
    """

    def __init__(self, root: Path, trusted: Sequence[PublicKey] = ()) -> None:
        self.root = root
        self._trusted = trusted

    @property
    def state(self) -> State:
        return read_state(self.root)

    def version(self, name: str) -> Path:
        """Where a version lies."""
        return self.root / VERSIONS / name

    def manifest(self, name: str) -> Manifest:
        """What a version says of itself."""
        return manifest_in(self.version(name))

    def keys(self) -> list[PublicKey]:
        """The keys whose bundles are taken."""
        keys = list(self._trusted)
        current = self.state.current
        if current is not None:
            for part in self.manifest(current).of(KEYS):
                file = self.version(current) / part.path
                keys.append(PublicKey(file.stem, read_public(file.read_bytes(), str(file)).key))
        return keys

    def admit(self, manifest: Manifest, digest: str, troubles: Iterator[Trouble]) -> None:
        """Whether a bundle is newer than what was in force, and of the same name. `troubles` are others that it has."""
        found = list(troubles)
        state = self.state
        if state.current is not None and (here := self.manifest(state.current).name) != manifest.name:
            found.append(Trouble("other_name", {"name": manifest.name, "here": here}))
        if manifest.version <= state.highest and state.current != folder_name(manifest, digest):
            found.append(Trouble("old", {"label": manifest.label, "highest": state.highest}))
        if found:
            raise BadContent(*found)

    def stage(self, opened: Opened) -> str:
        """Unpacks a bundle that was admitted; gives the name of its folder. What is there already stays."""
        name = folder_name(opened.manifest, opened.digest)
        with self._locked():
            if name == self.state.current:
                return name
            if not self.version(name).is_dir():
                half = self.root / HALF / name
                _unpack(opened, half)
                (self.root / VERSIONS).mkdir(exist_ok=True)
                half.rename(self.version(name))
                sync_folder(self.root / VERSIONS)
            write_state(self.root, replace(self.state, staged=name))
        return name

    def apply(self, name: str, check: Check, now: int, *, by_hand: bool = False) -> None:
        """Puts a version in force that holds; one that does not stays where it is, and its troubles are kept and
        raised. The one before goes on until the last instruction. `by_hand`: also one that is older."""
        manifest = self.manifest(name)
        try:
            check_files(self.version(name), manifest)
            troubles: Sequence[Trouble] = check(self.version(name), manifest)
        except BadContent as error:
            troubles = error.troubles
        with self._locked():
            state = self.state
            if troubles:
                write_state(self.root, replace(state, refused=Refused(manifest.version, now, tuple(troubles))))
                raise BadContent(*troubles)
            if not by_hand and name != state.current and manifest.version <= state.highest:
                raise bad("old", label=manifest.label, highest=state.highest)  # a newer one came while this was checked
            before = state.previous if state.current == name else state.current
            highest = max(state.highest, manifest.version)
            write_state(self.root, State(name, before, None, highest, now))
            self._sweep()

    def refuse(self, version: int, troubles: Sequence[Trouble], now: int) -> None:
        """Keeps why a bundle was not even unpacked, so that it can be told. That it is old says less than why it was
        refused or taken back before."""
        with self._locked():
            state = self.state
            is_known = state.refused is not None and state.refused.version == version
            if not (is_known and all(each.code == "old" for each in troubles)):
                write_state(self.root, replace(state, refused=Refused(version, now, tuple(troubles))))

    def roll_back(self, now: int, *why: Trouble) -> str:
        """Puts the version before in force again; gives its name. The one taken back does not come again from a bundle.
        Raises BadContent: no_previous."""
        with self._locked():
            state = self.state
            if state.current is None or state.previous is None:
                raise bad("no_previous")
            taken_back = self.manifest(state.current)
            reasons = why or (Trouble("taken_back", {"label": taken_back.label}),)
            refused = Refused(taken_back.version, now, reasons)
            write_state(self.root, State(state.previous, None, state.current, state.highest, now, refused))
            return state.previous

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / LOCK).open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            (self.root / HALF).mkdir(exist_ok=True)
            for half in (self.root / HALF).iterdir():  # whoever began it is gone, for the lock is ours
                shutil.rmtree(half)
            yield

    def _sweep(self) -> None:
        """Forgets versions that the state does not name; what a sensor knows of one is in its memory."""
        state = self.state
        for path in (self.root / VERSIONS).iterdir():
            if path.name not in (state.current, state.previous, state.staged):
                # Out of its place first: a kill between leaves no half version where whole ones lie.
                shutil.rmtree(path.rename(self.root / HALF / path.name))


def folder_name(manifest: Manifest, digest: str) -> str:
    """`plant-7-0123456789ab`: version and digest, so that two bundles of one number are two folders."""
    return f"{manifest.label}-{digest[:12]}"


def _unpack(opened: Opened, target: Path) -> None:
    """Writes every part, each checked, to stay after a power cut."""
    target.mkdir(parents=True)
    folders = {target}
    for path, data in [*opened.parts(), (MANIFEST, opened.listing), (SIGNATURE, opened.signature)]:
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        folders |= {each for each in file.parents if each.is_relative_to(target)}
        write_durably(file, data)
    for folder in sorted(folders, reverse=True):
        sync_folder(folder)
