"""Reports: make, list, take, verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from api.answers import Answer, answer, page
from api.auth.guard import Caller, Needs
from api.idempotency import IdempotentRoute, moment_of
from api.problems import Problem
from api.reporting import LANGUAGES, REPORTS, NoAssessment, assessment_in, keep, known_of, make_report
from api.shapes_assess import NewReport, ReportPage, ReportShape, VerificationShape
from api.wiring import Wiring, wiring_of
from response.records import Deed, RecordQuery, Stored
from response.reports.glyphs import NoFonts
from response.reports.make import Asked
from response.reports.signing import KEYS, KeyFolder, SigningKey
from response.reports.verifier import Contents, Unreadable
from response.reports.verify import verify

router = APIRouter(prefix="/reports", tags=["reports"], route_class=IdempotentRoute)
Parts = Annotated[Wiring, Depends(wiring_of)]
Reader = Annotated[Caller, Depends(Needs("reports:read"))]
KEY = "report"
FILES = {
    "bundle": ("", "application/zip"),
    "pdf": ("report.pdf", "application/pdf"),
    "html": ("report.html", "text/html"),
    "xlsx": ("report.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "json": ("report.json", "application/json"),
}
POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""A report is a page of its own: nothing in it may run, or ask for anything."""
KINDS = {kind: {"schema": {"type": "string", "format": "binary"}} for _, kind in FILES.values()}
Part = Literal["bundle", "pdf", "html", "xlsx", "json"]


@router.get("", response_model=ReportPage, operation_id="reports_list")
def list_reports(caller: Reader, wiring: Parts, cursor: Annotated[str | None, Query(max_length=2000)] = None) -> Answer:
    """Reports, the latest first."""
    found = wiring.store.records(RecordQuery("report", limit=200, cursor=cursor))
    return page((_body(each, wiring) for each in found.items), found.cursor)


@router.post("", response_model=ReportShape, status_code=201, operation_id="reports_make")
def make(
    given: NewReport, request: Request, caller: Annotated[Caller, Depends(Needs("reports:make"))], wiring: Parts
) -> Answer:
    """Make a report of an assessment, signed with the server's key (made when there is none)."""
    try:
        assessment = assessment_in(wiring.store, given.assessment)
    except NoAssessment:
        raise Problem(404, "no_assessment", value=given.assessment or "") from None
    languages = LANGUAGES[given.language]
    asked = Asked(
        given.template, languages, given.mark, given.organisation, moment_of(request, wiring), caller.account.id
    )
    known = known_of(wiring.store, assessment, wiring.site.site())
    try:
        made = make_report(assessment, asked, known, set(given.forms), _key(wiring))
    except NoFonts:
        raise Problem(503, "no_fonts") from None
    keep(made, _folder(wiring), wiring.store, who=caller.account.id)
    return answer(_body(wiring.store.record("report", made.model.id), wiring), status=201)


@router.get("/{report}", response_model=ReportShape, operation_id="reports_show")
def show(report: str, caller: Reader, wiring: Parts) -> Answer:
    """What is known of a report."""
    return answer(_body(wiring.store.record("report", report), wiring))


@router.get(
    "/{report}/files/{part}", response_class=Response, operation_id="reports_take", responses={200: {"content": KINDS}}
)
def take(report: str, part: Part, caller: Reader, wiring: Parts) -> Response:
    """The bundle, or one of its forms. The audit log keeps who took it."""
    path = _bundle(wiring.store.record("report", report), wiring)
    name, kind = FILES[part]
    data = path.read_bytes() if part == "bundle" else Contents(path).read(name)
    if data is None:
        raise Problem(404, "not_found", path=f"/api/v1/reports/{report}/files/{part}")
    told = {"part": part}
    wiring.store.commit([], Deed(wiring.clock(), caller.name, "report.take", "report", report, told))
    filename = path.name if part == "bundle" else f"{report}.{part}"
    disposition = "inline" if part in ("html", "pdf") else "attachment"
    headers = {"Content-Disposition": f'{disposition}; filename="{filename}"', "Content-Security-Policy": POLICY}
    return Response(data, media_type=kind, headers=headers)


@router.get("/{report}/verification", response_model=VerificationShape, operation_id="reports_verify")
def verification(report: str, caller: Reader, wiring: Parts) -> Answer:
    """Whether the bundle is as it was signed, and what was changed, is missing or was added."""
    path = _bundle(wiring.store.record("report", report), wiring)
    try:
        found = verify(path, KeyFolder(wiring.settings.data / KEYS).publics())
    except Unreadable:
        raise Problem(422, "report_unreadable", value=report) from None
    body = {
        "holds": found.holds,
        "signature": found.signature,
        "fingerprint": found.key.fingerprint if found.key else None,
        "changed": list(found.files.changed),
        "missing": list(found.files.missing),
        "added": list(found.files.added),
    }
    return answer(body)


def _key(wiring: Wiring) -> SigningKey:
    keys = KeyFolder(wiring.settings.data / KEYS)
    if not keys.signs(KEY):
        keys.create(KEY, wiring.seed())
    return keys.private(KEY)


def _folder(wiring: Wiring) -> Path:
    return wiring.settings.data / REPORTS


def _bundle(stored: Stored, wiring: Wiring) -> Path:
    path = _folder(wiring) / Path(str(stored.body["file"])).name
    if not path.is_file():
        raise Problem(404, "report_gone", value=stored.id)
    return path


def _body(stored: Stored, wiring: Wiring) -> dict[str, Any]:
    path = _folder(wiring) / Path(str(stored.body["file"])).name
    names = Contents(path).names if path.is_file() else frozenset[str]()
    forms = [part for part, (name, _) in FILES.items() if name in names or (not name and path.is_file())]
    return {"id": stored.id, **stored.body, "forms": forms}
