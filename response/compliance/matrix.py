"""Six objects by four means: what the product has for each cell, and how it stands. An empty cell stays empty."""

from __future__ import annotations

from collections.abc import Iterable

from response.compliance.assessment import MEANS, OBJECTS, MatrixCell, QueryResult
from response.compliance.gathering import Content

RULES_DO, PLAYBOOKS_DO, PROOFS_DO = "monitor", "respond", "test"
"""The means that rules, playbooks and proofs are of."""


def matrix(content: Content, results: Iterable[QueryResult]) -> tuple[MatrixCell, ...]:
    """All 24 cells. A playbook serves the objects of the rules that name it; a proof those of its rule."""
    found = list(results)
    return tuple(_cell(item, means, content, found) for item in OBJECTS for means in MEANS)


def _cell(item: str, means: str, content: Content, results: list[QueryResult]) -> MatrixCell:
    rules = [rule for rule in content.rules if item in rule.objects and rule.enabled]
    there = set(content.playbooks)
    playbooks = {rule.playbook for rule in rules if rule.playbook in there}
    proofs = {(rule.name, proof) for rule in rules for proof in rule.proofs}
    own = [result for result in results if item in result.objects and result.means == means]
    return MatrixCell(
        object=item,
        means=means,
        rules=len(rules) if means == RULES_DO else 0,
        queries=len(own),
        playbooks=len(playbooks) if means == PLAYBOOKS_DO else 0,
        proofs=len(proofs) if means == PROOFS_DO else 0,
        passed=sum(result.state == "pass" for result in own),
        failed=sum(result.state == "fail" for result in own),
        inconclusive=sum(result.state == "inconclusive" for result in own),
    )
