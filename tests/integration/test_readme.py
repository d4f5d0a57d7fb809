"""The README shows what the demo prints, word for word, and pictures that are there and small."""

from __future__ import annotations

import re
import struct

from tests.integration.cli_runner import PROJECT, Cli, cli

__all__ = ["cli"]

DEMO = PROJECT / "rules" / "demo"


def test_the_sample_in_the_readme_is_what_the_demo_prints(cli: Cli) -> None:
    found = cli("analyze", DEMO / "demo.pcap", "--site", DEMO / "demo.site.yml")
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    sample = readme.partition("## What it prints\n\n```\n")[2].partition("\n```")[0].splitlines()
    told = [line for line in sample if line not in ("", "…")]
    assert len(told) > 15
    assert [line for line in told if line not in found.out.splitlines()] == []


def test_its_pictures_are_there_small_and_of_one_width() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", readme)
    assert len(shown) == 2
    for text, path in shown:
        data = (PROJECT / path).read_bytes()
        assert len(text) > 20, "said in words too"
        assert struct.unpack_from(">I", data, 16) == (1280,)
        assert len(data) < 200_000
