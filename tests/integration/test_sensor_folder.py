"""A sensor over a folder that another tool fills: the same events as of the whole capture, also when it is killed in
the midst, when a file grows, and when one is broken."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import polars as pl

from api.analysis import load_rules
from api.segment_files import segment_from
from api.sensor import sense
from sensors.replay import HEADER, RECORD
from sensors.spool import Spool
from tests.needs import PROJECT

CAPTURE = PROJECT / "rules" / "proofs" / "modbus" / "hmi-normal.pcap"
PATIENCE = 60.0
NOT_EVENTS = {"capture"}


def parts(capture: Path, count: int) -> list[bytes]:
    """A classic capture cut into so many, each with the head of the whole."""
    data = capture.read_bytes()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    records, place = [], HEADER
    while place < len(data):
        (captured,) = struct.unpack_from(f"{order}I", data, place + 8)
        records.append(data[place : place + RECORD + captured])
        place += RECORD + captured
    share = -(-len(records) // count)
    return [data[:HEADER] + b"".join(records[i : i + share]) for i in range(0, len(records), share)]


class Following:
    """`bittern sensor folder` as a process."""

    def __init__(self, folder: Path, spool: Path, *more: str) -> None:
        command = [sys.executable, "-m", "api.cli", "sensor", "folder", str(folder), "--spool", str(spool)]
        self._told = spool.with_suffix(".told")
        with self._told.open("a") as told:
            self.process = subprocess.Popen(
                [*command, "--sensor", "one", *more],
                cwd=PROJECT,
                env={**os.environ, "BITTERN_LANG": "en"},
                stdin=subprocess.DEVNULL,
                stderr=told,
            )

    @property
    def said(self) -> str:
        return self._told.read_text()

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(PATIENCE)


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def handed_over(spool: Path) -> Counter[str]:
    """Ids of the events in a spool, and how often each is there; without counters, which tell of reading alone."""
    found: Counter[str] = Counter()
    for each in Spool(spool):
        segment, _ = segment_from(each.read())
        for name, frame in segment.datasets.items():
            if name not in NOT_EVENTS:
                found.update(frame["event.id"])
    return found


def reaches(spool: Path, name: str) -> bool:
    """Whether a segment holds an event of a capture."""
    for each in Spool(spool):
        segment, _ = segment_from(each.read())
        for frame in segment.datasets.values():
            if "ot.capture" in frame.columns and frame.filter(pl.col("ot.capture").cast(pl.String) == name).height:
                return True
    return False


def facts(spool: Path) -> Counter[tuple[object, ...]]:
    """Transactions without what names the file they came from."""
    found: Counter[tuple[object, ...]] = Counter()
    for each in Spool(spool):
        segment, _ = segment_from(each.read())
        rows = segment.datasets.get("transaction")
        if rows is not None:
            told = rows.select("@timestamp", "ot.operation", "ot.object.address", "ot.news", "event.outcome")
            found.update(told.cast(pl.String).rows())
    return found


def test_files_that_come_one_by_one_tell_what_the_whole_capture_tells(tmp_path: Path) -> None:
    folder, spool = tmp_path / "in", tmp_path / "spool"
    folder.mkdir()
    sense([CAPTURE], Spool(tmp_path / "whole"), load_rules([]), sensor="one")
    whole = facts(tmp_path / "whole")
    assert len(whole) > 5
    following = Following(folder, spool)
    pieces = parts(CAPTURE, 4)
    for number, data in enumerate(pieces):
        (folder / f"dump_{number:05}.pcap").write_bytes(data)
    until(lambda: reaches(spool, f"dump_{len(pieces) - 1:05}.pcap"), "the last file is not read")
    following.end()
    assert following.process.returncode == 0, following.said
    assert facts(spool) == whole
    assert set(handed_over(spool).values()) == {1}
    assert "4 files" in following.said


def test_killed_in_the_midst_nothing_is_missing_and_nothing_there_twice(tmp_path: Path) -> None:
    folder, spool = tmp_path / "in", tmp_path / "spool"
    folder.mkdir()
    sense([CAPTURE], Spool(tmp_path / "whole"), load_rules([]), sensor="one")
    pieces = parts(CAPTURE, 4)
    first = Following(folder, spool)
    for number, data in enumerate(pieces[:2]):
        (folder / f"dump_{number}.pcap").write_bytes(data)
    until(lambda: reaches(spool, "dump_0.pcap"), "the first file is not read")
    first.end(signal.SIGKILL)
    for number, data in enumerate(pieces[2:], start=2):
        (folder / f"dump_{number}.pcap").write_bytes(data)
    second = Following(folder, spool)
    until(lambda: reaches(spool, "dump_3.pcap"), "the last file is not read")
    second.end()
    assert facts(spool) == facts(tmp_path / "whole")
    assert set(handed_over(spool).values()) == {1}


def test_a_file_that_grows_is_read_on_and_a_broken_one_is_told(tmp_path: Path) -> None:
    folder, spool = tmp_path / "in", tmp_path / "spool"
    folder.mkdir()
    sense([CAPTURE], Spool(tmp_path / "whole"), load_rules([]), sensor="one")
    data = CAPTURE.read_bytes()
    half = len(parts(CAPTURE, 2)[0])
    following = Following(folder, spool)
    (folder / "dump.pcap").write_bytes(data[:half])
    until(lambda: reaches(spool, "dump.pcap"), "the first half is not read")
    with (folder / "dump.pcap").open("ab") as grown:
        grown.write(data[half:])
    (folder / "later.pcap").write_bytes(data[: half + 9])
    until(lambda: "later.pcap" in following.said, "a file that is cut off is not told")
    following.end()
    whole = facts(tmp_path / "whole")
    assert not whole - facts(spool), "what came to the file later is not read"
    assert following.process.returncode == 0


def test_no_folder_is_an_error_that_says_so(tmp_path: Path) -> None:
    following = Following(tmp_path / "nowhere", tmp_path / "spool")
    assert following.process.wait(PATIENCE) == 4
    assert "nowhere is no folder" in following.said
