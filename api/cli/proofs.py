"""Shows what the proofs of rules came to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from api.cli.results import page_of
from api.cli.terminal import Terminal
from api.output.documents import Json, listing
from api.output.page import Part
from api.proving import Trial, trials
from api.texts import shipped
from detection.sigma.load import RuleSet
from detection.sigma.model import Correlation, Rule


def prove(
    loaded: RuleSet, chosen: Sequence[Rule | Correlation], folder: Path | None, terminal: Terminal
) -> list[Trial]:
    """The trials of `chosen`, in order. `folder` holds the captures and their site model (else: the shipped ones)."""
    place = folder or Path(str(shipped("proofs")))
    return list(trials(loaded, chosen, [place], lambda capture: terminal.more("cli.proving", capture=capture)))


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
