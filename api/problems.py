"""What the API says when it cannot do what is asked: RFC 9457 problems, a stable code with parameters, told in the
reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from api.output.reasons import store_reason
from api.texts import Language, texts
from response.store_errors import (
    Busy,
    Conflict,
    Denied,
    Full,
    Invalid,
    NotFound,
    Overloaded,
    ReadOnly,
    StoreError,
    Unreachable,
)

MEDIA_TYPE = "application/problem+json"
STATUS_OF: tuple[tuple[type[StoreError], int], ...] = (
    (NotFound, 404),
    (Conflict, 412),
    (Invalid, 422),
    (Overloaded, 503),
    (Unreachable, 503),
    (Busy, 503),
    (Full, 507),
    (ReadOnly, 503),
    (Denied, 502),
)


class Problem(Exception):
    """A refusal: HTTP status, a code of the catalogue (`problem.<code>`) and its parameters."""

    def __init__(
        self,
        status: int,
        code: str,
        /,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, Any]] = (),
        **parameters: Any,
    ) -> None:
        self.status, self.code, self.parameters = status, code, parameters
        self.headers, self.errors = dict(headers or {}), list(errors)
        super().__init__(f"{status} {code} {parameters}")


def reader_language(request: Request) -> Language:
    """The language that the reader asks for first (Accept-Language), English unless that is Chinese."""
    first = request.headers.get("accept-language", "").split(",")[0].strip().lower()
    return "zh" if first.startswith("zh") else "en"


def answer(request: Request, problem: Problem) -> JSONResponse:
    """The problem as a response."""
    words = texts(reader_language(request))
    title = words.by_key[f"problem.{problem.code}.title"]
    detail = words.get(f"problem.{problem.code}.detail", **problem.parameters)
    return _response(request, problem.status, problem.code, title, detail, problem.parameters, problem.errors,
                     problem.headers)  # fmt: skip


def _response(
    request: Request,
    status: int,
    code: str,
    title: str,
    detail: str,
    parameters: Mapping[str, Any],
    errors: Sequence[Mapping[str, Any]],
    headers: Mapping[str, str],
) -> JSONResponse:
    body = {
        "type": f"urn:bittern:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        "code": code,
        "parameters": {name: list(v) if isinstance(v, tuple) else v for name, v in parameters.items()},
        "trace_id": getattr(request.state, "trace_id", ""),
        "errors": list(errors),
    }
    return JSONResponse(body, status, headers=dict(headers), media_type=MEDIA_TYPE)


def add_handlers(app: FastAPI) -> None:
    """Make every way to fail a problem."""

    @app.exception_handler(Problem)
    def of_ours(request: Request, error: Problem) -> JSONResponse:
        return answer(request, error)

    @app.exception_handler(StoreError)
    def of_store(request: Request, error: StoreError) -> JSONResponse:
        status = next((status for kind, status in STATUS_OF if isinstance(error, kind)), 500)
        told = store_reason(error, texts(reader_language(request)))
        headers = {"Retry-After": "5"} if status == 503 else {}
        detail = f"{told['where']}: {told['why']}. {told['mend']}"
        code = error.code.replace(".", "_")
        parameters = {"where": error.where, "reason": error.reason, **error.parameters}
        return _response(request, status, code, told["what"], detail, parameters, (), headers)

    @app.exception_handler(RequestValidationError)
    def of_input(request: Request, error: RequestValidationError) -> JSONResponse:
        wrong = [
            {"where": "/".join(str(part) for part in each["loc"]), "code": each["type"], "message": each["msg"]}
            for each in error.errors()
        ]
        return answer(request, Problem(422, "invalid_input", errors=wrong, count=len(wrong), first=wrong[0]["where"]))

    @app.exception_handler(HTTPException)
    def of_framework(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code in (404, 405):  # the framework names the methods of the first route of this path only
            return answer(request, absent(request))
        headers = dict(error.headers or {})
        return answer(request, Problem(error.status_code, "refused", headers=headers, path=request.url.path))


def absent(request: Request) -> Problem:
    """Nothing is there, or it is there for other methods."""
    methods = _methods(request)
    if methods and request.method not in methods:
        return Problem(405, "method_not_allowed", headers={"Allow": ", ".join(methods)}, path=request.url.path)
    return Problem(404, "not_found", path=request.url.path)


def _methods(request: Request) -> list[str]:
    """Every method that some route knows for the path of a request. A path that is written out is known by itself:
    `/alerts/facets` is no alert."""
    found: dict[str, set[str]] = {}
    for route in iter_route_contexts(request.app.routes):
        if route.path and not route.path.startswith("/{") and route.path_regex.match(request.url.path):
            found.setdefault(route.path, set()).update(route.methods or ())
    own = found.get(request.url.path)
    return sorted(set().union(*found.values()) if own is None else own)
