"""POST once: a request with an Idempotency-Key that comes again gets the first one's answer and does nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from api.auth.guard import COOKIE
from api.auth.passwords import digest
from api.problems import Problem
from api.wiring import Wiring
from response.records import Delete, Put, Stored
from response.store_errors import Conflict, NotFound
from response.times import time_text

HEADER = "idempotency-key"
LONGEST_KEY = 200
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class IdempotentRoute(APIRoute):
    """A route whose POST looks at the Idempotency-Key first."""

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()

        async def once(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if request.method != "POST" or key is None:
                return await handler(request)
            return await _once(request, key, handler)

        return once


async def _once(request: Request, key: str, handler: Handler) -> Response:
    if not 0 < len(key) <= LONGEST_KEY:
        raise Problem(422, "idempotency_key", longest=LONGEST_KEY)
    wiring: Wiring = request.app.state.wiring
    record_id = _record_id(request, key)
    asked = hashlib.sha256(await request.body()).hexdigest()
    body = {"at": time_text(wiring.clock()), "asked": asked, "state": "open"}
    try:
        [claim] = await run_in_threadpool(wiring.store.commit, [Put("idempotency", record_id, body)])
    except Conflict:
        return await run_in_threadpool(_again, wiring, record_id, asked)
    assert isinstance(claim, Stored)
    try:
        response = await handler(request)
    except BaseException:
        with suppress(Conflict, NotFound):
            await run_in_threadpool(wiring.store.commit, [Delete("idempotency", record_id, claim.etag)])
        raise
    kept = {
        **body,
        "state": "done",
        "status": response.status_code,
        "headers": {name: response.headers[name] for name in ("etag", "location") if name in response.headers},
        "answer": bytes(response.body).decode(),
    }
    await run_in_threadpool(wiring.store.commit, [Put("idempotency", record_id, kept, claim.etag)])
    return response


def _record_id(request: Request, key: str) -> str:
    """The key belongs to who sent it and to the path: nobody can ask for another's answer."""
    caller = request.headers.get("authorization") or request.cookies.get(COOKIE) or ""
    return digest("\n".join((caller, request.url.path, key)))[:40]


def _again(wiring: Wiring, record_id: str, asked: str) -> Response:
    stored = wiring.store.record("idempotency", record_id).body
    if stored["asked"] != asked:
        raise Problem(422, "idempotency_reused")
    if stored["state"] != "done":
        raise Problem(409, "idempotency_open", headers={"Retry-After": "1"})
    headers = {**stored["headers"], "Idempotency-Replayed": "true"}
    return Response(stored["answer"], stored["status"], headers=headers, media_type="application/json")
