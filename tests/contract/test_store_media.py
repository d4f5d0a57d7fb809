"""Stores that cannot be written, or no further: what is there stays, what is refused can be written again."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from api.storage import open_store
from response.alerts import AlertChange
from response.ports import AlertQuery, AssetRecord, Store, Written
from response.store_errors import (
    Full,
    ReadOnly,
    Unreachable,
)
from tests.contract.elastic_server import Server
from tests.contract.store_cases import START, occurrence, rows, segment
from tests.contract.stores import elastic_url

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]


def test_a_new_store_is_open_to_its_owner_alone(tmp_path: Path) -> None:
    with open_store(f"embedded:{tmp_path}/data/store"):
        assert (tmp_path / "data" / "store").stat().st_mode & 0o077 == 0


def test_a_file_where_the_folder_should_be_is_told_as_that(tmp_path: Path) -> None:
    (tmp_path / "store").write_bytes(b"something else")
    with pytest.raises(Unreachable) as refused:
        open_store(f"embedded:{tmp_path}/store")
    assert refused.value.parameters["errno"] == errno.ENOTDIR
    assert (tmp_path / "store").read_bytes() == b"something else"


def check_it_only_reads(store: Store) -> None:
    """What was written can be read; every way to write is refused."""
    assert store.count("flow") == 3
    assert store.alert(occurrence(0).id).count == 1
    assert not store.health().writable
    for ask in (
        lambda: store.write(segment("two", flow=rows("flow", 9))),
        lambda: store.update_alert(occurrence(0).id, AlertChange(START, "li", assignee="li"), "1"),
        lambda: store.put_assets([AssetRecord("a", {}, START, START)]),
    ):
        with pytest.raises(ReadOnly):
            ask()
    assert store.count("flow") == 3
    assert store.alert(occurrence(0).id).etag == "1"


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """Take the right to write from a folder: a read-only mount over it for root, whom modes do not stop."""
    if os.geteuid() == 0:
        subprocess.run(["mount", "--bind", "-o", "ro", str(folder), str(folder)], check=True)
        try:
            yield
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
        return
    paths = [folder, *folder.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        yield
    finally:
        for path in paths:
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_a_folder_that_cannot_be_written_is_read(tmp_path: Path) -> None:
    with open_store(f"embedded:{tmp_path}/store") as store:
        store.write(segment("one", occurrence(0), flow=rows("flow", 3)))
    with unwritable(tmp_path / "store"), open_store(f"embedded:{tmp_path}/store") as store:
        check_it_only_reads(store)
    with open_store(f"embedded:{tmp_path}/store") as store:
        assert store.write(segment("two", flow=rows("flow", 9))).events_new == 6


def test_a_copy_of_a_running_store_is_read_with_its_log(tmp_path: Path) -> None:
    with open_store(f"embedded:{tmp_path}/store") as store:
        store.write(segment("one", occurrence(0), flow=rows("flow", 3)))
        shutil.copytree(tmp_path / "store", tmp_path / "copy")
    assert (tmp_path / "copy" / "bittern.db-wal").stat().st_size > 0
    with unwritable(tmp_path / "copy"), open_store(f"embedded:{tmp_path}/copy") as copy:
        check_it_only_reads(copy)


def test_an_empty_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    with unwritable(tmp_path / "store"), pytest.raises((ReadOnly, Unreachable)):
        open_store(f"embedded:{tmp_path}/store")


@contextmanager
def nearly_full(folder: Path) -> Iterator[Callable[[], None]]:
    """A folder in which little more can be written until the yielded function makes room."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(folder)]
    if os.geteuid() == 0 and subprocess.run(mount, check=False).returncode == 0:
        ballast = folder / "ballast"
        ballast.write_bytes(bytes(2_000_000))
        try:
            yield ballast.unlink
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
    try:
        yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_loses_nothing_and_the_segment_can_be_written_again(tmp_path: Path) -> None:
    small = segment("small", occurrence(0), flow=rows("flow", 3))
    large = segment("large", occurrence(1), occurrence(0, rule="R2"), transaction=rows("transaction", 30_000))
    with nearly_full(tmp_path / "disk") as make_room, open_store(f"embedded:{tmp_path}/disk/store") as store:
        store.write(small)
        for _ in range(3):
            with pytest.raises(Full):
                store.write(large)
            assert store.count("transaction") == 0
            assert store.count("flow") == 3
            assert [a.count for a in store.alerts(AlertQuery()).items] == [1]
            left = [p for p in (tmp_path / "disk" / "store").rglob("*.parquet") if "transaction" in str(p)]
            assert left == []
        make_room()
        assert store.write(large) == Written(30_000, 0, 2, 1, 1, 0)
        assert store.write(small) == Written(events_known=3)


def test_a_disk_is_full_wherever_in_a_file_it_ends(tmp_path: Path) -> None:
    """Polars says of a footer that does not fit neither why nor that it is a disk's fault."""
    large = segment("large", occurrence(1), transaction=rows("transaction", 30_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with open_store(f"embedded:{tmp_path}/store") as store, open_store(f"embedded:{tmp_path}/whole") as whole:
        whole.write(large)
        [file] = (tmp_path / "whole").rglob("*.parquet")
        size, refused = file.stat().st_size, 0
        for end in range(size - 40_000, size, 4_000):
            resource.setrlimit(resource.RLIMIT_FSIZE, (end, hard))
            try:
                with pytest.raises(Full):
                    store.write(large)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            refused += 1
        assert refused == 10
        assert store.count("transaction") == 0
        assert store.write(large).events_new == 30_000


@pytest.mark.timeout(300)
def test_blocks_of_elasticsearch_are_read_only_and_full(elastic_server: Server) -> None:
    url = elastic_url(elastic_server, patience=0.3)
    prefix = url.partition("prefix=")[2].partition("&")[0]
    one = segment("one", occurrence(0), flow=rows("flow", 3))
    two = segment("two", occurrence(1), flow=rows("flow", 9))
    with open_store(url) as store, Elasticsearch(elastic_server.url) as client:
        store.put_assets([AssetRecord("a", {}, START, START)])
        store.write(one)
        assert store.health().writable
        for block, kind in (("index.blocks.write", ReadOnly), ("index.blocks.read_only_allow_delete", Full)):
            client.indices.put_settings(index=f"{prefix}-*", settings={block: True})
            assert not store.health().writable
            for ask in (
                lambda: store.write(two),
                lambda: store.update_alert(occurrence(0).id, AlertChange(START, "li", assignee="li"), "1"),
                lambda: store.put_assets([AssetRecord("b", {}, START, START)]),
            ):
                with pytest.raises(kind):
                    ask()
            client.indices.put_settings(index=f"{prefix}-*", settings={block: None})
        assert store.write(two) == Written(6, 3, 1, 0, 1, 0)
        assert store.alert(occurrence(0).id).etag == "1"
