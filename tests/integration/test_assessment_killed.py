"""`kill -9` of the worker in the middle of an assessment: the next worker makes it, and it is there once."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.analysis import Options, analyse
from api.assessing import Order
from api.assessment_jobs import begin, unfinished
from api.demo import scenario
from api.site_model import put_site
from api.storage import open_store
from response.records import RecordQuery
from tests.needs import PROJECT
from tests.shipped import shipped_rule_set

PATIENCE = 60


@contextmanager
def worker(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "api.cli", "worker", "--data", str(folder), "--spool", str(folder / "spool")]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        try:
            assert run.stdout is not None
            assert run.stdout.readline()
            yield run
        finally:
            run.kill()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A store with the shipped scenario and its site, and the time of its last packet."""
    folder = tmp_path_factory.mktemp("filled")
    capture, site = scenario()
    url = f"embedded:{folder}/store"
    result = analyse(Options((capture,), site=site, store=url), shipped_rule_set())
    assert result.span is not None
    with open_store(url) as store:
        put_site(store, site.read_text(encoding="utf-8"), None, who="test", at=result.span[1])
    return folder / "store", result.span[1]


def ordered(folder: Path, filled: tuple[Path, int]) -> str:
    """A copy of that store, and a job for an assessment of it."""
    store_folder, now = filled
    (folder / "spool").mkdir(parents=True)
    shutil.copytree(store_folder, folder / "store")
    with open_store(f"embedded:{folder}/store") as store:
        return begin(store, Order(name="quarter", who="li", now=now))


def until_ended(folder: Path) -> float:
    """Seconds until no assessment is left to be made."""
    begun = time.monotonic()
    with open_store(f"embedded:{folder}/store") as store:
        while unfinished(store):
            assert time.monotonic() - begun < PATIENCE
            time.sleep(0.05)
    return time.monotonic() - begun


@pytest.fixture(scope="module")
def usual(filled: tuple[Path, int], tmp_path_factory: pytest.TempPathFactory) -> float:
    folder = tmp_path_factory.mktemp("usual")
    ordered(folder, filled)
    with worker(folder):
        return until_ended(folder)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_killed_and_made_by_the_next(tmp_path: Path, filled: tuple[Path, int], usual: float, part: float) -> None:
    job = ordered(tmp_path, filled)
    with worker(tmp_path) as victim:
        time.sleep(usual * part)
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    with worker(tmp_path):
        until_ended(tmp_path)
    with open_store(f"embedded:{tmp_path}/store") as store:
        [made] = store.records(RecordQuery("assessment")).items
        ended = store.record("job", job).body
        assert (ended["state"], ended["result"]) == ("finished", made.id)
        whats = [line.deed.what for line in store.audit()]
        assert (whats.count("assessment.order"), whats.count("assessment.run")) == (1, 1)
