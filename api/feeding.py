"""Another sensor's logs → events → occurrences → segments in the spool, to their end or while they grow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from api.handing_over import HandingOver
from api.sensor import Pace, Sensing
from detection.baseline import Baseline
from detection.engine import Detection
from detection.sigma.load import RuleSet
from detection.site import Site
from sensors.capture import EventBatch
from sensors.feed.feed import Feed
from sensors.feed.following import Following
from sensors.feed.reading import LogFiles
from sensors.feed.state import StateFile
from sensors.feed.tally import Tally
from sensors.feeds.syslog.receiver import Receiver
from sensors.spool import Spool


@dataclass(frozen=True)
class Judging:
    """What detection knows, and the name of the sensor that the logs stand for."""

    rules: RuleSet
    site: Site | None
    known: Baseline | None
    sensor: str

    def sensing(
        self,
        spool: Spool,
        *,
        pace: Pace | None,
        patient: HandingOver | None = None,
        handed_over: Callable[[int], None] | None = None,
    ) -> Sensing:
        """Batches on their way into the spool."""
        return Sensing(
            spool,
            lambda: Detection(self.rules, site=self.site, known=self.known, sensor=self.sensor),
            sensor=self.sensor,
            pace=pace,
            patient=patient,
            handed_over=handed_over,
        )


@dataclass(frozen=True)
class Fed:
    """What came of it: what was counted, segments, files that could not be read to their end, parts of detection that
    failed (how often, and what the last failure said)."""

    tally: Tally
    segments: int
    broken: Sequence[Path]
    failures: dict[str, tuple[int, str]]


def feed_files(paths: Sequence[Path], feed: Feed, spool: Spool, judging: Judging) -> Fed:
    """Reads logs to their end. Raises OSError for files and folders that cannot be read, and what the spool raises."""
    logs = LogFiles(paths, feed, sensor=judging.sensor)
    with closing(logs):
        sensing = judging.sensing(spool, pace=None)
        segments = sensing.run(_told(logs))
    return Fed(logs.tally, segments, logs.broken, dict(sensing.detection.failures))


def follow_files(following: Following, spool: Spool, state: StateFile, judging: Judging) -> Fed:
    """Reads logs while they grow, until `following` is finished. How far reading is told is saved when, and only when,
    the segment that holds the rows is in the spool. Raises OSError when the spool or the state cannot be written: the
    logs keep what is missing, and reading goes on there when it begins again."""
    sensing = judging.sensing(spool, pace=Pace(), handed_over=lambda _: state.write(following.standing))
    segments = sensing.run(following)
    return Fed(following.tally, segments, (), dict(sensing.detection.failures))


def receive(receiver: Receiver, spool: Spool, judging: Judging, patient: HandingOver) -> Fed:
    """Takes what is received until `receiver` is finished. While the spool's disk refuses segments they wait in memory
    within bounds: unlike a log, what was received is nowhere else."""
    sensing = judging.sensing(spool, pace=Pace(), patient=patient)
    segments = sensing.run(receiver)
    return Fed(receiver.tally, segments, (), dict(sensing.detection.failures))


def _told(batches: Iterable[EventBatch]) -> Iterable[EventBatch]:
    """Batches that hold something: without a pace each becomes a segment."""
    return (batch for batch in batches if any(len(frame) for frame in batch.datasets.values()))
