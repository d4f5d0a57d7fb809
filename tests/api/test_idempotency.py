"""Whose process was killed asks again: another attempt takes the claim over, at the moment of the first."""

from __future__ import annotations

import asyncio

import pytest

from api import idempotency
from api.idempotency import LEASE
from response.records import Put, RecordQuery, Stored
from response.times import SECOND, time_ns, time_text
from tests.api.served import Api, fill

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores", "tests.api.served"]
CLOSE = {"matching": {"rule": ["MB01"]}, "status": "closed", "resolution": "maintenance", "reason": "works on line 1"}
KEY = {"Idempotency-Key": "k-1"}


def orphaned(api: Api) -> Stored:
    """The only claim, as it stood before its answer was kept."""
    [claim] = api.store.records(RecordQuery("idempotency")).items
    body = {name: claim.body[name] for name in ("at", "until", "asked")} | {"state": "open"}
    [left] = api.store.commit([Put("idempotency", claim.id, body, claim.etag)])
    assert isinstance(left, Stored)
    return left


def test_a_claim_that_nobody_renews_is_taken_over_at_its_first_moment(both: Api) -> None:
    fill(both.store)
    li = both.person("li", "analyst")
    job = li.post("/api/v1/jobs", json=CLOSE, headers=KEY).json()["id"]
    orphaned(both)
    both.clock.advance(LEASE // SECOND - 1)
    early = li.post("/api/v1/jobs", json=CLOSE, headers=KEY)
    assert (early.status_code, early.json()["code"]) == (409, "idempotency_open")
    both.clock.advance(1)
    other = li.post("/api/v1/jobs", json={**CLOSE, "reason": "else"}, headers=KEY)
    assert other.json()["code"] == "idempotency_reused"
    again = li.post("/api/v1/jobs", json=CLOSE, headers=KEY)
    assert (again.status_code, again.json()["id"]) == (202, job)
    replayed = li.post("/api/v1/jobs", json=CLOSE, headers=KEY)
    assert (replayed.json(), replayed.headers["idempotency-replayed"]) == (again.json(), "true")
    assert [line.deed.what for line in both.store.audit()].count("alert.bulk") == 1


async def test_a_claim_is_renewed_while_somebody_works(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "RENEWED_EVERY", 0.01)
    now = api.clock()
    body = {"at": time_text(now), "until": time_text(now + LEASE), "asked": "x", "state": "open"}
    [claim] = api.store.commit([Put("idempotency", "c", body)])
    assert isinstance(claim, Stored)
    ended = asyncio.Event()
    working = asyncio.create_task(idempotency._renewed(api.wiring, claim, ended))
    api.clock.advance(7)
    while time_ns(api.store.record("idempotency", "c").body["until"]) < now + LEASE + 7 * SECOND:
        await asyncio.sleep(0.01)
    ended.set()
    last = await asyncio.wait_for(working, 30)
    assert last == api.store.record("idempotency", "c")
    assert (last.body["at"], last.body["state"]) == (body["at"], "open")
