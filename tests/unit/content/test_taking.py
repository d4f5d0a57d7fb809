"""A sensor takes other content while packets come: no row and no alert is lost, and what judged is on record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

from api.content.checking import Checks
from api.content.knowledge import Knowledge
from api.content.manifest import Manifest
from api.content.running import ATTEMPTS, running_of
from api.content.taking import WELL, Said, Taking
from api.content.trouble import Trouble
from api.segment_files import segment_from
from api.sensor import Pace, Sensing
from detection.engine import Detection
from detection.sigma.load import RuleSet
from response.ports import Segment
from sensors.capture import CaptureFiles, EventBatch
from sensors.spool import Spool
from tests.unit.content.bundles import PROOFS, RULES, WRITE, About, Machine, bundle

CAPTURE = PROOFS / "modbus" / "write-burst.pcap"
FALLBACK = Knowledge(RuleSet.load([RULES / "modbus" / "MB01.yml"]), None, None)


def no_checks(folder: Path, manifest: Manifest) -> list[Trouble]:
    return []


@dataclass
class Sensor:
    """A sensor over a capture, which looks at its content before each batch; `seconds` is its clock."""

    machine: Machine
    spool: Path
    took: list[str] = field(default_factory=list)
    refused: list[tuple[str, list[str]]] = field(default_factory=list)
    seconds: float = 0.0
    failing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        said = Said(
            took=lambda manifest: self.took.append(manifest.label),
            refused=lambda name, troubles: self.refused.append((name, [each.code for each in troubles])),
            mute=lambda error: pytest.fail(str(error)),
        )
        self.taking = Taking(
            self.machine.root, "line-3", FALLBACK, said, lambda: self.machine.now, lambda: self.seconds
        )

    def run(self, before: Callable[[int], None] = lambda number: None) -> list[Segment]:
        """Reads the capture; `before` is called before each batch with its number. Gives what was handed over."""
        judged = self.taking.begin()
        sensing = Sensing(
            Spool(self.spool),
            lambda: Detection(judged.rules, site=judged.site, known=judged.known, sensor="line-3"),
            sensor="line-3",
            pace=Pace(seconds=0, rows=1),
        )

        def put(knowledge: Knowledge) -> None:
            sensing.go_on_with(knowledge.rules, knowledge.site, knowledge.known)

        failures = lambda: (*sensing.detection.failures, *self.failing)  # noqa: E731  # as short as what it stands for
        sensing.run(self.taking.watched(self._batches(before), put, failures))
        return [segment_from(each.read())[0] for each in Spool(self.spool)]

    def _batches(self, before: Callable[[int], None]) -> Iterator[EventBatch]:
        for number, batch in enumerate(CaptureFiles([CAPTURE], sensor="line-3", batch_rows=15)):
            self.seconds += 2
            if self.taking._reading is not None:  # what it begins to read before one batch judges the next but one
                self.taking._reading.join()
            before(number)
            yield batch


@pytest.fixture
def sensor(tmp_path: Path) -> Sensor:
    return Sensor(Machine(tmp_path / "content"), tmp_path / "spool")


def put(machine: Machine, version: int, rule: bytes = WRITE, **more: bytes) -> str:
    """Puts a version in force of which nothing is asked; `more` are rules by name."""
    rules = {f"rules/{name}.yml": text for name, text in {"MB01": rule, **more}.items()}
    opened = bundle(rules, about=About(version=version))
    name, _ = machine.receiver.stage(opened, machine.now)
    machine.folder.apply(name, no_checks, machine.now)
    return name


def told(segments: list[Segment], counter: str) -> list[int]:
    """What rows of `capture` say of content."""
    frames = [s.datasets["capture"] for s in segments if "capture" in s.datasets]
    rows = pl.concat(frames, how="diagonal").filter(pl.col("ot.stage") == "content", pl.col("ot.counter") == counter)
    return rows["ot.count"].to_list()


def hits(segments: list[Segment]) -> dict[str, tuple[str, int]]:
    """Rule and count of each occurrence, by id."""
    found = [o for segment in segments for o in segment.occurrences]
    assert len({o.id for o in found}) == len(found)
    return {o.id: (o.rule, o.count) for o in found}


def event_ids(segments: list[Segment]) -> list[str]:
    frames = [f for s in segments for name, f in sorted(s.datasets.items()) if name != "capture"]
    return sorted(each for frame in frames for each in frame["event.id"].to_list())


def test_other_content_judges_from_the_next_batch_on_and_nothing_is_lost(sensor: Sensor, tmp_path: Path) -> None:
    alone = Sensor(Machine(tmp_path / "nothing"), tmp_path / "alone").run()
    put(sensor.machine, 1)
    other = WRITE.replace(b"MB01", b"MB99").replace(b"id: 6f0f9c1e", b"id: 7f0f9c1e")

    def change(number: int) -> None:
        if number == 2:
            put(sensor.machine, 2, MB99=other)

    with_it = sensor.run(change)
    assert sensor.took == ["plant-1", "plant-2"]
    assert sensor.refused == []
    assert event_ids(with_it) == event_ids(alone)
    before, after = hits(alone), hits(with_it)
    assert {each: after[each] for each in before} == before, "what judged before and after counts on"
    assert {rule for rule, _ in after.values()} == {"MB01", "MB99"}
    assert sum(n for rule, n in after.values() if rule == "MB99") < sum(n for _, n in before.values())
    assert told(with_it, "content_version") == [1, 2]
    assert {s.counters["content.version"] for s in with_it} == {1, 2}
    assert not any(name.startswith("content.") for s in alone for name in s.counters)


def test_content_that_cannot_be_read_leaves_what_judges(sensor: Sensor) -> None:
    put(sensor.machine, 1)

    def change(number: int) -> None:
        if number == 1:
            put(sensor.machine, 2, b"title: [")

    found = sensor.run(change)
    assert sensor.took == ["plant-1"]
    assert [codes for _, codes in sensor.refused] == [["issue", "no_rules"]]
    assert found[-1].counters["content.version"] == 1
    assert found[-1].counters["content.refused.issue"] == 2
    assert told(found, "content_refused") == [2]
    said = running_of(sensor.machine.root, "line-3")
    assert said is not None
    assert (said.state, said.troubles[0].code) == ("failed", "issue")


def test_what_the_machine_refused_is_told_by_its_sensor(sensor: Sensor) -> None:
    put(sensor.machine, 2)

    def change(number: int) -> None:
        if number == 1:
            with pytest.raises(Exception, match="old"):
                sensor.machine.take(bundle(about=About(version=1)))

    found = sensor.run(change)
    assert found[-1].counters["content.refused.old"] == 1
    assert told(found, "content_refused") == [1]
    assert sensor.took == ["plant-2"]


def test_content_with_which_a_part_fails_goes_back_by_itself(sensor: Sensor) -> None:
    put(sensor.machine, 1)

    def change(number: int) -> None:
        if number == 1:
            put(sensor.machine, 2)
        if sensor.took[-1] == "plant-2":
            sensor.failing = ("MB01",)

    found = sensor.run(change)
    assert [codes for _, codes in sensor.refused] == [["parts_failed"]]
    assert [s.counters["content.version"] for s in found][-1] == 1
    assert told(found, "content_version") == [1, 2, 1]


def test_a_part_that_failed_before_says_nothing_against_new_content(sensor: Sensor) -> None:
    put(sensor.machine, 1)
    sensor.failing = ("D7",)
    sensor.run(lambda number: None if number != 1 else (put(sensor.machine, 2), None)[1])
    assert sensor.took[-1] == "plant-2"


def test_it_is_well_after_a_minute_without_failures(sensor: Sensor) -> None:
    put(sensor.machine, 1)

    def wait(number: int) -> None:
        said = running_of(sensor.machine.root, "line-3")
        assert said is not None
        assert said.state == ("trying" if sensor.seconds < WELL else "well") or sensor.seconds < WELL + 4
        sensor.seconds += WELL / 3

    sensor.run(wait)
    said = running_of(sensor.machine.root, "line-3")
    assert said is not None
    assert (said.state, said.attempts) == ("well", 0)


def test_a_version_with_which_it_never_gets_well_is_left(sensor: Sensor) -> None:
    put(sensor.machine, 1)
    name = put(sensor.machine, 2)
    for attempt in range(ATTEMPTS):
        sensor.taking.begin()
        said = running_of(sensor.machine.root, "line-3")
        assert said is not None
        assert (said.version, said.state, said.attempts) == (name, "trying", attempt + 1)
    sensor.taking.begin()
    assert [each for each, _ in sensor.refused] == [name]
    assert sensor.refused[0][1] == ["never_well"]
    assert sensor.took[-1] == "plant-1"


def test_content_that_cannot_be_put_in_force_leaves_what_judges(
    sensor: Sensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(sensor.machine, 1)

    def fails(self: Detection, rules: RuleSet, **_: object) -> Detection:
        raise ValueError("of the test")

    def change(number: int) -> None:
        if number == 1:
            monkeypatch.setattr("detection.engine.Detection.successor", fails)
            put(sensor.machine, 2)

    found = sensor.run(change)
    assert [codes for _, codes in sensor.refused] == [["not_put"]]
    assert found[-1].counters["content.version"] == 1
    assert found[-1].counters["content.refused.not_put"] == 2


def test_it_begins_without_content_with_what_the_command_line_gave(sensor: Sensor) -> None:
    assert sensor.taking.begin() is FALLBACK
    (sensor.machine.root).mkdir()
    (sensor.machine.root / "state.json").write_text("{")
    assert sensor.taking.begin() is FALLBACK


def test_content_is_for_its_sensors_only(sensor: Sensor) -> None:
    opened = bundle(about=About(sensors=("line-4",)))
    name, _ = sensor.machine.receiver.stage(opened, sensor.machine.now)
    sensor.machine.folder.apply(name, Checks(), sensor.machine.now)
    assert sensor.taking.begin() is FALLBACK
    assert sensor.refused == [(name, ["other_sensor"])]
