"""The content of a sensor that listens: what it begins with, and how it is told of another version."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from api.cli.terminal import Terminal
    from api.content.knowledge import Knowledge
    from api.content.taking import Taking
    from api.sensor import Sensing
    from sensors.capture import EventBatch

ContentFolder = Annotated[Path | None, typer.Option("--content", metavar="DIR", help="help.option.content")]


def taking_of(root: Path, name: str, fallback: Knowledge, terminal: Terminal) -> Taking:
    """What watches the folder `root` for the sensor `name`."""
    import time

    from api.content.taking import Said, Taking
    from api.content.trouble import told_all

    said = Said(
        took=lambda manifest: terminal.tell("sensor.content", label=manifest.label),
        refused=lambda version, troubles: terminal.warn(
            "sensor.content_refused", version=version, reasons=told_all(troubles, terminal.texts)
        ),
        mute=lambda error: terminal.more("sensor.content_mute", folder=root, why=error),
    )
    return Taking(root, name, fallback, said, time.time_ns)


def with_content(batches: Iterable[EventBatch], taking: Taking | None, sensing: Sensing) -> Iterable[EventBatch]:
    """The batches; between them other content may be put in force."""
    if taking is None:
        return batches

    def put(knowledge: Knowledge) -> None:
        sensing.go_on_with(knowledge.rules, knowledge.site, knowledge.known)

    def watched() -> Iterator[EventBatch]:
        return taking.watched(batches, put, lambda: sensing.detection.failures)

    return watched()
