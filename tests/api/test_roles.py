"""Every route names its permission, and every role may do just what the matrix says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from api.auth.guard import Needs, OpenToAll
from response.roles import PERMISSIONS, ROLES
from tests.api.served import Api

pytest_plugins = ["tests.api.served"]

OPEN = {
    ("GET", "/api/v1/session"),
    ("POST", "/api/v1/session"),
    ("POST", "/api/v1/session/one-time"),
    ("GET", "/api/v1/session/oidc"),
    ("GET", "/api/v1/session/oidc/start"),
    ("GET", "/api/v1/session/oidc/callback"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
}
NOT_API = {"/{path:path}", "/api/v1/openapi.json"}
NEVER_ENDS = {"/api/v1/stream"}


def routes_of(api: Api) -> Iterator[tuple[str, str, Needs | None]]:
    """Method, path and what it needs, of every route; a route that names neither fails here."""
    app = api.client.app
    assert isinstance(app, FastAPI)
    for route in iter_route_contexts(app.routes):
        if route.path in NOT_API or route.path is None:
            continue
        guards = [each.call for each in route.dependant.dependencies if isinstance(each.call, Needs | OpenToAll)]
        assert len(guards) == 1, f"{route.path} must name one permission, or that it is open to all"
        for method in route.methods or ():
            yield method, route.path, guards[0] if isinstance(guards[0], Needs) else None


def test_only_the_named_routes_are_open(api: Api) -> None:
    found = {(method, path) for method, path, needs in routes_of(api) if needs is None}
    assert found == OPEN


def test_every_permission_that_a_route_needs_is_in_the_matrix(api: Api) -> None:
    assert {needs.permission for _, _, needs in routes_of(api) if needs} <= set(PERMISSIONS)


def test_strangers_come_in_nowhere(api: Api) -> None:
    for method, path, needs in routes_of(api):
        if needs is not None:
            answer = api.client.request(method, re.sub(r"\{\w+\}", "x", path))
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), (method, path)


def test_each_role_may_do_what_the_matrix_says(api: Api) -> None:
    """By tokens with all that the role holds: a refusal of the guard is 403 `forbidden`, all else is a pass."""
    api.wiring.accounts.create("root", ("admin",), by="test", password="quiet reeds at dawn")
    every = frozenset(PERMISSIONS)
    for role, permissions in ROLES.items():
        secret, _ = api.wiring.tokens.create(role, "root", tuple(permissions), every, 3600 * 10**9, by="test")
        for method, path, needs in routes_of(api):
            if needs is None or path in NEVER_ENDS:
                continue
            held = needs.permission in permissions and needs.permission in api.wiring.permissions_of(
                api.wiring.accounts.get("root")
            )
            answer = api.client.request(
                method, re.sub(r"\{\w+\}", "x", path), headers={"Authorization": f"Bearer {secret}"}
            )
            refused = answer.status_code == 403 and answer.json()["parameters"].get("permission") == needs.permission
            assert refused != held, (role, method, path, answer.status_code, answer.text)


def test_the_auditor_touches_no_operational_state() -> None:
    changing = {
        "alerts:close",
        "alerts:take",
        "alerts:learn",
        "alerts:mute",
        "runs:start",
        "runs:approve",
        "rules:change",
    }
    changing |= {"settings:change", "users:change", "baseline:change", "incidents:change", "site:change"}
    assert not ROLES["auditor"] & changing
    assert {"assessments:run", "judgements:make", "reports:make", "audit:read"} <= ROLES["auditor"]


def test_who_assesses_is_not_who_is_assessed() -> None:
    for role in ("analyst", "analyst_limited", "engineer", "admin"):
        assert not ROLES[role] & {"judgements:make"}
