"""Decisions about many alerts at once, done in the background; how far they are, and taking them back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from api import assessment_jobs
from api.answers import Answer, answer, page
from api.auth.guard import Caller, Needs
from api.idempotency import IdempotentRoute, moment_of
from api.problems import Problem
from api.shapes_triage import AccuracyPage, BulkInput, BulkSelection, JobShape
from api.wiring import Wiring, wiring_of
from response.alerts import AlertChange
from response.ports import MOST_PER_PAGE, AlertQuery
from response.store_errors import NotFound
from response.triage.bulk import BULK, Bulk
from response.triage.enforce import pages
from response.triage.precedent import accuracy

router = APIRouter(tags=["jobs"], route_class=IdempotentRoute)
Parts = Annotated[Wiring, Depends(wiring_of)]
Changer = Annotated[Caller, Depends(Needs("alerts:bulk"))]


@router.post("/jobs", response_model=JobShape, status_code=202, operation_id="jobs_create")
def begin(given: BulkInput, request: Request, caller: Changer, wiring: Parts) -> Answer:
    """One decision about alerts that are named, or about all that match. The worker does it; the job tells how far."""
    if (given.alerts is None) == (given.matching is None):
        raise Problem(422, "bulk_selection")
    change = AlertChange(
        at=moment_of(request, wiring),
        who=caller.account.id,
        status=given.status,
        resolution=given.resolution,
        assignee=given.assignee,
        reason=given.reason,
    )
    selection: AlertQuery | Sequence[str] = given.alerts or _query(given.matching or BulkSelection())
    return _told(Bulk(wiring.store).begin(change, selection), wiring, status=202)


@router.get("/jobs/{job}", response_model=JobShape, operation_id="jobs_show")
def show(job: str, caller: Annotated[Caller, Depends(Needs("alerts:read"))], wiring: Parts) -> Answer:
    """How far a job is: alerts in all, and how many ended in each state."""
    return _told(job, wiring)


@router.post("/jobs/{job}/undo", response_model=JobShape, status_code=202, operation_id="jobs_undo")
def undo(job: str, request: Request, caller: Changer, wiring: Parts) -> Answer:
    """Give each alert back what it was before, where nobody has changed it since."""
    begun = Bulk(wiring.store).undo(_bulk(job, wiring), moment_of(request, wiring), caller.account.id, "undo")
    return _told(begun, wiring, status=202)


@router.get("/rules/accuracy", response_model=AccuracyPage, operation_id="rules_accuracy")
def rule_accuracy(caller: Annotated[Caller, Depends(Needs("rules:read"))], wiring: Parts) -> Answer:
    """How the closed alerts of each rule ended, the one that errs most first."""
    closed = pages(wiring.store, AlertQuery(statuses=("closed",), triage=False, limit=MOST_PER_PAGE))
    return page((vars(each) for each in accuracy(closed)), None)


def _query(given: BulkSelection) -> AlertQuery:
    return AlertQuery(
        severity=given.severity,
        statuses=tuple(given.status or ()),
        rules=tuple(given.rule or ()),
        text=given.text,
        assignees=tuple(given.assignee or ()),
        drill=False,
    )


def _told(job: str, wiring: Wiring, status: int = 200) -> Answer:
    record = wiring.store.record("job", job).body
    if record["what"] == assessment_jobs.WHAT:
        return answer({"id": job, **assessment_jobs.told(record)}, status=status)
    progress = Bulk(wiring.store).progress(_bulk(job, wiring))
    body = {"state": progress.state, "total": progress.total, "ended": dict(progress.ended)}
    return answer({"id": job, **body, "result": None, "why": None}, status=status)


def _bulk(job: str, wiring: Wiring) -> str:
    """The id of a job about alerts; their journal and what was refused are such records too. Raises NotFound."""
    if wiring.store.record("job", job).body["what"] != BULK:
        raise NotFound(f"job {job}", "no_such_id")
    return job
