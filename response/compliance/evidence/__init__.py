"""Evidence queries: a theme is one file here and one line below; each query's facts stand in the catalogue."""

from __future__ import annotations

from response.compliance.evidence import (
    assets,
    boundaries,
    commands,
    coverage,
    incidents,
    integrity,
    keeping,
    logins,
    services,
    triage,
)
from response.compliance.query import Query

QUERIES: tuple[Query, ...] = (
    *assets.QUERIES,
    *boundaries.QUERIES,
    *services.QUERIES,
    *logins.QUERIES,
    *commands.QUERIES,
    *integrity.QUERIES,
    *coverage.QUERIES,
    *triage.QUERIES,
    *keeping.QUERIES,
    *incidents.QUERIES,
)
