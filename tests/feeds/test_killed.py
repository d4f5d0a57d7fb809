"""`bittern feed --follow` as a process that is killed: nothing is lost, and the store keeps each event once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from api.segment_files import segment_from
from api.storage import open_store
from sensors.spool import Spool
from tests.feeds.samples import FOLDER, feed_named, read, rows
from tests.needs import PROJECT

PATIENCE = 60


@contextmanager
def begun(logs: Path, spool: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The process, which does not outlive the test."""
    command = [sys.executable, "-m", "api.cli", "feed", "suricata", str(logs), "--spool", str(spool), "--follow"]
    with subprocess.Popen(
        [*command, "--sensor", "feed"], cwd=PROJECT, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, "BITTERN_LANG": "en"},
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def handed_over(spool: Path) -> int:
    return sum(1 for _ in Spool(spool))


def test_killed_twice_nothing_is_lost_and_nothing_is_stored_twice(tmp_path: Path) -> None:
    lines = (FOLDER / "suricata" / "unauthorised-write" / "eve.json").read_bytes().splitlines(keepends=True)
    log, spool = tmp_path / "logs" / "eve.json", tmp_path / "spool"
    log.parent.mkdir()
    log.write_bytes(b"".join(lines[:20]))
    with begun(log.parent, spool) as first:
        until(lambda: handed_over(spool) > 0 or first.poll() is not None)
        assert first.poll() is None
        first.send_signal(signal.SIGKILL)
    # As if it had died between the segment and the state: what is told again must be harmless.
    for state in spool.glob("feed-*.json"):
        state.unlink()
    with log.open("ab") as file:
        file.write(b"".join(lines[20:30]))
    log.rename(log.with_name("eve.json.1"))
    log.write_bytes(b"".join(lines[30:]))
    before = handed_over(spool)
    with begun(log.parent, spool) as second:
        until(lambda: handed_over(spool) > before or second.poll() is not None)
        second.send_signal(signal.SIGTERM)
        said = second.communicate()[1].decode()
    assert second.returncode == 0, said
    assert "lines" in said

    with open_store(f"embedded:{tmp_path / 'store'}") as store:
        known = new = 0
        for spooled in Spool(spool):
            segment, _ = segment_from(spooled.read())
            written = store.write(segment)
            new, known = new + written.events_new, known + written.events_known
    whole = rows(read(sorted(log.parent.iterdir()), feed_named("suricata")))
    of_logs = sum(len(each) for name, each in whole.items() if name != "capture")
    stored = [segment_from(each.read())[0] for each in Spool(spool)]
    ids = {event for segment in stored for name, frame in segment.datasets.items()
           if name not in ("capture", "finding") for event in frame["event.id"]}  # fmt: skip
    assert len(ids) == of_logs
    assert known > 0  # what was told again
    assert new == len(
        {event for segment in stored for frame in segment.datasets.values() for event in frame["event.id"]}
    )
