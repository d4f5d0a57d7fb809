"""Evidence of a report: one file each, its SHA-256, and the Merkle root over all of them that stands on the cover.

The root is computed by `verifier.py`, which the bundle carries.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from response.compliance.assessment import Assessment
from response.reports.canonical import canonical
from response.reports.model import AlertCount, AssetFact, EvidenceItem, IncidentFact

FOLDER = "evidence"
UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")


def evidence_of(
    assessment: Assessment,
    assets: tuple[AssetFact, ...],
    alerts: tuple[AlertCount, ...] | None = None,
    incidents: tuple[IncidentFact, ...] | None = None,
) -> tuple[dict[str, bytes], tuple[EvidenceItem, ...]]:
    """The files by path, and what is said of them, both by path."""
    files: dict[str, bytes] = {f"{FOLDER}/assessment.json": canonical(assessment)}
    items = [_item(f"{FOLDER}/assessment.json", "assessment", files)]
    for number, result in enumerate(assessment.results, 1):
        path = f"{FOLDER}/query/{number:03d}-{UNSAFE.sub('_', result.query)[:80]}.json"
        files[path] = canonical(result)
        items.append(_item(path, "query", files, result.rows, result.digest))
    for kind, records in (("assets", assets), ("alerts", alerts), ("incidents", incidents)):
        if records:
            path = f"{FOLDER}/{kind}.json"
            files[path] = canonical(records)
            items.append(_item(path, kind, files, len(records)))
    return files, tuple(sorted(items, key=lambda item: item.path))


def _item(
    path: str, kind: str, files: Mapping[str, bytes], rows: int | None = None, digest: str | None = None
) -> EvidenceItem:
    data = files[path]
    return EvidenceItem(path, kind, hashlib.sha256(data).hexdigest(), len(data), rows, digest)
