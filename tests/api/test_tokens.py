"""Tokens for programs hold what they were given and no more, and end; what watches the process is told in numbers."""

from __future__ import annotations

from typing import Any

from httpx import Client

from tests.api.served import Api, fill

pytest_plugins = ["tests.api.served"]
DAY = 86_400


def made(client: Client, **given: Any) -> Any:
    return client.post("/api/v1/tokens", json={"name": "siem", "scopes": ["alerts:read"], "days": 30, **given})


def bearer(api: Api, secret: str) -> Client:
    client = api.stranger()
    client.headers["Authorization"] = f"Bearer {secret}"
    return client


def test_a_token_opens_its_scopes_until_it_is_over_or_revoked(api: Api) -> None:
    fill(api.store)
    li = api.person("analyst")
    secret = made(li).json()["secret"]
    siem = bearer(api, secret)
    assert len(siem.get("/api/v1/alerts").json()["items"]) == 5
    refused = siem.get("/api/v1/incidents")
    assert (refused.status_code, refused.json()["parameters"]["permission"]) == (403, "incidents:read")
    api.clock.advance(30 * DAY)
    assert siem.get("/api/v1/alerts").status_code == 401
    li = api.signed_in("analyst")
    other = made(li).json()
    assert bearer(api, other["secret"]).get("/api/v1/alerts").status_code == 200
    assert li.delete(f"/api/v1/tokens/{other['id']}").status_code == 204
    assert bearer(api, other["secret"]).get("/api/v1/alerts").status_code == 401


def test_a_token_holds_no_more_than_its_owner(api: Api) -> None:
    li = api.person("analyst")
    assert made(li, scopes=["users:change"]).status_code == 422
    assert made(li, days=400).status_code == 422
    maker = bearer(api, made(li, scopes=["alerts:read", "tokens:own"]).json()["secret"])
    assert made(maker, scopes=["alerts:close"]).status_code == 422
    root = api.person("root", "admin")
    etag = root.get("/api/v1/users/analyst").headers["etag"]
    changed = root.patch("/api/v1/users/analyst", json={"roles": ["engineer"]}, headers={"If-Match": etag})
    assert changed.status_code == 200
    secret = made(li := api.signed_in("analyst"), scopes=["alerts:comment"]).json()["secret"]
    assert secret
    assert secret not in li.get("/api/v1/tokens").text


def test_the_process_is_watched_without_signing_in(api: Api) -> None:
    fill(api.store, alerts=3)
    probe = api.stranger()
    assert probe.get("/healthz").json() == {"status": "ok"}
    assert probe.get("/readyz").json()["status"] == "ok"
    figures = dict(
        line.split(" ") for line in probe.get("/metrics").text.splitlines() if line and not line.startswith("#")
    )
    assert (float(figures["bittern_store_up"]), float(figures["bittern_store_alerts"])) == (1, 3)
