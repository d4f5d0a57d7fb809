"""What changes, as it changes: server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.auth.guard import Caller, Needs, still_in
from api.wiring import Wiring, wiring_of
from response.times import SECOND

CHECKED_EVERY = 10 * SECOND
"""ns after which it is looked whether the listener may still listen; in silence at each sign of life."""
router = APIRouter(prefix="/stream", tags=["stream"])


@router.get("", response_class=EventSourceResponse, operation_id="stream_follow")
async def follow(
    caller: Annotated[Caller, Depends(Needs("stream:read"))],
    wiring: Annotated[Wiring, Depends(wiring_of)],
    last_event_id: Annotated[str | None, Header()] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Events `change` with {number, kind, id, etag}; the id of an event, sent back as Last-Event-ID, misses nothing."""
    known = last_event_id is not None and last_event_id.isdigit() and len(last_event_id) < 19
    after = int(last_event_id) if known and last_event_id else None
    yield ServerSentEvent(event="hello", data={"version": 1}, retry=2000)
    checked = wiring.clock()
    async for change in wiring.live.follow(after, caller.may):
        if (now := wiring.clock()) >= checked + CHECKED_EVERY:
            if not await asyncio.to_thread(still_in, caller, wiring):
                return
            checked = now
        if change is None:
            yield ServerSentEvent(comment="still here")
            continue
        data = {"number": change.number, "kind": change.kind, "id": change.id, "etag": change.etag}
        yield ServerSentEvent(event="change", id=str(change.number), data=data)
