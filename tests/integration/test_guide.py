"""Every command of the guides: `sh` blocks are run in order by the real program, those of `text` blocks are parsed.

The two languages have the same blocks, so one run stands for both.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from api.cli.program import tree
from detection.site_reading import read_site
from response.notify.reading import read_settings
from tests.needs import PROJECT, tool

GUIDE = PROJECT / "docs" / "guide"
PAGES = ("analyst", "auditor", "integrator")
LANGUAGES = ("en", "zh")
TIMEOUT = 180


def text_of(page: str, lang: str) -> str:
    return (GUIDE / lang / f"{page}.md").read_text(encoding="utf-8")


def blocks(page: str, lang: str, kind: str) -> list[str]:
    """The fenced blocks of a kind, in order."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", text_of(page, lang), re.DOTALL | re.MULTILINE)


def commands(block: str) -> Iterator[list[str]]:
    """The words behind `bittern` on each line that calls it, without what the shell does with the rest."""
    for line in block.replace("\\\n", " ").splitlines():
        if line.startswith("bittern "):
            yield shlex.split(line, comments=True)[1:]


def called(group: TyperGroup, words: list[str]) -> tuple[Any, list[str]]:
    """The command that the words name, and what is left for it."""
    name, *rest = words
    assert name in group.commands, words
    below = group.commands[name]
    return called(below, rest) if isinstance(below, TyperGroup) else (below, rest)


def parse(command: Any, words: list[str]) -> None:
    """Raises for an option that there is none of."""
    with command.make_context("bittern", [], resilient_parsing=True) as context:
        context.resilient_parsing = False
        command.make_parser(context).parse_args(words)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.mark.parametrize("page", PAGES)
def test_both_languages_have_the_same_parts(page: str) -> None:
    english, chinese = (re.findall(r"^#+ |^```\w*$", text_of(page, lang), re.MULTILINE) for lang in LANGUAGES)
    assert english == chinese
    for kind in ("sh", "text", "yaml"):
        assert blocks(page, "en", kind) == blocks(page, "zh", kind)
    assert {part for part in english if part.startswith("`")} <= {"```", "```sh", "```text", "```yaml"}


@pytest.mark.timeout(TIMEOUT + 10)
@pytest.mark.parametrize("page", PAGES)
def test_what_can_be_run_runs(page: str, tmp_path: Path) -> None:
    tool("curl")
    (tmp_path / "rules").symlink_to(PROJECT / "rules")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BITTERN_")}
    environment = {
        **kept,
        "BITTERN_LANG": "en",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PORT": str(free_port()),
    }
    script = "\n".join(f"echo '== block {n}' >&2\n{block}" for n, block in enumerate(blocks(page, "en", "sh"), 1))
    with subprocess.Popen(
        ["sh", "-eu", "-c", script],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            said, _ = process.communicate(timeout=TIMEOUT)
        finally:
            end(process.pid)
    assert process.returncode == 0, said
    assert f"== block {len(blocks(page, 'en', 'sh'))}" in said
    assert "Traceback" not in said


def end(group: int) -> None:
    """Ends what the guide started in the background, where it did not end that itself."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


@pytest.mark.parametrize("page", PAGES)
def test_what_cannot_be_run_is_a_command_that_there_is(page: str) -> None:
    program = tree()
    for block in blocks(page, "en", "text"):
        for words in commands(block):
            parse(*called(program, words))


def test_a_command_that_there_is_not_is_found() -> None:
    for line in ("bittern serve --prot 1", "bittern nonsense", "bittern notify tst siem"):
        [words] = commands(f"{line}\n")
        with pytest.raises((AssertionError, typer.TyperException)):
            parse(*called(tree(), words))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_files_in_the_guides_are_read_without_an_issue(lang: str) -> None:
    [site] = blocks("auditor", lang, "yaml")
    assert [zone.id for zone in read_site("site.yml", site).zones] == ["control", "office"]
    [notify] = blocks("integrator", lang, "yaml")
    assert [each.type for each in read_settings("notify.yml", notify).channels] == [
        "syslog",
        "cef",
        "webhook",
        "apprise",
    ]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_links_lead_somewhere(page: str, lang: str) -> None:
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text_of(page, lang)):
        assert (GUIDE / lang / link).resolve().exists(), link
