"""What a command loads before it works. Seconds cannot be asserted; which modules are there can."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from typer.core import TyperCommand, TyperGroup

from api.cli.program import COMMANDS, Command, every_command, tree
from tests.integration.cli_runner import NORMAL, PROJECT

SERVING = frozenset({"apprise", "argon2", "authlib", "fastapi", "httpx", "joserfc", "prometheus_client", "uvicorn"})
MAKING = frozenset({"cryptography", "jinja2", "rich", "typst", "xlsxwriter"})
OTHERS = frozenset({"api.cli.serve", "elasticsearch", "jsonschema_rs", "response.compliance", "response.reports"})
HEAVY = SERVING | MAKING | OTHERS
"""What an analysis with its result in JSON and its store in a folder has no use for."""
SCRIPT = """
import atexit, gc, json, sys
from api.cli import main

def tell():
    print(json.dumps({"loaded": sorted(sys.modules), "frozen": gc.get_freeze_count()}), file=sys.stderr)

atexit.register(tell)
main()
"""


def start(arguments: Sequence[str | Path]) -> tuple[str, frozenset[str], int]:
    """What the command prints, the modules that it has loaded when it ends, and the objects no collector looks at."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        check=True,
    )
    told = json.loads(done.stderr.splitlines()[-1])
    return done.stdout, frozenset(told["loaded"]), told["frozen"]


def test_version_loads_nothing_of_the_pipeline() -> None:
    out, loaded, _ = start(["version", "--json"])
    found = json.loads(out)
    assert found["schema"] == "bittern.version/v1"
    assert found["data"]["bittern"]
    assert loaded & (HEAVY | {"api.cli.analyze", "polars", "yaml"}) == set()


def test_analysis_loads_what_it_needs_only(tmp_path: Path) -> None:
    out, loaded, _ = start(["analyze", NORMAL, "--format", "json", "--store", f"embedded:{tmp_path / 'store'}"])
    assert json.loads(out)["capture"]["packets"] > 0
    assert loaded & (HEAVY | {"api.cli.about"}) == set()
    assert "polars" in loaded  # the names above are names of modules, as this one is


def test_nothing_looks_for_cycles_when_the_program_ends() -> None:
    _, loaded, frozen = start(["version"])
    assert frozen > len(loaded)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_alone_is_as_it_is_among_all(name: str) -> None:
    alone, among = tree([name]).commands, tree().commands[name]
    assert list(alone) == [name]
    assert [_shape(each) for each in _below(alone[name])] == [_shape(each) for each in _below(among)]


def _below(command: object) -> Iterator[Command]:
    assert isinstance(command, TyperCommand | TyperGroup)
    return every_command(command)


def _shape(command: object) -> tuple[object, ...]:
    parameters = [(each.name, each.opts) for each in getattr(command, "params", [])]
    return getattr(command, "name", None), getattr(command, "help", None), parameters
