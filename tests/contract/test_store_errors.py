"""What goes wrong is said plainly: stores that are away, held by another, foreign or damaged."""

from __future__ import annotations

import ast
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from api.output.reasons import store_reason
from api.storage import open_store
from api.texts import PLACEHOLDER, Language, texts
from response import store_errors
from response.store_errors import (
    Busy,
    Damaged,
    StoreError,
    Unreachable,
    WrongSchema,
)
from tests.contract.elastic_server import Server
from tests.contract.store_cases import rows, segment
from tests.contract.stores import elastic_url
from tests.needs import PROJECT

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]


KINDS = [k for k in vars(store_errors).values() if isinstance(k, type) and issubclass(k, StoreError)]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_error_has_a_code_of_its_own_and_says_what_where_why_and_how_to_mend_it(lang: Language) -> None:
    assert len(KINDS) == len({k.code for k in KINDS})
    words = texts(lang)
    for kind in KINDS:
        told = store_reason(kind("some place", "answered", message="some reason."), words)
        assert told["where"] == "some place"
        assert told["why"].endswith("some reason")
        assert told["what"]
        assert told["mend"]
    coded = {key for key in words.by_key if key.startswith("store_error.")}
    assert coded == {f"store_error.{kind.code}.{part}" for kind in KINDS for part in ("what", "mend")}


def raised() -> Iterator[tuple[str, str, set[str]]]:
    """Place, reason and parameters of every store error that the code makes."""
    names = {kind.__name__ for kind in KINDS} | {"kind"}
    folders = [PROJECT / "api" / "storage", PROJECT / "api" / "auth", PROJECT / "response"]
    for path in (path for folder in folders for path in sorted(folder.rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                place = f"{path.name}:{node.lineno}"
                if len(node.args) < 2:  # `kind` may be something else where no store is
                    continue
                reason = node.args[1]
                assert isinstance(reason, ast.Constant), f"{place}: the reason must stand there as a word"
                yield place, str(reason.value), {str(keyword.arg) for keyword in node.keywords}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_reason_has_a_text_that_names_its_parameters_and_every_text_its_reason(lang: Language) -> None:
    found = list(raised())
    assert len(found) > 40
    by_key = texts(lang).by_key
    for place, reason, parameters in found:
        given = {"why"} if "errno" in parameters else parameters
        assert set(PLACEHOLDER.findall(by_key[f"store_reason.{reason}"])) == given, (place, reason)
    assert {key for key in by_key if key.startswith("store_reason.")} == {f"store_reason.{each[1]}" for each in found}


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_a_store_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for url in (f"http://127.0.0.1:{closed_port()}", f"embedded:{tmp_path}/file", f"embedded:{tmp_path}/file/below"):
        with pytest.raises(Unreachable) as caught:
            open_store(url, {})
        assert url.partition(":")[2].lstrip("/").split("?")[0] in str(caught.value)


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
        assert name in str(caught.value)


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

    monkeypatch.setattr("api.storage.embedded.EmbeddedStore._sole_writer.__defaults__", (0.05,))
    with open_store(f"embedded:{tmp_path}") as store, (tmp_path / "writer.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Busy):
            store.write(segment("one", flow=rows("flow", 1)))
        fcntl.flock(lock, fcntl.LOCK_UN)
        assert store.write(segment("one", flow=rows("flow", 1))).events_new == 1
