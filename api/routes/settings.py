"""Settings of the installation that are no text of their own: what playbooks may call."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from api.answers import ETAGGED, VERSIONED, Answer, answer, if_match
from api.auth.guard import Caller, Needs
from api.playbook_desk import ALLOWED
from api.problems import Problem, reader_language
from api.shapes_runs import AllowListInput, AllowListShape
from api.texts import Texts, texts
from api.wiring import Wiring, wiring_of
from response.playbooks.allow_list import BadAllowList, Mistake, read_allow_list
from response.records import Deed, Put, Stored
from response.store_errors import NotFound
from response.times import time_text

router = APIRouter(prefix="/settings", tags=["settings"])
Parts = Annotated[Wiring, Depends(wiring_of)]
NONE_STORED = "0"


@router.get(
    "/http-allowed",
    response_model=AllowListShape,
    operation_id="settings_http_allowed_show",
    responses={200: {"headers": ETAGGED}},
)
def show(caller: Annotated[Caller, Depends(Needs("settings:read"))], wiring: Parts) -> Answer:
    """What playbooks may call over HTTP; nothing, under etag "0", until somebody allows it."""
    try:
        stored = wiring.store.record(*ALLOWED)
    except NotFound:
        return _answer([], NONE_STORED)
    return _answer(stored.body["entries"], stored.etag)


@router.put(
    "/http-allowed",
    response_model=AllowListShape,
    operation_id="settings_http_allowed_change",
    openapi_extra=VERSIONED,
    responses={200: {"headers": ETAGGED}},
)
def change(
    given: AllowListInput,
    request: Request,
    caller: Annotated[Caller, Depends(Needs("settings:change"))],
    wiring: Parts,
) -> Answer:
    """Put a list in force. Needs If-Match ("0" while none is stored); mistakes are told all at once."""
    etag, now = if_match(request), wiring.clock()
    entries = given.model_dump()["entries"]
    try:
        read_allow_list(entries)
    except BadAllowList as bad:
        errors = [_told(each, texts(reader_language(request))) for each in bad.mistakes]
        raise Problem(422, "bad_allow_list", errors=errors, count=len(errors), first=errors[0]["where"]) from None
    body = {"at": time_text(now), "entries": entries}
    deed = Deed(now, caller.name, "setting.change", *ALLOWED, {"entries": entries})
    [stored] = wiring.store.commit([Put(*ALLOWED, body, None if etag == NONE_STORED else etag)], deed)
    assert isinstance(stored, Stored)
    return _answer(entries, stored.etag)


def _told(mistake: Mistake, words: Texts) -> dict[str, str]:
    message = words.get(f"http_allowed.{mistake.code}", value=mistake.value)
    return {"where": mistake.where, "code": mistake.code, "message": message}


def _answer(entries: list[dict[str, Any]], etag: str) -> Answer:
    return answer({"entries": entries, "etag": etag}, etag=etag)
