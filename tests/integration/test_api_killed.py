"""`kill -9` of the API in the middle of what was asked over HTTP: asked again after a restart, the same end, once."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.auth.accounts import Accounts
from api.auth.tokens import Tokens
from api.storage import open_store
from api.wiring import random_secret, wall_clock
from response.ports import AlertQuery
from response.records import Put, RecordQuery
from response.reports.canonical import plain
from response.roles import held_by
from response.triage.bulk import Bulk
from tests.alert_cases import act
from tests.contract.store_cases import segment
from tests.needs import PROJECT
from tests.unit.reports import cases

ALERTS = 40
REPORT = {"forms": ["html", "xlsx"], "language": "both"}
CLOSE = {"matching": {"rule": ["MB01"]}, "status": "closed", "resolution": "maintenance", "reason": "works on line 1"}
PATIENCE = 40


@dataclass(frozen=True)
class Box:
    """A store with an assessment and alerts, and who may ask for all of it."""

    folder: Path
    secret: str

    @property
    def url(self) -> str:
        return f"embedded:{self.folder}/store"


def filled(folder: Path) -> Box:
    with open_store(f"embedded:{folder}/store") as store:
        store.commit([Put("assessment", "as-1", plain(cases.assessment(12)))])
        store.write(segment("all", *[act(n, f"10.0.0.{1 + n % 3}", f"10.0.1.{1 + n}") for n in range(ALERTS)]))
        Accounts(store, wall_clock, random_secret).create(
            "li", ("analyst", "auditor"), by="test", password="quiet reeds at dawn"
        )
        held = held_by(("analyst", "auditor"))
        tokens = Tokens(store, wall_clock, random_secret)
        secret, _ = tokens.create("t", "li", tuple(held), held, 3600 * 10**9, by="test")
    return Box(folder, secret)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return filled(tmp_path)


@contextmanager
def api(box: Box) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    command = [sys.executable, "-m", "api.cli", "serve", "--data", str(box.folder), "--port", "0", "--lang", "en"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        try:
            assert run.stdout is not None
            said = ""
            while "http://127.0.0.1:" not in said:
                line = run.stdout.readline()
                assert line, said
                said += line
            url = "http://127.0.0.1:" + said.partition("http://127.0.0.1:")[2].split()[0].rstrip("/.,")
            with httpx.Client(base_url=url, timeout=60, headers={"Authorization": f"Bearer {box.secret}"}) as client:
                yield run, client
        finally:
            run.kill()


def asked(client: httpx.Client, path: str, body: dict[str, Any], key: str) -> httpx.Response:
    """The answer, asked for again while another attempt is believed to be at work."""
    deadline = time.monotonic() + PATIENCE
    while True:
        answer = client.post(path, json=body, headers={"Idempotency-Key": key})
        if answer.status_code != 409 or time.monotonic() > deadline:
            return answer
        time.sleep(0.5)


def killed_while(box: Box, path: str, body: dict[str, Any], key: str, after: float) -> None:
    """Asks, and kills the API `after` seconds; the answer is lost with it, unless it came before."""
    with api(box) as (process, client):
        client.get("/api/v1/session")

        def ask() -> None:
            with suppress(httpx.HTTPError):
                client.post(path, json=body, headers={"Idempotency-Key": key})

        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
        process.wait()
        asking.join()


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> float:
    """Seconds that a first report takes undisturbed."""
    with api(filled(tmp_path_factory.mktemp("usual"))) as (_, client):
        client.get("/api/v1/session")
        begun = time.monotonic()
        assert client.post("/api/v1/reports", json=REPORT).status_code == 201
        return time.monotonic() - begun


def deeds(box: Box, what: str) -> list[str | None]:
    with open_store(box.url) as store:
        return [line.deed.id for line in store.audit() if line.deed.what == what]


@pytest.mark.parametrize("part", [0.3, 0.7, 0.95])
def test_a_report(box: Box, usual: float, part: float) -> None:
    killed_while(box, "/api/v1/reports", REPORT, "k-1", usual * part)
    with api(box) as (_, client):
        made = asked(client, "/api/v1/reports", REPORT, "k-1")
        assert made.status_code == 201, made.text
        report = made.json()["id"]
        again = asked(client, "/api/v1/reports", REPORT, "k-1")
        assert (again.json()["id"], again.headers["idempotency-replayed"]) == (report, "true")
        assert client.get(f"/api/v1/reports/{report}/verification").json()["holds"]
        assert [each["id"] for each in client.get("/api/v1/reports").json()["items"]] == [report]
    assert deeds(box, "report.make") == [report]
    assert [each.name for each in (box.folder / "reports").glob("*.zip")] == [f"{report}.zip"]


@pytest.mark.parametrize("after", [0.0, 0.01, 0.05])
def test_a_bulk_change(box: Box, after: float) -> None:
    killed_while(box, "/api/v1/jobs", CLOSE, "k-1", after)
    with api(box) as (_, client):
        begun = asked(client, "/api/v1/jobs", CLOSE, "k-1")
        assert begun.status_code == 202, begun.text
        job = begun.json()["id"]
    assert deeds(box, "alert.bulk") == [job]
    with open_store(box.url) as store:
        bulk = Bulk(store)
        assert bulk.unfinished() == [job]
        assert bulk.resume(job).ended == {"done": ALERTS}
        closed = store.alerts(AlertQuery(statuses=("closed",), limit=100)).items
        assert len(closed) == ALERTS
        assert {len([line for line in each.history if line.what == "status"]) for each in closed} == {1}
        assert len(store.records(RecordQuery("idempotency")).items) == 1
