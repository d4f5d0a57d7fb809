"""Turns errors into a message (what, where, how to mend it) and an exit code. No traceback reaches a user."""

from __future__ import annotations

import os
import traceback
from pathlib import Path
from unicodedata import east_asian_width

from api.cli.exit_codes import ExitCode
from api.cli.terminal import ReaderGone, Terminal


class Failure(Exception):
    """Ends a command: an exit code and a text of the catalogue with its parameters."""

    def __init__(self, code: ExitCode, key: str, **parameters: object) -> None:
        super().__init__(key)
        self.code = code
        self.key = key
        self.parameters = parameters


def explain(error: BaseException, terminal: Terminal) -> ExitCode:
    """Says on standard error what went wrong."""
    if terminal.verbose > 1:
        terminal.err.write("".join(traceback.format_exception(error)))
    if isinstance(error, Failure):
        terminal.error(error.key, **error.parameters)
        return error.code
    if isinstance(error, KeyboardInterrupt):
        terminal.error("error.interrupted")
        return ExitCode.INTERRUPTED
    if isinstance(error, ReaderGone):
        return _closed_pipe(terminal)
    return _explain_known(error, terminal)


def _explain_known(error: BaseException, terminal: Terminal) -> ExitCode:
    # Imported here: most commands start, and fail, without frames, stores and the core.
    from detection.baseline import BadBaseline
    from detection.site_reading import BadSite
    from response.store_errors import Damaged, StoreError

    if isinstance(error, BadSite):
        terminal.error("error.site", issues="\n".join(f"  {issue}" for issue in error.issues))
        return ExitCode.CONFIGURATION
    if isinstance(error, BadBaseline):
        terminal.error("error.baseline", why=error)
        return ExitCode.CONFIGURATION
    if isinstance(error, StoreError):
        terminal.error("error.store", why=error.text)
        return ExitCode.INTEGRITY if isinstance(error, Damaged) else ExitCode.STORE
    if isinstance(error, PermissionError):
        terminal.error("error.permission", path=error.filename or "", why=error.strerror or error)
        return ExitCode.PERMISSION
    if isinstance(error, OSError):
        terminal.error("error.file", path=error.filename or "", why=error.strerror or error)
        return ExitCode.INPUT
    terminal.error("error.unexpected", kind=type(error).__name__, why=error)
    return ExitCode.CONFIGURATION


def bad_filter(expression: str, position: int, what: str, expected: list[str]) -> Failure:
    """A capture filter with a caret under the place that cannot be understood; `position` counts characters."""
    before = expression[:position]
    cells = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in before)
    marked = f"  {expression}\n  {' ' * cells}^"
    return Failure(ExitCode.USAGE, "error.filter", what=what, marked=marked, expected=", ".join(expected))


def _closed_pipe(terminal: Terminal) -> ExitCode:
    """What is still to be flushed at the end goes nowhere, else Python would complain about it."""
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), terminal.out.fileno())
    return ExitCode.PIPE
