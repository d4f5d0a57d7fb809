"""Turns errors into a message (what, where, how to mend it) and an exit code. No traceback reaches a user."""

from __future__ import annotations

import os
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from api.cli.exit_codes import ExitCode
from api.cli.terminal import ReaderGone, Terminal
from api.texts import Texts

if TYPE_CHECKING:
    from sensors._core import BadFilter
    from sensors.interfaces import BadInterface


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
    from api.output.issues import issue_line
    from api.output.reasons import store_reason, system_reason
    from detection.baseline import BadBaseline
    from detection.site_reading import BadSite
    from response.store_errors import Damaged, StoreError

    if isinstance(error, BadSite):
        terminal.error(
            "error.site", issues="\n".join(f"  {issue_line(issue, terminal.texts)}" for issue in error.issues)
        )
        return ExitCode.CONFIGURATION
    if isinstance(error, BadBaseline):
        terminal.error("error.baseline", why=issue_line(error.issue, terminal.texts))
        return ExitCode.CONFIGURATION
    if isinstance(error, StoreError):
        terminal.error("error.store", **store_reason(error, terminal.texts))
        return ExitCode.INTEGRITY if isinstance(error, Damaged) else ExitCode.STORE
    if isinstance(error, PermissionError):
        terminal.error("error.permission", path=error.filename or "", why=system_reason(error, terminal.texts))
        return ExitCode.PERMISSION
    if isinstance(error, OSError) and error.errno is not None:
        path = error.filename or terminal.texts.get("error.stdout")
        terminal.error("error.file", path=path, why=system_reason(error, terminal.texts))
        return ExitCode.INPUT
    terminal.error("error.unexpected", kind=type(error).__name__, why=error)
    return ExitCode.CONFIGURATION


def bad_filter(expression: str, error: BadFilter, words: Texts) -> Failure:
    """A capture filter with a caret under the place that cannot be understood."""
    from api.output.reasons import filter_reason

    byte, code, word, better, values = error.args
    what, expected = filter_reason(code, word, better, values, words)
    before = expression.encode("utf-8", "surrogateescape")[:byte].decode("utf-8", "replace")
    cells = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in before)
    marked = f"  {expression}\n  {' ' * cells}^"
    if not expected:
        return Failure(ExitCode.USAGE, "error.filter", what=what, marked=marked)
    return Failure(ExitCode.USAGE, "error.filter_expected", what=what, marked=marked, expected=expected)


def bad_interface(error: BadInterface, here: Sequence[str]) -> Failure:
    """An interface that cannot be listened to; `here` are those of this machine."""
    codes = {
        "no_such_interface": ExitCode.INPUT,
        "hardware_type": ExitCode.INPUT,
        "not_ethernet": ExitCode.INPUT,
        "not_permitted": ExitCode.PERMISSION,
    }
    return Failure(
        codes.get(error.code, ExitCode.CONFIGURATION),
        f"error.interface_{error.code}",
        interface=error.interface,
        here=", ".join(here) or "-",
        number=error.number,
        call=error.call,
        why=os.strerror(error.number),
    )


def _closed_pipe(terminal: Terminal) -> ExitCode:
    """What is still to be flushed at the end goes nowhere, else Python would complain about it."""
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), terminal.out.fileno())
    return ExitCode.PIPE
