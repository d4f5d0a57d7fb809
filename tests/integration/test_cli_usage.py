"""A command line that is wrong: what, where, and what is near, in both languages."""

from __future__ import annotations

import pytest

from tests.integration.cli_runner import (
    WRITE,
    Cli,
    cli,
)

__all__ = ["cli"]


def test_a_bad_filter_is_marked_at_its_place(cli: Cli) -> None:
    said = cli("analyze", WRITE, "--filter", "tcp and hots 10.0.0.1")
    assert said.code == 2
    lines = said.err.splitlines()
    assert lines[1].index("hots") == lines[2].index("^")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["analyze"], 2, "FILE|DIR|-... is missing"),
        (["analyze", "x", "--format", "pdf"], 2, "--format"),
        (["analyze", "x", "--format", "pdf"], 2, "'pdf' is none of 'table'"),
        (["analyze", "x", "--time-zone", "Mars/Base"], 2, "Mars/Base"),
        (["analyze", "x", "--time-zone", "Asia/Shangai"], 2, "near: Asia/Shanghai"),
        (["analyze", "x", "--severity-min", "severe"], 2, "--severity-min: 'severe' is none of"),
        (["analyze", "x", "--jobs", "0"], 2, "--jobs: at least 1"),
        (["analyze", "x", "--jobs", "many"], 2, "--jobs: not a whole number"),
        (["analyze", "x", "--fromat", "json"], 2, "there is no option --fromat; near: --format"),
        (["analyze", "x", "--format"], 2, "--format needs a value"),
        (["analyze", "x", "--full=yes"], 2, "--full takes no value"),
        (["analyse", "x"], 2, "there is no command 'analyse'; near: analyze"),
        (["rules"], 2, "Usage: bittern rules"),
        (["rules", "show", "MB1"], 2, "near: MB"),
        (["rules", "show", "MB01", "MB02"], 2, "too many arguments: MB02"),
        (["rules", "test", "XX99"], 2, "there is no rule XX99"),
        (["alerts", "list", "--limit", "5001"], 2, "--limit: at most 5000"),
        (["alerts", "list", "--since", "yesterday"], 2, "'yesterday' is not a time"),
        (["analyze", str(WRITE), "--store", "ftp://x"], 6, "not the address of a store"),
        (["analyze", str(WRITE), "--output", "/absent/folder/x.json"], 4, "/absent/folder/x.json: "),
        (["alerts", "list"], 2, "--store"),
        (["alerts", "list", "--store", "embedded:/absent"], 6, "/absent"),
        (["rules", "show", "NOPE"], 2, "NOPE"),
        (["nonsense"], 2, "nonsense"),
    ],
)
def test_usage_and_places(cli: Cli, arguments: list[str], code: int, says: str) -> None:
    said = cli(*arguments)
    assert said.code == code
    assert says in said.err
    assert "Traceback" not in said.err


def test_usage_is_told_in_chinese(cli: Cli) -> None:
    for arguments, says in (
        (["analyze", "--lang", "zh"], "缺少 FILE|DIR|-..."),
        (["analyze", "x", "--format", "pdf", "--lang=zh"], "“pdf”不是"),
        (["rules", "show", "MB1", "--lang", "zh"], "没有规则 MB1；相近的有：MB"),
        (["analyze", str(WRITE), "--filter", "tcp prot 1", "--lang", "zh"], "“prot”不能出现在此处"),
        (["analyze", str(WRITE), "--store", "ftp://x", "--lang", "zh"], "这不是库的地址"),
    ):
        said = cli(*arguments)
        assert said.code in (2, 6)
        assert said.err.startswith("错误：")
        assert says in said.err
