"""What an assessment is made with: frameworks, catalogue of queries, plan; and the product's own content."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

import yaml

from detection.sigma.load import RuleSet
from detection.sigma.model import Head
from response.compliance.frameworks import (
    BadFramework,
    Framework,
    Plan,
    QueryAbout,
    read_catalogue,
    read_framework,
    read_plan,
)
from response.compliance.gathering import Content, RuleInForce

CATALOGUE, PLAN, TECHNIQUES = "evidence-queries.yaml", "plan.yaml", "visible-techniques.yaml"


@dataclass(frozen=True)
class Library:
    """The frameworks by id in order of id, the evidence queries by name, how grave they are."""

    frameworks: dict[str, Framework]
    catalogue: dict[str, QueryAbout]
    plan: Plan
    techniques: tuple[str, ...]

    def chosen(self, ids: Sequence[str]) -> tuple[Framework, ...]:
        """Frameworks by id, all of them when none is named. Raises KeyError."""
        return tuple(self.frameworks[each] for each in ids or self.frameworks)


def load_library(folder: Traversable | Path) -> Library:
    """Everything below a folder such as `rules/frameworks`. Raises BadFramework, OSError."""
    texts = {p.name: p.read_text(encoding="utf-8") for p in folder.iterdir() if p.name.endswith((".yaml", ".yml"))}
    for needed in (CATALOGUE, PLAN, TECHNIQUES):
        if needed not in texts:
            raise BadFramework(needed, "the file")
    about = {name: texts.pop(name) for name in (CATALOGUE, PLAN, TECHNIQUES)}
    found = [read_framework(name, text) for name, text in sorted(texts.items())]
    return Library(
        frameworks={framework.id: framework for framework in sorted(found, key=lambda f: f.id)},
        catalogue=read_catalogue(CATALOGUE, about[CATALOGUE]),
        plan=read_plan(PLAN, about[PLAN]),
        techniques=tuple(yaml.safe_load(about[TECHNIQUES])["techniques"]),
    )


def content_of(
    rules: RuleSet, techniques: Sequence[str], playbooks: Sequence[str], released: int | None = None
) -> Content:
    """What the product brings to an assessment. `released` is when its rules were, ns."""
    heads: list[Head] = sorted((*rules.rules, *rules.correlations), key=lambda head: head.name)
    speaking = [rule for head in heads if (rule := _in_force(head)) is not None]
    versions = "".join(f"{head.name} {head.version}\n" for head in heads)
    digest = hashlib.sha256(versions.encode()).hexdigest()
    return Content(tuple(speaking), tuple(techniques), tuple(sorted(playbooks)), digest, released)


def _in_force(head: Head) -> RuleInForce | None:
    """A rule that raises alerts; None for one that only feeds others."""
    if head.bittern is None:
        return None
    about = head.bittern
    return RuleInForce(
        name=head.name,
        rule_class=about.rule_class,
        techniques=head.techniques,
        objects=about.objects,
        controls=about.controls,
        playbook=about.playbook,
        proofs=tuple(dict.fromkeys((*about.proof.positive, *about.proof.benign))),
        enabled=about.default_enabled,
    )
