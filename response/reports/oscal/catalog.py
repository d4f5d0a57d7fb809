"""Catalogues of control ids with our own paraphrase (the standards' texts are not ours to give), and a selection."""

from __future__ import annotations

from typing import Any

from response.reports.model import ControlName, ReportModel
from response.reports.oscal.parts import Ids, metadata, prop, string


def file_of(framework: str) -> str:
    """The file of a framework's catalogue."""
    return f"catalog-{''.join(c if c.isalnum() or c in '.-' else '-' for c in framework)}.json"


def catalogs(model: ReportModel, ids: Ids) -> dict[str, dict[str, Any]]:
    """A catalogue for each framework, by file."""
    found = {}
    for framework in dict.fromkeys(v.framework for v in model.assessment.verdicts):
        names = dict.fromkeys(v.control for v in model.assessment.verdicts if v.framework == framework)
        used = next((f for f in model.assessment.frameworks if f.id == framework), None)
        title = f"{used.title.get('en') or framework}: ids and own paraphrase" if used else framework
        found[file_of(framework)] = {
            "catalog": {
                "uuid": ids.uuid("catalog", framework),
                "metadata": metadata(model, title),
                "controls": [_control(model.control(name), ids) for name in names],
            }
        }
    return found


def _control(name: ControlName, ids: Ids) -> dict[str, Any]:
    token = ids.control(name.control)
    props = [{"name": "label", "value": string(name.reference)}]
    if name.title.zh:
        props.append(prop("title-zh", name.title.zh))
    if name.evidence:
        props.append(prop("evidence", name.evidence))
    return {
        "id": token,
        "title": string(name.title.en or name.reference),
        "props": props,
        "parts": [{"id": f"{token}_obj", "name": "statement", "prose": string(name.objective or name.title.en)}],
    }


def profile(model: ReportModel, ids: Ids) -> dict[str, Any]:
    """What of the catalogues is selected."""
    imports = []
    for framework in dict.fromkeys(v.framework for v in model.assessment.verdicts):
        selected = dict.fromkeys(ids.control(v.control) for v in ids.reviewed if v.framework == framework)
        if selected:
            imports.append({"href": file_of(framework), "include-controls": [{"with-ids": list(selected)}]})
    return {
        "profile": {
            "uuid": ids.uuid("profile"),
            "metadata": metadata(model, "Controls under review"),
            "imports": imports,
        }
    }
