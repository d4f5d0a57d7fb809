"""Runs the proofs of rules: each positive capture must raise the rule, each benign one must not."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.analysis import Options, analyse
from api.cli.results import page_of
from api.cli.terminal import Terminal
from api.output.documents import Json, listing
from api.output.page import Part
from api.texts import shipped
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


def prove(
    loaded: RuleSet, chosen: Sequence[Rule | Correlation], folder: Path | None, terminal: Terminal
) -> list[Trial]:
    """The trials of `chosen`, in order. `folder` holds the captures and their site model (default: the shipped ones).

    Each capture is analysed once per baseline and site model, with all rules, as in an analysis.
    """
    place = folder or Path(str(shipped("proofs")))
    with tempfile.TemporaryDirectory(prefix="bittern-proofs-") as temporary:
        bench = _Bench(loaded, place, Path(temporary), terminal)
        return [trial for rule in chosen for trial in _trials(rule, bench)]


def show_trials(trials: Sequence[Trial], terminal: Terminal, *, as_json: bool) -> None:
    """What came of it, failures last so that they are read; JSON on request."""
    if as_json:
        data: list[Json] = [
            {"rule": t.rule, "capture": t.capture, "wanted": t.wanted, "outcome": t.outcome, "holds": t.holds}
            for t in trials
        ]
        terminal.data(listing("bittern.proofs/v1", data, failed=sum(not t.holds for t in trials)))
        return
    words, page = terminal.texts, page_of(terminal)
    rows: list[list[Part]] = [
        [
            (words.get("proof.holds"), "good") if trial.holds else (words.get("proof.fails"), "bad"),
            trial.rule,
            words.get(f"proof.{trial.wanted}"),
            words.get(f"proof.{trial.outcome}"),
            trial.capture,
        ]
        for trial in sorted(trials, key=lambda t: not t.holds)
    ]
    page.columns([words.get(f"column.{n}") for n in ("proof", "rule", "wanted", "outcome", "capture")], rows)
    terminal.data(page.text())
    failed = {trial.rule for trial in trials if not trial.holds}
    rules = {trial.rule for trial in trials}
    terminal.tell("cli.proved", rules=len(rules), trials=len(trials), failed=", ".join(sorted(failed)) or "–")


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

    def __init__(self, rules: RuleSet, folder: Path, temporary: Path, terminal: Terminal) -> None:
        self._rules = rules
        self._folder = folder
        self._temporary = temporary
        self._terminal = terminal
        self._baselines: dict[tuple[tuple[str, ...], bool], Path] = {}
        self._fired: dict[tuple[str, tuple[str, ...], bool], frozenset[str]] = {}

    def fired(self, capture: str, proof: Proof) -> frozenset[str] | None:
        """Names of the rules that alert on a capture, None when it or what is to be learned first is not there."""
        if not all((self._folder / each).is_file() for each in (capture, *proof.learn)):
            return None
        key = (capture, proof.learn, proof.site)
        if key not in self._fired:
            self._terminal.more("cli.proving", capture=capture)
            baseline = self._learned(proof.learn, proof.site) if proof.learn else None
            options = Options((self._folder / capture,), baseline=baseline, site=self._site(proof.site))
            self._fired[key] = frozenset(alert.rule for alert in analyse(options, self._rules).alerts)
        return self._fired[key]

    def _learned(self, captures: tuple[str, ...], site: bool) -> Path:
        key = (captures, site)
        if key not in self._baselines:
            target = self._temporary / str(len(self._baselines))
            paths = tuple(self._folder / capture for capture in captures)
            analyse(Options(paths, learn=target, site=self._site(site)), NO_RULES)
            self._baselines[key] = target
        return self._baselines[key]

    def _site(self, wanted: bool) -> Path | None:
        return self._folder / "site.yml" if wanted else None
