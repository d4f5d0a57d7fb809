"""POST once: a request with an Idempotency-Key that comes again gets the first one's answer and does nothing.

Who works on a request claims its key and renews the claim. A claim that nobody renews is one of a process that was
killed: the next attempt takes it over and works at the moment of the first one (`moment_of`), so that what is named by
its moment, such as a report or a job, is the same thing and not another.
"""

from __future__ import annotations

import asyncio
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
from response.store_errors import Conflict, NotFound, StoreError
from response.times import SECOND, time_ns, time_text

HEADER = "idempotency-key"
LONGEST_KEY = 200
LEASE = 10 * SECOND
RENEWED_EVERY = 3.0
"""How long a claim holds without being renewed (ns), and how often it is (s)."""
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
    claim = await run_in_threadpool(_claimed, wiring, record_id, asked)
    if isinstance(claim, Response):
        return claim
    request.state.moment = time_ns(claim.body["at"])
    ended = asyncio.Event()
    renewing = asyncio.create_task(_renewed(wiring, claim, ended))
    try:
        response = await handler(request)
    except BaseException:
        ended.set()
        claim = await renewing
        with suppress(Conflict, NotFound):
            await run_in_threadpool(wiring.store.commit, [Delete("idempotency", record_id, claim.etag)])
        raise
    ended.set()
    claim = await renewing
    kept = {
        **claim.body,
        "state": "done",
        "status": response.status_code,
        "headers": {name: response.headers[name] for name in ("etag", "location") if name in response.headers},
        "answer": bytes(response.body).decode(),
    }
    await run_in_threadpool(wiring.store.commit, [Put("idempotency", record_id, kept, claim.etag)])
    return response


def moment_of(request: Request, wiring: Wiring) -> int:
    """When the request was first worked on, ns: now, unless it takes over from a process that was killed."""
    moment: int = getattr(request.state, "moment", wiring.clock())
    return moment


def _claimed(wiring: Wiring, record_id: str, asked: str) -> Stored | Response:
    """The claim of this attempt, or the answer that another one got. Raises Problem."""
    now = wiring.clock()
    body = {"at": time_text(now), "until": time_text(now + LEASE), "asked": asked, "state": "open"}
    etag: str | None = None
    try:
        known = wiring.store.record("idempotency", record_id)
        if (
            known.body["asked"] != asked
            or known.body["state"] == "done"
            or time_ns(known.body.get("until", known.body["at"])) > now
        ):
            return _again(known, asked)
        body["at"], etag = known.body["at"], known.etag
    except NotFound:
        pass
    try:
        [claim] = wiring.store.commit([Put("idempotency", record_id, body, etag)])
    except Conflict:  # another attempt was quicker
        return _again(wiring.store.record("idempotency", record_id), asked)
    assert isinstance(claim, Stored)
    return claim


async def _renewed(wiring: Wiring, claim: Stored, ended: asyncio.Event) -> Stored:
    """Renews the claim until the request has ended; its last version."""
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), RENEWED_EVERY)
            return claim
        body = {**claim.body, "until": time_text(wiring.clock() + LEASE)}
        with suppress(StoreError):  # the request goes on; the next time it is asked again
            [renewed] = await run_in_threadpool(wiring.store.commit, [Put("idempotency", claim.id, body, claim.etag)])
            assert isinstance(renewed, Stored)
            claim = renewed


def _record_id(request: Request, key: str) -> str:
    """The key belongs to who sent it and to the path: nobody can ask for another's answer."""
    caller = request.headers.get("authorization") or request.cookies.get(COOKIE) or ""
    return digest("\n".join((caller, request.url.path, key)))[:40]


def _again(known: Stored, asked: str) -> Response:
    stored = known.body
    if stored["asked"] != asked:
        raise Problem(422, "idempotency_reused")
    if stored["state"] != "done":
        raise Problem(409, "idempotency_open", headers={"Retry-After": "1"})
    headers = {**stored["headers"], "Idempotency-Replayed": "true"}
    return Response(stored["answer"], stored["status"], headers=headers, media_type="application/json")
