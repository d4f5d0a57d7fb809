"""Drills: start, follow, results, certificates. The worker does them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api.answers import Answer, answer, page
from api.auth.guard import Caller, Needs
from api.drilling import DONE, NothingToDrill, begin, chosen, drillable, drills, last_results, unfinished
from api.drilling import drill as one_drill
from api.idempotency import IdempotentRoute
from api.output.drill_lines import why
from api.problems import Problem
from api.shapes_drill import DrillPage, DrillResultPage, DrillShape, DrillVerification, NewDrill
from api.storage.records import dumps
from api.texts import Language, texts
from api.wiring import Wiring, wiring_of
from response.drill_certificate import check
from response.records import Deed, Stored
from response.reports.signing import KEYS, KeyFolder

router = APIRouter(prefix="/drills", tags=["drills"], route_class=IdempotentRoute)
Parts = Annotated[Wiring, Depends(wiring_of)]
Reader = Annotated[Caller, Depends(Needs("drill:read"))]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
NAMED = ("state", "at", "by", "ended_at", "rules", "done", "result", "unsigned")
CERTIFICATE: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"schema": {"type": "object"}}}}}


@router.post("", response_model=DrillShape, status_code=202, operation_id="drills_start")
def start(given: NewDrill, caller: Annotated[Caller, Depends(Needs("drill:run"))], wiring: Parts) -> Answer:
    """Ask for a drill; the worker does it, one at a time."""
    if not (given.rules or given.playbook or given.all):
        raise Problem(422, "word_needed", name="rules")
    if going := unfinished(wiring.store):
        raise Problem(409, "drill_goes_on", value=going.id)
    try:
        wanted = chosen(wiring.rules, () if given.all else given.rules, None if given.all else given.playbook)
    except NothingToDrill as error:
        raise Problem(422, "unknown_word", name=error.kind, value=error.name) from None
    job = begin(wiring.store, wanted, wiring.clock(), caller.account.id, wiring.secret())
    path = f"/api/v1/drills/{job}"
    return answer(_body(one_drill(wiring.store, job), whole=True), status=202, location=path)


@router.get("", response_model=DrillPage, operation_id="drills_list")
def list_drills(caller: Reader, wiring: Parts, cursor: Annotated[str | None, Query(max_length=2000)] = None) -> Answer:
    """Drills, the latest first."""
    found, following = drills(wiring.store, cursor=cursor)
    return page((_body(each, whole=False) for each in found), following)


@router.get("/results", response_model=DrillResultPage, operation_id="drills_results")
def results(caller: Reader, wiring: Parts) -> Answer:
    """The last result of each rule: which proofs still work."""
    heads, found = drillable(wiring.rules), last_results(wiring.store)
    items = []
    for name, stored in found.items():
        head = heads.get(name)
        title = {lang: head.titled(lang) for lang in LANGUAGES} if head else None
        body = {key: value for key, value in stored.body.items() if key != "former"}
        items.append({**body, "told": _told(body), "title": title})
    return page(items, None, never=[name for name in heads if name not in found])


@router.get("/{drill}", response_model=DrillShape, operation_id="drills_show")
def show(drill: str, caller: Reader, wiring: Parts) -> Answer:
    """A drill with its trials so far."""
    return answer(_body(one_drill(wiring.store, drill), whole=True))


@router.get("/{drill}/certificate", response_class=Response, operation_id="drills_certificate", responses=CERTIFICATE)
def take(drill: str, caller: Reader, wiring: Parts) -> Response:
    """The signed certificate, as a file. The audit log keeps who took it."""
    data = _certificate(drill, wiring)
    wiring.store.commit([], Deed(wiring.clock(), caller.name, "drill.take", "job", drill))
    headers = {"Content-Disposition": f'attachment; filename="drill-{drill}.json"'}
    return Response(data, media_type="application/json", headers=headers)


@router.get("/{drill}/verification", response_model=DrillVerification, operation_id="drills_verify")
def verification(drill: str, caller: Reader, wiring: Parts) -> Answer:
    """Whether the certificate is as it was signed with a key of this server."""
    found = check(_certificate(drill, wiring), KeyFolder(wiring.settings.data / KEYS).publics())
    fingerprint = found.key.fingerprint if found.key else None
    return answer({"holds": found.holds, "signature": found.signature, "fingerprint": fingerprint})


def _certificate(drill: str, wiring: Wiring) -> bytes:
    body = one_drill(wiring.store, drill).body
    if body["state"] != DONE:
        raise Problem(409, "drill_goes_on", value=drill)
    return dumps(body["certificate"]).encode()


def _body(stored: Stored, *, whole: bool) -> dict[str, Any]:
    body = stored.body
    rounds = body["plan"]
    at = rounds[body["done"]]["capture"] if body["done"] < len(rounds) else None
    shown = {"id": stored.id, **{name: body[name] for name in NAMED}, "rounds": len(rounds), "capture": at}
    return {**shown, "trials": [_trial(each) for each in body["trials"]]} if whole else shown


def _trial(each: dict[str, Any]) -> dict[str, Any]:
    return {**each, "hops": [{**hop, "told": _told(hop)} for hop in each["hops"]]}


def _told(failed: dict[str, Any]) -> dict[str, str]:
    return {lang: why(failed["code"], failed["parameters"], texts(lang)) for lang in LANGUAGES}
