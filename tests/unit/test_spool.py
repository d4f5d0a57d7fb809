"""The spool: what is forgotten is forgotten whole, wherever the worker is cut off."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sensors.spool import Spool


class Killed(BaseException):
    """Nothing comes behind it."""


@pytest.mark.parametrize("call", [1, 2])
def test_a_segment_is_there_whole_or_not_at_all(call: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool, calls = Spool(tmp_path), iter(range(1, 9))
    spool.open_for_writing()
    spool.put("one", {"a": b"1", "b": b"2"})
    spool.put("two", {"a": b"3"})
    remove = shutil.rmtree

    def cut_off(path: Path, ignore_errors: bool = False) -> None:
        if next(calls) == call:
            for each in list(path.rglob("a"))[:1]:
                each.unlink()
            raise Killed
        remove(path, ignore_errors)

    monkeypatch.setattr(shutil, "rmtree", cut_off)
    with pytest.raises(Killed):
        spool.done(next(iter(spool)))
    monkeypatch.undo()
    left = {each.name: each.files() for each in Spool(tmp_path)}
    whole = {"one": {"a": b"1", "b": b"2"}, "two": {"a": b"3"}}
    assert left == (whole if call == 1 else {"two": whole["two"]})
    for each in spool:
        spool.done(each)
    assert list(spool) == []
    assert not (tmp_path / "done").exists()
