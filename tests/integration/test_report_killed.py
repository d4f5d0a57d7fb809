"""A report killed at any moment: what lies in the folder is whole, and made again it is the same once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.reporting import reports_in
from api.storage import open_store
from response.records import Put, RecordQuery
from response.reports.canonical import plain
from tests.needs import PROJECT
from tests.unit.reports import cases

AT = "2026-11-28T08:00:00+08:00"


def start(url: str, data: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "api.cli", "report", "new", "--at", AT, "--format", "html", "--format", "xlsx"]
    environment = {**os.environ, "BITTERN_STORE": url, "BITTERN_DATA": str(data)}
    return subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@dataclass(frozen=True)
class Undisturbed:
    """A store in which a report was made that nobody killed, the file of it, and how many seconds that took."""

    store: Path
    id: str
    file: Path
    seconds: float


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    url = f"embedded:{folder / 'store'}"
    with open_store(url) as store:
        store.commit([Put("assessment", "as-1", plain(cases.assessment(12)))])
    begun = time.monotonic()
    assert start(url, folder / "other").wait() == 0
    seconds = time.monotonic() - begun
    [whole] = reports_in(folder / "other" / "reports")
    return Undisturbed(folder / "store", whole["id"], Path(whole["file"]), seconds)


@pytest.mark.parametrize("part", [0.3, 0.6, 0.8, 0.9, 0.97])
def test_killed_and_made_again(part: float, undisturbed: Undisturbed, tmp_path: Path) -> None:
    url, data = f"embedded:{tmp_path / 'store'}", tmp_path / "data"
    shutil.copytree(undisturbed.store, tmp_path / "store")
    victim = start(url, data)
    time.sleep(undisturbed.seconds * part)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert [found["id"] for found in reports_in(data / "reports")] in ([], [undisturbed.id])
    assert start(url, data).wait() == 0
    [again] = list((data / "reports").iterdir())
    assert again.read_bytes() == undisturbed.file.read_bytes()
    with open_store(url) as store:
        assert [record.id for record in store.records(RecordQuery("report")).items] == [undisturbed.id]
