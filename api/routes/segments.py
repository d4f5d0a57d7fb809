"""Segments that sensors elsewhere send: they wait in the inbox until the worker takes them."""

from __future__ import annotations

import base64
import binascii
import re
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api import certificates
from api.answers import Answer, answer
from api.auth.guard import Caller, Needs
from api.client_certificate import certificate_of
from api.inbox import Arriving, NoRoom
from api.problems import Problem
from api.shapes_plant import SegmentReceipt
from api.wiring import Wiring, wiring_of
from response.store_errors import StoreError

router = APIRouter(prefix="/sensors", tags=["sensors"])
Parts = Annotated[Wiring, Depends(wiring_of)]
SENSOR = re.compile(r"\w[\w.@-]{0,63}")
NAME = r"^[0-9]{16}-[a-z0-9]{1,64}\.zip$"
DIGEST = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]{44}):\s*(?:,|$)")
HEADER = "content-digest"
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file of a segment, as it lies in the sensor's spool",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    },
    "parameters": [
        {
            "name": "Content-Digest",
            "in": "header",
            "required": True,
            "description": "SHA-256 of the body (RFC 9530): `sha-256=:<base64>:`",
            "schema": {"type": "string", "pattern": "^sha-256=:[A-Za-z0-9+/]{43}=:$"},
        }
    ],
}


@router.post(
    "/{sensor}/segments",
    response_model=SegmentReceipt,
    status_code=201,
    operation_id="segments_send",
    openapi_extra=BODY,
)
async def send(
    sensor: str,
    name: Annotated[str, Query(pattern=NAME, description="The file's name in the spool")],
    request: Request,
    caller: Annotated[Caller, Depends(Needs("segments:write"))],
    wiring: Parts,
) -> Answer:
    """Take a segment. The answer says that it is on the disk for good: the sensor may forget it. Sent again it is
    stored once all the same. The token must be one of the account that is called like the sensor."""
    wanted = _digest(request)
    if sensor.casefold() != caller.account.id or not SENSOR.fullmatch(sensor):
        raise Problem(403, "other_sensor", sensor=sensor[:64], account=caller.account.id)
    try:
        size = await _received(request, wiring, sensor, name, wanted)
    except NoRoom:
        raise Problem(507, "inbox_full", headers={"Retry-After": "60"}) from None
    except ClientDisconnect:
        raise Problem(400, "digest_differs", bytes=0) from None
    except OSError as error:
        raise Problem(503, "inbox_refuses", headers={"Retry-After": "30"}, why=error.strerror or "") from error
    shown = certificate_of(request.scope)
    if shown is not None and wiring.shown.get(sensor) != shown:
        wiring.shown[sensor] = shown
        await run_in_threadpool(_note, wiring, sensor, shown)
    return answer({"name": name, "bytes": size, "sha256": wanted.hex()}, status=201)


def _note(wiring: Wiring, sensor: str, shown: str) -> None:
    """Until when the sensor's certificate holds. The segment is on the disk whatever comes of this."""
    with suppress(ValueError, StoreError):
        certificates.note(wiring.store, certificates.SENSOR, sensor, certificates.read(shown.encode()), wiring.clock())


async def _received(request: Request, wiring: Wiring, sensor: str, name: str, wanted: bytes) -> int:
    arriving = await run_in_threadpool(Arriving, wiring.settings.inbox / sensor, name)
    with arriving:
        async for part in request.stream():
            if arriving.size + len(part) > wiring.settings.segment_limit:
                raise Problem(413, "too_large", most=wiring.settings.segment_limit, path=request.url.path)
            await run_in_threadpool(arriving.write, part)
        if arriving.digest() != wanted:
            raise Problem(400, "digest_differs", bytes=arriving.size)
        await run_in_threadpool(arriving.keep)
    return arriving.size


def _digest(request: Request) -> bytes:
    """What the sender says that the SHA-256 of the body is. Raises Problem: 428 when it says nothing (RFC 6585)."""
    if HEADER not in request.headers:
        raise Problem(428, "digest_needed")
    found = DIGEST.search(request.headers.get(HEADER, ""))
    try:
        digest = base64.b64decode(found[1], validate=True) if found else b""
    except binascii.Error:
        digest = b""
    if len(digest) != 32:
        raise Problem(400, "digest_needed")
    return digest
