"""What has to hold of a version of content before a sensor judges by it: it reads, and the proofs of its rules hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from api.content.knowledge import proof_folders, read_knowledge
from api.content.manifest import KEYS, Manifest
from api.content.trouble import BadContent, Trouble
from api.proving import speaking, trials
from response.reports.signing import KeyTrouble, read_public


class Checks:
    """The checks of a version, on the machine where it is to run. `tell` is called with each capture of a proof;
    `failed` rules of the shipped content count like its own: they would judge side by side."""

    def __init__(self, tell: Callable[[str], None] = lambda capture: None) -> None:
        self._tell = tell
        self.rules = self.trials = 0

    def __call__(self, folder: Path, manifest: Manifest) -> list[Trouble]:
        """Everything that does not hold."""
        found = list(_keys(folder, manifest))
        try:
            knowledge = read_knowledge(folder, manifest)
        except BadContent as error:
            return [*found, *error.troubles]
        chosen = speaking(knowledge.rules)
        self.rules, self.trials = len(chosen), 0
        for trial in trials(knowledge.rules, chosen, proof_folders(folder), self._tell):
            self.trials += 1
            if not trial.holds:
                parameters = {"rule": trial.rule, "capture": trial.capture, "outcome": trial.outcome}
                found.append(Trouble(f"proof_{trial.wanted}", parameters))
        return found


def _keys(folder: Path, manifest: Manifest) -> list[Trouble]:
    found = []
    for part in manifest.of(KEYS):
        try:
            read_public((folder / part.path).read_bytes(), part.path)
        except KeyTrouble:
            found.append(Trouble("key", {"path": part.path}))
    return found
