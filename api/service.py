"""The API as one application: routes, problems, security headers, the console's files."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import metadata

from fastapi import FastAPI, Request, Response
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import probes, problems
from api.answers import PROBLEMS, described
from api.console import add_console
from api.request_figures import RequestFigures
from api.routes import ROUTES
from api.wiring import Wiring

PREFIX = "/api/v1"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Frame-Options": "DENY",
}
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
GZIP_FROM = 1000
SEGMENTS = re.compile(rf"{PREFIX}/sensors/[^/]+/segments")
"""Bodies of this route are large; it never holds them whole."""
BUNDLES = f"{PREFIX}/content"
"""Bodies of this one may be as large."""


def create_app(wiring: Wiring) -> FastAPI:
    """The application over these parts."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        wiring.live.close()

    app = FastAPI(
        title="Bittern",
        version=metadata.version("bittern"),
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # their pages load scripts from elsewhere; the console shows the API itself
        redoc_url=None,
        lifespan=lifespan,
        separate_input_output_schemas=False,
    )
    app.state.wiring = wiring
    app.state.requests = RequestFigures()
    problems.add_handlers(app)
    app.add_middleware(GZipMiddleware, minimum_size=GZIP_FROM)
    app.add_middleware(Guarded, wiring=wiring, requests=app.state.requests)
    for router in ROUTES:
        app.include_router(router, prefix=PREFIX, responses=PROBLEMS)
    app.include_router(probes.router)
    app.include_router(probes.figures)
    add_console(app)
    app.openapi = lambda: described(app)  # type: ignore[method-assign]
    return app


class Guarded:
    """Around every request: a trace id, the size of bodies bounded, headers that keep browsers strict, figures."""

    def __init__(self, app: ASGIApp, wiring: Wiring, requests: RequestFigures) -> None:
        self._app, self._settings, self._requests = app, wiring.settings, requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        request.state.trace_id = secrets.token_hex(8)
        began = time.monotonic()

        async def guarded_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._head(scope["path"], request.state.trace_id, MutableHeaders(scope=message))
                self._requests.note(scope, message["status"], time.monotonic() - began)
            await send(message)

        is_segment = SEGMENTS.fullmatch(scope["path"])
        is_large = is_segment or scope["path"] == BUNDLES
        refused = _too_large(request, self._settings.segment_limit if is_large else self._settings.upload_limit)
        await (refused or self._app)(scope, receive, guarded_send)

    def _head(self, path: str, trace_id: str, headers: MutableHeaders) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if path.startswith("/api/"):
            headers.setdefault("Content-Security-Policy", API_POLICY)
            headers.setdefault("Cache-Control", "no-store")
        if self._settings.secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        headers["X-Trace-Id"] = trace_id


def _too_large(request: Request, limit: int) -> Response | None:
    """A refusal when the body is too large, or of a size that nobody said."""
    if request.method in ("GET", "HEAD", "OPTIONS", "DELETE"):
        return None
    length = request.headers.get("content-length")
    if length is None and "chunked" in request.headers.get("transfer-encoding", "").lower():
        return problems.answer(request, problems.Problem(411, "length_needed"))
    if length is not None and (not length.isdigit() or int(length) > limit):
        return problems.answer(request, problems.Problem(413, "too_large", most=limit, path=request.url.path))
    return None
