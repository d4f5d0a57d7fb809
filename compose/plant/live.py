"""The plant lives, is attacked at the end, and another program listens at its mirror port meanwhile."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import yaml

from compose.plant.addresses import HOSTS
from compose.plant.attack_steps import play
from compose.plant.demo_site import PROOFS_ONLY
from compose.plant.lab import Lab
from compose.plant.namespaces import PlantError
from compose.plant.scenario import Plant

_PATIENCE = 120.0  # seconds for a program to say that it listens, and to end
_AFTERWARDS = 15.0  # seconds of normal life behind the last step: what is told late is told then


def live(seconds: float, labels: Path, log: Path, ready: str, program: Sequence[str]) -> int:
    """Begin `program` at the mirror port (interface `mon0`, loopback up), wait until its log holds `ready`, let the
    plant live for `seconds`, then be attacked; write what was done when to `labels`. Returns the program's exit code.

    Raises PlantError when the program does not get ready or ends before it is told to.
    """
    with Lab([host for host in HOSTS if host not in PROOFS_ONLY]) as lab, contextlib.ExitStack() as life:
        lab["sensor"].ip_batch(["link set lo up"])
        listening = lab["sensor"].daemon(program, log)
        _await_ready(listening, log, ready)
        plant = life.enter_context(contextlib.closing(Plant(lab)))
        with lab.step("normal operation", "hmi", "plc1"):
            _normal(plant, listening, seconds)
        play(lab)
        _normal(plant, listening, _AFTERWARDS)
        # Before the plant is switched off: its end is no part of its life.
        listening.terminate()
        code = listening.wait(_PATIENCE)
        steps = [step.as_label() for step in lab.steps]
    labels.write_text(yaml.safe_dump({"steps": steps}, sort_keys=False, allow_unicode=True, width=118))
    print(f"{labels}: {len(steps)} steps", file=sys.stderr)
    return code


def _normal(plant: Plant, listening: subprocess.Popen[bytes], seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(1.0, left))
        plant.check()
        if listening.poll() is not None:
            raise PlantError(f"the program at the mirror port ended with code {listening.returncode}, see its log")


def _await_ready(listening: subprocess.Popen[bytes], log: Path, ready: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while ready not in log.read_text(errors="replace"):
        if listening.poll() is not None or time.monotonic() > deadline:
            raise PlantError(f"the program at the mirror port does not say {ready!r}: see {log}")
        time.sleep(0.1)
