"""`make bench`: writes bench.json and prints a table. One core; ratios hold, absolute figures are this machine's."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.captures import generated, mix
from tests.needs import PROJECT

TARGETS = {"cyclic": 1_000_000, "mix": 500_000}


@dataclass
class Figure:
    """One tool on one capture. Rates are packets a second; `start` is the time of the program on an empty capture."""

    tool: str
    capture: str
    packets: int
    wall: float
    cpu: float
    rate_wall: float
    rate_cpu: float
    rss_mb: int
    stored_rows: int | None = None
    stored_bytes: int | None = None
    pipeline_seconds: float | None = None


def timed(command: Sequence[str], environment: dict[str, str] | None = None) -> tuple[float, float, int, str]:
    """Wall and CPU seconds, peak memory in MB and standard output of a command on one core."""
    pinned = ["taskset", "-c", "0", *command] if shutil.which("taskset") else list(command)
    watcher = (
        "import resource,subprocess,sys,time;t=time.perf_counter();"
        "p=subprocess.run(sys.argv[1:],stdout=subprocess.PIPE);"
        "u=resource.getrusage(resource.RUSAGE_CHILDREN);sys.stdout.buffer.write(p.stdout);"
        "sys.stderr.write(f'\\n@{time.perf_counter()-t} {u.ru_utime+u.ru_stime} {u.ru_maxrss} {p.returncode}')"
    )
    done = subprocess.run(
        [sys.executable, "-c", watcher, *pinned],
        capture_output=True,
        text=True,
        env={**os.environ, **(environment or {})},
        check=True,
    )
    wall, cpu, rss, code = done.stderr.rsplit("@", 1)[1].split()
    if code != "0":
        raise RuntimeError(f"{' '.join(command)} ended with {code}: {done.stderr[-400:]}")
    return float(wall), float(cpu), int(rss) // 1024, done.stdout


def bittern(name: str, capture: Path) -> Figure:
    """The whole line: packets, events, rules and learners, alerts, embedded store."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            str(Path(sys.executable).parent / "bittern"),
            "analyze",
            str(capture),
            "--format",
            "json",
            "--store",
            f"embedded:{folder}/store",
        ]
        wall, cpu, rss, out = timed(command, {"POLARS_MAX_THREADS": "1"})
        stored = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    found = json.loads(out)
    packets = found["capture"]["packets"]
    rows = sum(found["events"].values())
    return Figure(
        "bittern", name, packets, wall, cpu, packets / wall, packets / cpu, rss, rows, stored, found["seconds"]
    )


def tshark(name: str, capture: Path, packets: int) -> Figure | None:
    """tshark printing the fields of the OT protocols."""
    if shutil.which("tshark") is None:
        return None
    names = [
        "frame.number",
        "ip.src",
        "ip.dst",
        "modbus.func_code",
        "modbus.regval_uint16",
        "mqtt.topic",
        "opcua.servicenodeid.numeric",
    ]
    command = ["tshark", "-n", "-r", str(capture), "-T", "fields", *(part for each in names for part in ("-e", each))]
    wall, cpu, rss, _ = timed(command)
    return Figure("tshark", name, packets, wall, cpu, packets / wall, packets / cpu, rss)


def suricata(name: str, capture: Path, packets: int) -> Figure | None:
    """Suricata with its OT parsers and transaction log on, where it is installed."""
    if shutil.which("suricata") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        settings = PROJECT / "tests" / "bench" / "suricata.yaml"
        command = [
            "suricata",
            "-c",
            str(settings),
            "-r",
            str(capture),
            "-l",
            folder,
            "-k",
            "none",
            "--runmode",
            "single",
        ]
        wall, cpu, rss, _ = timed(command)
    return Figure("suricata", name, packets, wall, cpu, packets / wall, packets / cpu, rss)


def main() -> int:
    captures = {"cyclic": generated("cyclic.pcap", 1_000_002, 200), "many": generated("many.pcap", 1_500_000, 100_000)}
    if (mixed := mix()) is not None:
        captures["mix"] = mixed
    figures: list[Figure] = []
    for name, path in captures.items():
        runs = [bittern(name, path) for _ in range(3 if name != "many" else 1)]
        figures.append(min(runs, key=lambda figure: figure.cpu))
        if name != "many":
            figures += filter(None, (tool(name, path, figures[-1].packets) for tool in (tshark, suricata)))
    table(figures)
    (PROJECT / "bench.json").write_text(json.dumps([asdict(figure) for figure in figures], indent=1) + "\n")
    return 0


def table(figures: Sequence[Figure]) -> None:
    """Prints the figures, and ours as a multiple of each other tool's on the same capture (CPU time)."""
    print(
        f"{'capture':8} {'tool':9} {'packets/s wall':>15} {'packets/s CPU':>15} {'RSS MB':>7} {'rows/packet':>12}"
        f" {'stored MB':>10} {'ours is':>8}"
    )
    ours = {figure.capture: figure for figure in figures if figure.tool == "bittern"}
    for figure in figures:
        times = f"{ours[figure.capture].rate_cpu / figure.rate_cpu:.1f}x" if figure.tool != "bittern" else ""
        rows = f"1/{figure.packets / figure.stored_rows:.0f}" if figure.stored_rows else ""
        stored = f"{figure.stored_bytes / 1e6:.1f}" if figure.stored_bytes else ""
        print(
            f"{figure.capture:8} {figure.tool:9} {figure.rate_wall:15,.0f} {figure.rate_cpu:15,.0f} {figure.rss_mb:7}"
            f" {rows:>12} {stored:>10} {times:>8}"
        )
    print(
        f"memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB;"
        " times include the start of each program"
    )


if __name__ == "__main__":
    sys.exit(main())
