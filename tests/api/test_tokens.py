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
    assert probe.get("/metrics").status_code == 401, "figures name sensors and alerts"


def test_a_program_has_an_account_of_its_own_and_signs_in_nowhere(api: Api) -> None:
    fill(api.store)
    root = api.person("root", "admin")
    siem = root.post("/api/v1/users", json={"name": "siem", "roles": ["integrator"]})
    assert (siem.status_code, siem.json()["one_time"]) == (201, None)
    assert "alerts:read" in siem.json()["permissions"]
    assert "alerts:close" not in siem.json()["permissions"]
    secret = made(root, user="siem").json()["secret"]
    assert len(bearer(api, secret).get("/api/v1/alerts").json()["items"]) == 5
    assert made(root, user="siem", scopes=["alerts:close"]).status_code == 422
    assert root.post("/api/v1/users/siem/one-time", json={}).json()["code"] == "store_invalid"
    assert api.stranger().post("/api/v1/session", json={"name": "siem", "password": "x" * 20}).status_code == 401
    mixed = root.post("/api/v1/users", json={"name": "both", "roles": ["integrator", "analyst"]})
    assert (mixed.status_code, mixed.json()["code"]) == (422, "store_invalid")
    with_password = {"name": "probe", "roles": ["sensor"], "password": "a phrase of four words"}
    assert root.post("/api/v1/users", json=with_password).status_code == 422
    etag = root.get("/api/v1/users/siem").headers["etag"]
    turned = root.patch("/api/v1/users/siem", json={"roles": ["analyst"]}, headers={"If-Match": etag})
    assert turned.status_code == 422, "a program does not become a person"
    off = root.patch("/api/v1/users/siem", json={"state": "disabled"}, headers={"If-Match": etag})
    assert off.status_code == 200
    assert bearer(api, secret).get("/api/v1/alerts").status_code == 401


def test_nobody_makes_tokens_of_other_people(api: Api) -> None:
    root, li = api.person("root", "admin"), api.person("li", "analyst")
    assert made(li, user="root").json()["code"] == "forbidden"
    assert made(root, user="li").json()["code"] == "forbidden"
    root.post("/api/v1/users", json={"name": "siem", "roles": ["integrator"]})
    assert made(li, user="siem").json()["code"] == "forbidden"
