"""What the store holds, what becomes of it, and for how long it is kept."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from api.answers import ETAGGED, VERSIONED, Answer, answer, if_match
from api.auth.guard import Caller, Needs
from api.problems import Problem, reader_language
from api.shapes_storage import ForeseenPage, RetentionInput, RetentionShape, StorageShape
from api.storage.admission import stored_datasets
from api.storage_documents import storage_document
from api.texts import Texts, texts
from api.wiring import Wiring, wiring_of
from response.retention.due import Foreseen, foreseen
from response.retention.policy import BadPolicy, Bound, Policy, changed
from response.retention.sweep import policy_in_force, put_policy
from response.times import time_text

router = APIRouter(prefix="/settings", tags=["settings"])
Parts = Annotated[Wiring, Depends(wiring_of)]


@router.get("/storage", response_model=StorageShape, operation_id="settings_storage_show")
def storage(caller: Annotated[Caller, Depends(Needs("settings:read"))], wiring: Parts) -> Answer:
    """Rows, bytes, span and growth by dataset, what retention removed, and until when there is room."""
    return answer(storage_document(wiring.store, wiring.clock()))


@router.get(
    "/retention",
    response_model=RetentionShape,
    operation_id="settings_retention_show",
    responses={200: {"headers": ETAGGED}},
)
def show(caller: Annotated[Caller, Depends(Needs("settings:read"))], wiring: Parts) -> Answer:
    """How long events are kept; the defaults, under etag "0", until somebody changes them."""
    return _answer(*policy_in_force(wiring.store, stored_datasets()))


@router.put(
    "/retention",
    response_model=RetentionShape,
    operation_id="settings_retention_change",
    openapi_extra=VERSIONED,
    responses={200: {"headers": ETAGGED}},
)
def change(
    given: RetentionInput,
    request: Request,
    caller: Annotated[Caller, Depends(Needs("settings:change"))],
    wiring: Parts,
) -> Answer:
    """Bound some datasets otherwise. Needs If-Match ("0" while none is stored). The worker applies it."""
    etag, now = if_match(request), wiring.clock()
    policy = _changed(policy_in_force(wiring.store, stored_datasets())[0], given, request)
    return _answer(policy, put_policy(wiring.store, policy, now, caller.name, etag))


@router.post("/retention/preview", response_model=ForeseenPage, operation_id="settings_retention_preview")
def preview(
    given: RetentionInput,
    request: Request,
    caller: Annotated[Caller, Depends(Needs("settings:read"))],
    wiring: Parts,
) -> Answer:
    """What the worker would remove if these bounds were put in force now. Changes nothing."""
    policy = _changed(policy_in_force(wiring.store, stored_datasets())[0], given, request)
    found = foreseen(wiring.store, policy, wiring.clock())
    return answer({"items": [_foreseen(name, each) for name, each in found.items() if each.parts or each.kept_bytes]})


def _foreseen(dataset: str, each: Foreseen) -> dict[str, Any]:
    before = None if each.before is None else time_text(each.before)
    return {
        "dataset": dataset, "rows": each.rows, "bytes": each.bytes, "parts": each.parts, "before": before,
        "kept_bytes": each.kept_bytes,
    }  # fmt: skip


def _changed(policy: Policy, given: RetentionInput, request: Request) -> Policy:
    try:
        return changed(policy, {name: Bound(each.days, each.bytes) for name, each in given.datasets.items()})
    except BadPolicy as bad:
        errors = [_told(bad, texts(reader_language(request)))]
        raise Problem(422, "bad_retention", errors=errors, count=1, first=bad.where) from None


def _told(bad: BadPolicy, words: Texts) -> dict[str, str]:
    message = words.get(f"retention.wrong.{bad.code}", where=bad.where, value=bad.value)
    return {"where": f"datasets.{bad.where}", "code": bad.code, "message": message}


def _answer(policy: Policy, etag: str) -> Answer:
    return answer({"datasets": policy.record(), "etag": etag}, etag=etag)
