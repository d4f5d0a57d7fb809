"""kill -9 between any two steps of the outbox: what was told arrives, and what arrives twice has one id."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from api.storage import open_store
from response.records import RecordQuery
from tests.integration.notify.receivers import Answer, http
from tests.integration.notify.victim import NEWS, SECRET
from tests.needs import PROJECT

DEATHS = 5


def run(url: str, port: int, death: int | str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.integration.notify.victim", url, str(port), str(death)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_killed_anywhere_everything_arrives_under_its_id(tmp_path: Path) -> None:
    with http((SECRET,), Answer()) as whole:
        calls = int(run(f"embedded:{tmp_path}/whole", whole.port, 0).stdout)
        ids = {each.headers["webhook-id"] for each in whole.wait(NEWS)}
    assert len(ids) == NEWS
    again = 0
    for death in range(1, DEATHS + 1):
        url = f"embedded:{tmp_path}/{death}"
        with http((SECRET,), Answer()) as found:
            killed = run(url, found.port, calls * death // (DEATHS + 1))
            assert killed.returncode == -9, killed.stderr
            assert run(url, found.port, 0).returncode == 0
            received = [each.headers["webhook-id"] for each in found.wait(NEWS)]
        assert set(received) == ids
        again += len(received) - NEWS
        with open_store(url) as store:
            messages = store.records(RecordQuery("message")).items
        assert {message.id for message in messages} == ids
        assert {message.body["state"] for message in messages} == {"sent"}
    assert again <= DEATHS


def test_killed_after_the_receiver_took_it_the_same_id_comes_again(tmp_path: Path) -> None:
    """The one moment in which at least once is twice: taken by the receiver, not yet noted."""
    url = f"embedded:{tmp_path}/store"
    with http((SECRET,), Answer()) as found:
        assert run(url, found.port, "taken").returncode == -9
        [first] = found.wait(1)
        with open_store(url) as store:
            assert {m.body["state"] for m in store.records(RecordQuery("message")).items} == {"pending"}
        assert run(url, found.port, 0).returncode == 0
        received = [each.headers["webhook-id"] for each in found.wait(NEWS + 1)]
    assert received.count(first.headers["webhook-id"]) == 2
    assert len(received) == NEWS + 1
