"""Backups of the embedded store: whole while it is written, refused when changed; and stores of an earlier schema."""

from __future__ import annotations

import io
import shutil
import sqlite3
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from api.storage import open_store
from api.storage.embedded_backup import BadBackup, back_up, check_backup, restore
from api.storage.embedded_database import SCHEMA
from api.storage.embedded_migration import migrate
from response.ports import AlertQuery, EventQuery
from response.records import RecordQuery
from response.store_errors import Damaged, Invalid, WrongSchema
from tests.api.served import fill
from tests.contract.store_cases import START, rows, segment
from tests.contract.store_victim import segments

FIRST = Path(__file__).parent / "data" / "embedded-schema-1.sql"
AT = START


def filled(root: Path) -> Path:
    with open_store(f"embedded:{root}") as store:
        for each in segments():
            store.write(each)
        fill(store, 3)
    return root


def contents(root: Path) -> tuple[object, ...]:
    with open_store(f"embedded:{root}") as store:
        frame = store.events(EventQuery("transaction", limit=5000)).frame
        alerts = store.alerts(AlertQuery(limit=5000)).items
        return alerts, sorted(frame["event.id"]), store.assets(), store.dead_letters(), store.health().segments


def test_what_is_restored_is_what_was_backed_up(tmp_path: Path) -> None:
    root, file = filled(tmp_path / "store"), tmp_path / "b.tar"
    told: list[int] = []
    made = back_up(root, file, AT, told.append)
    assert sum(told) == made.bytes > 0
    assert file.stat().st_mode & 0o077 == 0, "others may not read it"
    assert check_backup(file) == made
    assert restore(file, tmp_path / "again") == made
    assert contents(tmp_path / "again") == contents(root)
    assert (tmp_path / "again").stat().st_mode & 0o077 == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["again", "b.tar", "store"], "nothing stays behind"


def test_a_backup_of_a_store_that_is_being_written(tmp_path: Path) -> None:
    root = filled(tmp_path / "store")
    ended = threading.Event()

    def write() -> None:
        with open_store(f"embedded:{root}") as store:
            number = 0
            while not ended.is_set():
                number += 1
                store.write(segment(f"more-{number}", transaction=rows("transaction", 3, begin=number * 10)))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            back_up(root, tmp_path / f"{number}.tar", AT)
    finally:
        ended.set()
        writer.join()
    for number in range(3):
        again = tmp_path / f"again-{number}"
        restore(tmp_path / f"{number}.tar", again)
        with open_store(f"embedded:{again}") as store:
            frame = store.events(EventQuery("transaction", limit=10_000)).frame
            assert frame.height == store.count("transaction")
    assert contents(tmp_path / "again-0") != contents(root)


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> Path:
    """A copy of a backup whose parts went through `change`; None leaves a part out."""
    with tarfile.open(source) as before, tarfile.open(target, "w") as after:
        for entry in before:
            content = before.extractfile(entry)
            assert content is not None
            part = change(entry.name, content.read())
            if part is not None:
                made = tarfile.TarInfo(part[0])
                made.size = len(part[1])
                after.addfile(made, io.BytesIO(part[1]))
    return target


def test_what_was_changed_is_named_and_not_restored(tmp_path: Path) -> None:
    root, file = filled(tmp_path / "store"), tmp_path / "b.tar"
    parts = back_up(root, file, AT).parts
    event = next(name for name in parts if name.endswith(".parquet"))

    def flipped(name: str, content: bytes) -> tuple[str, bytes]:
        return name, (content[:-1] + bytes([content[-1] ^ 1]) if name == event else content)

    cases: dict[str, tuple[str, str, Callable[[str, bytes], tuple[str, bytes] | None]]] = {
        "flipped": ("changed", event, flipped),
        "gone": ("missing", event, lambda name, content: None if name == event else (name, content)),
        "no end": ("cut_off", "", lambda name, content: None if name == "manifest.json" else (name, content)),
        "climbs": ("unexpected", "../x", lambda name, content: ("../x" if name == event else name, content)),
    }
    for name, (reason, part, change) in cases.items():
        bad = rewritten(file, tmp_path / f"{name}.tar", change)
        with pytest.raises(BadBackup) as caught:
            check_backup(bad)
        assert (caught.value.reason, caught.value.part) == (reason, part), name
        with pytest.raises(BadBackup):
            restore(bad, tmp_path / "target")
        assert not (tmp_path / "target").exists()
        assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("content", [b"", b"no tar at all", b"\0" * 10240])
def test_another_file_is_no_backup(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    file.write_bytes(content)
    with pytest.raises(BadBackup) as caught:
        check_backup(file)
    assert caught.value.reason == "not_a_backup"


def test_a_backup_cut_anywhere_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    back_up(filled(tmp_path / "store"), file, AT)
    whole = file.read_bytes()
    for part in range(1, 20):
        (tmp_path / "cut.tar").write_bytes(whole[: len(whole) * part // 20])
        with pytest.raises(BadBackup) as caught:
            check_backup(tmp_path / "cut.tar")
        assert caught.value.reason in ("cut_off", "not_a_backup", "missing", "changed")


def test_nothing_is_written_over(tmp_path: Path) -> None:
    root, file = filled(tmp_path / "store"), tmp_path / "b.tar"
    back_up(root, file, AT)
    with pytest.raises(Invalid):
        restore(file, root)
    (tmp_path / "empty").mkdir()
    restore(file, tmp_path / "empty")
    assert contents(tmp_path / "empty") == contents(root)


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    root = filled(tmp_path / "store")
    shutil.rmtree(root / "events" / "transaction")
    with pytest.raises(Damaged):
        back_up(root, tmp_path / "b.tar", AT)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["store"]


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A store as the program wrote it with schema 1: an analysis of a proof, its alert closed by li."""
    root = tmp_path / "store"
    root.mkdir()
    with closing(sqlite3.connect(root / "bittern.db")) as database:
        database.executescript(FIRST.read_text(encoding="utf-8"))
    return root


def test_a_store_of_schema_1_is_brought_to_ours(first: Path) -> None:
    with pytest.raises(WrongSchema):
        open_store(f"embedded:{first}")
    assert migrate(first, dry=True).kept is None
    with pytest.raises(WrongSchema):
        open_store(f"embedded:{first}")
    done = migrate(first)
    assert (done.found, done.schema) == (1, SCHEMA)
    assert done.kept is not None
    with closing(sqlite3.connect(done.kept)) as kept:
        assert kept.execute("SELECT schema FROM meta").fetchone() == (1,)
    with open_store(f"embedded:{first}") as store:
        [alert] = store.alerts(AlertQuery(resolutions=("false_positive",), assignees=("li",))).items
        assert (alert.rule, alert.etag, alert.history[0].reason) == ("MB01", "2", "test of the fixture")
        assert [(each.kind, each.id) for each in store.changes(0)] == [("alert", alert.id)]
        assert not store.records(RecordQuery("incident")).items
        assert store.alert_facets(AlertQuery(), ["assignee"]) == {"assignee": (("li", 1),)}
        fill(store, 1)
        assert store.health().alerts == 2
    assert migrate(first).kept is None, "a second time there is nothing to do"


def test_a_migrated_store_has_the_tables_of_a_new_one(first: Path, tmp_path: Path) -> None:
    migrate(first)
    with open_store(f"embedded:{tmp_path / 'new'}"):
        pass

    def tables(root: Path) -> dict[str, set[tuple[object, ...]]]:
        with closing(sqlite3.connect(root / "bittern.db")) as database:
            names = [name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            found = {name: {row[1:4] for row in database.execute(f"PRAGMA table_info({name})")} for name in names}
            indices = database.execute("SELECT name, tbl_name FROM sqlite_schema WHERE type = 'index'").fetchall()
            return {**found, "indices": set(indices)}

    assert tables(first) == tables(tmp_path / "new")


def test_a_migration_that_fails_changes_nothing(first: Path) -> None:
    with closing(sqlite3.connect(first / "bittern.db")) as database:
        database.execute("CREATE TABLE audit (something TEXT)")
        before = list(database.iterdump())
    with pytest.raises(Exception, match="audit"):
        migrate(first)
    with closing(sqlite3.connect(first / "bittern.db")) as database:
        assert list(database.iterdump()) == before
