"""Signing in: passwords, one-time secrets, lock-out, cookies, CSRF, ends of sessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import Request

from api.auth.guard import Caller, identify, still_in
from api.serving import bound, served
from response.records import Put, RecordQuery
from response.times import time_text
from tests.api.served import COOKIE, PASSWORD, Api, made_api

pytest_plugins = ["tests.api.served"]

SESSION = "/api/v1/session"


def test_who_is_not_signed_in_is_told_so_in_his_language(api: Api) -> None:
    answer = api.client.get("/api/v1/alerts", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["title"], problem["status"]) == ("not_signed_in", "未登录", 401)
    assert problem["trace_id"] == answer.headers["x-trace-id"]
    assert api.client.get(SESSION).json()["title"] == "Not signed in"


def test_signing_in_and_out(api: Api) -> None:
    client = api.person("li", "analyst")
    cookie = next(iter(client.cookies.jar))
    assert (cookie.name, cookie.path, cookie.secure) == (COOKIE, "/", False)
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "lax"
    body = client.get(SESSION).json()
    assert (body["user"], body["roles"], body["must_change_password"]) == ("li", ["analyst"], False)
    assert "alerts:close" in body["permissions"]
    assert "users:change" not in body["permissions"]
    kept = api.store.records(RecordQuery("session")).items
    assert cookie.value not in str(kept)
    assert client.delete(SESSION).status_code == 204
    client.cookies.set(COOKIE, str(cookie.value))
    assert client.get(SESSION).status_code == 401


def test_the_first_administrator_chooses_a_password_before_anything_else(api: Api) -> None:
    _, once = api.wiring.accounts.create("admin", ("admin",), by="setup")
    client = api.stranger()
    assert client.post(f"{SESSION}/one-time", json={"secret": "guessed"}).status_code == 401
    answer = client.post(f"{SESSION}/one-time", json={"secret": once})
    assert answer.status_code == 201
    assert answer.json()["must_change_password"]
    assert answer.json()["permissions"] == ["session:own"]
    client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    assert client.get("/api/v1/alerts").json()["code"] == "password_needed"
    for weak in ("short", "admin", "aaaaaaaaaaaaaaaa"):
        assert client.put(f"{SESSION}/password", json={"password": weak}).status_code == 422
    changed = client.put(f"{SESSION}/password", json={"password": PASSWORD})
    assert changed.status_code == 200
    assert "users:change" in changed.json()["permissions"]
    assert client.get("/api/v1/alerts").status_code == 200
    assert api.stranger().post(f"{SESSION}/one-time", json={"secret": once}).status_code == 401
    assert api.signed_in("ADMIN").get(SESSION).json()["user"] == "admin"


def test_a_one_time_secret_ends(api: Api) -> None:
    _, once = api.wiring.accounts.create("admin", ("admin",), by="setup")
    api.clock.advance(24 * 3600)
    assert api.stranger().post(f"{SESSION}/one-time", json={"secret": once}).status_code == 401


def test_wrong_passwords_lock_the_account_for_a_while(api: Api) -> None:
    api.person("li", "analyst")
    stranger = api.stranger()

    def attempt(password: str = "wrong") -> tuple[int, str]:
        answer = stranger.post(SESSION, json={"name": "li", "password": password})
        return answer.status_code, answer.json().get("code", "")

    assert [attempt() for _ in range(5)] == [(401, "wrong_credentials")] * 5
    assert attempt(PASSWORD) == (423, "locked")
    api.clock.advance(61)
    assert attempt() == (401, "wrong_credentials")
    assert attempt(PASSWORD) == (423, "locked")
    api.clock.advance(301)
    assert attempt(PASSWORD)[0] == 201
    assert [line.deed.what for line in api.store.audit()].count("user.locked") == 2


def test_nobody_learns_who_has_an_account(api: Api) -> None:
    api.person("li", "analyst")
    stranger = api.stranger()
    unknown = stranger.post(SESSION, json={"name": "wang", "password": "wrong"}).json()
    known = stranger.post(SESSION, json={"name": "li", "password": "wrong"}).json()
    for body in (unknown, known):
        del body["trace_id"]
    assert unknown == known


def test_a_disabled_account_is_out_at_once(api: Api) -> None:
    admin, li = api.person("admin"), api.person("li", "analyst")
    etag = admin.get("/api/v1/users/li").headers["etag"]
    assert admin.patch("/api/v1/users/li", json={"state": "disabled"}, headers={"If-Match": etag}).status_code == 200
    assert li.get("/api/v1/alerts").status_code == 401
    answer = api.stranger().post(SESSION, json={"name": "li", "password": PASSWORD})
    assert answer.json()["code"] == "wrong_credentials"


def test_the_last_administrator_stays_one(api: Api) -> None:
    admin = api.person("admin")
    etag = admin.get("/api/v1/users/admin").headers["etag"]
    for change in ({"state": "disabled"}, {"roles": ["analyst"]}):
        answer = admin.patch("/api/v1/users/admin", json=change, headers={"If-Match": etag})
        assert (answer.status_code, answer.json()["parameters"]["reason"]) == (422, "last_admin")


def test_sessions_end_when_idle_and_in_the_end(api: Api) -> None:
    li = api.person("li", "analyst")
    for _ in range(13):
        api.clock.advance(55 * 60)
        assert li.get(SESSION).status_code == 200
    api.clock.advance(55 * 60)
    assert li.get(SESSION).status_code == 401
    other = api.signed_in("li")
    api.clock.advance(61 * 60)
    assert other.get(SESSION).status_code == 401


@pytest.mark.parametrize("header", [{}, {"X-CSRF-Token": "guessed"}, {"Origin": "https://elsewhere.example"}])
def test_a_change_must_carry_the_sessions_token_and_come_from_here(api: Api, header: dict[str, str]) -> None:
    li = api.person("li", "analyst")
    if "Origin" not in header:
        del li.headers["X-CSRF-Token"]
    answer = li.post("/api/v1/views", json={"name": "mine", "screen": "alerts"}, headers=header)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    assert li.get("/api/v1/views").json()["items"] == []


def test_guessing_is_limited_by_address(api: Api) -> None:
    slow = made_api(api.store, api.wiring.settings.data, requests_per_minute=60)
    answers = [slow.client.post(SESSION, json={"name": f"u{n}", "password": "wrong"}) for n in range(4)]
    assert [each.status_code for each in answers] == [401, 401, 401, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_who_listens_for_long_is_looked_at_again(api: Api) -> None:
    li = api.person("li", "analyst")
    caller = listener(api, li)
    assert still_in(caller, api.wiring)
    api.clock.advance(3599)
    assert still_in(caller, api.wiring)
    api.clock.advance(1)
    assert not still_in(caller, api.wiring)  # to listen is not to be there
    ends: list[Callable[[], None]] = [
        lambda: api.wiring.sessions.close_all("li"),
        lambda: changed(api, roles=["auditor"]),
        lambda: changed(api, state="disabled"),
    ]
    for end in ends:
        caller = listener(api, api.signed_in("li"))
        assert still_in(caller, api.wiring)
        end()
        assert not still_in(caller, api.wiring)


def listener(api: Api, client: httpx.Client) -> Caller:
    cookie = f"{COOKIE}={client.cookies[COOKIE]}".encode()
    request = Request({"type": "http", "method": "GET", "headers": [(b"cookie", cookie)]})
    caller = identify(request, api.wiring)
    assert caller is not None
    return caller


def changed(api: Api, **fields: Any) -> None:
    account = api.wiring.accounts.get("li")
    api.wiring.accounts.change(account, by="root", etag=account.etag, **fields)


def test_a_stream_ends_with_the_session_of_who_listens(api: Api) -> None:
    li = api.person("li", "analyst")
    with served(api.wiring, bound("127.0.0.1", 0)) as url:
        cookies = {COOKIE: str(li.cookies[COOKIE])}
        with httpx.stream("GET", f"{url}/api/v1/stream", cookies=cookies, timeout=30) as stream:
            lines = stream.iter_lines()
            assert next(lines) == "event: hello"
            api.wiring.sessions.close_all("li")
            api.clock.advance(11)
            api.store.commit([Put("incident", "i1", {"last_seen": time_text(api.clock()), "status": "new"})])
            assert not any("i1" in line for line in lines)


@pytest.mark.parametrize(("proxies", "last"), [((), 429), (("127.0.0.1",), 401)])
def test_only_named_proxies_say_who_asks(api: Api, proxies: tuple[str, ...], last: int) -> None:
    slow = made_api(api.store, api.wiring.settings.data, requests_per_minute=60, proxies=proxies)
    with served(slow.wiring, bound("127.0.0.1", 0)) as url:
        answers = [
            httpx.post(
                f"{url}{SESSION}", json={"name": "u", "password": "wrong"}, headers={"X-Forwarded-For": f"10.0.0.{n}"}
            ).status_code
            for n in range(4)
        ]
    assert answers == [401, 401, 401, last]
