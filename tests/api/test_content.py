"""Bundles on a server: brought by administrators, fetched by the sensor whose token it is."""

from __future__ import annotations

import re

import httpx
import pytest

from api.content.shelf import FOLDER, MOST
from tests.api.served import Api
from tests.unit.content.bundles import About, bundle, signing_key

pytest_plugins = ["tests.api.served"]

PATH = "/api/v1/content"


@pytest.fixture
def root(api: Api) -> httpx.Client:
    """The administrator."""
    client: httpx.Client = api.person("root", "admin")
    return client


def brought(root: httpx.Client, data: bytes, **headers: str) -> httpx.Response:
    """What is said when the administrator brings a bundle."""
    return root.post(PATH, content=data, headers={"Content-Type": "application/zip"} | headers)


def token(api: Api, sensor: str) -> dict[str, str]:
    """What the sensor says who it is."""
    account, _ = api.wiring.accounts.create(sensor, ("sensor",), by="test")
    held = frozenset({"content:read"})
    secret, _ = api.wiring.tokens.create("content", account.id, ("content:read",), held, 3600 * 10**9, by="test")
    return {"Authorization": f"Bearer {secret}"}


def test_a_sensor_fetches_the_latest_that_is_for_it_once(api: Api, root: httpx.Client) -> None:
    mine = token(api, "line-3")
    assert api.client.get(f"{PATH}/line-3/latest", headers=mine).json()["code"] == "no_content"
    first = bundle(about=About(version=1))
    assert brought(root, first).status_code == 201
    assert brought(root, bundle(about=About(version=2, sensors=("hall-*",)))).status_code == 201
    got = api.client.get(f"{PATH}/line-3/latest", headers=mine)
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, first, "application/zip")
    again = api.client.get(f"{PATH}/line-3/latest", headers=mine | {"If-None-Match": got.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    hall = api.client.get(f"{PATH}/hall-1/latest", headers=token(api, "hall-1"))
    assert hall.content == bundle(about=About(version=2, sensors=("hall-*",)))


def test_a_token_fetches_for_its_own_sensor_only(api: Api, root: httpx.Client) -> None:
    brought(root, bundle())
    mine = token(api, "line-3")
    for sensor in ("line-4", "%2e%2e", "LINE-4", "line-3%2f..%2fline-4"):
        answer = api.client.get(f"{PATH}/{sensor}/latest", headers=mine)
        assert answer.status_code in (403, 404, 405)
        assert bundle() not in answer.content


def test_a_bundle_needs_a_higher_version_and_the_same_one_is_no_change(api: Api, root: httpx.Client) -> None:
    two = bundle(about=About(version=2))
    assert brought(root, two).json() == brought(root, two).json()
    refused = brought(root, bundle(about=About(version=1)), **{"Accept-Language": "zh"})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_content")
    assert refused.json()["errors"][0]["code"] == "old"
    assert re.search("[一-鿿]", refused.json()["errors"][0]["message"])
    listed = root.get(PATH).json()["items"]
    assert [(each["name"], each["version"], each["by"]) for each in listed] == [("plant", 2, "root")]
    assert [deed.deed.what for deed in api.store.audit(0, 100)].count("content.put") == 1


def test_what_is_no_bundle_is_refused_and_leaves_nothing(api: Api, root: httpx.Client) -> None:
    for data in (b"", b"no zip", bundle()[:-5], bundle() + b"x"):
        answer = brought(root, data)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "no_archive")
    assert not (api.wiring.settings.data / FOLDER).exists()
    assert brought(root, bundle(key=signing_key(9))).status_code == 201, "whose key it is, is the sensors' question"


def test_only_the_latest_are_kept(api: Api, root: httpx.Client) -> None:
    for version in range(1, MOST + 3):
        brought(root, bundle(about=About(version=version)))
    assert len(list((api.wiring.settings.data / FOLDER).glob("*.zip"))) == MOST
    assert len(root.get(PATH).json()["items"]) == MOST


def test_others_bring_none(api: Api) -> None:
    for role in ("analyst", "engineer", "auditor"):
        answer = api.person(role).post(PATH, content=bundle(), headers={"Content-Type": "application/zip"})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_what_a_sensor_runs_stands_with_it(api: Api, root: httpx.Client) -> None:
    from response.records import Put

    bodies = {
        "line-1": {"link.frames": 7},
        "line-2": {"content.version": 7},
        "line-3": {"content.version": 7, "content.refused.proof_alert": 8},
    }
    for sensor, counters in bodies.items():
        body = {"last_seen": "2026-11-01T00:00:00.000000000Z", "state": "heard", "counters": counters}
        api.store.commit([Put("sensor", sensor, body | {"packets_until": body["last_seen"]})])
    shown = {each["id"]: each["content"] for each in root.get("/api/v1/sensors").json()["items"]}
    assert shown == {
        "line-1": None,
        "line-2": {"version": 7, "refused": None, "why": None},
        "line-3": {"version": 7, "refused": 8, "why": "proof_alert"},
    }
