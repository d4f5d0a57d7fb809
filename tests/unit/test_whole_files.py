"""Files that appear whole: a refused write is told by its name and leaves what was there."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sensors.segment_file import Parcel
from sensors.spool import Spool
from sensors.whole_files import write_new, write_whole


@contextmanager
def no_more_than(size: int) -> Iterator[None]:
    """Files of so many bytes at most."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_refused_write_names_its_file_and_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "known.yml"
    write_whole(path, b"before")
    with no_more_than(100), pytest.raises(OSError, match="File too large") as refused:
        write_whole(path, bytes(1000))
    assert refused.value.filename == str(path)
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("known.yml", b"before")]


def test_a_refused_write_names_the_file_in_the_spool(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.open_for_writing()
    with no_more_than(100), pytest.raises(OSError, match="File too large") as refused:
        spool.put(Parcel("one", "line-3", 1, 2, {"flow.parquet": bytes(1000)}))
    assert refused.value.filename == str(tmp_path / "spool" / "tmp" / "0000000000000001-one.zip")
    assert [*(tmp_path / "spool" / "tmp").iterdir()] == []
    assert list(spool) == []


def test_a_new_file_is_its_owners_alone_and_takes_the_place_of_nothing(tmp_path: Path) -> None:
    write_new(tmp_path / "key", b"secret")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "key", b"another")
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("key", b"secret")]
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_new_file_that_is_refused_leaves_nothing(tmp_path: Path) -> None:
    with no_more_than(100), pytest.raises(OSError, match="File too large") as refused:
        write_new(tmp_path / "key", bytes(1000))
    assert refused.value.filename == str(tmp_path / "key")
    assert [*tmp_path.iterdir()] == []
