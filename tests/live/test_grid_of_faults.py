"""Short cuts of the grid of faults (`make faults`): its carrier and its counting, without processes under load."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from api.chains import LOOK, PATIENCE, Chains
from api.storage import open_store
from detection.occurrence import MINUTE
from tests.alert_cases import act, alerts
from tests.contract.store_cases import START
from tests.faults.__main__ import CASES
from tests.faults.counted import told
from tests.faults.rows import COLUMNS, PAGE, Row, between, line, write_table
from tests.faults.segments import Carrier
from tests.faults.watched_plant import SECOND, Sight, Step
from tests.faults.watched_plant import told as told_of
from tests.integration.test_intake import NOW, NUMBER, spooled, worked


@pytest.mark.parametrize("seed", range(4))
def test_what_a_bad_carrier_does_is_told_and_mended(seed: int, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    url = f"embedded:{tmp_path / 'store'}"
    carrier = Carrier(spooled(tmp_path / "spool", NUMBER), lambda name, data: write(taken / name, data), Random(seed))
    with open_store(url) as store:
        kept = sorted(carrier.spool.glob("*.zip"))[-1]
        kept.rename(tmp_path / kept.name)  # for a chain whose end is missing is a shorter chain
        carrier.carry()
        worked(store, taken)
        (tmp_path / kept.name).rename(kept)
        carrier.finish()
        worked(store, taken)
        Chains(store)(NOW + PATIENCE + LOOK)
        assert told(url)["spool_segments_missing"] == len(carrier.held) > 0
        assert store.health().segments - (1 if carrier.held else 0) == NUMBER - len(carrier.held)
        for each in carrier.held.items():
            write(taken / each[0], each[1])
        worked(store, taken, now=NOW + PATIENCE + 2 * LOOK)
        Chains(store)(NOW + PATIENCE + 4 * LOOK)
    lost = told(url)
    assert lost["spool_segments_late"] == lost["spool_segments_missing"] == len(carrier.held)


def write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def test_a_row_is_right_when_nothing_is_missing_but_what_is_told() -> None:
    right = Row(1, 10, "writes", 10, 8, 2, 0, 2)
    assert right.is_right
    for wrong in (
        replace(right, told=0), replace(right, told=3), replace(right, missing=0), replace(right, twice=1),
        replace(right, put_in=0),
    ):  # fmt: skip
        assert not wrong.is_right


def test_the_table_keeps_what_was_not_tried_now(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- grid -->\n\n<!-- /grid -->\nafter\n")
    row = Row(1, 10, "writes", 10, 10, 0, 0, 0)
    for words in ("two", "one"):
        write_table({words: line(words, row)}, ["one", "two", "three"], page)
    write_table({"two": line("two", replace(row, moments=77))}, ["one", "two", "three"], page)
    tried = [each.split(" | ")[:2] for each in between("grid", page.read_text()).strip().splitlines()[2:]]
    assert tried == [["| one", "1"], ["| two", "77"], ["| three", "not run"]]
    assert page.read_text().startswith("before\n")
    assert page.read_text().endswith("after\n")


def test_the_page_holds_a_row_of_each_fault() -> None:
    rows = [each for each in between("grid", PAGE.read_text(encoding="utf-8")).splitlines() if each.startswith("| ")]
    head, _, *tried = [[cell.strip() for cell in each.strip("|").split("|")] for each in rows]
    assert tuple(head) == COLUMNS
    assert [each[0] for each in tried] == [each.words for each in CASES], "`make faults` writes the table"
    assert Counter(len(each) for each in tried) == {len(COLUMNS): len(CASES)}


def test_an_alert_is_a_steps_own_when_it_names_its_packets_and_comes_soon() -> None:
    step = Step("a write", START + MINUTE, START + 2 * MINUTE, ("MB01", "MB04"))
    [early], [its] = (alerts(act(number, "10.0.0.1", "10.0.0.2")) for number in (0, 1))
    found = told_of(step, [Sight(START + MINUTE + SECOND, early), Sight(START + MINUTE + 2 * SECOND, its)])
    assert (found.alerted, found.absent, found.from_begin) == (("MB01",), ("MB04",), 2.0)
    late = told_of(step, [Sight(step.end + 91 * SECOND, its)])
    assert (late.alerted, late.from_begin) == ((), None)
    other = told_of(replace(step, rules=("MB09",)), [Sight(START + MINUTE + SECOND, its)])
    assert other.alerted == ()
