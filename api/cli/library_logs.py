"""What libraries log (faults of the HTTP server), among the JSON lines of a service. Tracebacks stay out of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from api.cli.log_lines import Level

Say = Callable[[Level, str, Mapping[str, object], str], None]


class OfLibraries(logging.Handler):
    """Says each record of a library by `say`."""

    def __init__(self, say: Say) -> None:
        super().__init__(logging.WARNING)
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        level: Level = "error" if record.levelno >= logging.ERROR else "warning"
        parameters = {"logger": record.name}
        if record.exc_info and record.exc_info[1]:
            parameters["error"] = type(record.exc_info[1]).__name__
        self._say(level, "log.library", parameters, (record.getMessage().splitlines() or [""])[0])


def gather(say: Say) -> None:
    """From now on."""
    logging.root.handlers = [OfLibraries(say)]
