"""What the command line says as JSON: levels, hostile text, what libraries log, and errors before anything begins."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli.program import run
from api.cli.terminal import Terminal, make_terminal
from api.first_sign_in import is_journal, keep, withdraw


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    before = logging.root.handlers
    made = Terminal(err=io.StringIO(), service="worker")
    made.adjust(log_format="json")
    yield made
    logging.root.handlers = before


def lines(terminal: Terminal) -> list[dict[str, object]]:
    assert isinstance(terminal.err, io.StringIO)
    return [json.loads(line) for line in terminal.err.getvalue().splitlines()]


def test_level_code_parameters_and_text(terminal: Terminal) -> None:
    terminal.tell("worker.ready", spool=Path("/s\u202e\x1b[31m"))
    terminal.warn("worker.failed", duty="intake", count=3, last="a\nb")
    terminal.error("error.no_user", name="nobody")
    told, warned, failed = lines(terminal)
    assert [each["log.level"] for each in (told, warned, failed)] == ["info", "warning", "error"]
    assert warned["bittern.parameters"] == {"duty": "intake", "count": 3, "last": "a\nb"}
    assert "3" in str(warned["message"])
    assert "\u202e" not in str(told)
    assert failed["event.code"] == "error.no_user"


def test_what_a_library_logs_is_one_line_without_a_traceback(terminal: Terminal) -> None:
    try:
        raise ValueError("secret of a frame")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    logging.getLogger("uvicorn.error").info("nothing to say")
    (line,) = lines(terminal)
    assert line["bittern.parameters"] == {"logger": "uvicorn.error", "error": "ValueError"}
    assert "secret of a frame" not in str(line)


def test_a_wrong_command_line_is_told_in_json_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["worker", "--log-format=json", "--nonsense"]
    terminal = make_terminal(arguments)
    terminal.err = io.StringIO()
    assert run(arguments, terminal) == 2
    assert [line["service.name"] for line in lines(terminal)] == ["bittern-worker"] * len(lines(terminal))


def test_the_first_sign_in_is_kept_from_others_and_withdrawn(tmp_path: Path) -> None:
    (tmp_path / "first-sign-in").write_text("older, readable by all")
    path = keep(tmp_path, "http://x/#one-time=s")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("http://x/#one-time=s\n", 0o600)
    withdraw(tmp_path)
    withdraw(tmp_path)
    assert not path.exists()


def test_the_journal_is_known_by_device_and_inode(tmp_path: Path) -> None:
    with (tmp_path / "journal").open("w") as file:
        there = (tmp_path / "journal").stat()
        named = {"JOURNAL_STREAM": f"{there.st_dev}:{there.st_ino}"}
        assert is_journal(named, file.fileno())
        assert not is_journal({"JOURNAL_STREAM": "1:2"}, file.fileno())
        assert not is_journal({}, file.fileno())
    assert not is_journal(named, 9999)
