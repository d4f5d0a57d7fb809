"""Counting for the mirror doctor: at interfaces for a while, or over captures; how far it is."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure, bad_interface

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from api.texts import Texts
    from sensors.capture import Position
    from sensors.mirror import MirrorFacts, MirrorTest


def listen(names: list[str], ring_mb: int, seconds: float, terminal: Terminal) -> MirrorFacts:
    """Seals the process, then counts for so long, or until Ctrl-C. Raises Failure."""
    from sensors.interfaces import BadInterface, OpenInterfaces, interfaces_here
    from sensors.mirror import MirrorTest

    here = interfaces_here()
    try:
        opened = OpenInterfaces(names, ring_mib=ring_mb)
        opened.seal()
    except BadInterface as error:
        raise bad_interface(error, here) from error
    test = MirrorTest.at(opened.opened, names, seconds)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: test.finish())
    terminal.tell("mirror.listens", interfaces=", ".join(names), seconds=f"{seconds:g}")
    return _followed(test, terminal, _Listening(test, seconds))


def read(captures: list[Path], own: list[bytes], terminal: Terminal) -> MirrorFacts:
    """Counts to the end of the captures; `own` are MAC addresses of the machine that captured. Raises Failure."""
    from api.output.reasons import capture_reason
    from sensors.capture import bad_file, discover
    from sensors.mirror import MirrorTest

    found = discover(captures)
    if found.errors or not found.files:
        bad = found.errors
        why = capture_reason(bad[0], terminal.texts) if bad else terminal.texts.get("mirror.no_capture")
        raise Failure(ExitCode.INPUT, "error.capture", path=bad[0].path if bad else captures[0], why=why)
    test = MirrorTest.of(found.files, own)
    whole = sum(file.stat().st_size for file in found.files if file.is_file())
    facts = _followed(test, terminal, _Reading(test, whole))
    for each in map(bad_file, facts.unread):
        why = capture_reason(each, terminal.texts)
        if facts.span is None:
            raise Failure(ExitCode.INPUT, "error.mirror_nothing", path=each.path, why=why)
        terminal.warn("mirror.unread", path=each.path, why=why)
    return facts


def _followed(test: MirrorTest, terminal: Terminal, shown: _Listening | _Reading) -> MirrorFacts:
    from api.cli.progress import showing

    with showing(terminal, shown):
        return test.facts()


class _Listening:
    """How far the time of listening is."""

    def __init__(self, test: MirrorTest, seconds: float) -> None:
        self._test, self._begun, self._long = test, time.monotonic(), round(seconds * 1000)

    def __call__(self) -> tuple[Position | None, int]:
        from sensors.capture import Position

        passed = round((time.monotonic() - self._begun) * 1000)
        return Position(min(passed, self._long - 1), self._long, self._test.frames), 0

    def text(self, words: Texts) -> str:
        return words.get("mirror.progress", frames=f"{self._test.frames:,}")


class _Reading:
    """How far the files are read."""

    def __init__(self, test: MirrorTest, whole: int) -> None:
        self._test, self._whole = test, whole

    def __call__(self) -> tuple[Position | None, int]:
        from sensors.capture import Position

        return Position(self._test.read, self._whole or None, self._test.frames), 0

    def text(self, words: Texts) -> str:
        return words.get("mirror.progress", frames=f"{self._test.frames:,}")
