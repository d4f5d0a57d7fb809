"""What makes an interface listen only: tried on a real one, and on one that somebody uses."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.live.wire import NEAR, wire
from tests.needs import PROJECT

SCRIPT = PROJECT / "compose" / "systemd" / "prepare-interface"


def prepared(namespace: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = ["ip", "netns", "exec", namespace, "sh", str(SCRIPT), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_listens_to_all_answers_nobody_and_has_a_spool(tmp_path: Path) -> None:
    with wire() as made:
        for _ in range(2):
            done = prepared(made.sensor, NEAR, str(tmp_path / "spool"))
            assert done.returncode == 0, done.stderr
        shown = subprocess.run(
            ["ip", "netns", "exec", made.sensor, "ip", "address", "show", NEAR],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert "PROMISC" in shown
        assert "NOARP" in shown
        assert "inet" not in shown
        assert (tmp_path / "spool").is_dir()


def test_an_interface_that_somebody_uses_is_left_alone(tmp_path: Path) -> None:
    with wire() as made:
        made.ip("address", "add", "192.0.2.1/24", "dev", NEAR)
        done = prepared(made.sensor, NEAR, str(tmp_path / "spool"))
        assert (done.returncode, "has an address" in done.stderr) == (3, True)
        assert not (tmp_path / "spool").exists()
        absent = prepared(made.sensor, "eth77")
        assert (absent.returncode, "no interface eth77" in absent.stderr) == (4, True)
