"""`bittern db` as people type it: there and back, refusals, exit codes, both languages."""

from __future__ import annotations

import json
from pathlib import Path

from api.cli.exit_codes import ExitCode
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
