"""What holds alerts back: story, learn, mute, each with a preview; approvals, undo; bulk decisions as jobs."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import APIRouter, Depends, Query, Request

from api.answers import VERSIONED, Answer, answer, if_match, page
from api.auth.guard import Caller, Needs
from api.idempotency import IdempotentRoute
from api.moments import until as moment_until
from api.output.documents import plain
from api.output.stories import Storyteller
from api.problems import Problem
from api.shapes import Comment
from api.shapes_triage import (
    EffectShape,
    LearnInput,
    MuteInput,
    StoryShape,
    SuppressionPage,
    SuppressionShape,
    Undone,
)
from api.texts import texts
from api.triage import desk_over, matrix, policy
from api.wiring import Wiring, wiring_of
from response.alerts import Alert
from response.records import RecordQuery, Stored
from response.times import time_text
from response.triage.desk import By, Learning, TriageDesk
from response.triage.preview import Effect
from response.triage.scope import Scope, scope_like
from response.triage.sla import Term, terms_of
from response.triage.story import around, tell

router = APIRouter(tags=["triage"], route_class=IdempotentRoute)
Parts = Annotated[Wiring, Depends(wiring_of)]
Learner = Annotated[Caller, Depends(Needs("alerts:learn"))]
Muter = Annotated[Caller, Depends(Needs("alerts:mute"))]
Approver = Annotated[Caller, Depends(Needs("baseline:approve"))]
State = Literal["active", "proposed", "refused", "undone", "over"]
MOST = 1000


@router.get("/alerts/{alert_id}/story", response_model=StoryShape, operation_id="alerts_story")
def story(
    alert_id: str,
    caller: Annotated[Caller, Depends(Needs("alerts:read"))],
    wiring: Parts,
    zone: Annotated[str, Query(max_length=64, description="time zone of the sentences")] = "UTC",
) -> Answer:
    """The eight answers about an alert, as codes and as sentences in both languages."""
    alert, shown_in = wiring.store.alert(alert_id), _zone(zone)
    site = wiring.site.site()
    told = tell(alert, wiring.tellers["en"].rule(alert.rule), matrix(), site, around(wiring.store, alert))
    lines = {lang: Storyteller(teller, shown_in).tell(told, alert) for lang, teller in wiring.tellers.items()}
    answers = {
        question: {
            "facts": [{"code": fact.code, "parameters": plain(dict(fact.parameters))} for fact in facts],
            "en": lines["en"][question],
            "zh": lines["zh"][question],
        }
        for question, facts in told.items()
    }
    terms = terms_of(alert, policy(), site, wiring.clock())
    shown = {"acknowledge": _term(terms.acknowledge), "resolve": _term(terms.resolve)} if terms else None
    return answer({"answers": answers, "terms": shown})


def _term(term: Term) -> dict[str, Any]:
    return {
        "by": time_text(term.by),
        "done": time_text(term.done) if term.done is not None else None,
        "state": term.state,
    }


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Problem(422, "no_zone", value=name) from None


@router.post("/alerts/{alert_id}/learn/preview", response_model=EffectShape, operation_id="alerts_learn_preview")
def preview_learning(alert_id: str, given: LearnInput, caller: Learner, wiring: Parts) -> Answer:
    """What learning the alert would do to stored alerts. Nothing is changed."""
    desk, alert = _desk(wiring), wiring.store.alert(alert_id)
    learning = _learning(given, wiring)
    return _effect(desk.preview(desk.scope_to_learn(alert, learning), wiring.clock(), learning.until, "learned"))


@router.post(
    "/alerts/{alert_id}/learn",
    response_model=SuppressionShape,
    status_code=201,
    operation_id="alerts_learn",
    openapi_extra=VERSIONED,
)
def learn(alert_id: str, given: LearnInput, request: Request, caller: Learner, wiring: Parts) -> Answer:
    """Learn an alert: its like is held back from now on. Where the rule wants a second person it is only proposed."""
    etag = if_match(request)
    by = By(caller.account.id, wiring.clock(), given.reason)
    return _made(_desk(wiring).learn(alert_id, etag, _learning(given, wiring), by))


@router.post("/alerts/{alert_id}/mute/preview", response_model=EffectShape, operation_id="alerts_mute_preview")
def preview_mute(alert_id: str, given: MuteInput, caller: Muter, wiring: Parts) -> Answer:
    """What the mute would do to stored alerts. Nothing is changed."""
    until = moment_until(given.until, wiring.clock(), "until")
    return _effect(_desk(wiring).preview(_scope(wiring.store.alert(alert_id), given), wiring.clock(), until))


@router.post("/alerts/{alert_id}/mute", response_model=SuppressionShape, status_code=201, operation_id="alerts_mute")
def mute(alert_id: str, given: MuteInput, caller: Muter, wiring: Parts) -> Answer:
    """Hold an alert and its like back until a time: still stored and counted, shown as muted."""
    scope = _scope(wiring.store.alert(alert_id), given)
    until = moment_until(given.until, wiring.clock(), "until")
    return _made(_desk(wiring).mute(scope, until, By(caller.account.id, wiring.clock(), given.reason)))


@router.get("/mutes", response_model=SuppressionPage, operation_id="mutes_list")
def mutes(
    caller: Annotated[Caller, Depends(Needs("mutes:read"))],
    wiring: Parts,
    state: Annotated[list[State] | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Answer:
    """Mutes, the newest first."""
    return _list("mute", state, cursor, wiring)


@router.delete("/mutes/{mute_id}", response_model=Undone, operation_id="mutes_undo")
def undo_mute(mute_id: str, caller: Muter, wiring: Parts) -> Answer:
    """Take a mute back: what it held back returns."""
    return answer({"conflicts": _desk(wiring).undo("mute", mute_id, By(caller.account.id, wiring.clock(), ""))})


@router.get("/baseline", response_model=SuppressionPage, operation_id="baseline_list")
def learned(
    caller: Annotated[Caller, Depends(Needs("baseline:read"))],
    wiring: Parts,
    state: Annotated[list[State] | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Answer:
    """What was learned from alerts, the newest first; `proposed` waits for a second person."""
    return _list("learned", state, cursor, wiring)


@router.post("/baseline/{entry}/approve", response_model=SuppressionShape, operation_id="baseline_approve")
def approve(entry: str, caller: Approver, wiring: Parts) -> Answer:
    """Approve what another person proposed to learn."""
    return _made(_desk(wiring).approve(entry, By(caller.account.id, wiring.clock(), "")), status=200)


@router.post("/baseline/{entry}/refuse", response_model=SuppressionShape, operation_id="baseline_refuse")
def refuse(entry: str, given: Comment, caller: Approver, wiring: Parts) -> Answer:
    """Turn down what was proposed."""
    return _made(_desk(wiring).refuse(entry, By(caller.account.id, wiring.clock(), given.text)), status=200)


@router.delete("/baseline/{entry}", response_model=Undone, operation_id="baseline_undo")
def unlearn(entry: str, caller: Annotated[Caller, Depends(Needs("baseline:change"))], wiring: Parts) -> Answer:
    """Take a learned entry back: what it held back returns, what it closed is opened again."""
    return answer({"conflicts": _desk(wiring).undo("learned", entry, By(caller.account.id, wiring.clock(), ""))})


def _desk(wiring: Wiring) -> TriageDesk:
    return desk_over(wiring.store, wiring.rules)


def _learning(given: LearnInput, wiring: Wiring) -> Learning:
    end = moment_until(given.until, wiring.clock(), "until") if given.until else None
    return Learning(given.form, given.objects, given.values, end)


def _scope(alert: Alert, given: MuteInput) -> Scope:
    scope = scope_like(alert, given.like)
    if scope is None:
        raise Problem(422, "no_such_scope", like=given.like)
    return scope


def _effect(effect: Effect) -> Answer:
    told = effect.record()
    told["warnings"] = [
        {**each, **{lang: texts(lang).get(each["code"], **each["parameters"]) for lang in ("en", "zh")}}
        for each in told["warnings"]
    ]
    return answer(told)


def _list(kind: str, state: list[State] | None, cursor: str | None, wiring: Wiring) -> Answer:
    equals = {"state": list(state)} if state else {}
    found = wiring.store.records(RecordQuery(kind, equals, limit=MOST, cursor=cursor))
    return page((_body(each) for each in found.items), found.cursor)


def _made(stored: Stored, status: int = 201) -> Answer:
    return answer(_body(stored), etag=stored.etag, status=status)


def _body(stored: Stored) -> dict[str, Any]:
    return {"id": stored.id, "etag": stored.etag, **stored.body}
