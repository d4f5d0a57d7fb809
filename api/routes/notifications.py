"""Notifications: channels and routes as text, tests, messages and what became of them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from api.answers import ETAGGED, VERSIONED, Answer, answer, if_match, page
from api.auth.guard import Caller, Needs
from api.health_rules import with_health
from api.idempotency import IdempotentRoute
from api.notifying import EXAMPLES, BadKey, NotifyText
from api.output.issues import issue_document
from api.output.notify_lines import channel_document, failure_told, message_document, receipt_told
from api.problems import Problem, reader_language
from api.shapes_notify import ChannelTest, MessagePage, MessageShape, NotifyCheck, NotifyInput, NotifyShape
from api.texts import texts
from api.wiring import Wiring, wiring_of
from detection.sigma.model import Issue
from response.notify.reading import BadNotify
from response.notify.sender import Undelivered
from response.records import RecordQuery

router = APIRouter(prefix="/notifications", tags=["notifications"], route_class=IdempotentRoute)
Parts = Annotated[Wiring, Depends(wiring_of)]
Reader = Annotated[Caller, Depends(Needs("notifications:read"))]
Changer = Annotated[Caller, Depends(Needs("notifications:change"))]
NONE_STORED = "0"


@router.get(
    "/settings", response_model=NotifyShape, operation_id="notifications_show", responses={200: {"headers": ETAGGED}}
)
def show(caller: Reader, wiring: Parts) -> Answer:
    """Channels and routes as text; secrets are masked, a mask that is sent back keeps its secret. Where none are
    stored, examples to begin with, under etag "0"."""
    return _answer(wiring.notifications.settings.shown(), wiring)


@router.put(
    "/settings",
    response_model=NotifyShape,
    operation_id="notifications_change",
    openapi_extra=VERSIONED,
    responses={200: {"headers": ETAGGED}},
)
def change(given: NotifyInput, request: Request, caller: Changer, wiring: Parts) -> Answer:
    """Put a text in force. Needs If-Match ("0" while none is stored); mistakes are told all at once."""
    etag = if_match(request)
    known = None if etag == NONE_STORED else etag
    try:
        kept = wiring.notifications.settings.put(
            given.text, known, who=caller.account.id, at=wiring.clock(), **_names(wiring)
        )
    except BadNotify as error:
        errors = _documents(error.issues, request)
        raise Problem(422, "bad_notify", errors=errors, count=len(errors), line=error.issues[0].line) from None
    except BadKey as error:
        raise Problem(422, "no_notify_key", place=error.place) from None
    return _answer(kept, wiring)


@router.post("/settings/check", response_model=NotifyCheck, operation_id="notifications_check")
def check(given: NotifyInput, request: Request, caller: Changer, wiring: Parts) -> Answer:
    """What is wrong with a text; nothing is changed."""
    return answer({"issues": _documents(wiring.notifications.settings.issues(given.text, **_names(wiring)), request)})


@router.post("/channels/{channel}/test", response_model=ChannelTest, operation_id="notifications_test")
def test(channel: str, request: Request, caller: Changer, wiring: Parts) -> Answer:
    """Send a test message at once, and say what the receiver answered."""
    words = texts(reader_language(request))
    chosen = wiring.notifications.settings.current().by_name.get(channel)
    if chosen is None:
        raise Problem(404, "not_found", path=request.url.path)
    try:
        receipt = wiring.notifications.messenger.outbox.send_test(chosen, caller.account.id)
    except Undelivered as error:
        return answer({"delivered": False, "told": failure_told(error.code, error.parameters, words)})
    return answer({"delivered": True, "told": receipt_told(receipt, words)})


@router.get("/messages", response_model=MessagePage, operation_id="messages_list")
def messages(
    request: Request,
    caller: Reader,
    wiring: Parts,
    state: Annotated[list[Annotated[str, Field(max_length=20)]] | None, Query()] = None,
    channel: Annotated[str | None, Query(max_length=100)] = None,
    drill: Annotated[bool, Query()] = False,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Answer:
    """Messages, the newest first: pending, held for a digest, sent, dead; those of drills, or all others."""
    asked: dict[str, Any] = {"state": state, "channel": channel}
    equals = {name: value for name, value in asked.items() if value} | {"drill": drill}
    found = wiring.store.records(RecordQuery("message", equals, limit=100, cursor=cursor))
    words = texts(reader_language(request))
    return page((message_document(each, words) for each in found.items), found.cursor)


@router.post("/messages/{message}/again", response_model=MessageShape, operation_id="messages_again")
def again(message: str, request: Request, caller: Changer, wiring: Parts) -> Answer:
    """Send a dead or a sent message again, under the same id."""
    stored = wiring.notifications.messenger.outbox.resend(message, caller.account.id)
    return answer(dict(message_document(stored, texts(reader_language(request)))))


def _names(wiring: Wiring) -> dict[str, Any]:
    site = wiring.site.site()
    rules = with_health(wiring.rules)
    heads = (*rules.rules, *rules.correlations)
    return {"zones": [zone.id for zone in site.zones] if site else [], "rules": [head.name for head in heads]}


def _documents(issues: list[Issue], request: Request) -> list[dict[str, Any]]:
    words = texts(reader_language(request))
    return [dict(issue_document(issue, words)) for issue in issues]


def _answer(found: NotifyText, wiring: Wiring) -> Answer:
    etag = found.etag or NONE_STORED
    try:
        channels = wiring.notifications.settings.current().channels
    except BadNotify:  # the text in force names what is no more; it is shown, so that somebody mends it
        channels = ()
    fields = ("channel", "type", "place")
    named = [{name: told[name] for name in fields} for told in map(channel_document, channels)]
    return answer({"text": found.text or EXAMPLES, "etag": etag, "channels": named}, etag=etag)
