"""Which techniques of ATT&CK for ICS the rules watch for. That a rule names one says it was thought of, not that every
form of it is seen: the table says how many rules, the proofs say which forms."""

from __future__ import annotations

from collections.abc import Sequence

from api.output.attack import attack
from api.output.documents import Json
from api.output.page import Page, Part
from api.texts import Texts
from detection.sigma.model import Head

LAYER = {"attack": "18", "navigator": "5.1.0", "layer": "4.5"}


def by_technique(rules: Sequence[Head]) -> dict[str, list[str]]:
    """Names of rules by technique, for techniques of the matrix."""
    found: dict[str, list[str]] = {technique: [] for technique in attack().techniques}
    for rule in rules:
        for technique in dict.fromkeys(rule.techniques):
            if technique in found:
                found[technique].append(rule.name)
    return found


def coverage_table(page: Page, rules: Sequence[Head], words: Texts) -> None:
    """Tactic by tactic: how many techniques have a rule, and which rules each has."""
    covered = by_technique(rules)
    with_rules = sum(bool(names) for names in covered.values())
    page.line((words.get("coverage.head", covered=with_rules, all=len(covered), rules=len(rules)), "strong"))
    for tactic in attack().tactics.values():
        techniques = [t for t in attack().techniques.values() if tactic.id in t.tactics]
        seen = [t for t in techniques if covered[t.id]]
        page.gap()
        page.line((tactic.name, "strong"), f"  {len(seen)}/{len(techniques)}")
        if seen:
            heads = [words.get(f"column.{name}") for name in ("technique", "name", "rules")]
            rows: list[list[Part]] = [[t.id, t.name, " ".join(covered[t.id])] for t in seen]
            page.columns(heads, rows, indent=2)
        if bare := [f"{t.id} {t.name}" for t in techniques if not covered[t.id]]:
            page.line((words.get("coverage.none", names=", ".join(bare)), "faint"), indent=2)


def navigator_layer(rules: Sequence[Head]) -> dict[str, Json]:
    """A layer for ATT&CK Navigator; the score of a technique is the number of its rules."""
    covered = by_technique(rules)
    techniques: list[Json] = [
        {
            "techniqueID": technique.id,
            "tactic": attack().tactics[tactic].short,
            "score": len(covered[technique.id]),
            "comment": ", ".join(covered[technique.id]),
            "enabled": True,
        }
        for technique in attack().techniques.values()
        if covered[technique.id]
        for tactic in technique.tactics
    ]
    most = max((len(names) for names in covered.values()), default=0)
    return {
        "name": "Bittern",
        "versions": dict(LAYER),
        "domain": "ics-attack",
        "description": f"Techniques named by {len(rules)} rules; the score is their number",
        "sorting": 3,
        "techniques": techniques,
        "gradient": {"colors": ["#ffffff", "#1f6f8b"], "minValue": 0, "maxValue": max(most, 1)},
    }
