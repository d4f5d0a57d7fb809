"""`bittern site`: mistakes by line before anything is put in force, and what is in force afterwards."""

from __future__ import annotations

from pathlib import Path

from api.cli.exit_codes import ExitCode
from tests.integration.cli_runner import SITE, WRITE, Cli, cli

__all__ = ["cli"]


def test_mistakes_are_told_with_their_lines(cli: Cli, tmp_path: Path) -> None:
    assert "no mistakes" in cli("site", "check", SITE).err
    bad = tmp_path / "bad.yml"
    bad.write_text(SITE.read_text(encoding="utf-8").replace("zones:", "zonse:", 1), encoding="utf-8")
    told = cli("site", "check", bad)
    assert told.code == ExitCode.CONFIGURATION
    assert "zonse" in told.out
    issues = cli("site", "check", bad, "--json").json()["data"]["issues"]
    assert issues[0]["line"] == 1 + bad.read_text(encoding="utf-8").splitlines().index("zonse:")
    assert cli("site", "check", tmp_path / "nothing.yml").code == ExitCode.INPUT


def test_what_is_put_is_in_force(cli: Cli, tmp_path: Path) -> None:
    store = f"embedded:{tmp_path / 'store'}"
    assert cli("analyze", WRITE, "--store", store).code == ExitCode.OK
    assert "no site model" in cli("site", "show", "--store", store).err
    assert cli("site", "put", SITE, "--store", store, "--who", "li").code == ExitCode.OK
    assert cli("site", "show", "--store", store).out == SITE.read_text(encoding="utf-8")
    assert "site.change" in cli("audit", "list", "--store", store).out
    bad = tmp_path / "bad.yml"
    bad.write_text("zones: 3\n", encoding="utf-8")
    assert cli("site", "put", bad, "--store", store).code == ExitCode.CONFIGURATION
    assert cli("site", "show", "--store", store).out == SITE.read_text(encoding="utf-8")
