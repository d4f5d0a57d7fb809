"""What controls, queries and terms are called: from the frameworks, the catalogue of queries and the glossary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from response.compliance.frameworks import Framework, QueryAbout
from response.reports.model import ControlName, QueryName, Term, Title

SECTIONS = ("## Work", "## Plant")


def control_names(framework: Framework) -> tuple[ControlName, ...]:
    """The controls of one framework."""
    return tuple(
        ControlName(
            control=control.name,
            reference=control.reference if control.reference[:1].isalpha() else control.id,
            title=Title(control.title.get("en", ""), control.title.get("zh", "")),
            objective=control.objective,
            evidence=control.evidence,
            queries=control.queries,
        )
        for control in framework.controls
    )


def query_names(catalogue: Iterable[QueryAbout]) -> tuple[QueryName, ...]:
    """The evidence queries; their English name is their own with spaces."""
    return tuple(
        QueryName(
            query=each.name,
            title=Title(each.name.replace("_", " ").capitalize(), each.title_zh),
            definition=each.definition,
            pass_when=each.pass_when,
        )
        for each in catalogue
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
