"""The spool: whatever is cut off, a segment is there whole or not at all, in a chain without a hole."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sensors import spool as module
from sensors.segment_file import BadSegment, Parcel
from sensors.spool import Spool
from sensors.whole_files import write_whole


class Killed(BaseException):
    """Nothing comes behind it."""


def parcel(name: str) -> Parcel:
    return Parcel(name, "line-3", 1, 2, {"a": name.encode(), "b": b"2"})


def opened(folder: Path) -> Spool:
    spool = Spool(folder)
    spool.open_for_writing()
    return spool


def names(folder: Path) -> list[str]:
    return [each.name for each in Spool(folder)]


def unbroken(folder: Path) -> bool:
    """Whether each manifest names the hash of the one before, and numbers have no gap."""
    found = [each.read().manifest for each in Spool(folder)]
    links = [each.link for each in found]
    digests = [each.digest for each in found]
    return (
        [link.previous for link in links[1:]] == digests[:-1]
        and [link.sequence for link in links] == [*range(links[0].sequence, links[0].sequence + len(links))]
        and len({link.chain for link in links}) == 1
    )


def killing(monkeypatch: pytest.MonkeyPatch, call: int) -> None:
    """Dies just before the call of this number that changes something durable."""
    calls: Iterator[int] = iter(range(1, 1000))

    def before(real: object) -> object:
        def either(*args: object, **options: object) -> object:
            if next(calls) == call:
                raise Killed
            assert callable(real)
            return real(*args, **options)

        return either

    for where, name in ((module, "write_durably"), (module, "write_chain"), (module, "sync_folder")):
        monkeypatch.setattr(where, name, before(getattr(where, name)))
    monkeypatch.setattr(Path, "rename", before(Path.rename))


@pytest.mark.parametrize("taken", [False, True])
@pytest.mark.parametrize("call", [1, 2, 3, 4, 5])
def test_a_put_that_is_cut_off_is_done_or_not_and_the_chain_goes_on(
    call: int, taken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = opened(tmp_path)
    spool.put(parcel("one"))
    killing(monkeypatch, call)
    with pytest.raises(Killed):
        spool.put(parcel("two"))
    monkeypatch.undo()
    there = names(tmp_path)
    assert there == (["one", "two"] if call == 5 else ["one"])
    first, rest = [], []
    for each in Spool(tmp_path):
        if taken:  # a worker is quicker than the next start of the sensor
            first.append(each.read().manifest)
            Spool(tmp_path).done(each)
    again = opened(tmp_path)
    again.put(parcel("three"))
    rest = [each.read().manifest for each in Spool(tmp_path)]
    digests = [each.digest for each in first + rest]
    assert [each.link.previous for each in first + rest] == [None, *digests[:-1]]
    assert [each.name for each in first + rest] == (["one", "two", "three"] if call > 3 else ["one", "three"])


def test_what_was_claimed_comes_first_and_nobody_else_gets_it(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    for name in ("one", "two"):
        spool.put(parcel(name))
    one, two = spool
    claimed = Spool(tmp_path).take(two)
    assert claimed is not None
    assert spool.claim_to_give(two) is None, "a sensor gives up nothing that a worker has"
    assert Spool(tmp_path).take(two) is None
    given = spool.claim_to_give(one)
    assert given is not None
    assert Spool(tmp_path).take(one) is None
    spool.put_back(given)
    assert names(tmp_path) == ["two", "one"]
    for each in Spool(tmp_path):
        spool.done(each)
        spool.done(each)  # by two workers
    assert names(tmp_path) == []


def test_a_worker_that_empties_the_spool_restarts_no_number(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    manifests = []
    for name in ("one", "two", "three"):
        opened(tmp_path) if name == "two" else None
        spool = Spool(tmp_path)
        spool.open_for_writing()
        spool.put(parcel(name))
        [each] = spool
        manifests.append(each.read().manifest)
        spool.done(each)
    assert [each.link.sequence for each in manifests] == [1, 2, 3]
    assert [each.link.previous for each in manifests] == [None, manifests[0].digest, manifests[1].digest]


@pytest.mark.parametrize("spoilt", [None, b"{", b'{"name": 1}'])
def test_a_chain_that_is_lost_begins_anew_behind_what_lies_here(spoilt: bytes | None, tmp_path: Path) -> None:
    opened(tmp_path).put(parcel("one"))
    if spoilt is None:
        (tmp_path / "chain.json").unlink()
    else:
        write_whole(tmp_path / "chain.json", spoilt)
    opened(tmp_path).put(parcel("two"))
    one, two = (each.read().manifest.link for each in Spool(tmp_path))
    assert (two.begins, two.sequence, two.previous) == (2, 2, None)
    assert one.chain != two.chain


def test_the_cost_of_a_put_does_not_depend_on_what_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = opened(tmp_path)
    spool.put(parcel("one"))
    listed: list[object] = []

    def listing(real: object) -> object:
        def noted(*args: object) -> object:
            listed.append(args)
            assert callable(real)
            return real(*args)

        return noted

    for name in ("listdir", "scandir"):
        monkeypatch.setattr(os, name, listing(getattr(os, name)))
    spool.put(parcel("two"))
    assert listed == []


def refused(path: Path) -> str:
    with pytest.raises(BadSegment) as bad:
        next(iter(Spool(path.parent))).read()
    return bad.value.why


def test_what_is_cut_off_altered_or_not_named_is_no_segment(tmp_path: Path) -> None:
    whole = opened(tmp_path).put(parcel("one"))
    data = whole.read_bytes()
    for cut in range(0, len(data), 7):
        whole.write_bytes(data[:cut])
        assert refused(whole) == "unreadable"
    for at in range(0, len(data), 3):
        whole.write_bytes(data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :])
        try:
            read = next(iter(Spool(tmp_path))).read()
        except BadSegment:
            continue
        assert dict(read.files) == {"a": b"one", "b": b"2"}, "a byte that means nothing here"
    from sensors.segment_file import MANIFEST, archive

    manifest = json.dumps({"form": "bittern.segment/v9"}).encode()
    whole.write_bytes(archive({MANIFEST: manifest}))
    assert refused(whole) == "other_form"
    import zipfile

    whole.write_bytes(data)
    with zipfile.ZipFile(whole) as opened_file:
        parts = {each: opened_file.read(each) for each in opened_file.namelist()}
    for why, files in (
        ("not_named", {**parts, "c": b"3"}),
        ("part_missing", {name: part for name, part in parts.items() if name != "b"}),
        ("hash_differs", {**parts, "b": b"3"}),
        ("unreadable", {name: part for name, part in parts.items() if name != MANIFEST}),
    ):
        whole.write_bytes(archive(files))
        assert refused(whole) == why


def test_a_folder_of_the_first_releases_is_refused_and_kept(tmp_path: Path) -> None:
    old = tmp_path / "0000000000000001-old"
    old.mkdir()
    (old / "MANIFEST.json").write_text("{}")
    spool = opened(tmp_path)
    spool.put(parcel("new"))
    old_one, new = spool
    with pytest.raises(BadSegment, match="other_form"):
        old_one.read()
    claimed = spool.take(old_one)
    assert claimed is not None
    assert (spool.refuse(claimed) / "MANIFEST.json").exists()
    assert new.number == 2


def test_what_is_refused_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_REFUSED", 2)
    spool = opened(tmp_path)
    for name in ("one", "two", "three"):
        spool.put(parcel(name))
    for each in Spool(tmp_path):
        spool.refuse(each)
    assert sorted(each.name[17:] for each in (tmp_path / "refused").iterdir()) == ["three.zip", "two.zip"]


def test_what_another_thread_gives_up_is_not_undone(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.open_for_writing()
    spool.put(Parcel("one", "s", 1, 2, {"a": b"1"}))
    claimed = spool.claim_to_give(next(iter(spool)))
    assert claimed is not None
    spool.open_for_writing()  # as whoever begins to put does once more
    assert claimed.path.exists()
    assert list(spool) == []
