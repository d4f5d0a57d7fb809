"""Scripts that put Bittern into systemd and take it away: run for real, into a folder in the place of a machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import PROJECT, tool

SYSTEMD = PROJECT / "compose" / "systemd"


def script(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", str(SYSTEMD / name), *words], capture_output=True, text=True, check=False)


def everything(root: Path) -> dict[str, str]:
    """Files and links below a folder, with what they hold."""
    paths = [path for path in root.rglob("*") if path.is_symlink() or path.is_file()]
    return {
        str(path.relative_to(root)): str(path.readlink()) if path.is_symlink() else path.read_text() for path in paths
    }


@pytest.fixture
def environment(tmp_path: Path) -> str:
    """A folder that looks like an environment with Bittern in it."""
    made = tmp_path / "environment" / "bin"
    made.mkdir(parents=True)
    (made / "bittern").symlink_to(sys.executable)
    return str(made.parent)


def test_a_look_changes_nothing(environment: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    done = script("install.sh", "--environment", environment, "--root", str(root), "--interface", "eth1", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "bittern-sensor@.service" in done.stdout
    assert "a sensor at eth1" in done.stdout
    assert not root.exists()


def test_twice_is_as_once_settings_stay_and_all_goes_again(environment: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    words = ("--environment", environment, "--root", str(root), "--prefix", "/srv/ot/bittern", "--interface", "eth1")
    assert script("install.sh", *words).returncode == 0
    first = everything(root)
    settings = root / "etc" / "bittern" / "sensor.env"
    settings.write_text("BITTERN_SENSOR=line-3\n")
    assert script("install.sh", *words, "--interface", "eth2").returncode == 0
    second = everything(root)
    changed = {name for name in second if second[name] != first.get(name)}
    wants = "etc/systemd/system/bittern.target.wants/bittern-sensor@eth2.service"
    assert changed == {"etc/bittern/sensor.env", wants}
    unit = second["etc/systemd/system/bittern-sensor@.service"]
    assert "ExecStart=/srv/ot/bittern/bin/bittern sensor" in unit
    assert "/opt/bittern" not in "".join(second.values())
    assert "bittern content pull --follow" in second["etc/systemd/system/bittern-content.service"]
    assert not [name for name in second if "wants/bittern-content" in name], "nobody said where content comes from"
    assert settings.parent.joinpath("store.env").stat().st_mode & 0o777 == 0o600
    assert (root / "var/lib/bittern").stat().st_mode & 0o7777 == 0o700
    assert (root / "var/spool/bittern").stat().st_mode & 0o7777 == 0o2770
    found = root / "var" / "lib" / "bittern" / "found"
    found.write_text("evidence")
    assert script("uninstall.sh", "--root", str(root), "--prefix", "/srv/ot/bittern").returncode == 0
    left = {name for name in everything(root) if not name.startswith("etc/bittern/")}
    assert left == {"var/lib/bittern/found"}
    again = script("uninstall.sh", "--root", str(root), "--prefix", "/srv/ot/bittern", "--purge")
    assert (again.returncode, everything(root)) == (0, {})
    assert Path(environment, "bin", "bittern").exists()


def test_uninstalling_leaves_what_others_put_there(environment: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    assert script("install.sh", "--environment", environment, "--root", str(root)).returncode == 0
    others = root / "opt" / "bittern" / "venv" / "notes"
    others.parent.mkdir()
    others.write_text("mine")
    assert script("uninstall.sh", "--root", str(root), "--purge").returncode == 0
    assert set(everything(root)) == {"opt/bittern/venv/notes"}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "--wheel"),
        (("--nonsense",), 2, "--help"),
        (("--wheel", "/nowhere.whl"), 4, "no such file"),
        (("--environment", "/nowhere"), 4, "bin/bittern"),
        (("--wheel",), 2, "needs a value"),
        (("--prefix", "opt", "--wheel", "x"), 2, "whole path"),
        (("--prefix", "/opt/../etc", "--wheel", "x"), 2, "letters"),
        (("--interface", "eth1;reboot", "--wheel", "x"), 2, "eth1"),
    ],
)
def test_what_is_wrong_is_said(words: tuple[str, ...], code: int, said: str) -> None:
    done = script("install.sh", "--dry-run", *words)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr


@pytest.mark.parametrize("prefix", ["/", "/opt", "//", "/a/../b", ""])
def test_uninstalling_never_takes_a_whole_tree(prefix: str) -> None:
    assert script("uninstall.sh", "--prefix", prefix, "--dry-run").returncode == 2


def test_help_says_every_option() -> None:
    for name in ("install.sh", "uninstall.sh"):
        text = script(name, "--help").stdout
        for option in ("--prefix", "--root", "--dry-run"):
            assert option in text


def test_the_scripts_have_no_faults_that_a_linter_knows() -> None:
    files = [str(SYSTEMD / name) for name in ("install.sh", "uninstall.sh", "prepare-interface")]
    done = subprocess.run([tool("shellcheck"), *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
