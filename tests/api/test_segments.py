"""Segments that a sensor sends: by its own token only, whole or not at all, and stored once."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import httpx
import pytest

from api.intake import Intake
from api.segment_files import parcel_of
from response.ports import EventQuery, Segment
from sensors.spool import Spool
from tests.api.served import Api
from tests.contract.store_cases import rows
from tests.small_disk import fill, small_disk

pytest_plugins = ["tests.api.served"]

NAME = "0000000000000001-one.zip"
PATH = "/api/v1/sensors/line-3/segments"


def digest(data: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


def secret(api: Api, account: str = "line-3", role: str = "sensor") -> str:
    made, _ = api.wiring.accounts.create(account, (role,), by="test")
    held = frozenset({"segments:write"})
    return api.wiring.tokens.create("upload", made.id, ("segments:write",), held, 3600 * 10**9, by="test")[0]


def sent(api: Api, token: str, data: bytes, path: str = PATH, name: str = NAME, **headers: str) -> httpx.Response:
    given = {"Authorization": f"Bearer {token}", "Content-Digest": digest(data)} | headers
    answer: httpx.Response = api.client.post(path, params={"name": name}, content=data, headers=given)
    return answer


def one(folder: Path) -> bytes:
    spool = Spool(folder)
    spool.open_for_writing()
    return spool.put(parcel_of(Segment("one", "line-3", 1, 2, {"transaction": rows("transaction", 5)}))).read_bytes()


def kept(api: Api) -> list[str]:
    inbox = api.wiring.settings.inbox
    return sorted(str(each.relative_to(inbox)) for each in inbox.rglob("*") if each.is_file())


def test_what_is_sent_waits_for_the_worker_and_is_stored_once(api: Api, tmp_path: Path) -> None:
    token, data = secret(api), one(tmp_path / "spool")
    for _ in range(2):
        answer = sent(api, token, data)
        assert (answer.status_code, answer.json()) == (
            201,
            {"name": NAME, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()},
        )
        assert kept(api) == [f"line-3/{NAME}"]
    work = Intake(api.store, inbox=api.wiring.settings.inbox)
    work(api.clock())
    assert api.store.count("transaction") == 5
    assert sent(api, token, data).status_code == 201, "a receipt that was lost on its way"
    work(api.clock())
    assert api.store.count("transaction") == 5 == len(api.store.events(EventQuery("transaction")).frame)
    assert kept(api) == []


@pytest.mark.parametrize("path", ["line-4", "..", "%2e%2e", "line-3%2f..%2fother", "LINE-4"])
def test_a_token_sends_for_its_own_sensor_only(path: str, api: Api, tmp_path: Path) -> None:
    token, data = secret(api), one(tmp_path / "spool")
    answer = sent(api, token, data, path=f"/api/v1/sensors/{path}/segments")
    assert answer.status_code in (403, 404, 405)
    admin = secret(api, "root", "admin")
    answer = sent(api, admin, data)
    assert (answer.status_code, answer.json()["code"]) == (403, "other_sensor")
    assert not api.wiring.settings.inbox.exists()


@pytest.mark.parametrize(
    ("code", "status", "changed"),
    [
        ("digest_differs", 400, {"Content-Digest": digest(b"other")}),
        ("digest_needed", 400, {"Content-Digest": "sha-256=:AAAA:"}),
        ("digest_needed", 400, {"Content-Digest": f"md5={'A' * 44}"}),
        ("not_signed_in", 401, {"Authorization": "Bearer bittern_pat_no"}),
    ],
)
def test_what_is_not_what_was_sent_is_not_kept(
    code: str, status: int, changed: dict[str, str], api: Api, tmp_path: Path
) -> None:
    token, data = secret(api), one(tmp_path / "spool")
    answer = sent(api, token, data, **changed)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert kept(api) == []


@pytest.mark.parametrize("name", ["one.zip", "../../0000000000000001-one.zip", "0000000000000001-one.zip/x", ""])
def test_only_names_of_segments_are_taken(name: str, api: Api, tmp_path: Path) -> None:
    token, data = secret(api), one(tmp_path / "spool")
    assert sent(api, token, data, name=name).status_code == 422
    assert kept(api) == []


def test_a_segment_may_be_larger_than_other_bodies_but_not_endless(api: Api) -> None:
    token, settings = secret(api), api.wiring.settings
    assert sent(api, token, bytes(settings.upload_limit + 1)).status_code == 201
    answer = sent(api, token, b"x", **{"Content-Length": str(settings.segment_limit + 1)})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_disk_that_is_nearly_full_takes_no_more(api: Api, tmp_path: Path) -> None:
    token, data = secret(api), one(tmp_path / "spool")
    with small_disk(tmp_path / "inbox") as disk:
        block = fill(disk)
        answer = sent(api, token, data)
        assert (answer.status_code, answer.json()["code"]) in ((507, "inbox_full"), (503, "inbox_refuses"))
        assert int(answer.headers["Retry-After"]) > 0
        block.unlink()
        assert sent(api, token, data).status_code == 201
