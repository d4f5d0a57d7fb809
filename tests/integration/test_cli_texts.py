"""The catalogue: both languages say the same things, every key that the program names is there; help and doctor."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import get_args

import pytest
from rich.cells import cell_len
from typer.core import TyperOption

from api.cli.doctor_checks import CHECKS, Patient, examine
from api.cli.exit_codes import ExitCode
from api.cli.help import SUBJECTS, listed
from api.cli.options import Severity
from api.cli.program import every_command, tree
from api.texts import FILES, PLACEHOLDER, language, shipped, texts
from response.alerts import CLASSES, RESOLUTIONS, SEVERITIES, STATUSES
from tests.integration.cli_runner import PROJECT, Cli, cli

__all__ = ["cli"]

CHINESE = re.compile("[\u2e80-\u9fff\uff00-\uffef]")
SAME_IN_BOTH = re.compile(r"^[\W\d]*$|^(\{\w+\}[\W\d]*)+$|^(bittern|apt-get) |^[A-Z/&-]+( for ICS)?$|^id$")
"""Texts that need no translation: signs, parameters alone, commands, abbreviations."""
OF_AN_INSTALLATION = (
    "check_interfaces", "check_data", "check_tls", "check_spools", "check_sensors", "check_content", "check_services",
)  # fmt: skip
"""Checks of `bittern doctor` that say nothing where nothing is installed and no interface named."""
KEY_OF_CODE = re.compile(r"""["']((?:help|cli|error|usage|doctor|analysis|html|coverage)\.(?!html)[a-z_.]+)["']""")


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    english, chinese = texts("en").by_key, texts("zh").by_key
    assert set(english) == set(chinese)
    for key, text in english.items():
        assert sorted(set(PLACEHOLDER.findall(text))) == sorted(set(PLACEHOLDER.findall(chinese[key]))), key
        assert text.strip(), key
        assert chinese[key].strip(), key


@pytest.mark.parametrize("file", FILES.values())
def test_no_key_stands_twice(file: str) -> None:
    text = shipped("locales", file).read_text(encoding="utf-8")
    pairs: list[tuple[str, object]] = json.loads(text, object_pairs_hook=list)
    keys = [key for key, _ in pairs]
    assert sorted(keys) == sorted(set(keys))


def test_english_holds_no_chinese_and_chinese_is_translated() -> None:
    english, chinese = texts("en").by_key, texts("zh").by_key
    assert [key for key, text in english.items() if CHINESE.search(text)] == []
    untranslated = [key for key, text in chinese.items() if text == english[key] and not SAME_IN_BOTH.match(text)]
    assert untranslated == []


def test_every_key_that_the_program_names_is_there() -> None:
    sources = [*(PROJECT / "api" / "cli").glob("*.py"), *(PROJECT / "api" / "output").rglob("*.*")]
    named = {
        key for path in sources if path.suffix in (".py", ".html") for key in KEY_OF_CODE.findall(path.read_text())
    }
    assert len(named) > 100
    assert named - set(texts("en").by_key) == set()


CODE = re.compile(r'(?:=> |error\(|Err\(|Wrong::from\(|\|\| |code: |position, )"([a-z_0-9]+)"')
VALUE = re.compile(r'"(<[a-z]+>)"')


def test_every_code_of_the_capture_reader_has_a_text() -> None:
    wire = PROJECT / "sensors" / "core" / "wire" / "src" / "capture"
    read = {name: (wire / f"{name}.rs").read_text() for name in ("error", "content")}
    language_of_filters = "\n".join(path.read_text() for path in (wire / "filter").rglob("*.rs"))
    groups = {"capture": 11, "capture_part": 5, "block_problem": 6}
    named = set(CODE.findall(read["error"]))
    by_key = texts("en").by_key
    for group, count in groups.items():
        having = {key.removeprefix(f"{group}.") for key in by_key if key.startswith(f"{group}.")}
        assert len(having) == count
        assert having <= named
    assert len(named) == sum(groups.values())
    foreign = {key.removeprefix("foreign.") for key in by_key if key.startswith("foreign.")}
    assert foreign == set(CODE.findall(read["content"]))
    wrong = {key.removeprefix("filter.") for key in by_key if key.startswith("filter.")}
    positions = {"closes_nothing", "out_of_place", "too_deep", "not_closed", "ends_here"}
    assert positions < wrong
    assert wrong <= set(re.findall(r'"([a-z_]+)"', language_of_filters))
    assert {key.removeprefix("filter_value.") for key in by_key if key.startswith("filter_value.")} == set(
        VALUE.findall(language_of_filters)
    )


@pytest.mark.parametrize(
    ("group", "words"),
    [("severity", SEVERITIES), ("class", CLASSES), ("status", STATUSES), ("resolution", RESOLUTIONS)],
)
def test_every_code_has_a_word(group: str, words: tuple[str, ...]) -> None:
    for word in words:
        assert f"{group}.{word}" in texts("en").by_key


def test_severities_of_options_are_those_of_triage() -> None:
    assert get_args(Severity) == SEVERITIES[1:]


@pytest.mark.parametrize(
    ("asked", "environment", "expected"),
    [
        (None, {}, "en"),
        (None, {"LANG": "zh_CN.UTF-8"}, "zh"),
        (None, {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        (None, {"LANG": "de_DE.UTF-8", "BITTERN_LANG": "zh-CN"}, "zh"),
        ("en", {"LANG": "zh_CN.UTF-8", "BITTERN_LANG": "zh"}, "en"),
    ],
)
def test_which_language(asked: str | None, environment: dict[str, str], expected: str) -> None:
    assert language(asked, environment) == expected


COMMANDS = [
    [], ["analyze"], ["doctor"], ["version"], ["completion"],
    ["alerts"], ["alerts", "list"], ["alerts", "show"], ["assets"], ["assets", "list"], ["assets", "show"],
    ["rules"], ["rules", "list"], ["rules", "show"], ["rules", "validate"], ["rules", "test"], ["rules", "coverage"],
    ["assess"], ["assess", "run"], ["assess", "evidence"],
    ["notify"], ["notify", "list"], ["notify", "test"], ["notify", "dead"], ["notify", "retry"],
    ["baseline"], ["baseline", "learn"], ["baseline", "show"], ["baseline", "diff"],
    ["playbook"], ["playbook", "list"], ["playbook", "show"], ["playbook", "check"], ["playbook", "run"],
    ["playbook", "runs"],
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_is_plain_and_in_the_readers_language(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    english = cli(*command, "--help")
    monkeypatch.setenv("BITTERN_LANG", "zh")
    chinese = cli(*command, "--help")
    assert english.code == chinese.code == 0
    assert not re.search(r"\bhelp\.\w", english.out + chinese.out), "a key stands where a text should"
    assert "\x1b" not in english.out
    assert "│" not in english.out
    assert not CHINESE.search(english.out)
    assert CHINESE.search(chinese.out)


def test_help_names_every_exit_code_and_an_example(cli: Cli) -> None:
    shown = cli("analyze", "--help")
    for code in ExitCode:
        assert re.search(rf"\b{code.value}\b", shown.out), code
    assert "bittern analyze plant.pcap" in shown.out
    assert "分析抓包" in cli("analyze", "--help", "--lang=zh").out
    assert not re.search(r"\s-r\b", shown.out.split("Arguments")[1])


def test_every_option_has_a_subject_a_text_and_no_two_of_them() -> None:
    subjects = [name for names in SUBJECTS.values() for name in names]
    assert len(subjects) == len(set(subjects))
    options = [each for below in every_command(tree()) for each in below.params if isinstance(each, TyperOption)]
    shown = {listed(each): each for each in options if not each.hidden}
    assert set(shown) | {"--help"} == set(subjects)
    for name, each in shown.items():
        assert each.help in texts("en").by_key, name


@pytest.mark.parametrize("columns", ["60", "100"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_help_fits_the_screen(cli: Cli, monkeypatch: pytest.MonkeyPatch, columns: str, lang: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    shown = cli("analyze", "--help", "--lang", lang, "--no-color").out
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    wide = [line for line in plain.splitlines() if cell_len(line) > int(columns)]
    assert wide == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_without_arguments_it_shows_help(cli: Cli, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BITTERN_LANG", lang)
    shown = cli()
    assert (shown.code, shown.out) == (2, "")
    assert "bittern analyze plant.pcap" in shown.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(cli: Cli, shell: str) -> None:
    assert "_BITTERN_COMPLETE" in cli("completion", shell).out
    assert cli("completion", "tcsh").code == 2


def test_doctor_says_how_to_mend(cli: Cli, tmp_path: Path) -> None:
    healthy = cli("doctor", "--json").json()
    always = [each for each in CHECKS if each.__name__ not in OF_AN_INSTALLATION]
    assert [check["check"] for check in healthy["data"]] == [each.__name__.removeprefix("check_") for each in always]
    sick = cli("doctor", "--rules", tmp_path, "--time-zone", "Mars/Base", "--store", "ftp://x")
    assert sick.code == 3
    assert sick.out.count("✖") == 3
    assert "→ apt-get install tzdata" in sick.out
    assert "时区" in cli("doctor", "--lang", "zh").out


def test_a_check_that_breaks_is_a_failed_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def check_broken(_: Patient) -> None:
        raise RuntimeError("of the test")

    monkeypatch.setattr("api.cli.doctor_checks.CHECKS", (check_broken, *CHECKS[:1]))
    broken, python = examine(Patient(None, (), "UTC"))
    assert (broken.name, broken.status, python.status) == ("broken", "fail", "ok")


@pytest.mark.parametrize(("instead", "word"), [("传感器", "探针"), ("厂区模型", "站点模型"), ("维护窗口", "检修窗口")])
def test_the_words_are_those_of_the_glossary(instead: str, word: str) -> None:
    """One thing has one name (rules/glossary.md); a sensor of the process is none of ours, and stands in rules only."""
    assert word in (PROJECT / "rules" / "glossary.md").read_text(encoding="utf-8")
    assert [key for key, text in texts("zh").by_key.items() if instead in text] == []
