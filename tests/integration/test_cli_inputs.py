"""Bad input and bad configuration: a clear message with its exit code, never a traceback, never silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.cli_runner import (
    SITE,
    WRITE,
    Cli,
    capture_of_link_type,
    cli,
    cut_capture,
    snapped_capture,
)

__all__ = ["cli"]


def make_broken(folder: Path) -> dict[str, Path]:
    """Paths that are no capture, by what is wrong."""
    (folder / "empty.pcap").write_bytes(b"")
    (folder / "text.pcap").write_text("this is no capture\n")
    (folder / "folder").mkdir()
    (folder / "folder" / "notes.txt").write_text("nothing here")
    return {
        "empty": folder / "empty.pcap",
        "not a capture": folder / "text.pcap",
        "no capture in this folder": folder / "folder",
        "no such file": folder / "absent.pcap",
    }


@pytest.mark.parametrize("what", ["empty", "not a capture", "no capture in this folder", "no such file"])
def test_what_is_no_capture_is_named_and_the_good_ones_are_analysed(cli: Cli, tmp_path: Path, what: str) -> None:
    path = make_broken(tmp_path)[what]
    alone = cli("analyze", path)
    assert alone.code == 4
    assert f"error: {path}: " in alone.err
    assert what in alone.err
    both = cli("analyze", path, WRITE, "--format", "json", "--fail-on", "low")
    assert both.code == 4, "that the result is not whole outweighs what it holds"
    found = both.json()
    assert found["capture"]["packets"] > 100
    assert [error["path"] for error in found["errors"]] == [str(path)]
    assert str(path) not in found["errors"][0]["reason"]


@pytest.mark.parametrize(
    ("what", "says"),
    [("empty", "文件为空"), ("not a capture", "不是抓包文件：文本文件"), ("no such file", "文件或文件夹不存在")],
)
def test_why_a_capture_cannot_be_read_is_told_in_chinese(cli: Cli, tmp_path: Path, what: str, says: str) -> None:
    path = make_broken(tmp_path)[what]
    told = cli("analyze", path, "--lang", "zh", "--format", "json")
    assert told.code == 4
    assert f"错误：{path}：" in told.err
    assert says in told.err
    assert says in told.json()["errors"][0]["reason"]
    assert says in cli("analyze", path, "--lang", "zh").out


def test_a_capture_cut_before_its_first_packet_was_not_read(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap"
    path.write_bytes(WRITE.read_bytes()[:30])
    found = cli("analyze", path, "--format", "json")
    assert found.code == 4
    (error,) = found.json()["errors"]
    assert (error["code"], error["packets"]) == ("truncated", 0)
    assert error["parameters"] == {"part": "record_header", "expected": 16, "found": 6}


@pytest.mark.parametrize(("lang", "says"), [("en", "nothing was judged"), ("zh", "未作任何判断")])
def test_no_alert_over_nothing_does_not_sound_like_all_is_well(cli: Cli, tmp_path: Path, lang: str, says: str) -> None:
    for path in (make_broken(tmp_path)["empty"], capture_of_link_type(tmp_path / "odd.pcap", 147)):
        assert says in cli("analyze", path, "--lang", lang).out
        assert says in cli("analyze", path, "--lang", lang, "--format", "html").out
    assert says in cli("analyze", WRITE, "--lang", lang, "--filter", "host 192.0.2.1").out


def test_in_a_folder_what_is_no_capture_is_counted_and_what_is_named_like_one_is_warned_of(
    cli: Cli, tmp_path: Path
) -> None:
    make_broken(tmp_path)
    (tmp_path / "good.pcap").write_bytes(WRITE.read_bytes())
    found = cli("analyze", tmp_path, "--format", "json")
    assert found.code == 0
    assert found.json()["capture"]["files_passed_over"] == 3
    (notice,) = found.json()["notices"]
    assert (notice["code"], notice["parameters"]["count"]) == ("misnamed", 2)
    assert found.err.startswith("warning: ")
    assert "empty.pcap" in found.err
    assert "text.pcap" in found.err
    assert "notes.txt" not in found.err
    assert "Files in the folder that are no captures: 3" in cli("analyze", tmp_path).out
    assert "notes.txt" in cli("analyze", tmp_path, "-v").err


def test_a_cut_capture_is_read_up_to_its_end_with_a_warning(cli: Cli, tmp_path: Path) -> None:
    found = cli("analyze", cut_capture(tmp_path / "cut.pcap", missing=37), "--format", "json")
    assert found.code == 0
    assert "warning:" in found.err
    assert "cut.pcap was read up to byte" in found.err
    assert found.json()["errors"][0]["offset"] > 0


@pytest.mark.parametrize(
    ("make", "value", "counter", "says"),
    [
        (capture_of_link_type, 147, "link.unknown_link_type", "link type that is not known"),
        (snapped_capture, 60, "link.snapped", "snap length"),
    ],
)
def test_packets_that_cannot_be_looked_into_are_a_warning(
    cli: Cli, tmp_path: Path, make: object, value: int, counter: str, says: str
) -> None:
    assert callable(make)
    path = make(tmp_path / "odd.pcap", value)
    found = cli("analyze", path, "--format", "json")
    assert found.code == 0
    assert says in found.err
    assert found.json()["capture"][counter] > 0
    assert counter.replace(".", "_") in {notice["code"] for notice in found.json()["notices"]}
    assert says in cli("analyze", path).out
    assert cli("analyze", path, "--quiet").err == ""


CONFIGURATION = {
    "site absent": ["--site", "absent.yml"],
    "site is no text": ["--site", str(WRITE)],
    "site is wrong": ["--site", "site.yml"],
    "baseline absent": ["--baseline", "absent"],
    "baseline is wrong": ["--baseline", "known"],
    "baseline is empty": ["--baseline", "none"],
    "baseline is no text": ["--baseline", str(WRITE)],
    "baseline holds no text": ["--baseline", "bytes"],
    "rules absent": ["--rules", "absent"],
    "no rules": ["--rules", "none"],
    "rule is wrong": ["--rules", "rules"],
}


@pytest.mark.parametrize("what", CONFIGURATION)
def test_bad_configuration_is_code_3_and_nothing_is_analysed(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "site.yml").write_text("zones: 3\n")
    for name in ("known", "none", "rules", "bytes"):
        (tmp_path / name).mkdir()
    (tmp_path / "known" / "conversations.yml").write_text("- {entity: a, kind: gossip}\n")
    (tmp_path / "bytes" / "conversations.yml").write_bytes(b"- \xb2")
    (tmp_path / "rules" / "bad.yml").write_text("title: no detection\n")
    said = cli("analyze", WRITE, *CONFIGURATION[what])
    assert said.code == 3
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert "Traceback" not in said.err


def test_what_is_wrong_in_configuration_is_told_in_the_readers_language(cli: Cli, tmp_path: Path) -> None:
    site, known, rule = tmp_path / "site.yml", tmp_path / "ranges.yml", tmp_path / "bad.yml"
    site.write_text("zones: 3\n")
    known.write_text("- {entity: a, kind: rnage}\n")
    rule.write_text("title: no detection\n")
    options = {"--site": site, "--baseline": known, "--rules": rule}
    chinese = [cli("analyze", WRITE, option, path, "--lang", "zh").err for option, path in options.items()]
    assert f"{site}:1：zones 不是列表；请每行写一项，以短横线开头" in chinese[0]
    assert f"{known}:1：kind 的值 'rnage' 不在可选范围内；是否想写 range 或 rate？" in chinese[1]
    assert f"{rule}:1：缺少 detection；请补上" in chinese[2]
    shown = cli("baseline", "show", known)
    assert shown.code == 3
    assert f"{known}:1: kind is 'rnage'; did you mean range or rate?" in shown.err


def test_a_fault_of_the_program_is_one_sentence(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise ZeroDivisionError("of the test")

    monkeypatch.setattr("api.analysis.analyse", break_down)
    said = cli("analyze", WRITE, "--site", SITE)
    assert said.code == 3
    assert "please report it" in said.err
    assert "Traceback" not in said.err
    assert "Traceback" in cli("analyze", WRITE, "-vv").err


def test_interrupted_is_130_and_leaves_nothing(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("api.analysis.analyse", interrupt)
    assert cli("analyze", WRITE, "--output", tmp_path / "x.json", "--format", "json").code == 130
    assert list(tmp_path.iterdir()) == []


def test_permission_denied_is_5(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "x")

    # Root may write everywhere, so that the refusal of the system has to be played.
    monkeypatch.setattr(Path, "open", refuse)
    said = cli("analyze", WRITE, "--output", tmp_path / "x.json")
    assert said.code == 5
    assert "x.json: permission denied" in said.err


@pytest.mark.parametrize("option", ["--output", "--events"])
def test_a_capture_is_never_written_over(cli: Cli, tmp_path: Path, option: str) -> None:
    capture = tmp_path / "evidence.ndjson"
    capture.write_bytes(WRITE.read_bytes())
    said = cli("analyze", capture, option, capture)
    assert said.code == 2
    assert option in said.err
    assert capture.read_bytes() == WRITE.read_bytes()


def test_a_full_device_is_named(cli: Cli) -> None:
    said = cli("analyze", WRITE, "--output", "/dev/full")
    assert said.code == 4
    assert "/dev/full: no space is left" in said.err
