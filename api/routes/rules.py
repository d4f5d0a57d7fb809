"""Rules: texts, proofs, coverage of ATT&CK for ICS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from api.answers import Answer, answer, page
from api.auth.guard import Caller, Needs
from api.drilling import last_results
from api.health_rules import with_health
from api.output.attack import attack
from api.output.coverage import by_technique, navigator_layer
from api.problems import Problem
from api.shapes_plant import CoverageShape, RulePage, RuleShape
from api.texts import Language
from api.wiring import Wiring, wiring_of
from detection.sigma.model import Correlation, Head, Rule
from response.records import Stored

router = APIRouter(prefix="/rules", tags=["rules"])
Parts = Annotated[Wiring, Depends(wiring_of)]
Reader = Annotated[Caller, Depends(Needs("rules:read"))]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@router.get("", response_model=RulePage, operation_id="rules_list")
def list_rules(caller: Reader, wiring: Parts) -> Answer:
    """Every rule in force, by name."""
    drilled = last_results(wiring.store)
    return page((_body(head, wiring, drilled) for head in _heads(wiring).values()), None)


@router.get("/coverage", response_model=CoverageShape, operation_id="rules_coverage")
def coverage(caller: Reader, wiring: Parts) -> Answer:
    """Techniques of ATT&CK for ICS, and the rules that watch for each."""
    named = by_technique(list(_heads(wiring).values()))
    known = attack()
    watched = known.techniques.values()
    techniques = [{"id": t.id, "name": t.name, "tactics": list(t.tactics), "rules": named[t.id]} for t in watched]
    tactics = [{"id": t.id, "name": t.name} for t in known.tactics.values()]
    return answer({"tactics": tactics, "techniques": techniques, "covered": sum(bool(n) for n in named.values())})


@router.get("/coverage/layer", operation_id="rules_layer", response_model=dict[str, Any])
def layer(caller: Reader, wiring: Parts) -> Answer:
    """The same as a layer for ATT&CK Navigator."""
    return answer(navigator_layer(list(_heads(wiring).values())))


@router.get("/{name}", response_model=RuleShape, operation_id="rules_show")
def show(name: str, caller: Reader, wiring: Parts) -> Answer:
    """One rule with its source."""
    head = _heads(wiring).get(name)
    if head is None:
        raise Problem(404, "not_found", path=f"/api/v1/rules/{name[:64]}")
    return answer(
        {
            **_body(head, wiring, last_results(wiring.store)),
            "source": Path(head.origin.file).read_text(encoding="utf-8"),
        }
    )


def _heads(wiring: Wiring) -> dict[str, Head]:
    rules = with_health(wiring.rules)
    heads: tuple[Head, ...] = (*rules.rules, *rules.correlations)
    return {head.name: head for head in sorted(heads, key=lambda head: head.name) if head.bittern is not None}


def _body(head: Head, wiring: Wiring, drilled: Mapping[str, Stored]) -> dict[str, Any]:
    own = head.bittern
    assert own is not None
    site = wiring.site.site()
    declared = site.declared() if site else frozenset[str]()
    return {
        "name": head.name,
        "id": head.id,
        "version": head.version,
        "status": head.status,
        "level": head.level,
        "class": own.rule_class,
        "learnable": own.learnable,
        "dataset": head.dataset if isinstance(head, Rule) else None,
        "correlates": list(head.rules) if isinstance(head, Correlation) else [],
        "techniques": list(head.techniques),
        "objects": list(own.objects),
        "controls": list(own.controls),
        "needs": list(own.needs),
        "lacking": [need for need in own.needs if need not in declared],
        "playbook": own.playbook,
        "drill": _drill(drilled.get(head.name)),
        "proof": {"positive": list(own.proof.positive), "benign": list(own.proof.benign)},
        "text": {language: _text(head, language) for language in LANGUAGES},
    }


def _drill(last: Stored | None) -> dict[str, Any] | None:
    if last is None:
        return None
    return {name: last.body[name] for name in ("state", "at", "before", "passed_at", "failed", "drill")}


def _text(head: Head, language: Language) -> dict[str, Any]:
    own = head.bittern
    assert own is not None
    text = own.text[language]
    return {
        "title": head.titled(language),
        "what": text.what,
        "why": text.why,
        "do": list(text.do),
        "description": head.described(language),
        "harmless": list(head.harmless(language)),
        "safety": own.safety.get(language, ""),
    }
