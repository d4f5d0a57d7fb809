"""Parts of an assessment as JSON for programs: codes and parameters, times in UTC."""

from __future__ import annotations

from api.output.documents import Json, plain
from response.compliance.assessment import QueryResult, Verdict
from response.compliance.documents import part_document
from response.compliance.frameworks import Framework


def framework_document(framework: Framework) -> Json:
    """A framework without its controls' texts; licence and marks to check stay with it."""
    return {
        "id": framework.id,
        "title": plain(framework.title),
        "version": framework.version,
        "issuer": framework.issuer,
        "licence": framework.licence,
        "checks": framework.checks,
        "verify": framework.verify,
        "digest": framework.digest,
        "controls": [
            {
                "control": control.name, "title": plain(control.title), "evidence": control.evidence,
                "queries": list(control.queries), "verify": control.verify,
            }
            for control in framework.controls
        ],
    }  # fmt: skip


def verdict_document(verdict: Verdict) -> Json:
    """A verdict."""
    return plain(part_document(verdict))


def result_document(result: QueryResult) -> dict[str, Json]:
    """A query's result."""
    return {name: plain(value) for name, value in part_document(result).items()}
