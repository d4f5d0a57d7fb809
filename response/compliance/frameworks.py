"""Frameworks of controls, the catalogue of evidence queries, and the plan of action's weights, read from YAML.

The texts under `rules/frameworks` are our own paraphrase; marks `verify` and licence notes stay with them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

EVIDENCE = ("auto", "partial", "manual")
"""auto: evidence decides; partial: it can only disprove, or show a part; manual: it gives hints at most."""
DEFAULT_SEVERITY = "medium"


class BadFramework(ValueError):
    """A file that is no framework: `file`, and what it lacks."""

    def __init__(self, file: str, lacks: str) -> None:
        super().__init__(f"{file}: {lacks}")
        self.file, self.lacks = file, lacks


@dataclass(frozen=True)
class Control:
    """One control. `name` as rules write it (`iec62443-3-3:SR-2.1`); `levels` are the security levels (IEC 62443) that
    select it; `verify` says that its text or number still has to be checked against the standard."""

    name: str
    id: str
    reference: str
    title: Mapping[str, str]
    objective: str
    evidence: str
    queries: tuple[str, ...]
    objects: tuple[str, ...] = ()
    requirement: str | None = None
    levels: tuple[int, ...] = ()
    parent: str | None = None
    verify: bool = False


@dataclass(frozen=True)
class Framework:
    """A catalogue of controls. `digest` is the SHA-256 of its text; each report tells `licence` and `checks`."""

    id: str
    digest: str
    title: Mapping[str, str]
    version: str
    issuer: str
    licence: str
    checks: str
    controls: tuple[Control, ...]
    requirements: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    verify: bool = False


@dataclass(frozen=True)
class QueryAbout:
    """What the catalogue says of an evidence query: the facts that do not depend on how it is computed."""

    name: str
    kind: str
    objects: tuple[str, ...]
    means: str
    inputs: tuple[str, ...]
    definition: str
    pass_when: str
    title_zh: str


@dataclass(frozen=True)
class Plan:
    """How grave a failing query is, and in how many days what is so grave must be mended."""

    severity: Mapping[str, str] = field(default_factory=dict)
    due_days: Mapping[str, int] = field(default_factory=dict)

    def severity_of(self, query: str) -> str:
        return self.severity.get(query, DEFAULT_SEVERITY)


def read_framework(file: str, text: str) -> Framework:
    """One framework. Raises BadFramework."""
    data = _mapping(file, text)
    catalogue, controls = data.get("catalog"), data.get("controls")
    if not isinstance(catalogue, dict) or not isinstance(controls, list):
        raise BadFramework(file, "catalog, controls")
    return Framework(
        id=str(catalogue["id"]),
        digest=hashlib.sha256(text.encode()).hexdigest(),
        title=_titles(catalogue),
        version=str(catalogue.get("version", "")),
        issuer=str(catalogue.get("issuer", "")),
        licence=str(catalogue.get("licence_note", "")),
        checks=str(catalogue.get("checks", "")),
        controls=tuple(_control(file, str(catalogue["id"]), control) for control in controls),
        requirements={fr["id"]: _titles(fr) for fr in data.get("foundational_requirements", ())},
        verify=bool(catalogue.get("verify", False)),
    )


def _control(file: str, framework: str, data: Mapping[str, Any]) -> Control:
    evidence = data.get("evidence")
    if "id" not in data or evidence not in EVIDENCE:
        raise BadFramework(file, f"{data.get('id')}: id, evidence {'|'.join(EVIDENCE)}")
    return Control(
        name=f"{framework}:{data['id']}",
        id=str(data["id"]),
        reference=str(data.get("ref") or data.get("clause") or data["id"]),
        title=_titles(data),
        objective=str(data.get("objective", "")),
        evidence=evidence,
        queries=tuple(data.get("queries", ())),
        objects=tuple(data.get("objects", ())),
        requirement=data.get("fr"),
        levels=tuple(data.get("sl", ())),
        parent=data.get("parent"),
        verify=bool(data.get("verify") or data.get("clause_verify")),
    )


def read_catalogue(file: str, text: str) -> dict[str, QueryAbout]:
    """The evidence queries by name. Raises BadFramework."""
    data = _mapping(file, text)
    if not isinstance(data.get("queries"), list):
        raise BadFramework(file, "queries")
    return {
        query["name"]: QueryAbout(
            name=query["name"],
            kind=query["kind"],
            objects=tuple(query["objects"]),
            means=query["means"],
            inputs=tuple(query["inputs"]),
            definition=query["definition"],
            pass_when=query["pass_when"],
            title_zh=query["title_zh"],
        )
        for query in data["queries"]
    }


def read_plan(file: str, text: str) -> Plan:
    """The weights of the plan of action. Raises BadFramework."""
    data = _mapping(file, text)
    if not isinstance(data.get("severity"), dict) or not isinstance(data.get("due_days"), dict):
        raise BadFramework(file, "severity, due_days")
    return Plan({query: severity for severity, names in data["severity"].items() for query in names}, data["due_days"])


def _titles(data: Mapping[str, Any]) -> dict[str, str]:
    return {"en": str(data.get("title_en", "")), "zh": str(data.get("title_zh", ""))}


def _mapping(file: str, text: str) -> dict[str, Any]:
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadFramework(file, str(error)) from error
    if not isinstance(data, dict):
        raise BadFramework(file, "catalog")
    return data
