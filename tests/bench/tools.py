"""The tools that are measured: ours, tshark, and Suricata where it is installed."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.bench import suricata as beside
from tests.bench.captures import one_packet
from tests.bench.measured import Figure, Run, timed

FIELDS = (
    "frame.number",
    "ip.src",
    "ip.dst",
    "modbus.func_code",
    "modbus.regval_uint16",
    "mqtt.topic",
    "opcua.servicenodeid.numeric",
)
REPEATS = 3
Work = Callable[[Path, Path], Run]
"""Runs the tool on a capture; what it stores goes into the folder."""


def bittern(capture: Path, folder: Path) -> Run:
    """The whole line: packets, events, rules and learners, alerts, embedded store."""
    program = str(Path(sys.executable).parent / "bittern")
    store = f"embedded:{folder}/store"
    # A user's Python keeps its compiled modules, whatever the environment of the benchmark says.
    environment = {"PYTHONDONTWRITEBYTECODE": ""}
    return timed([program, "analyze", str(capture), "--jobs", "1", "--format", "json", "--store", store], environment)


def tshark(capture: Path, folder: Path) -> Run:
    """tshark printing the fields of the OT protocols."""
    wanted = [part for each in FIELDS for part in ("-e", each)]
    run = timed(["tshark", "-n", "-r", str(capture), "-T", "fields", *wanted])
    (folder / "fields").write_text(run.out, encoding="utf-8")
    return run


def suricata(capture: Path, folder: Path) -> Run:
    """Suricata with its OT parsers, OT rules and transaction log on."""
    settings, rules = beside.write(folder)
    options = ["-c", str(settings), "-S", str(rules), "-l", str(folder), "-k", "none", "--runmode", "single"]
    return timed(["suricata", *options, "-r", str(capture)])


TOOLS: dict[str, Work] = {"bittern": bittern, "tshark": tshark, "suricata": suricata}


def present(tool: str) -> bool:
    return tool == "bittern" or shutil.which(tool) is not None


@cache
def start(tool: str) -> float:
    """CPU seconds a tool takes for one packet: its start and end."""
    return min(_once(tool, one_packet())[0].cpu for _ in range(REPEATS))


def figure(tool: str, name: str, capture: Path, packets: int, repeats: int) -> Figure:
    """The best of `repeats` runs by CPU time. `packets` 0 is asked of our own answer."""
    runs = [_once(tool, capture) for _ in range(repeats)]
    run, stored = min(runs, key=lambda each: each[0].cpu)
    made = Figure(tool, name, packets, run.wall, run.cpu, start(tool), run.rss_mb, stored_bytes=stored)
    if tool == "bittern":
        answer = json.loads(run.out)
        made.packets = answer["capture"]["packets"]
        made.stored_rows = sum(answer["events"].values())
        made.pipeline_seconds = answer["seconds"]
    return made


def _once(tool: str, capture: Path) -> tuple[Run, int]:
    with tempfile.TemporaryDirectory() as folder:
        run = TOOLS[tool](capture, Path(folder))
        return run, sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
