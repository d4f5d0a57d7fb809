"""What the store holds and for how long: shown to those who may see settings, changed by administrators, in force."""

from __future__ import annotations

from api.shapes_storage import StorageShape
from api.storage.admission import stored_datasets
from response.retention.sweep import policy_in_force, swept
from response.times import time_ns
from tests.api.served import Api
from tests.contract.retention_cases import NOW, old_and_young

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores", "tests.api.served"]
POLICY, STORAGE = "/api/v1/settings/retention", "/api/v1/settings/storage"
MONTH = {"days": 30, "bytes": 20_000_000_000}


def test_the_policy_is_shown_changed_and_in_force(both: Api) -> None:
    admin, auditor = both.person("root", "admin"), both.person("yu", "auditor")
    first = auditor.get(POLICY)
    assert (first.headers["etag"], first.json()["etag"]) == ('"0"', "0")
    assert first.json()["datasets"]["capture"] == {"days": 180, "bytes": None}
    asked = {"datasets": {"transaction": MONTH}}
    assert admin.put(POLICY, json=asked).status_code == 428
    assert auditor.put(POLICY, json=asked, headers={"If-Match": '"0"'}).status_code == 403
    kept = admin.put(POLICY, json=asked, headers={"If-Match": '"0"'})
    assert (kept.status_code, kept.json()["datasets"]["transaction"]) == (200, MONTH)
    assert kept.json()["datasets"]["capture"] == {"days": 180, "bytes": None}
    assert admin.put(POLICY, json=asked, headers={"If-Match": '"0"'}).status_code == 412
    assert auditor.get(POLICY).json() == kept.json()
    bound = policy_in_force(both.store, stored_datasets())[0].bounds["transaction"]
    assert (bound.days, bound.bytes) == (30, 20_000_000_000)
    lines = [line.deed for line in both.store.audit() if line.deed.id == "retention"]
    assert (lines[0].who, lines[0].parameters["datasets"]["transaction"]) == ("root", MONTH)


def test_what_nobody_can_mean_changes_nothing(api: Api) -> None:
    admin = api.person("root", "admin")
    wrong = admin.put(POLICY, json={"datasets": {"nothing": MONTH}}, headers={"If-Match": '"0"'})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "dataset")
    assert "transaction" in wrong.json()["errors"][0]["message"]
    for days, size in ((0, None), (-1, None), (36_501, None), (None, 999_999), (1.5, None)):
        body = {"datasets": {"flow": {"days": days, "bytes": size}}}
        assert admin.put(POLICY, json=body, headers={"If-Match": '"0"'}).status_code == 422
    assert admin.get(POLICY).json()["etag"] == "0"


def test_what_a_change_would_remove_is_told_before(both: Api) -> None:
    old_and_young(both.store)
    both.clock.now = NOW
    auditor = both.person("yu", "auditor")
    asked = {"datasets": {"transaction": MONTH, "flow": {"days": None, "bytes": None}}}
    found = {each["dataset"]: each for each in auditor.post(f"{POLICY}/preview", json=asked).json()["items"]}
    assert set(found) == {"transaction"}, "flow is bounded no more, of others nothing is old"
    foretold = found["transaction"]
    assert (foretold["rows"] > 0, foretold["bytes"] > 0, foretold["parts"] > 0) == (True, True, True)
    rows = both.store.count("transaction")
    assert rows == 60, "nothing was removed"
    admin = both.person("root", "admin")
    assert admin.put(POLICY, json=asked, headers={"If-Match": '"0"'}).status_code == 200
    for _ in swept(both.store, stored_datasets(), NOW):
        pass
    told = {each["dataset"]: each for each in auditor.get(STORAGE).json()["datasets"]}["transaction"]["removed"]
    assert (told["rows"], told["parts"], told["before"]) == tuple(foretold[n] for n in ("rows", "parts", "before"))
    assert both.store.count("transaction") == rows - foretold["rows"]
    wrong = auditor.post(f"{POLICY}/preview", json={"datasets": {"nothing": MONTH}})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "dataset")


def test_what_is_held_and_what_was_removed_is_shown(both: Api) -> None:
    old_and_young(both.store)
    for _ in swept(both.store, stored_datasets(), NOW):
        pass
    told = both.person("yu", "auditor").get(STORAGE).json()
    StorageShape.model_validate(told, strict=True)
    held = {each["dataset"]: each for each in told["datasets"]}
    assert (held["transaction"]["rows"], held["transaction"]["removed"]["rows"]) == (10, 50)
    assert time_ns(held["transaction"]["removed"]["at"]) == NOW
    assert (held["flow"]["rows"], held["flow"]["first"], held["flow"]["removed"]["rows"]) == (0, None, 5)
    assert held["transaction"]["bound"] == {"days": 90, "bytes": 50_000_000_000}
    assert told["records"]["retention"] == 2
    assert both.person("wang", "analyst").get(STORAGE).status_code == 403
