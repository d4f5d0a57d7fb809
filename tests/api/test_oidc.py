"""Single sign-on at a real issuer: roles from groups, what ends when they are lost, several processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from response.records import RecordQuery
from tests.api.served import COOKIE, PASSWORD, Api
from tests.api.signing_on import (
    ORIGIN,
    SESSION,
    SHOWN,
    START,
    USERS,
    Failed,
    api_with,
    asked_of,
    begin,
    browse,
    come_back,
    issuer_at,
    sign_on,
)
from tests.issuer import SECRET, RealIssuer

pytest_plugins = ["tests.api.served", "tests.api.signing_on"]
DAY = 24 * 3600


def deeds(api: Api) -> list[tuple[str, str, str | None]]:
    return [(line.deed.who, line.deed.what, line.deed.id) for line in api.store.audit()]


def with_groups(login: str, *groups: str) -> dict[str, Any]:
    return {**USERS, login: {**USERS[login], "groups": list(groups)}}


def test_the_way_in_is_told_to_all(sso: Api, api: Api) -> None:
    assert sso.client.get(SHOWN).json() == {"enabled": True, "name": "Plant directory"}
    assert api.client.get(SHOWN).json() == {"enabled": False, "name": None}
    assert api.client.get(START, follow_redirects=False).json()["code"] == "oidc_off"


def test_signing_in_at_the_issuer(sso: Api, real: RealIssuer) -> None:
    client = sso.stranger()
    away = begin(client, "/alerts?open=7")
    asked = asked_of(away)
    assert away.startswith(f"{real.address}/auth?")
    assert asked["redirect_uri"] == ORIGIN + "/api/v1/session/oidc/callback"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    back = browse(away, "li")
    assert asked_of(back)["state"] == asked["state"]
    assert come_back(client, back) == "/alerts?open=7"
    cookie = next(each for each in client.cookies.jar if each.name == COOKIE)
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert [each.name for each in client.cookies.jar] == [COOKIE]
    body = client.get(SESSION).json()
    assert (body["user"], body["display"], body["roles"]) == ("li", "Li Na", ["analyst"])
    assert not body["must_change_password"]
    client.headers["X-CSRF-Token"] = body["csrf"]
    assert client.post("/api/v1/views", json={"name": "mine", "screen": "alerts"}).status_code == 201
    assert deeds(sso)[:2] == [("oidc", "user.create", "li"), ("li", "session.open", "li")]


def test_groups_give_roles_and_several_give_all(sso: Api) -> None:
    client, place = sign_on(sso, "wang")
    assert place == "/"
    assert client.get(SESSION).json()["roles"] == ["admin", "auditor"]


def test_claims_may_be_told_apart_from_the_token(real: RealIssuer, sso: Api) -> None:
    real.set(userinfo=True)
    try:
        client, _ = sign_on(sso, "li")
    finally:
        real.set(userinfo=False)
    assert client.get(SESSION).json()["roles"] == ["analyst"]


def test_who_has_no_role_or_cancels_stays_out(sso: Api) -> None:
    assert sign_on(sso, "zhao")[1] == Failed("oidc_no_role")
    client, place = sign_on(sso, None)
    assert place == Failed("oidc_refused")
    assert client.get(SESSION).status_code == 401
    assert deeds(sso) == [("oidc", "session.refuse", "subject-of-zhao")]
    assert sso.wiring.accounts.everybody() == []


def test_changed_groups_count_at_the_next_sign_in_and_end_what_is_open(sso: Api, real: RealIssuer) -> None:
    before, _ = sign_on(sso, "li")
    real.set(users=with_groups("li", "ot-audit"))
    after, _ = sign_on(sso, "li")
    assert before.get(SESSION).status_code == 401
    assert after.get(SESSION).json()["roles"] == ["auditor"]
    assert ("oidc", "user.change", "li") in deeds(sso)


def test_who_lost_every_role_is_out_with_sessions_and_tokens_until_there_is_one_again(
    sso: Api, real: RealIssuer
) -> None:
    li, _ = sign_on(sso, "li")
    secret, _ = sso.wiring.tokens.create("t", "li", ("alerts:read",), frozenset({"alerts:read"}), DAY * 10**9, by="li")
    bearer = {"Authorization": f"Bearer {secret}"}
    assert sso.stranger().get("/api/v1/alerts", headers=bearer).status_code == 200
    real.set(users=with_groups("li", "staff"))
    assert sign_on(sso, "li")[1] == Failed("oidc_no_role")
    assert li.get(SESSION).status_code == 401
    assert sso.stranger().get("/api/v1/alerts", headers=bearer).status_code == 401
    real.set(users=USERS)
    again, _ = sign_on(sso, "li")
    assert again.get(SESSION).json()["roles"] == ["analyst"]
    assert sso.stranger().get("/api/v1/alerts", headers=bearer).status_code == 401


def test_who_was_disabled_here_stays_out(sso: Api) -> None:
    sign_on(sso, "li")
    account = sso.wiring.accounts.get("li")
    sso.wiring.accounts.change(account, by="root", etag=account.etag, state="disabled")
    assert sign_on(sso, "li")[1] == Failed("oidc_disabled")
    assert deeds(sso)[-1] == ("oidc", "session.refuse", "li")


def test_sessions_are_short_and_tokens_need_a_sign_in_now_and_then(real: RealIssuer, tmp_path: Path) -> None:
    api = api_with(issuer_at(real.address, session_hours=2, token_days=3), tmp_path)
    with api.store:
        client, _ = sign_on(api, "li")
        cookie = next(each for each in client.cookies.jar if each.name == COOKIE)
        assert cookie.expires is not None
        secret, _ = api.wiring.tokens.create(
            "t", "li", ("alerts:read",), frozenset({"alerts:read"}), 99 * DAY * 10**9, by="li"
        )
        bearer = {"Authorization": f"Bearer {secret}"}
        for _ in range(2):
            api.clock.advance(3500)
            assert client.get(SESSION).status_code == 200
        api.clock.advance(201)
        assert client.get(SESSION).status_code == 401
        api.clock.advance(3 * DAY - 7202)
        assert api.stranger().get("/api/v1/alerts", headers=bearer).status_code == 200
        api.clock.advance(2)
        assert api.stranger().get("/api/v1/alerts", headers=bearer).status_code == 401


def test_without_the_issuer_its_people_are_strangers(sso: Api, tmp_path: Path) -> None:
    client, _ = sign_on(sso, "li")
    cookie = str(client.cookies[COOKIE])
    for issuer in (None, issuer_at("https://other.example")):
        other = api_with(issuer, tmp_path, sso)
        stranger = other.stranger()
        stranger.cookies.set(COOKIE, cookie)
        assert stranger.get(SESSION).status_code == 401


def test_a_sign_in_may_begin_in_one_process_and_end_in_another_but_once(sso: Api, tmp_path: Path) -> None:
    other = api_with(sso.wiring.settings.issuer, tmp_path, sso)
    client = sso.stranger()
    back = browse(begin(client), "li")
    elsewhere = other.stranger()
    elsewhere.cookies = client.cookies
    kept = {each.name: str(each.value) for each in client.cookies.jar}
    assert come_back(elsewhere, back) == "/"
    replay = sso.stranger()
    for name, value in kept.items():
        replay.cookies.set(name, value)
    assert come_back(replay, back) == Failed("oidc_token")  # the issuer takes no code twice
    assert replay.get(SESSION).status_code == 401


def test_names_are_unique_and_belong_to_who_came_first(sso: Api, real: RealIssuer) -> None:
    sso.person("li", "engineer")
    assert sign_on(sso, "li")[1] == Failed("oidc_name_taken")
    assert sso.signed_in("li").get(SESSION).json()["roles"] == ["engineer"]
    real.set(users={**USERS, "wang": {**USERS["wang"], "preferred_username": "a b/c"}})
    assert sign_on(sso, "wang")[1] == Failed("oidc_name")


def test_a_new_name_at_the_issuer_is_the_same_person_here(sso: Api, real: RealIssuer) -> None:
    sign_on(sso, "li")
    real.set(users={**USERS, "li": {**USERS["li"], "preferred_username": "li.na", "name": "Li-Wang Na"}})
    client, _ = sign_on(sso, "li")
    body = client.get(SESSION).json()
    assert (body["user"], body["display"]) == ("li", "Li-Wang Na")


def test_administrators_cannot_give_what_the_issuer_decides(sso: Api) -> None:
    sign_on(sso, "li")
    admin = sso.person("root", "admin")
    etag = admin.get("/api/v1/users/li").headers["etag"]
    change = admin.patch("/api/v1/users/li", json={"roles": ["admin"]}, headers={"If-Match": etag})
    assert (change.status_code, change.json()["parameters"]["reason"]) == (422, "issuer_decides")
    assert admin.post("/api/v1/users/li/one-time").status_code == 422
    answer = sso.stranger().post(SESSION, json={"name": "li", "password": PASSWORD})
    assert answer.json()["code"] == "wrong_credentials"


def test_somebody_local_stays_administrator(sso: Api) -> None:
    sign_on(sso, "wang")
    admin = sso.person("root", "admin")
    etag = admin.get("/api/v1/users/root").headers["etag"]
    answer = admin.patch("/api/v1/users/root", json={"state": "disabled"}, headers={"If-Match": etag})
    assert (answer.status_code, answer.json()["parameters"]["reason"]) == (422, "last_admin")


def test_nothing_secret_is_kept_or_told(sso: Api) -> None:
    client = sso.stranger()
    away = begin(client)
    back = browse(away, "li")
    come_back(client, back)
    kinds = ("user", "session", "sign_on", "setting")
    kept = str([sso.store.records(RecordQuery(kind)).items for kind in kinds]) + str(list(sso.store.audit()))
    asked, answered = asked_of(away), asked_of(back)
    for secret in (SECRET, asked["state"], asked["nonce"], answered["code"], str(client.cookies[COOKIE])):
        assert secret not in kept
    assert SECRET not in repr(sso.wiring.settings)
    assert SECRET not in away


@pytest.mark.parametrize("secure", [False, True])
def test_cookies_are_for_tls_alone_where_browsers_come_by_tls(sso: Api, tmp_path: Path, secure: bool) -> None:
    api = api_with(sso.wiring.settings.issuer, tmp_path, sso, secure=secure)
    response = api.client.get(START, follow_redirects=False)
    cookie = response.headers["set-cookie"]
    assert ("secure" in cookie.lower()) == secure
    assert {"HttpOnly", "SameSite=lax", "Path=/api/v1/session/oidc"} <= set(cookie.split("; "))
