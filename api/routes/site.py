"""The site model, edited as text."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from api.answers import ETAGGED, VERSIONED, Answer, answer, if_match
from api.auth.guard import Caller, Needs
from api.output.issues import issue_document
from api.problems import Problem, reader_language
from api.shapes_plant import SiteCheck, SiteInput, SiteShape
from api.site_model import FILE, NOTHING, SiteText, issues_of, put_site, site_text
from api.texts import texts
from api.wiring import Wiring, wiring_of
from detection.sigma.model import Issue
from detection.site import Site
from detection.site_reading import BadSite, read_site

router = APIRouter(prefix="/site", tags=["site"])
Parts = Annotated[Wiring, Depends(wiring_of)]
Reader = Annotated[Caller, Depends(Needs("site:read"))]
NONE_STORED = "0"


@router.get("", response_model=SiteShape, operation_id="site_show", responses={200: {"headers": ETAGGED}})
def show(caller: Reader, wiring: Parts) -> Answer:
    """The text in force; where none is, one to begin with, under etag "0"."""
    return _answer(site_text(wiring.store) or SiteText(NOTHING, None))


@router.put(
    "",
    response_model=SiteShape,
    operation_id="site_change",
    openapi_extra=VERSIONED,
    responses={200: {"headers": ETAGGED}},
)
def change(
    given: SiteInput, request: Request, caller: Annotated[Caller, Depends(Needs("site:change"))], wiring: Parts
) -> Answer:
    """Put a text in force. Needs If-Match; a text with mistakes is refused with every one of them."""
    etag = if_match(request)
    try:
        kept = put_site(
            wiring.store,
            given.text,
            None if etag == NONE_STORED else etag,
            who=caller.name,
            at=wiring.clock(),
        )
    except BadSite as error:
        errors = _documents(error.issues, request)
        raise Problem(422, "bad_site", errors=errors, count=len(errors), line=error.issues[0].line) from None
    return _answer(kept)


@router.post("/check", response_model=SiteCheck, operation_id="site_check")
def check(given: SiteInput, request: Request, caller: Reader, wiring: Parts) -> Answer:
    """What is wrong with a text, what it declares, and which assets come and go with it; nothing is changed."""
    issues = issues_of(given.text)
    site = None if issues else read_site(FILE, given.text)
    known = {each.id for each in before.assets} if (before := wiring.site.site()) else set[str]()
    new = {each.id for each in site.assets} if site else known
    return answer(
        {
            "issues": _documents(issues, request),
            "declares": _declares(site) if site else {},
            "assets_new": sorted(new - known),
            "assets_gone": sorted(known - new),
        }
    )


def _declares(site: Site) -> dict[str, int]:
    names = ("zones", "conduits", "assets", "points", "windows")
    return {name: len(getattr(site, name)) for name in names}


def _documents(issues: list[Issue], request: Request) -> list[dict[str, Any]]:
    words = texts(reader_language(request))
    return [dict(issue_document(issue, words)) for issue in issues]


def _answer(found: SiteText) -> Answer:
    etag = found.etag or NONE_STORED
    return answer({"text": found.text, "sha256": found.digest, "etag": etag}, etag=etag)
