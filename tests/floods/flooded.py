"""One flood of a sensor beside writes that are counted, each of another register of a controller."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from api.segment_files import segment_from
from sensors.spool import Spool
from tests.bench.live import Volley, cpu_and_memory
from tests.faults.traffic import CLIENT as ADDRESS
from tests.faults.traffic import WRITE_SINGLE_REGISTER, Load
from tests.floods.kinds import frames
from tests.live.sensing import events, sensor
from tests.live.wire import wire

CLIENT = ".".join(map(str, ADDRESS))
COMMANDS = 20
"""Writes a second."""
FRAMES = 300_000
"""Frames that differ; they are sent again and again."""
LATE = 3.0
"""Seconds after its packet at which a write that is told is late."""
BEFORE, AFTER = 2.0, 8.0
LAST = 2.0
"""Seconds before the last write in which a write is not judged: they wait for the silence behind them to be told."""
SILENCE = 4.0
"""So long after the last write it is told without the end of the sensor, seconds."""


@dataclass(frozen=True)
class Flooded:
    """What a flood did; memory in MiB, `late_s` how late the latest write was told,
    `recovered_s` how long after the flood the last late one came, None where none was late."""

    kind: str
    offered_s: int
    frames: int
    kernel_drops: int
    given_up: dict[str, int]
    commands: int
    missing: int
    twice: int
    rss_before: int
    rss_highest: int
    late_s: float
    recovered_s: float | None


@dataclass(frozen=True)
class Write:
    """One that was told: register, time of its packet, and when its segment lay in the spool, seconds since 1970."""

    register: int
    heard: float
    told: float


def writes(spool: Path) -> list[Write]:
    """All writes that events tell."""
    found = []
    for each in Spool(spool):
        segment, _ = segment_from(each.read())
        rows = segment.datasets.get("transaction")
        if rows is None:
            continue
        told = each.path.stat().st_mtime
        ours = (pl.col("ot.client.ip") == CLIENT) & (pl.col("network.protocol") == "modbus")
        of = rows.filter(ours, pl.col("ot.function.code") == WRITE_SINGLE_REGISTER)
        heard = of.select("ot.object.start", pl.col("event.end").dt.epoch("ns"))
        found += [Write(register, at / 1e9, told) for register, at in heard.rows()]
    return found


def flooded(kind: str, spool: Path, *, seconds: float, rate: int, after: float = AFTER) -> Flooded:
    """Floods with a kind at most so many frames a second; what the sensor made of it stays in the spool."""
    volley = Volley(frames(kind, FRAMES))
    with wire() as made, sensor(made, spool) as running:
        running.wait_for("listens to")
        with made.sender_socket() as sender, made.sender_socket() as other:
            load = Load(sender, COMMANDS)
            time.sleep(BEFORE)
            _, before = cpu_and_memory(running.process.pid)
            count, begun = 0, time.monotonic()
            while (left := seconds - (time.monotonic() - begun)) > 0:
                count += volley.send(other, rate, left)[0]
            took, over = time.monotonic() - begun, time.time()
            time.sleep(after)
            commands = load.stop()
        time.sleep(SILENCE)
        _, highest = cpu_and_memory(running.process.pid)
        running.stop()
        counted = counters(spool)
        told = writes(spool)
        end = max(each.heard for each in told) - LAST
        judged = [each for each in told if each.heard < end]
        late = [each for each in judged if each.told - each.heard > LATE]
        return Flooded(
            kind=kind,
            offered_s=round(count / took),
            frames=count,
            kernel_drops=counted.pop("kernel_drops", 0),
            given_up=dict(counted),
            commands=commands,
            missing=len(set(range(commands)) - {each.register for each in told}),
            twice=len(told) - len({each.register for each in told}),
            rss_before=before,
            rss_highest=highest,
            late_s=round(max(each.told - each.heard for each in judged), 1),
            recovered_s=round(max(0.0, max(each.told for each in late) - over), 1) if late else None,
        )


def counters(spool: Path) -> Counter[str]:
    """What was counted as dropped or given up."""
    told = events(spool, "capture")
    assert told is not None
    found: Counter[str] = Counter()
    for counter, count in told.select("ot.counter", "ot.count").rows():
        if counter not in ("frames", "kernel_packets", "ring_fill_permille"):
            found[counter] += count
    return found
