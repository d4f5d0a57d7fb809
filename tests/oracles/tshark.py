"""Runs tshark and gives the fields of each frame."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.needs import tool

SEPARATOR = "\x1f"


def fields(capture: Path, display_filter: str, names: Sequence[str], *options: str) -> Iterator[dict[str, list[str]]]:
    """For each frame that passes `display_filter`: the values of `names`, all occurrences in order."""
    form = ("-T", "fields", "-E", f"separator={SEPARATOR}", "-E", "occurrence=a", "-E", "aggregator=;")
    command = [tool("tshark"), "-n", "-r", str(capture), "-Y", display_filter, *form, *options]
    for name in names:
        command += ["-e", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        values = line.split(SEPARATOR)
        yield {name: value.split(";") if value else [] for name, value in zip(names, values, strict=True)}
