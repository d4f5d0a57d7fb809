"""`bittern quickstart`: by questions at a real terminal, and by options where nobody answers."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.cli.quick_setup import Setup, _of_services
from api.storage import open_store
from tests.api.served import made_api
from tests.live.wire import NEAR, Wire, wire
from tests.needs import PROJECT

COMMAND = [sys.executable, "-m", "api.cli", "quickstart"]
PATIENCE = 60
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("BITTERN_")}


def signs_in(data: Path, address: str, folder: Path) -> bool:
    """Whether the address that was printed signs the administrator in, once."""
    _, _, secret = address.strip().partition("/#one-time=")
    with open_store(f"embedded:{data / 'store'}") as store:
        api = made_api(store, folder)
        api.clock.now = time.time_ns()
        answer = api.stranger().post("/api/v1/session/one-time", json={"secret": secret})
        again = api.stranger().post("/api/v1/session/one-time", json={"secret": secret})
    return (answer.status_code, again.status_code) == (201, 401)


def talked(plant: Wire, data: Path, answers: list[tuple[str, str]]) -> tuple[int, str, str]:
    """Code, standard output and what stood on the terminal, of a talk: each answer follows its question."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["ip", "netns", "exec", plant.sensor, *COMMAND, "--no-mirror", "--lang", "zh"],
        cwd=PROJECT, env={**ENVIRONMENT, "PYTHONPATH": str(PROJECT)},
        stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, text=True,
    )  # fmt: skip
    os.close(theirs)
    seen, place = "", 0
    try:
        for question, answer in answers:
            deadline = time.monotonic() + PATIENCE
            while question not in seen[place:]:
                assert time.monotonic() < deadline, seen
                seen += os.read(ours, 4096).decode("utf-8", "replace")
            place = len(seen)
            os.write(ours, f"{answer}\n".encode())
        out = process.communicate(timeout=PATIENCE)[0]
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return process.returncode, out, seen


def test_a_talk_in_chinese_ends_with_a_script_and_an_administrator(tmp_path: Path) -> None:
    data = tmp_path / "where it lies"
    with wire() as made:
        answers = [
            ("请输入序号或名称", "77"),
            ("请输入序号或名称", NEAR),
            ("存放在哪个目录", str(data)),
            ("探针名称", "line-3"),
            ("管理员名称", ""),
            ("现在启动吗", "否"),
        ]
        code, out, seen = talked(made, data, answers)
    assert code == 0, seen
    assert "77 不在其中" in seen
    assert f"{NEAR} 已启用" in seen or "合并报文" in seen
    script = data / "start"
    assert (script.stat().st_mode & 0o777, data.stat().st_mode & 0o777) == (0o700, 0o700)
    assert "--sensor line-3" in script.read_text()
    shown = subprocess.run(
        [script, "--help"], cwd=PROJECT, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert shown.returncode == 0, "what was written is a command line that the program understands"
    assert out.startswith("http://127.0.0.1:8080/#one-time=")
    assert out.strip() not in script.read_text()
    assert signs_in(data, out, tmp_path)


def quick(*words: str | Path, namespace: str | None = None) -> subprocess.CompletedProcess[str]:
    inside = ["ip", "netns", "exec", namespace] if namespace else []
    return subprocess.run(
        [*inside, *COMMAND, *map(str, words)],
        cwd=PROJECT, env={**ENVIRONMENT, "BITTERN_LANG": "en"}, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, check=False,
    )  # fmt: skip


def test_options_answer_all_and_twice_is_as_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    words = ("--interface", NEAR, "--data", data, "--yes", "--no-start")
    with wire() as made:
        first = quick(*words, namespace=made.sensor)
        second = quick(*words, "--port", "9000", namespace=made.sensor)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert f"free at {tmp_path}\n" in first.stderr, "the disk on which the data will lie"
    assert "#one-time=" in first.stdout
    assert second.stdout == "", "there is an administrator already"
    assert "--port 9000" in (data / "start").read_text()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [(("--interface", "eth77", "--yes"), 4, "no interface eth77"), ((), 2, "nobody answers")],
)
def test_what_cannot_go_on_says_why_and_leaves_nothing(
    words: tuple[str, ...], code: int, said: str, tmp_path: Path
) -> None:
    done = quick(*words, "--data", tmp_path / "data", "--no-start")
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert not (tmp_path / "data").exists()


def test_settings_of_the_services(tmp_path: Path) -> None:
    setup = Setup(tmp_path, "eth1", "line-3", Path("/etc/bittern/site.yml"), "::", 8443, None, services=True)
    assert [path.name for path in _of_services(setup, tmp_path)] == ["sensor-eth1.env", "serve.env"]
    assert (tmp_path / "sensor-eth1.env").read_text() == (
        "BITTERN_SENSOR=line-3\nBITTERN_SENSOR_OPTIONS=--site /etc/bittern/site.yml\n"
    )
    assert (tmp_path / "serve.env").read_text() == "BITTERN_HOST=::\nBITTERN_PORT=8443\n"
    assert setup.url == "https://[::]:8443"
    assert setup.shown == "systemctl enable --now bittern-sensor@eth1.service bittern.target"
