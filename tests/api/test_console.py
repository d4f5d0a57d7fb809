"""The console asks for nothing that the API does not have: every path in its sources is one of OpenAPI's."""

from __future__ import annotations

import re

from fastapi import FastAPI

from tests.api.served import Api
from tests.needs import PROJECT

pytest_plugins = ["tests.api.served"]

SOURCES = PROJECT / "console" / "src"
CALLED = re.compile(
    r"""\b(?:get(?:All)?(?:<[^()]*>)?\(|call(?:<[^()]*>)?\('(?P<method>[A-Z]+)',\s*|address\()(?P<quote>['"`])(?P<path>/[^'"`]*)(?P=quote)"""
)
HOLE = re.compile(r"\$\{[^}]*\}")


def asked() -> set[tuple[str, str]]:
    """Method and path of every call in the console's sources; `x` stands where an id is filled in."""
    files = [path for path in SOURCES.rglob("*.ts*") if ".test." not in path.name]
    found = (match for path in files for match in CALLED.finditer(path.read_text(encoding="utf-8")))
    return {(match["method"] or "GET", HOLE.sub("x", match["path"]).partition("?")[0]) for match in found}


def test_every_path_that_the_console_asks_for_is_there(api: Api) -> None:
    app = api.client.app
    assert isinstance(app, FastAPI)
    known = [
        (method.upper(), re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))))
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    ]
    calls = asked()
    assert len(calls) > 20
    # A filled-in word may be one of the path's own (mutes or baseline): `x` fits any part of a path.
    lacking = {
        (method, path)
        for method, path in calls
        if not any(method == one and _fits(template, f"/api/v1{path}") for one, template in known)
    }
    assert lacking == set()


def _fits(template: re.Pattern[str], path: str) -> bool:
    if template.fullmatch(path):
        return True
    parts, wanted = path.split("/"), template.pattern.replace("\\", "").replace("[^/]+", "*").split("/")
    return len(parts) == len(wanted) and all(p == w or "*" in w or p == "x" for p, w in zip(parts, wanted, strict=True))
