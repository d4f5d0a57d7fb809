"""The simulated plant live at a mirror port, with `bittern run` behind it: which labelled steps of the attackers became
alerts and how soon, and which alerts normal life raised."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl
import yaml

from api.storage import open_store
from response.alerts import SEVERITIES, Alert
from response.ports import AlertQuery, EventQuery
from tests.needs import PROJECT

PYTHON = PROJECT / "build" / "plant-venv" / "bin" / "python"
SITE = PROJECT / "rules" / "demo" / "demo.site.yml"
SECOND = 10**9
LEARNED = 900.0
"""Seconds of normal life that become the baseline, recorded before the plant is watched."""
POLL = 0.5
"""Seconds between two looks into the store: how precisely it is known when an alert was there."""
LATE = 90 * SECOND
"""Behind the end of a step: an alert that comes later is not counted for it. Rules count over a minute."""
TICK = 10 * SECOND
"""What is counted in spans of ten seconds has the time of the span's begin."""
LOUD = SEVERITIES[SEVERITIES.index("low") + 1 :]


@dataclass(frozen=True)
class Sight:
    """An alert was new in the store, or had grown, when it was looked at (`at`, ns)."""

    at: int
    alert: Alert


@dataclass(frozen=True)
class Step:
    """A labelled step of the attackers; times in ns."""

    name: str
    begin: int
    end: int
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What became of a step: rules that alerted, those expected that did not, and how long (s) the first took from the
    step's begin, and from the latest packet that it names."""

    step: Step
    alerted: tuple[str, ...]
    absent: tuple[str, ...]
    from_begin: float | None
    from_packet: float | None


@dataclass(frozen=True)
class Watched:
    """What came of a run: seconds of normal life, alerts for people in it by severity, steps, packets by counter."""

    seconds: float
    clean: Counter[str]
    loud: tuple[Alert, ...]
    steps: tuple[Told, ...]
    counters: Counter[str]


def watch(folder: Path, seconds: float) -> list[Sight]:
    """Lets the plant live for so long, then be attacked; every growth of every alert as it was seen. `folder` is left
    with baseline, labels, log and data. Raises RuntimeError when it did not come to its end."""
    data, labels, log = folder / "data", folder / "labels.yml", folder / "bittern.log"
    folder.mkdir(parents=True, exist_ok=True)
    baseline = _baseline(folder)
    command = ["run", "--interface", "mon0", "--data", str(data), "--site", str(SITE), "--baseline", str(baseline),
               "--lang", "en"]  # fmt: skip
    process = subprocess.Popen(
        [str(PYTHON), "-m", "compose.plant", "live", "--seconds", str(seconds), "--labels", str(labels),
         "--log", str(log), "--ready", "listens to", "--", sys.executable, "-m", "api.cli", *command],
        cwd=PROJECT,
    )  # fmt: skip
    try:
        sights = _sights(process, data)
    finally:
        if process.poll() is None:
            process.terminate()
        code = process.wait(120)
    if code or not labels.exists():
        raise RuntimeError(f"the plant did not come to its end (code {code}): see {log}")
    return sights


def _baseline(folder: Path) -> Path:
    """What is known of the plant, as an engineer makes it known: a capture of normal life, learned from."""
    capture, known = folder / "normal.pcap", folder / "known"
    plant = [str(PYTHON), "-m", "compose.plant", "run", "--seconds", str(LEARNED), "--out", str(capture)]
    learn = [sys.executable, "-m", "api.cli", "baseline", "learn", str(capture), "--site", str(SITE), "-o", str(known)]
    for command in (plant, learn):
        subprocess.run(command, cwd=PROJECT, check=True)
    return known


def watched(folder: Path, sights: Sequence[Sight]) -> Watched:
    """What came of it."""
    normal, *steps = _steps(folder / "labels.yml")
    clean = {each.alert.id: each.alert for each in sights if each.alert.first_seen < normal.end}
    for_people = [each for each in clean.values() if each.rule_class in ("threat", "policy")]
    return Watched(
        (normal.end - normal.begin) / SECOND,
        Counter(each.severity for each in for_people),
        tuple(each for each in for_people if each.severity in LOUD),
        tuple(told(step, sights) for step in steps),
        _counters(folder / "data"),
    )


def _sights(process: subprocess.Popen[bytes], data: Path) -> list[Sight]:
    """Every growth of every alert, as it was seen until the plant ended."""
    found: list[Sight] = []
    known: dict[str, tuple[int, int]] = {}
    while process.poll() is None and not (data / "store" / "bittern.db").exists():
        time.sleep(POLL)
    if process.poll() is not None:
        return found
    with open_store(f"embedded:{data / 'store'}") as store:
        is_last = False
        while not is_last:
            is_last = process.poll() is not None  # one more look at what came at the very end
            since = time.time_ns() - 180 * SECOND
            page = store.alerts(AlertQuery(triage=False, start=since, limit=500))
            now = time.time_ns()
            for alert in page.items:
                if known.get(alert.id) != (alert.count, alert.last_seen):
                    known[alert.id] = (alert.count, alert.last_seen)
                    found.append(Sight(now, alert))
            time.sleep(0 if is_last else POLL)
    return found


def told(step: Step, sights: Sequence[Sight]) -> Told:
    """What of these alerts is the step's: of its rules, with packets since its begin, there soon after its end."""
    its = [
        each
        for each in sights
        if each.alert.rule in step.rules and _reaches(each.alert, step.begin) and each.at <= step.end + LATE
    ]
    rules = tuple(sorted({each.alert.rule for each in its}))
    first = min(its, key=lambda each: each.at, default=None)
    return Told(
        step,
        rules,
        tuple(rule for rule in step.rules if rule not in rules),
        (first.at - step.begin) / SECOND if first else None,
        min((each.at - each.alert.last_seen) / SECOND for each in its) if its else None,
    )


def _reaches(alert: Alert, begin: int) -> bool:
    """Whether it tells of something at this time or later."""
    return alert.last_seen >= begin or (alert.last_seen % TICK == 0 and alert.last_seen + TICK > begin)


def _steps(labels: Path) -> list[Step]:
    def ns(text: str) -> int:
        return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000) * 10**6

    steps = yaml.safe_load(labels.read_text(encoding="utf-8"))["steps"]
    return [Step(each["name"], ns(each["start"]), ns(each["end"]), tuple(each["rules"])) for each in steps]


def _counters(data: Path) -> Counter[str]:
    """Counters of the sensor's reader: packets that came, and those that were lost."""
    with open_store(f"embedded:{data / 'store'}") as store:
        rows = store.events(EventQuery("capture", limit=5000)).frame.filter(pl.col("ot.stage") == "reader")
    return Counter(
        {str(name): int(count) for name, count in rows.group_by("ot.counter").agg(pl.col("ot.count").sum()).rows()}
    )
