"""`make fuzz`: every target of the Rust core for a share of the time; exit 1 when one found something.

Everything made lies under `build/fuzz`: `seeds` (from the golden captures, anew each time), `corpus` (what earlier runs
found worth keeping), `artifacts` (inputs that failed), `logs`. Delete it at will.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CRATE = PROJECT / "sensors" / "core" / "fuzz"
GOLDEN = PROJECT / "tests" / "golden"
MADE = PROJECT / "build" / "fuzz"

# Marks that libFuzzer steers by, and checks of overflow. No sanitizer: it needs a nightly compiler, and the core
# forbids unsafe code.
MARKS = (
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "-Cdebug-assertions",
    "--cfg=fuzzing",
)

# Longest input. OPC UA's smallest buffer is 8 KiB, so a dialogue of it needs more.
LONGEST = {"frames": 4096}
LONGEST_DIALOGUE = 16_384
LIMITS = ("-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1")


class Stopped(Exception):
    """Fuzzing cannot go on; the text says why and what mends it."""


@dataclass(frozen=True)
class Outcome:
    """What one target did: executions, how long (s), and the inputs that failed with the reason's first lines."""

    target: str
    executions: int
    seconds: float
    artifacts: list[Path]
    reason: str
    again: str

    @property
    def failed(self) -> bool:
        return bool(self.reason)


def run(command: list[str], environment: Mapping[str, str]) -> None:
    """Run a step to its end; raises Stopped with the command and what it said when it fails."""
    done = subprocess.run(command, cwd=CRATE, env={**os.environ, **environment}, capture_output=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr).decode(errors="replace")
        raise Stopped(f"failed: {' '.join(command)}\n{said[-4000:]}")


def build() -> Path:
    """Build the targets with coverage marks, as cargo-fuzz would; returns the folder of the programs."""
    if shutil.which("cargo") is None:
        raise Stopped("cargo is not on PATH: install Rust, see CONTRIBUTING.md")
    if shutil.which("c++") is None:
        raise Stopped("c++ is not on PATH, libFuzzer is C++: make system-deps")
    target = Path(os.environ.get("CARGO_TARGET_DIR") or MADE / "target").resolve()
    # With the machine named, the flags hold for the targets and not for what runs while they are built.
    machine = re.search(r"^host: (\S+)$", _said(["rustc", "-vV"]), re.MULTILINE)
    if machine is None:
        raise Stopped("rustc -vV names no host")
    print("fuzz: building the targets", flush=True)
    options = ["--release", "--locked", "--target", machine[1], "--target-dir", str(target)]
    run(["cargo", "build", "--quiet", *options], {"RUSTFLAGS": " ".join(MARKS)})
    return target / machine[1] / "release"


def _said(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def seed(programs: Path) -> list[str]:
    """Write the seeds anew; returns the targets: one folder each, `frames` and one per protocol of the core's list."""
    seeds = MADE / "seeds"
    shutil.rmtree(seeds, ignore_errors=True)
    run([str(programs / "stream")], {"BITTERN_FUZZ_GOLDEN": str(GOLDEN), "BITTERN_FUZZ_SEEDS": str(seeds)})
    targets = sorted(folder.name for folder in seeds.iterdir())
    bare = [name for name in targets if not any((seeds / name).iterdir())]
    if bare:
        raise Stopped(f"no golden capture gives a seed for {', '.join(bare)}: add one below tests/golden")
    return targets


def fuzz(programs: Path, target: str, seconds: int) -> Outcome:
    """Run one target for so many seconds."""
    corpus, artifacts, log = (MADE / kind / target for kind in ("corpus", "artifacts", "logs"))
    for folder in (corpus, artifacts, log.parent):
        folder.mkdir(parents=True, exist_ok=True)
    frames = target == "frames"
    program = str(programs / ("frames" if frames else "stream"))
    choice = {} if frames else {"BITTERN_FUZZ_PROTOCOL": target}
    known = set(artifacts.iterdir())
    length = f"-max_len={LONGEST.get(target, LONGEST_DIALOGUE)}"
    command = [program, *LIMITS, length, f"-max_total_time={seconds}", f"-artifact_prefix={artifacts}/"]
    began = time.monotonic()
    with log.open("wb") as to:
        done = subprocess.run(
            [*command, str(corpus), str(MADE / "seeds" / target)],
            env={**os.environ, **choice},
            stdout=to,
            stderr=subprocess.STDOUT,
            check=False,
        )
    text = log.read_text(encoding="utf-8", errors="replace")
    counted = re.search(r"stat::number_of_executed_units:\s*(\d+)", text)
    words = " ".join([*(f"{name}={value}" for name, value in choice.items()), program])
    return Outcome(
        target,
        int(counted[1]) if counted else 0,
        time.monotonic() - began,
        sorted(set(artifacts.iterdir()) - known),
        reason(text) if done.returncode else "",
        words,
    )


def reason(log: str) -> str:
    """Why a run ended: the panic with its place, else libFuzzer's own word, else the log's last lines."""
    panic = re.search(r"^thread .* panicked at .*(?:\n.*){1,3}", log, re.MULTILINE)
    error = re.search(r"^(?:==\d+==\s*)?ERROR: .*", log, re.MULTILINE)
    found = panic or error
    return found[0].strip()[:1500] if found else "\n".join(log.splitlines()[-3:]) or "ended without a word"


def tell(outcome: Outcome) -> None:
    """Print one line per target, and what it found."""
    rate = outcome.executions / max(outcome.seconds, 1e-9)
    word = "FAILED" if outcome.failed else "clean"
    print(f"{outcome.target:12} {outcome.executions:>12,} executions {rate:>10,.0f}/s  {word}", flush=True)
    if outcome.failed:
        print(f"  {outcome.reason}".replace("\n", "\n  "))
    for path in outcome.artifacts:
        # A slow unit (-report_slow_units) is kept by libFuzzer without ending the run.
        print(f"  input: {path}\n  again: {outcome.again} {path}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="fuzz the Rust core")
    parser.add_argument("--seconds", type=int, default=180, help="for all targets together (default: 180)")
    parser.add_argument("--target", help="only this one: frames, or a protocol")
    options = parser.parse_args()
    try:
        programs = build()
        targets = seed(programs)
        if options.target and options.target not in targets:
            raise Stopped(f"no target {options.target}; there are {', '.join(targets)}")
        targets = [options.target] if options.target else targets
        share = options.seconds // len(targets)
        if share < 1:
            raise Stopped(f"--seconds {options.seconds} is less than a second for each of {len(targets)} targets")
        outcomes = []
        for target in targets:
            outcomes.append(fuzz(programs, target, share))
            tell(outcomes[-1])
    except Stopped as stop:
        print(f"fuzz: {stop}", file=sys.stderr)
        return 1
    failed = sum(outcome.failed for outcome in outcomes)
    executions = sum(outcome.executions for outcome in outcomes)
    print(f"fuzz: {len(outcomes) - failed} passed, {failed} failed, {executions:,} executions", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
