"""The book of a chain: whatever order segments come in, what is missing is found, and nothing else."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from api import chain_book
from api.chain_book import ALTERED, LATE, MISSING, Book, book_from
from sensors.segment_file import Manifest, Parcel
from sensors.spool import Spool

PATIENCE = 100


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> list[Manifest]:
    """The manifests of twelve segments; the fifth to seventh were given up, which the eighth tells."""
    spool = Spool(tmp_path_factory.mktemp("chain"), lambda: "c1")
    spool.open_for_writing()
    for number in range(1, 8):
        spool.put(Parcel(f"s{number}", "line-3", 10 * number, 10 * number + 9, {"a": b""}))
    found = [each.read().manifest for each in spool]
    gone = []
    for each in list(spool)[4:7]:
        given = spool.claim_to_give(each)
        assert given is not None
        gone.append((given, each_manifest(found, given.number), Counter[str]()))
    spool.give_up(gone)
    for number in range(8, 13):
        spool.put(Parcel(f"s{number}", "line-3", 10 * number, 10 * number + 9, {"a": b""}))
    return [each.read().manifest for each in spool]


def each_manifest(found: list[Manifest], number: int) -> Manifest:
    return next(each for each in found if each.link.sequence == number)


def entered(manifests: list[Manifest], now: int = 0) -> Book:
    book = Book("line-3", "c1", 1)
    for each in manifests:
        book.enter(each, now)
        book = book_from(json.loads(json.dumps(book.record())))
    return book


def told(book: Book) -> dict[str, int]:
    found = Counter[str]()
    for each in book.telling:
        found.update(each.counts)
    return dict(found)


def test_any_order_repeated_or_not_is_whole(chain: list[Manifest]) -> None:
    random_of = random.Random(5)
    for _ in range(200):
        order = [*chain, *random_of.sample(chain, 4)]
        random_of.shuffle(order)
        book = entered(order)
        book.tell_gaps(10**9, PATIENCE)
        assert (told(book), len(book.stretches), book.record()["state"]) == ({}, 1, "whole")


@pytest.mark.parametrize("missing", [{1}, {2, 3}, {4}, {8}, {9}, {2, 10}])
def test_what_does_not_come_is_told_once_and_taken_back_when_it_comes(missing: set[int], chain: list[Manifest]) -> None:
    random_of = random.Random(min(missing))
    here = [each for each in chain if each.link.sequence not in missing]
    late = [each for each in chain if each.link.sequence in missing]
    # The eighth tells of three that were given up: without it nobody knows of them.
    number = len(missing) + (3 if 8 in missing else 0)
    for _ in range(20):
        random_of.shuffle(here)
        book = entered(here, now=50)
        book.tell_gaps(50 + PATIENCE - 1, PATIENCE)
        assert told(book) == {}, "it may still come"
        book.tell_gaps(50 + PATIENCE, PATIENCE)
        book.tell_gaps(10**9, PATIENCE)
        assert told(book) == {MISSING: number}
        for each in late + here:
            book.enter(each, 10**9)
        assert told(book) == {MISSING: number, LATE: number}
        for each in late:
            book.enter(each, 10**9)
        assert told(book) == {MISSING: number, LATE: number}, "once"


def test_the_time_of_a_gap_is_between_its_neighbours(chain: list[Manifest]) -> None:
    book = entered([each for each in chain if each.link.sequence not in (2, 3)])
    book.tell_gaps(PATIENCE, PATIENCE)
    [loss] = book.telling
    assert (loss.since, loss.until, loss.counts) == (19, 40, {MISSING: 2})


def test_a_segment_made_anew_with_other_contents_is_noticed(chain: list[Manifest]) -> None:
    from dataclasses import replace

    for number in (1, 3, 9, 11):
        forged = [replace(each, digest="f" * 64) if each.link.sequence == number else each for each in chain]
        random.Random(number).shuffle(forged)
        assert told(entered(forged)) == {ALTERED: 1}, number
    last = chain[-1]
    assert told(entered([*chain, replace(last, digest="f" * 64)])) == {ALTERED: 1}, "two sensors with one spool"
    odd = replace(last, link=replace(last.link, sequence=0))
    assert told(entered([*chain, odd])) == {ALTERED: 1}


def test_too_many_gaps_are_bounded(chain: list[Manifest], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain_book, "MOST_STRETCHES", 2)
    book = entered([each for each in chain if each.link.sequence in (1, 3, 10, 12)])
    book.tell_gaps(0, PATIENCE)
    assert len(book.stretches) == 2
    assert told(book) == {MISSING: 7}


def test_a_new_chain_says_where_it_begins(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.open_for_writing()
    for name in ("one", "two"):
        spool.put(Parcel(name, "line-3", 1, 2, {}))
    (tmp_path / "chain.json").unlink()
    again = Spool(tmp_path)
    again.open_for_writing()
    again.put(Parcel("three", "line-3", 1, 2, {}))
    *_, three = (each.read().manifest for each in again)
    book = Book("line-3", three.link.chain, three.link.begins)
    book.enter(three, 0)
    assert book.record()["state"] == "whole"
