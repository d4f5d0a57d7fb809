"""How the core begins a dissector's process."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from sensors.fields import Declared, vocabulary


@dataclass(frozen=True)
class Launch:
    """A dissector as the core takes it (`binding/src/dissectors.rs`)."""

    name: str
    transports: list[str]
    ports: list[int]
    heads: list[str]
    longest: int
    flags: list[str]
    command: list[str]
    environment: list[tuple[str, str]]


def launch(declared: Declared) -> Launch:
    """The core's view of a dissector, with the command that runs it."""
    flags = [flag["name"] for flag in declared.protocol.flags]
    told = {
        "target": declared.target,
        "memory": declared.memory << 20,
        "flags": flags,
        "details": [detail["name"] for detail in declared.protocol.details],
        "operations": list(vocabulary().operations),
    }
    return Launch(
        name=declared.name,
        transports=list(declared.transports),
        ports=list(declared.ports),
        heads=list(declared.heads),
        longest=declared.longest,
        flags=flags,
        command=[sys.executable, "-B", "-s", "-P", "-m", "sensors.dissector.process", json.dumps(told)],
        environment=environment(),
    )


def launches(declared: Sequence[Declared]) -> list[Launch]:
    """All of them, in order."""
    return [launch(each) for each in declared]


def environment() -> list[tuple[str, str]]:
    """What the process finds: the same packages, and hashes that are the same in each run."""
    places = [os.path.abspath(place) for place in sys.path if place]  # noqa: PTH100 - resolve would follow links
    return [("PYTHONPATH", os.pathsep.join(places)), ("PYTHONHASHSEED", "0"), ("LC_ALL", "C.UTF-8")]
