"""Runs the proofs of rules: each positive capture must raise the rule, each benign one must not."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.analysis import Options, analyse
from detection.sigma.load import RuleSet
from detection.sigma.model import Correlation, Proof, Rule

NO_RULES = RuleSet((), (), (), frozenset())


@dataclass(frozen=True)
class Trial:
    """One capture against one rule. `outcome` is alert, quiet, absent (no such capture) or no_proof; `wanted` alert or
    quiet."""

    rule: str
    capture: str
    wanted: str
    outcome: str

    @property
    def holds(self) -> bool:
        return self.outcome == self.wanted


def speaking(loaded: RuleSet) -> list[Rule | Correlation]:
    """Rules that raise alerts, by name."""
    every: list[Rule | Correlation] = [*loaded.rules, *loaded.correlations]
    return sorted((r for r in every if r.name not in loaded.silent and r.bittern), key=lambda rule: rule.name)


def trials(
    loaded: RuleSet,
    chosen: Sequence[Rule | Correlation],
    folders: Sequence[Path],
    tell: Callable[[str], None] = lambda capture: None,
) -> Iterator[Trial]:
    """The trials of `chosen`, in order. `folders` hold the captures and their site model: what the first one has not is
    looked for in the next. `tell` is called with each capture before it is analysed.

    Each capture is analysed once per baseline and site model, with all rules, as in an analysis.
    """
    with tempfile.TemporaryDirectory(prefix="bittern-proofs-") as temporary:
        bench = _Bench(loaded, folders, Path(temporary), tell)
        for rule in chosen:
            yield from _trials(rule, bench)


def _trials(rule: Rule | Correlation, bench: _Bench) -> Iterator[Trial]:
    proof = rule.bittern.proof if rule.bittern else Proof((), ())
    if not proof.positive:
        yield Trial(rule.name, "–", "alert", "no_proof")
    for wanted, captures in (("alert", proof.positive), ("quiet", proof.benign)):
        for capture in captures:
            fired = bench.fired(capture, proof)
            outcome = "absent" if fired is None else "alert" if rule.name in fired else "quiet"
            yield Trial(rule.name, capture, wanted, outcome)


class _Bench:
    """Runs analyses, each once."""

    def __init__(self, rules: RuleSet, folders: Sequence[Path], temporary: Path, tell: Callable[[str], None]) -> None:
        self._rules = rules
        self._folders = folders
        self._temporary = temporary
        self._tell = tell
        self._baselines: dict[tuple[tuple[str, ...], bool], Path] = {}
        self._fired: dict[tuple[str, tuple[str, ...], bool], frozenset[str]] = {}

    def fired(self, capture: str, proof: Proof) -> frozenset[str] | None:
        """Names of the rules that alert on a capture, None when it or what is to be learned first is not there."""
        if not all(self._place(each).is_file() for each in (capture, *proof.learn)):
            return None
        key = (capture, proof.learn, proof.site)
        if key not in self._fired:
            self._tell(capture)
            baseline = self._learned(proof.learn, proof.site) if proof.learn else None
            options = Options((self._place(capture),), baseline=baseline, site=self._site(proof.site))
            self._fired[key] = frozenset(alert.rule for alert in analyse(options, self._rules).alerts)
        return self._fired[key]

    def _learned(self, captures: tuple[str, ...], site: bool) -> Path:
        key = (captures, site)
        if key not in self._baselines:
            target = self._temporary / str(len(self._baselines))
            paths = tuple(self._place(capture) for capture in captures)
            analyse(Options(paths, learn=target, site=self._site(site)), NO_RULES)
            self._baselines[key] = target
        return self._baselines[key]

    def _site(self, wanted: bool) -> Path | None:
        return self._place("site.yml") if wanted else None

    def _place(self, name: str) -> Path:
        """Where a file of the proofs is, or would be."""
        return next((each / name for each in self._folders if (each / name).is_file()), self._folders[-1] / name)
