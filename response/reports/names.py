"""What controls, queries and terms are called: from the framework catalogues, the query catalogue and the glossary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from response.reports.model import ControlName, QueryName, Term, Title

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C reads a catalogue ten times as fast."""
SECTIONS = ("## Work", "## Plant")


def control_names(text: str) -> tuple[ControlName, ...]:
    """The controls of one framework (`rules/frameworks/*.yaml`); none when the text is no framework."""
    data = _mapping(text)
    catalogue = data.get("catalog")
    framework = catalogue.get("id") if isinstance(catalogue, Mapping) else None
    return tuple(_control(str(framework), each) for each in data.get("controls", ()) if framework)


def _control(framework: str, data: Mapping[str, Any]) -> ControlName:
    return ControlName(
        control=f"{framework}:{data['id']}",
        reference=str(data.get("ref") or data["id"]),
        title=Title(str(data.get("title_en", "")), str(data.get("title_zh", ""))),
        objective=str(data.get("objective", "")),
        evidence=str(data.get("evidence", "")),
        queries=tuple(data.get("queries", ())),
    )


def query_names(text: str) -> tuple[QueryName, ...]:
    """The evidence queries of the catalogue; their English name is their own with spaces."""
    return tuple(
        QueryName(
            query=each["name"],
            title=Title(each["name"].replace("_", " ").capitalize(), str(each.get("title_zh", ""))),
            definition=str(each.get("definition", "")),
            pass_when=str(each.get("pass_when", "")),
        )
        for each in _mapping(text).get("queries", ())
    )


def glossary_terms(markdown: str) -> tuple[Term, ...]:
    """The terms of work and plant of `rules/glossary.md`."""
    return tuple(Term(en, zh, meaning) for en, zh, meaning in _rows(markdown))


def _rows(markdown: str) -> Iterator[tuple[str, str, str]]:
    wanted = False
    for line in markdown.splitlines():
        if line.startswith("## "):
            wanted = line.strip() in SECTIONS
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if wanted and line.startswith("|") and len(cells) == 4 and cells[0] not in ("English", "---"):
            yield cells[0], cells[1], cells[3]


def _mapping(text: str) -> dict[str, Any]:
    data = yaml.load(text, Loader=Loader)
    return data if isinstance(data, dict) else {}
