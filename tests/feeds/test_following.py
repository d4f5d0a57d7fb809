"""Logs that grow, are rotated in each way that programs have, and are read on after a restart: each line once."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from sensors.capture import EventBatch
from sensors.feed.following import Following
from sensors.feed.state import BadState, State, StateFile
from tests.feeds.samples import FOLDER, feed_named, read, rows

SAMPLE = FOLDER / "suricata" / "unauthorised-write" / "eve.json"
Step = Callable[[], object]


def lines() -> list[bytes]:
    return SAMPLE.read_bytes().splitlines(keepends=True)


def append(path: Path, part: list[bytes]) -> None:
    with path.open("ab") as file:
        file.write(b"".join(part))


def followed(
    paths: list[Path], steps: Sequence[Step], state: State | None = None
) -> tuple[list[EventBatch], Following]:
    """What is told while the steps are taken, each when all that is there was read; then it ends."""
    waiting: Iterator[Step] = iter(steps)

    def pause(_: float) -> None:
        step = next(waiting, None)
        if step is None:
            following.finish()
        else:
            step()

    following = Following(paths, feed_named("suricata"), sensor="feed", state=state, elapsed=lambda: 0.0, pause=pause)
    return list(following), following


def ids(batches: list[EventBatch]) -> list[str]:
    return [row["event.id"] for name, each in rows(batches).items() for row in each if row.get("ot.stage") != "feed"]


def expected(*files: Path) -> list[str]:
    return sorted(ids(list(read(list(files), feed_named("suricata")))))


def renamed(path: Path, old: Path) -> None:
    path.rename(old)


def copied_and_emptied(path: Path, old: Path) -> None:
    old.write_bytes(path.read_bytes())
    os.truncate(path, 0)


def packed(path: Path, old: Path) -> None:
    old.with_name(old.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()


@pytest.mark.parametrize("rotate", [renamed, copied_and_emptied, packed])
@pytest.mark.parametrize("in_folder", [True, False])
def test_rotation_loses_and_repeats_nothing(
    tmp_path: Path, rotate: Callable[[Path, Path], None], in_folder: bool
) -> None:
    all_lines, log, old = lines(), tmp_path / "eve.json", tmp_path / "eve.json.1"
    append(log, all_lines[:10])

    def rotated_unread() -> None:
        append(log, all_lines[10:20])  # written after the last look, so that only what was rotated has them
        rotate(log, old)
        append(log, all_lines[20:30])

    steps = [rotated_unread, lambda: append(log, all_lines[30:])]
    batches, _ = followed([tmp_path if in_folder else log], steps)
    first, second = tmp_path / "whole" / "eve.json.1", tmp_path / "whole" / "eve.json"
    first.parent.mkdir()
    first.write_bytes(b"".join(all_lines[:20]))
    second.write_bytes(b"".join(all_lines[20:]))
    assert sorted(ids(batches)) == expected(first, second)


def test_a_line_that_is_being_written_waits_for_its_end(tmp_path: Path) -> None:
    all_lines, log = lines(), tmp_path / "eve.json"
    append(log, [*all_lines[:5], all_lines[5][:40]])
    batches, following = followed([log], [lambda: append(log, [all_lines[5][40:]])])
    log.write_bytes(b"".join(all_lines[:6]))
    assert sorted(ids(batches)) == expected(log)
    assert following.tally.totals == {"lines": 6}


def test_reading_goes_on_where_the_state_says(tmp_path: Path) -> None:
    """Also through rotations while nobody looked; and what is read again has the same ids."""
    all_lines, log = lines(), tmp_path / "eve.json"
    file = StateFile(tmp_path / "state.json", "suricata")
    append(log, all_lines[:12])
    first, following = followed([log], [])
    file.write(following.standing)
    append(log, all_lines[12:15])
    log.rename(tmp_path / "eve.json.2")
    append(tmp_path / "eve.json.1", all_lines[15:25])
    newest = following.standing.newest
    os.utime(tmp_path / "eve.json.1", ns=(newest + 1, newest + 1))
    append(log, all_lines[25:])
    second, _ = followed([log], [], file.read())
    again, _ = followed([log], [], file.read())
    files = sorted(tmp_path.glob("eve.json*"))
    assert sorted(ids(first) + ids(second)) == expected(*files)
    assert sorted(ids(again)) == sorted(ids(second))


def test_a_file_that_cannot_be_read_is_told_once_and_tried_again(tmp_path: Path) -> None:
    log, all_lines = tmp_path / "eve.json", lines()
    (tmp_path / "other.json.gz").write_bytes(gzip.compress(b"".join(all_lines))[:-30][:40])
    append(log, all_lines)
    told: list[Path] = []
    ends = iter([lambda: None, lambda: None])

    def pause(_: float) -> None:
        if next(ends, None) is None:
            following.finish()

    following = Following(
        [tmp_path], feed_named("suricata"), sensor="feed", elapsed=lambda: 0.0, pause=pause,
        refused=lambda path, _: told.append(path),
    )  # fmt: skip
    assert sorted(ids(list(following))) == expected(log)
    assert told == [tmp_path / "other.json.gz"]


def test_what_was_rotated_before_is_not_asked_for(tmp_path: Path) -> None:
    all_lines, log = lines(), tmp_path / "eve.json"
    append(tmp_path / "eve.json.1", all_lines[:10])
    append(log, all_lines[10:])
    batches, _ = followed([log], [])
    assert sorted(ids(batches)) == expected(log)


def test_counts_of_an_open_span_go_on_after_a_restart(tmp_path: Path) -> None:
    log, all_lines = tmp_path / "eve.json", lines()
    append(log, [*all_lines[:3], b"garbage\n"])
    _, first = followed([log], [])
    append(log, [b"more of it\n", *all_lines[3:]])
    _, second = followed([log], [], first.standing)
    counts = {(log_, counter): count for _, log_, counter, count, *_ in second.standing.tally}
    assert counts["eve.json", "malformed_json"] == 2
    assert counts["eve.json", "lines"] == len(all_lines) + 2


def test_a_clock_that_goes_on_in_silence_never_falls(tmp_path: Path) -> None:
    log, all_lines = tmp_path / "eve.json", lines()
    append(log, all_lines[:4])
    seconds = iter([0.0, 0.0, 1.0, *(float(each) for each in range(100, 200))])
    steps: list[Step] = [lambda: append(log, all_lines[4:8]), lambda: None]
    ends = iter(steps)

    def pause(_: float) -> None:
        step = next(ends, None)
        following.finish() if step is None else step()

    following = Following([log], feed_named("suricata"), sensor="feed", elapsed=lambda: next(seconds), pause=pause)
    clocks = [batch.clock for batch in following]
    assert clocks == sorted(clocks)
    assert clocks[-1] > clocks[0]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "unreadable"),
        ('{"form": "other"}', "other_form"),
        ('{"form": "bittern.feed/v1", "feed": "zeek"}', "other_feed"),
    ],
)
def test_a_state_that_is_none_is_refused(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    with pytest.raises(BadState) as raised:
        StateFile(path, "suricata").read()
    assert raised.value.why == why
