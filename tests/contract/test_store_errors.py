"""What goes wrong is said plainly: addresses, secrets, stores that are away, full, read-only, foreign or damaged."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from api.storage import open_store
from api.storage.address import ElasticAddress, read_address
from response import store_errors
from response.alerts import AlertChange
from response.ports import AlertQuery, AssetRecord, Store, Written
from response.store_errors import (
    BadUrl,
    Busy,
    Damaged,
    Denied,
    Full,
    ReadOnly,
    StoreError,
    Unreachable,
    WrongSchema,
)
from tests.contract.elastic_server import Server
from tests.contract.store_cases import START, occurrence, rows, segment
from tests.contract.stores import elastic_url

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]


@pytest.mark.parametrize(
    ("url", "environment"),
    [
        ("", {}),
        ("/var/lib/bittern", {}),
        ("embedded:", {}),
        ("sqlite:x", {}),
        ("https://", {}),
        ("https://li:geheim@host:9200", {}),
        ("https://li:@host:9200", {}),
        ("https://li@host:9200", {}),
        ("https://li@host:9200", {"BITTERN_STORE_PASSWORD": "geheim", "BITTERN_STORE_API_KEY": "geheim"}),
        ("https://li@host:9200", {"BITTERN_STORE_PASSWORD_FILE": "/no/such/file"}),
        ("https://host:port", {}),
        ("https://host:99999", {}),
        ("https://host/path", {}),
        ("https://host?prefix=Upper", {}),
        ("https://host?prefix=", {}),
        ("https://host?prefix=a*", {}),
        ("https://host?colour=red", {}),
        ("https://host?patience=long", {}),
        ("https://host?patience=-1", {}),
    ],
)
def test_bad_addresses(url: str, environment: dict[str, str]) -> None:
    with pytest.raises(BadUrl) as caught:
        open_store(url, environment)
    assert "geheim" not in caught.value.text
    assert caught.value.text.endswith(f"{BadUrl.mend}.")


def test_good_addresses(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("geheim\n")
    address = read_address(
        "https://li@one:9201,two,[::1]?prefix=site-1&ca=/etc/ca.pem&patience=5",
        {"BITTERN_STORE_PASSWORD_FILE": str(secret)},
    )
    assert isinstance(address, ElasticAddress)
    assert address.hosts == ("https://one:9201", "https://two:9200", "https://[::1]:9200")
    assert (address.user, address.password, address.prefix) == ("li", "geheim", "site-1")
    assert (address.ca, address.patience) == ("/etc/ca.pem", 5.0)
    assert "geheim" not in address.shown
    keyed = read_address("http://host", {"BITTERN_STORE_API_KEY": "a2V5"})
    assert isinstance(keyed, ElasticAddress)
    assert (keyed.user, keyed.api_key, keyed.hosts) == (None, "a2V5", ("http://host:9200",))


def test_every_error_has_a_code_of_its_own_and_says_what_where_why_and_how_to_mend_it() -> None:
    kinds = [k for k in vars(store_errors).values() if isinstance(k, type) and issubclass(k, StoreError)]
    assert len(kinds) == len({k.code for k in kinds})
    for kind in kinds:
        error = kind("some place", "some reason.")
        assert error.text == f"{kind.what}: some place: some reason. {kind.mend}."
        assert str(error) == error.text
        assert error.parameters == {"where": "some place", "why": "some reason."}


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_a_store_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for url in (f"http://127.0.0.1:{closed_port()}", f"embedded:{tmp_path}/file", f"embedded:{tmp_path}/file/below"):
        with pytest.raises(Unreachable) as caught:
            open_store(url, {})
        assert url.partition(":")[2].lstrip("/").split("?")[0] in caught.value.text


@contextmanager
def answering(status: int, seen: list[str | None]) -> Iterator[str]:
    """A server that notes the Authorization of each request and answers always the same."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers["Authorization"])
            body = b'{"status":"green","index_templates":[]}'
            self.send_response(status)
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_secrets_go_out_as_the_cluster_expects_them() -> None:
    seen: list[str | None] = []
    with answering(200, seen) as host:
        open_store(f"http://li@{host}", {"BITTERN_STORE_PASSWORD": "geheim"}).close()
        open_store(f"http://{host}", {"BITTERN_STORE_API_KEY": "a2V5"}).close()
        open_store(f"http://{host}", {}).close()
    assert list(dict.fromkeys(seen)) == ["Basic bGk6Z2VoZWlt", "ApiKey a2V5", None]


@pytest.mark.parametrize("status", [401, 403])
def test_a_cluster_that_refuses_the_user(status: int) -> None:
    with answering(status, []) as host, pytest.raises(Denied):
        open_store(f"http://li@{host}", {"BITTERN_STORE_PASSWORD": "wrong"})


def test_another_schema_or_a_foreign_or_damaged_file(tmp_path: Path) -> None:
    open_store(f"embedded:{tmp_path}/newer").close()
    with sqlite3.connect(tmp_path / "newer" / "bittern.db") as newer:
        newer.execute("UPDATE meta SET schema = 99")
    newer.close()
    (tmp_path / "foreign").mkdir()
    with sqlite3.connect(tmp_path / "foreign" / "bittern.db") as foreign:
        foreign.execute("CREATE TABLE songs (title TEXT)")
    foreign.close()
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "bittern.db").write_bytes(b"no database " * 1000)
    for name, kind in (("newer", WrongSchema), ("foreign", WrongSchema), ("damaged", Damaged)):
        with pytest.raises(kind) as caught:
            open_store(f"embedded:{tmp_path}/{name}")
        assert name in caught.value.text


def test_another_schema_in_elasticsearch(elastic_server: Server) -> None:
    url = elastic_url(elastic_server)
    prefix = url.partition("prefix=")[2].partition("&")[0]
    with Elasticsearch(elastic_server.url) as client:
        template = {"mappings": {"_meta": {"schema": 99}}}
        name = f"{prefix}-transaction"
        client.indices.put_index_template(name=name, index_patterns=[name], template=template)
    with pytest.raises(WrongSchema):
        open_store(url)


def test_a_writer_that_waits_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    monkeypatch.setattr("api.storage.embedded.EmbeddedStore._sole_writer.__wrapped__.__defaults__", (0.05,))
    with open_store(f"embedded:{tmp_path}") as store, (tmp_path / "writer.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Busy):
            store.write(segment("one", flow=rows("flow", 1)))
        fcntl.flock(lock, fcntl.LOCK_UN)
        assert store.write(segment("one", flow=rows("flow", 1))).events_new == 1


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
