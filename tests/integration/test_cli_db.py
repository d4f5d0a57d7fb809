"""`bittern db` as people type it: there and back, refusals, exit codes, both languages."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from api.cli.exit_codes import ExitCode
from api.storage import open_store
from response.retention.holdings import DAY
from tests.contract.retention_cases import old_and_young
from tests.contract.store_cases import START, rows, segment
from tests.integration.cli_runner import WRITE, Cli, cli

__all__ = ["cli"]


def test_there_and_back(cli: Cli, tmp_path: Path) -> None:
    store, again, file = f"embedded:{tmp_path / 'a'}", f"embedded:{tmp_path / 'b'}", tmp_path / "b.tar"
    assert cli("analyze", WRITE, "--store", store).code == ExitCode.OK
    made = cli("db", "backup", file, "--store", store)
    assert made.code == ExitCode.OK, made.err
    assert "notify.key" in made.err
    assert "完整" in cli("db", "verify", file, "--lang", "zh").err
    assert cli("db", "restore", file, "--store", again).code == ExitCode.OK
    told = [json.loads(cli("db", "info", "--store", url, "--json").out)["data"] for url in (store, again)]
    assert told[0]["rows"] == told[1]["rows"] != {}
    assert told[0]["alerts"] == told[1]["alerts"] >= 1
    assert json.loads(cli("db", "migrate", "--store", again, "--json").out)["data"]["kept"] is None


def test_refusals_say_how_to_mend_them(cli: Cli, tmp_path: Path) -> None:
    store, file = f"embedded:{tmp_path / 'a'}", tmp_path / "b.tar"
    assert cli("analyze", WRITE, "--store", store).code == ExitCode.OK
    assert cli("db", "backup", file, "--store", store).code == ExitCode.OK
    there = cli("db", "backup", file, "--store", store)
    assert (there.code, "Name another file" in there.err) == (ExitCode.INPUT, True)
    over = cli("db", "restore", file, "--store", store)
    assert (over.code, "something in the folder" in over.err) == (ExitCode.STORE, True)
    none = cli("db", "verify", WRITE)
    assert (none.code, "no backup" in none.err) == (ExitCode.INTEGRITY, True)
    gone = cli("db", "verify", tmp_path / "nothing.tar")
    assert gone.code == ExitCode.INPUT
    nowhere = cli("db", "backup", tmp_path / "no" / "b.tar", "--store", store)
    assert (nowhere.code, "No answer" in nowhere.err) == (ExitCode.INPUT, False)
    assert str(tmp_path / "no") in nowhere.err
    absent = cli("db", "backup", tmp_path / "c.tar", "--store", f"embedded:{tmp_path / 'nothing'}")
    assert (absent.code, str(tmp_path / "nothing") in absent.err) == (ExitCode.STORE, True)
    elastic = cli("db", "backup", tmp_path / "c.tar", "--store", "https://elastic.example:9200")
    assert (elastic.code, "snapshots" in elastic.err) == (ExitCode.USAGE, True)
    assert cli("db", "migrate", "--store", f"embedded:{tmp_path / 'nothing'}").code == ExitCode.STORE


def test_what_is_held_for_how_long_and_until_when(cli: Cli, tmp_path: Path) -> None:
    store = f"embedded:{tmp_path / 'a'}"
    assert cli("analyze", WRITE, "--store", store).code == ExitCode.OK
    told = json.loads(cli("db", "stats", "--store", store, "--json").out)
    info = json.loads(cli("db", "info", "--store", store, "--json").out)["data"]
    assert told["schema"] == "bittern.storage/v1"
    assert {each["dataset"]: each["rows"] for each in told["data"]["datasets"]} == info["rows"]
    assert told["data"]["records"]["alert"] == info["alerts"]
    assert 0 < told["data"]["disk"]["free"] < told["data"]["disk"]["bytes"]
    english, chinese = (
        cli("db", "stats", "--store", store).out,
        cli("db", "stats", "--store", store, "--lang", "zh").out,
    )
    assert ("90 d, 50 GB" in english, "90 天、50 GB" in chinese) == (True, True)
    assert cli("db", "stats", "--store", f"embedded:{tmp_path / 'nothing'}").code == ExitCode.STORE


def test_bounds_are_set_and_said_before_they_are_applied(cli: Cli, tmp_path: Path) -> None:
    url = f"embedded:{tmp_path / 'a'}"
    with open_store(url) as store:
        old_and_young(store)
    assert "Nothing is due" in cli("db", "retention", "--store", url, "--set", "flow=1MB", "--dry-run").err
    for path in (tmp_path / "a").rglob("*.parquet"):
        os.utime(path, ns=(0, 0))
    dry = cli(
        "db", "retention", "--store", url, "--set", "transaction=1d", "--set", "flow=forever", "--dry-run", "--json"
    )
    due = json.loads(dry.out)["data"]["due"]
    started = time.time_ns() // DAY * DAY > START + 2 * DAY  # what the rows are older than
    assert (due["flow"]["rows"], due["transaction"]["rows"]) == (0, 50 if started else 0)
    shown = json.loads(cli("db", "retention", "--store", url, "--json").out)["data"]["datasets"]
    assert shown["transaction"] == {"days": 90, "bytes": 50_000_000_000}
    assert cli("db", "retention", "--store", url, "--set", "transaction=30d,1.5TB").code == ExitCode.OK
    shown = json.loads(cli("db", "retention", "--store", url, "--json").out)["data"]["datasets"]
    assert shown["transaction"] == {"days": 30, "bytes": 1_500_000_000_000}
    for wrong in ("transaction", "nothing=1d", "flow=0d", "flow=10B"):
        refused = cli("db", "retention", "--store", url, "--set", wrong, "--lang", "zh")
        assert (refused.code, "未作任何更改" in refused.err) == (ExitCode.USAGE, True)
    assert json.loads(cli("db", "stats", "--store", url, "--json").out)["data"]["datasets"][0]["rows"] == 60


def test_vacuum_makes_few_files_of_many(cli: Cli, tmp_path: Path) -> None:
    url = f"embedded:{tmp_path / 'a'}"
    with open_store(url) as store:
        for number in range(20):
            store.write(segment(f"s{number}", transaction=rows("transaction", 2, begin=2 * number)))
    done = json.loads(cli("db", "vacuum", "--store", url, "--json").out)["data"]
    assert (done["parts_before"], done["parts"], done["bytes"] < done["bytes_before"]) == (20, 1, True)
    with open_store(url) as store:
        assert store.count("transaction") == 40
    elastic = cli("db", "vacuum", "--store", "https://elastic.example:9200")
    assert elastic.code != ExitCode.OK
