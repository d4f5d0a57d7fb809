"""The audit log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.answers import Answer, answer, page
from api.auth.guard import Caller, Needs
from api.shapes import AuditCheck, AuditPage
from api.wiring import Wiring, wiring_of
from response.audit import check_chain
from response.records import line_record

router = APIRouter(prefix="/audit", tags=["audit"])
Parts = Annotated[Wiring, Depends(wiring_of)]
Reader = Annotated[Caller, Depends(Needs("audit:read"))]


@router.get("", response_model=AuditPage, operation_id="audit_list")
def list_lines(
    caller: Reader,
    wiring: Parts,
    after: Annotated[int, Query(ge=0, le=2**53, description="lines behind this number")] = 0,
    limit: Annotated[int, Query(ge=1, le=5000)] = 500,
) -> Answer:
    """Lines in order, from the first."""
    lines = wiring.store.audit(after, limit)
    bodies = [{**line_record(line.number, line.deed, line.previous), "hash": line.hash} for line in lines]
    return page(bodies, str(lines[-1].number) if len(lines) == limit else None)


@router.get("/check", response_model=AuditCheck, operation_id="audit_check")
def check(caller: Reader, wiring: Parts) -> Answer:
    """Whether every line follows from the one before it."""
    found = check_chain(wiring.store)
    return answer({"lines": found.lines, "broken": found.broken, "head": found.head})
