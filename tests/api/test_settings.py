"""What playbooks may call over HTTP: shown, changed by administrators alone, never wide by a slip, and in force."""

from __future__ import annotations

from typing import Any

import pytest

from api.playbook_desk import ALLOWED, desk_of
from response.playbooks.outbound import Allowed, GuardedHttp
from response.records import Put
from response.times import time_text
from tests.api.served import Api

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores", "tests.api.served"]
PATH = "/api/v1/settings/http-allowed"
TICKETS = {"base": "https://tickets.plant.example/api", "methods": ["POST", "PUT"], "networks": ["10.1.0.0/16"]}
FLOW = {"base": "http://127.0.0.1:8080", "methods": ["POST"], "networks": ["127.0.0.1/32"]}


def allowed(api: Api) -> tuple[Allowed, ...]:
    http = desk_of(api.wiring).ports.http
    assert isinstance(http, GuardedHttp)
    return http.allowed


def test_the_list_is_shown_changed_and_in_force(both: Api) -> None:
    admin, auditor = both.person("root", "admin"), both.person("yu", "auditor")
    first = auditor.get(PATH)
    assert (first.json(), first.headers["etag"]) == ({"entries": [], "etag": "0"}, '"0"')
    assert allowed(both) == ()
    assert admin.put(PATH, json={"entries": []}).status_code == 428
    kept = admin.put(PATH, json={"entries": [TICKETS]}, headers={"If-Match": '"0"'})
    assert (kept.status_code, kept.json()["entries"]) == (200, [TICKETS])
    assert allowed(both) == (Allowed(str(TICKETS["base"]), ("POST", "PUT"), ("10.1.0.0/16",)),)
    late = admin.put(PATH, json={"entries": []}, headers={"If-Match": '"0"'})
    assert late.status_code == 412
    again = admin.put(PATH, json={"entries": [TICKETS, FLOW]}, headers={"If-Match": kept.headers["etag"]})
    assert auditor.get(PATH).json() == {"entries": [TICKETS, FLOW], "etag": again.json()["etag"]}
    deeds = [line.deed for line in both.store.audit() if line.deed.what == "setting.change"]
    told = [(deed.who, deed.id, len(deed.parameters["entries"])) for deed in deeds]
    # Elasticsearch writes the line before the record, so that of the change that came too late stands there too.
    assert (told[0], told[-1]) == (("root", "http-allowed", 1), ("root", "http-allowed", 2))


@pytest.mark.parametrize("role", ["analyst", "analyst_limited", "auditor", "engineer"])
def test_administrators_alone_change_it(api: Api, role: str) -> None:
    answer = api.person("li", role).put(PATH, json={"entries": [FLOW]}, headers={"If-Match": '"0"'})
    assert (answer.status_code, answer.json()["parameters"]["permission"]) == (403, "settings:change")
    assert allowed(api) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"base": "ftp://x.example"}, "base"),
        ({"base": "https://"}, "base"),
        ({"base": "https://user:word@x.example"}, "base"),
        ({"base": "https://x.example/?q"}, "base"),
        ({"base": "https://x.example/#a"}, "base"),
        ({"base": "https://x.example/a/../b"}, "base"),
        ({"base": "https://x.example/%2e%2e/b"}, "base"),
        ({"base": "https://x.example//b"}, "base"),
        ({"base": "https://x.example\\@y.example"}, "base"),
        ({"base": "https://x.example:99999/"}, "base"),
        ({"base": "//x.example"}, "base"),
        ({"base": "https://ex ample/"}, "base"),
        ({"methods": ["post"]}, "method"),
        ({"methods": ["CONNECT"]}, "method"),
        ({"networks": ["10.0.0.0/33"]}, "network"),
        ({"networks": ["plant"]}, "network"),
        ({"networks": ["10.0.0.1/8"]}, "network"),
        ({"networks": ["0.0.0.0/0"]}, "wide"),
        ({"networks": ["::/0"]}, "wide"),
    ],
)
def test_mistakes_are_told_and_nothing_is_changed(api: Api, change: dict[str, Any], code: str) -> None:
    admin = api.person("root", "admin")
    answer = admin.put(PATH, json={"entries": [FLOW, {**TICKETS, **change}]}, headers={"If-Match": '"0"'})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_allow_list")
    [error] = answer.json()["errors"]
    assert (error["code"], error["where"].rpartition("/")[0]) == (code, "entries/1")
    assert error["message"]
    assert allowed(api) == ()


def test_every_mistake_is_told_at_once_in_the_readers_language(api: Api) -> None:
    admin = api.person("root", "admin")
    entries = [{**FLOW, "methods": ["TRACE"], "networks": ["x"]}, FLOW]
    body = {"json": {"entries": entries}, "headers": {"If-Match": '"0"', "Accept-Language": "zh"}}
    errors = admin.put(PATH, **body).json()["errors"]
    assert [each["code"] for each in errors] == ["method", "network", "twice"]
    assert "不是方法" in errors[0]["message"]


def test_a_list_that_cannot_be_read_allows_nothing(api: Api) -> None:
    api.store.commit([Put(*ALLOWED, {"at": time_text(api.clock()), "entries": [{"base": "file:///etc"}]})])
    assert allowed(api) == ()
