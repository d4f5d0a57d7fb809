"""`bittern feed` on the command line: what it says, how it ends, and that nothing it cannot do is silent."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from api.cli.exit_codes import ExitCode
from api.segment_files import segment_from
from sensors.feed.logfile import HEAD_BYTES, LONGEST_LINE
from sensors.spool import Spool
from tests.feeds.samples import FOLDER, feed_named, read, rows
from tests.integration.cli_runner import SITE, Cli

ZEEK = FOLDER / "zeek" / "unauthorised-write"


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    return Cli(capsys, monkeypatch)


def test_a_folder_goes_into_the_spool(cli: Cli, tmp_path: Path) -> None:
    said = cli("feed", "zeek", ZEEK, "--spool", tmp_path, "--site", SITE, "--sensor", "zeek-1", "-v")
    assert said.code == ExitCode.OK, said.err
    assert "156 lines" in said.err
    assert "passed_told_elsewhere: 93 lines" in said.err
    segments = [segment_from(each.read())[0] for each in Spool(tmp_path)]
    assert {segment.sensor for segment in segments} == {"zeek-1"}
    assert {occurrence.rule for segment in segments for occurrence in segment.occurrences} == {"MB01"}


def test_lines_that_cannot_be_read_are_told_with_a_place(cli: Cli, tmp_path: Path) -> None:
    log = tmp_path / "eve.json"
    log.write_text((FOLDER / "suricata" / "unauthorised-write" / "eve.json").read_text() + "garbage\n{\n")
    said = cli("feed", "suricata", log, "--spool", tmp_path / "spool", "--lang", "zh")
    assert said.code == ExitCode.OK
    assert "2 行无法解析，首个为 eve.json 第 46 行" in said.err


def test_a_log_of_another_kind_is_an_error(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("this\nis\n\nno log\n")
    said = cli("feed", "suricata", tmp_path / "x.json", "--spool", tmp_path / "spool")
    assert said.code == ExitCode.INPUT
    assert "none of the 4 lines could be read" in said.err


def test_an_empty_line_is_no_line_that_is_too_long(tmp_path: Path) -> None:
    log = tmp_path / "eve.json"
    whole = (FOLDER / "suricata" / "unauthorised-write" / "eve.json").read_bytes()
    log.write_bytes(b"\n" + b"x" * (LONGEST_LINE + HEAD_BYTES * 8) + b"\n\r\n" + whole)
    logs = read([log], feed_named("suricata"))
    told = rows(logs)
    assert len(told["transaction"]) > 10
    found = {name: count for name, count in logs.tally.totals.items() if "empty" in name or "malformed" in name}
    assert found == {"passed_empty": 2, "malformed_too_long": 1}


def test_a_file_that_is_not_there(cli: Cli, tmp_path: Path) -> None:
    said = cli("feed", "zeek", tmp_path / "conn.log", "--spool", tmp_path / "spool")
    assert said.code == ExitCode.INPUT
    assert "conn.log" in said.err


def test_a_damaged_archive_is_read_to_the_damage(cli: Cli, tmp_path: Path) -> None:
    packed = gzip.compress((ZEEK / "modbus_detailed.log").read_bytes() * 40)
    (tmp_path / "modbus_detailed.log.gz").write_bytes(packed[: len(packed) // 2])
    said = cli("feed", "zeek", tmp_path, "--spool", tmp_path / "spool")
    assert said.code == ExitCode.OK
    assert "is damaged" in said.err


def test_a_state_of_another_feed_is_refused(cli: Cli, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text('{"form": "bittern.feed/v1", "feed": "zeek"}')
    said = cli("feed", "suricata", tmp_path, "--spool", tmp_path / "spool", "--follow", "--position", state)
    assert said.code == ExitCode.CONFIGURATION
    assert "another kind of feed" in said.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), ExitCode.USAGE, "--listen"),
        (("--listen", "http://127.0.0.1:1"), ExitCode.CONFIGURATION, "no address to listen at"),
        (("--listen", "tls://127.0.0.1:0"), ExitCode.CONFIGURATION, "--tls-cert"),
        (("--listen", "udp://203.0.113.1:5140"), ExitCode.CONFIGURATION, "address of this machine"),
    ],
)
def test_syslog_that_cannot_listen(cli: Cli, tmp_path: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    said = cli("feed", "syslog", "--spool", tmp_path, *arguments)
    assert said.code == code
    assert words in said.err
