"""Playbooks and their runs: start, rehearse, approve, answer, tick, cancel."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from api.answers import Answer, answer, page
from api.auth.guard import Caller, Needs
from api.idempotency import IdempotentRoute
from api.output.issues import wrong_told
from api.output.playbook_documents import playbook_document, playbook_whole, run_document, run_whole
from api.playbook_desk import desk_of
from api.playbook_files import load_playbooks
from api.problems import Problem
from api.shapes_runs import NewRun, PlaybookPage, PlaybookWhole, RunDecision, RunPage, RunShape
from api.texts import Language, texts
from api.wiring import Wiring, wiring_of
from response.playbooks.events import Answered, Approved, Cancelled, Decided, Event, Refused, Ticked
from response.playbooks.machine import NotAllowed
from response.playbooks.run import Run, run_of
from response.records import RecordQuery, Scalar

router = APIRouter(tags=["playbooks"], route_class=IdempotentRoute)
Parts = Annotated[Wiring, Depends(wiring_of)]
Reader = Annotated[Caller, Depends(Needs("playbooks:read"))]
RunReader = Annotated[Caller, Depends(Needs("runs:read"))]
Words = Annotated[list[Annotated[str, Field(pattern="^[a-z_]{1,64}$")]] | None, Query()]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
TOLD = ("name", "description", "call", "safety")
NEEDED = {"approve": "runs:approve", "refuse": "runs:approve"}
"""Permissions of decisions; all others need `runs:answer`."""


@router.get("/playbooks", response_model=PlaybookPage, operation_id="playbooks_list")
def list_playbooks(caller: Reader, wiring: Parts) -> Answer:
    """Every playbook, and the rules that name it."""
    return page((_playbook(slug, wiring) for slug in sorted(load_playbooks().by_slug)), None)


@router.get("/playbooks/{slug}", response_model=PlaybookWhole, operation_id="playbooks_show")
def show_playbook(slug: str, caller: Reader, wiring: Parts) -> Answer:
    """A playbook with its steps and its graph."""
    known = load_playbooks()
    if slug not in known.by_slug:
        raise Problem(404, "not_found", path=f"/api/v1/playbooks/{slug[:64]}")
    whole = {lang: playbook_whole(known.by_slug[slug], known.strongest(slug), texts(lang)) for lang in LANGUAGES}
    told = {lang: {"steps": each["steps"], "graph": each["graph"]} for lang, each in whole.items()}
    return answer({**_playbook(slug, wiring), "told": told, "cacao": whole["en"]["cacao"]})


@router.get("/runs", response_model=RunPage, operation_id="runs_list")
def list_runs(
    caller: RunReader,
    wiring: Parts,
    state: Words = None,
    waiting: Words = None,
    playbook: Annotated[str | None, Query(max_length=200)] = None,
    alert: Annotated[str | None, Query(max_length=64)] = None,
    incident: Annotated[str | None, Query(max_length=64)] = None,
    drill: Annotated[bool, Query()] = False,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Answer:
    """Runs, the newest first: those of an alert or incident, else those of drills, or all others."""
    asked: dict[str, Any] = {
        "state": state, "waiting": waiting, "playbook": playbook, "alert": alert, "incident": incident,
    }  # fmt: skip
    equals: dict[str, Scalar | list[Any]] = {name: value for name, value in asked.items() if value}
    if alert is None and incident is None:
        equals["drill"] = drill
    found = wiring.store.records(RecordQuery("run", equals, limit=100, cursor=cursor))
    return page((_run(run_of(each.id, each.body), each.etag, whole=False) for each in found.items), found.cursor)


@router.post("/runs", response_model=RunShape, status_code=201, operation_id="runs_start")
def start(given: NewRun, caller: Annotated[Caller, Depends(Needs("runs:start"))], wiring: Parts) -> Answer:
    """Start a playbook. The worker performs what it may; what needs a person waits for one. `dry` touches nothing."""
    if given.playbook not in load_playbooks().by_slug:
        raise Problem(422, "unknown_word", name="playbooks", value=given.playbook)
    desk = desk_of(wiring)
    try:
        run, etag = desk.start(
            given.playbook,
            caller.account.id,
            wiring.secret(),
            given.alert,
            given.incident,
            dict(given.values),
            dry=given.dry,
        )
    except NotAllowed as error:
        raise _refused(error) from None
    return answer(_run(run, etag), etag=etag, status=201)


@router.get("/runs/{run_id}", response_model=RunShape, operation_id="runs_show")
def show_run(run_id: str, caller: RunReader, wiring: Parts) -> Answer:
    """A run: where it stands at every step, and the lines of its record."""
    run, etag = desk_of(wiring).run(run_id)
    return answer(_run(run, etag), etag=etag)


@router.post("/runs/{run_id}/decisions", response_model=RunShape, status_code=201, operation_id="runs_decide")
def decide(
    run_id: str, given: RunDecision, caller: Annotated[Caller, Depends(Needs("runs:answer"))], wiring: Parts
) -> Answer:
    """Approve or refuse a step, answer it, say what became of it, tick one ahead, cancel the run."""
    needed = NEEDED.get(given.what, "runs:answer")
    if not caller.may(needed):
        raise Problem(403, "forbidden", permission=needed, roles=", ".join(caller.roles))
    try:
        run, etag = desk_of(wiring).decide(run_id, _event(given, caller.account.id), caller.account.id)
    except NotAllowed as error:
        raise _refused(error) from None
    return answer(_run(run, etag), etag=etag, status=201)


def _event(given: RunDecision, who: str) -> Event:
    if given.what == "cancel":
        return Cancelled(who, given.reason)
    if given.what == "tick":
        return Ticked(_needed(given.step, "step"), who, given.ticked)
    thread = _needed(given.thread, "thread")
    if given.what == "approve":
        return Approved(thread, who)
    if given.what == "refuse":
        return Refused(thread, who, given.reason)
    if given.what == "answer":
        return Answered(thread, who, given.value, given.note, given.able)
    if given.became is None:
        raise Problem(422, "word_needed", name="became")
    return Decided(thread, who, given.became)


def _needed(word: str | None, name: str) -> str:
    if word is None:
        raise Problem(422, "word_needed", name=name)
    return word


def _refused(error: NotAllowed) -> Problem:
    """A problem with the desk's own code; its texts are told in both languages, the reader takes his."""
    told: dict[str, Any] = {lang: " ".join(wrong_told(error.wrong, texts(lang))) for lang in LANGUAGES}
    return Problem(422, "run_refused", errors=[{"code": error.wrong.code, **told}], why=error.wrong.code)


def _playbook(slug: str, wiring: Wiring) -> dict[str, Any]:
    known = load_playbooks()
    playbook, effect = known.by_slug[slug], known.strongest(slug)
    documents = {lang: playbook_document(playbook, effect, texts(lang)) for lang in LANGUAGES}
    body = {name: value for name, value in documents["en"].items() if name not in TOLD}
    heads = (*wiring.rules.rules, *wiring.rules.correlations)
    naming = sorted(head.name for head in heads if head.bittern and head.bittern.playbook == slug)
    return {
        **body,
        "text": {lang: {name: each[name] for name in TOLD} for lang, each in documents.items()},
        "rules": naming,
    }


def _run(run: Run, etag: str, *, whole: bool = True) -> dict[str, Any]:
    documents = {lang: run_document(run, texts(lang)) for lang in LANGUAGES}
    body: dict[str, Any] = {**documents["en"], "etag": etag}
    body["name"] = {lang: each["name"] for lang, each in documents.items()}
    if whole:
        told = {lang: run_whole(run, texts(lang)) for lang in LANGUAGES}
        body["told"] = {lang: {"steps": each["steps"], "lines": each["lines"]} for lang, each in told.items()}
    return body
