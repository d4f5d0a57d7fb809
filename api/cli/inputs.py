"""Checks configuration before anything runs, and loads rules."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from api.analysis import Options, load_rules
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.terminal import Terminal
from api.output.issues import issue_line
from api.output.reasons import system_reason
from api.texts import shipped
from detection.sigma.attack import read_techniques
from detection.sigma.load import RuleSet

STDIN = Path("-")


def check_inputs(options: Options, terminal: Terminal) -> None:
    """Raises Failure when site model or baseline cannot be read (what stands in them is for their readers), or when
    events would be written over a capture."""
    if STDIN in options.paths and terminal.reading.isatty():
        raise Failure(ExitCode.USAGE, "error.stdin_terminal")
    refuse_captures(options.paths, options.events, "--events")
    if options.site is not None:
        _check_text(options.site, terminal)
    if options.baseline is not None and not options.baseline.exists():
        raise Failure(ExitCode.CONFIGURATION, "error.no_baseline", path=options.baseline)
    if options.baseline is not None:
        files = sorted(options.baseline.glob("*.yml")) if options.baseline.is_dir() else [options.baseline]
        if not files:
            raise Failure(ExitCode.CONFIGURATION, "error.no_baseline", path=options.baseline)
        for path in files:
            _check_text(path, terminal)


def refuse_captures(captures: Sequence[Path], target: Path | None, option: str) -> None:
    """Raises Failure when `target` is one of the captures: evidence is never written over."""
    if target is not None and target.is_file() and any(c.is_file() and c.samefile(target) for c in captures):
        raise Failure(ExitCode.USAGE, "error.own_input", path=target, option=option)


def _check_text(path: Path, terminal: Terminal) -> None:
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Failure(ExitCode.CONFIGURATION, "error.not_text", path=path, offset=error.start) from error
    except OSError as error:
        why = system_reason(error, terminal.texts)
        raise Failure(ExitCode.CONFIGURATION, "error.unreadable", path=path, why=why) from error


def techniques() -> frozenset[str]:
    """Ids of ATT&CK for ICS that tags may name."""
    return read_techniques(Path(str(shipped("attack-ics.json"))))


def rules_in_force(folders: Sequence[Path], terminal: Terminal) -> RuleSet:
    """The rules in `folders`, or the shipped ones. Raises Failure when a rule of the user's own cannot be used."""
    for folder in folders:
        if not folder.exists():
            raise Failure(
                ExitCode.CONFIGURATION, "error.unreadable", path=folder, why=terminal.texts.get("system.ENOENT")
            )
    rules = load_rules(folders)
    fatal = [issue for issue in rules.issues if issue.fatal]
    if folders and fatal:
        listed = "\n".join(f"  {issue_line(issue, terminal.texts)}" for issue in fatal)
        raise Failure(ExitCode.CONFIGURATION, "error.rules", issues=listed)
    if folders and not rules.rules and not rules.correlations:
        raise Failure(ExitCode.CONFIGURATION, "error.no_rules", path=", ".join(map(str, folders)))
    for issue in rules.issues:
        terminal.more("cli.rule_issue", issue=issue_line(issue, terminal.texts))
    return rules
