"""Signed bundles of content: administrators bring them, sensors fetch the latest that is for them."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.answers import ETAGGED, Answer, answer, page
from api.auth.guard import Caller, Needs
from api.content.shelf import FOLDER, Shelf
from api.content.trouble import BadContent, document, told
from api.problems import Problem, reader_language
from api.shapes_content import ContentBundle, ContentPage
from api.texts import texts
from api.wiring import Wiring, wiring_of

router = APIRouter(prefix="/content", tags=["content"])
Parts = Annotated[Wiring, Depends(wiring_of)]
ZIP = "application/zip"
TAGS = re.compile(r'"([0-9a-f]{64})"')
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The bundle, as `bittern content pack` made it",
        "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("", response_model=ContentPage, operation_id="content_list")
def list_content(caller: Annotated[Caller, Depends(Needs("sensors:read"))], wiring: Parts) -> Answer:
    """Bundles that are here for sensors, the latest first."""
    return page((each.document() for each in shelf_of(wiring).all()), None)


@router.post("", response_model=ContentBundle, status_code=201, operation_id="content_put", openapi_extra=BODY)
async def put(request: Request, caller: Annotated[Caller, Depends(Needs("content:change"))], wiring: Parts) -> Answer:
    """Bring a bundle. It needs a higher version than those of its name; the same one again is no change. Who signed it
    is checked by the sensors, which know whom they trust."""
    data = await _received(request, wiring.settings.segment_limit)
    try:
        shelved, _ = await run_in_threadpool(shelf_of(wiring).put, data, who=caller.name, at=wiring.clock())
    except BadContent as error:
        words = texts(reader_language(request))
        errors = [{**document(each), "message": told(each, words)} for each in error.troubles]
        raise Problem(422, "bad_content", errors=errors, count=len(errors), first=errors[0]["message"]) from None
    except OSError as error:
        raise Problem(503, "inbox_refuses", headers={"Retry-After": "30"}, why=error.strerror or "") from error
    return answer(shelved.document(), status=201)


@router.get(
    "/{sensor}/latest",
    response_class=Response,
    operation_id="content_latest",
    responses={
        200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}, "headers": ETAGGED},
        304: {"description": "If-None-Match names it already"},
    },
)
def latest(
    sensor: str, request: Request, caller: Annotated[Caller, Depends(Needs("content:read"))], wiring: Parts
) -> Response:
    """The latest bundle for a sensor. The token must be one of the account that is called like the sensor."""
    if sensor.casefold() != caller.account.id:
        raise Problem(403, "content_of_other", sensor=sensor[:64], account=caller.account.id)
    shelf = shelf_of(wiring)
    found = shelf.latest(sensor)
    if found is None:
        raise Problem(404, "no_content", sensor=sensor[:64])
    headers = {"ETag": f'"{found.sha256}"'}
    if found.sha256 in TAGS.findall(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    try:
        return Response(shelf.octets(found), media_type=ZIP, headers=headers)
    except OSError as error:
        raise Problem(404, "no_content", sensor=sensor[:64]) from error


def shelf_of(wiring: Wiring) -> Shelf:
    """The bundles of this server."""
    return Shelf(wiring.store, wiring.settings.data / FOLDER)


async def _received(request: Request, most: int) -> bytes:
    """The body, which is held whole: an archive is read from its end."""
    data = bytearray()
    try:
        async for part in request.stream():
            data += part
            if len(data) > most:
                raise Problem(413, "too_large", most=most, path=request.url.path)
    except ClientDisconnect:
        raise Problem(400, "digest_differs", bytes=len(data)) from None
    return bytes(data)
