"""Serves the console: hashed files for ever, its page anew with a fresh nonce, any other path is the page too."""

from __future__ import annotations

import secrets
from importlib import resources
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse

from api.problems import absent

NONCE = "__NONCE__"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src-elem 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
FOR_EVER = "public, max-age=31536000, immutable"
MISSING = """<!doctype html><title>Bittern</title>
<p>The console is not built: make console.<p>控制台尚未构建：make console。
"""


def static_folder() -> Path:
    """Where the built console lies."""
    return Path(str(resources.files("api").joinpath("static")))


def add_console(app: FastAPI) -> None:
    """Add the console's routes behind all others."""
    folder = static_folder()
    known = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}

    @app.get("/{path:path}", include_in_schema=False)
    def console(path: str, request: Request) -> Response:
        if path.startswith(("api/", "assets/")) and path not in known:
            raise absent(request)
        if path in known and path != "index.html":
            caching = FOR_EVER if path.startswith("assets/") else "no-cache"
            return FileResponse(known[path], headers={"Cache-Control": caching})
        nonce = secrets.token_urlsafe(16)
        text = known["index.html"].read_text(encoding="utf-8") if "index.html" in known else MISSING
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": POLICY.format(nonce=nonce)}
        return HTMLResponse(text.replace(NONCE, nonce), headers=headers)
