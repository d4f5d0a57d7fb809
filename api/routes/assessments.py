"""Assessments: frameworks, run, show; what people say of controls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from api.answers import Answer, answer, page
from api.assessing import NothingStored, Order, library
from api.assessment_jobs import begin, told
from api.auth.guard import Caller, Needs
from api.idempotency import IdempotentRoute, moment_of
from api.moments import since, until
from api.output.assess_json import framework_document
from api.problems import Problem
from api.shapes_assess import (
    AssessmentPage,
    AssessmentShape,
    FrameworkPage,
    JudgementInput,
    JudgementPage,
    JudgementShape,
    NewAssessment,
)
from api.shapes_triage import JobShape
from api.site_model import FILE, site_text
from api.wiring import Wiring, wiring_of
from detection.site_reading import read_site
from response.compliance.assessment import Judgement
from response.compliance.documents import judgement_document
from response.compliance.judging import BadJudgement, judgements, keep_judgement
from response.records import RecordQuery

router = APIRouter(tags=["assessments"], route_class=IdempotentRoute)
Parts = Annotated[Wiring, Depends(wiring_of)]
Reader = Annotated[Caller, Depends(Needs("assessments:read"))]
LONG = ("results", "verdicts", "levels", "matrix", "actions", "visibility", "differences")


@router.get("/frameworks", response_model=FrameworkPage, operation_id="frameworks_list")
def frameworks(caller: Reader) -> Answer:
    """Frameworks with the titles of their controls; licences and marks to check stay with them."""
    return page(map(framework_document, library().frameworks.values()), None)


@router.get("/assessments", response_model=AssessmentPage, operation_id="assessments_list")
def list_assessments(
    caller: Reader, wiring: Parts, cursor: Annotated[str | None, Query(max_length=2000)] = None
) -> Answer:
    """Assessments, the latest first."""
    found = wiring.store.records(RecordQuery("assessment", limit=50, cursor=cursor))
    bodies = [{n: v for n, v in _body(each.body).items() if n not in LONG} for each in found.items]
    return page(bodies, found.cursor)


@router.post("/assessments", response_model=JobShape, status_code=202, operation_id="assessments_run")
def run(
    given: NewAssessment,
    request: Request,
    caller: Annotated[Caller, Depends(Needs("assessments:run"))],
    wiring: Parts,
) -> Answer:
    """Assess what is stored now against frameworks, by the site model in force. The worker does it; the job tells when
    it has ended, and which assessment it made."""
    text = site_text(wiring.store)
    if text is None:
        raise Problem(422, "no_site")
    site = read_site(FILE, text.text)
    _check("frameworks", given.frameworks, list(library().frameworks))
    _check("zones", given.zones, [zone.id for zone in site.zones])
    now = moment_of(request, wiring)
    order = Order(
        name=given.name,
        who=caller.account.id,
        now=now,
        frameworks=tuple(dict.fromkeys(given.frameworks)),
        zones=tuple(dict.fromkeys(given.zones)),
        start=since(given.start, now, "start"),
        end=since(given.end, now, "end"),
    )
    try:
        job = begin(wiring.store, order)
    except NothingStored:
        raise Problem(422, "nothing_stored") from None
    body = {"id": job, **told(wiring.store.record("job", job).body)}
    return answer(body, status=202, location=f"/api/v1/jobs/{job}")


@router.get("/assessments/{assessment}", response_model=AssessmentShape, operation_id="assessments_show")
def show(assessment: str, caller: Reader, wiring: Parts) -> Answer:
    """The whole: visibility, results of queries with rows and hashes, verdicts, levels, matrix, plan of action."""
    return answer(_body(wiring.store.record("assessment", assessment).body))


@router.get("/judgements", response_model=JudgementPage, operation_id="judgements_list")
def list_judgements(
    caller: Reader,
    wiring: Parts,
    control: Annotated[str | None, Query(max_length=200)] = None,
) -> Answer:
    """What people said of controls, by control, the oldest first."""
    found = judgements(wiring.store, None if control is None else (control,))
    return page((judgement_document(name, each) for name, every in found.items() for each in every), None)


@router.post("/judgements", response_model=JudgementShape, status_code=201, operation_id="judgements_make")
def judge(given: JudgementInput, caller: Annotated[Caller, Depends(Needs("judgements:make"))], wiring: Parts) -> Answer:
    """Attest what cannot be measured, or override what was: with a reason and an end. It counts from the next run."""
    controls = {control.name for framework in library().frameworks.values() for control in framework.controls}
    if given.control not in controls:
        raise Problem(422, "unknown_word", name="control", value=given.control)
    now = wiring.clock()
    expires = until(given.expires, now, "expires") if given.expires else None
    judgement = Judgement(given.basis, given.state, given.reason, caller.account.id, now, expires)
    try:
        keep_judgement(wiring.store, given.control, judgement)
    except BadJudgement as error:
        raise Problem(422, f"judgement_{error.code}") from None
    return answer(judgement_document(given.control, judgement), status=201)


def _check(name: str, given: list[str], known: list[str]) -> None:
    for word in given:
        if word not in known:
            raise Problem(422, "unknown_word", name=name, value=word)


def _body(body: Mapping[str, Any]) -> dict[str, Any]:
    states: dict[str, Counter[str]] = {}
    for verdict in body["verdicts"]:
        states.setdefault(verdict["framework"], Counter())[verdict["state"]] += 1
    return {**body, "states": {framework: dict(counted) for framework, counted in states.items()}}
