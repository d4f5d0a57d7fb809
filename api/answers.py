"""Forms that all routes answer in: pages, etags, preconditions, and how problems are described in OpenAPI."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.problems import MEDIA_TYPE, Problem
from api.storage.records import dumps
from response.store_errors import Invalid

ETAGGED = {"ETag": {"description": "The version, to send back as If-Match", "schema": {"type": "string"}}}

ENDS = ("source.", "destination.")
"""Fields of the two ends of an alert stand in it only where something is known of them."""
ETAG = re.compile(r'^(?:W/)?"([0-9]{1,9})"$')
VERSIONED: dict[str, Any] = {
    "parameters": [
        {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "description": "The ETag that was read: nobody's change is lost",
            "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
        }
    ]
}
"""`openapi_extra` of a route that calls `if_match`. Declared here, so that its absence is 428 and not 422."""


class ProblemDocument(BaseModel):
    """A problem (RFC 9457): `code` and `parameters` are stable, `title` and `detail` in the reader's language."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    parameters: dict[str, Any]
    trace_id: str
    errors: list[dict[str, Any]] = Field(description="Places of the request that are wrong")


def _refusal(what: str) -> dict[str, Any]:
    return {"description": what, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: _refusal("The request cannot be read"),
    401: _refusal("Nobody is signed in"),
    403: _refusal("Signed in, but not allowed"),
    404: _refusal("There is no such thing"),
    405: _refusal("Other methods are possible here: Allow names them"),
    409: _refusal("The same request is being worked on"),
    411: _refusal("The length of the body must be said"),
    412: _refusal("It was changed meanwhile: If-Match names another version"),
    413: _refusal("The body is too large"),
    422: _refusal("The request makes no sense"),
    423: _refusal("Locked for a while"),
    428: _refusal("If-Match must name the version"),
    429: _refusal("Too many requests"),
    503: _refusal("The store does not answer"),
    507: _refusal("The store or the disk is full"),
}


def described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            routes=app.routes,
            summary="Security monitoring and incident response for OT networks",
        )
        schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
        document.setdefault("components", {}).setdefault("schemas", {})["ProblemDocument"] = schema
        document["components"]["securitySchemes"] = {
            "session": {"type": "apiKey", "in": "cookie", "name": "bittern_session"},
            "token": {"type": "http", "scheme": "bearer"},
        }
        document["security"] = [{"session": []}, {"token": []}]
        app.openapi_schema = document
    return app.openapi_schema


class Answer(JSONResponse):
    """JSON as records are written: no NaN, every text safe."""

    def render(self, content: Any) -> bytes:
        return dumps(content).encode()


def answer(body: Any, *, etag: str | None = None, status: int = 200, location: str | None = None) -> Answer:
    """A document with its etag, and where it is found when it is new."""
    headers = {"ETag": f'"{etag}"'} if etag is not None else {}
    if location is not None:
        headers["Location"] = location
    return Answer(body, status, headers=headers)


def page(items: Iterable[Any], cursor: str | None, **more: Any) -> Answer:
    """One page of a list."""
    return Answer({"items": list(items), "cursor": cursor, **more})


def if_match(request: Request) -> str:
    """The version that a change is meant for. Raises Problem 428 when none is named."""
    given = request.headers.get("if-match", "").strip()
    if not given:
        raise Problem(428, "if_match_needed")
    etag = ETAG.match(given)
    if etag is None:
        raise Problem(400, "if_match_bad", given=given[:64])
    return etag[1]


def only_fields(document: Mapping[str, Any], fields: str | None) -> dict[str, Any]:
    """The document, or of it only these fields (names with commas) and `id`. Raises Invalid for a name that is none."""
    if fields is None:
        return dict(document)
    wanted = {name.strip() for name in fields.split(",")} | {"id"}
    unknown = [name for name in wanted - document.keys() if not name.startswith(ENDS)]
    if unknown:
        raise Invalid("fields", "none_of", value=min(unknown)[:64], words=tuple(sorted(document)))
    return {name: value for name, value in document.items() if name in wanted}
