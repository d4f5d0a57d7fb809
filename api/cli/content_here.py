"""`bittern content stage`, `apply`, `rollback` and `status`: the content of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.content_failures import Content, Sensor, Trusted, shown_time, told_failure, trusted_keys
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.options import terminal_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.cli.terminal import Terminal
    from api.content.checking import Checks
    from api.content.folder import ContentFolder
    from api.output.documents import Json

File = Annotated[Path, typer.Argument(metavar="FILE", help="help.option.content_file")]
Staged = Annotated[str | None, typer.Argument(metavar="[FILE|VERSION]", help="help.option.content_staged")]


def stage(
    context: typer.Context,
    file: File,
    content: Content,
    trusted: Trusted,
    sensor: Sensor = None,
    lang: option.Lang = None,
    verbose: option.Verbose = 0,
) -> None:
    """Everything that `apply` would do, but the switch."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, verbose=verbose)
    import time

    from api.content.folder import ContentFolder
    from api.content.opening import load_bundle
    from api.content.receiving import Receiver
    from api.content.trouble import BadContent

    folder = ContentFolder(content, trusted_keys(trusted))
    checks = checks_of(terminal)
    try:
        name, manifest = Receiver(folder, sensor, checks).stage(load_bundle(file), time.time_ns())
        if troubles := checks(folder.version(name), manifest):
            raise BadContent(*troubles)
    except BadContent as error:
        raise told_failure(error, file, terminal, ExitCode.INTEGRITY) from None
    terminal.tell("content.staged", label=manifest.label, rules=checks.rules, trials=checks.trials)


def apply(
    context: typer.Context,
    content: Content,
    trusted: Trusted,
    what: Staged = None,
    sensor: Sensor = None,
    lang: option.Lang = None,
    verbose: option.Verbose = 0,
) -> None:
    """A bundle, a version that lies here, or the one that waits."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, verbose=verbose)
    import time

    from api.content.folder import ContentFolder
    from api.content.opening import load_bundle
    from api.content.receiving import Receiver
    from api.content.trouble import BadContent

    folder = ContentFolder(content, trusted_keys(trusted))
    checks = checks_of(terminal)
    try:
        if what is not None and not folder.version(what).is_dir():
            taken = Receiver(folder, sensor, checks).take(load_bundle(Path(what)), time.time_ns())
            if taken is None:
                terminal.tell("content.in_force_already", what=what)
                return
            manifest = taken
        else:
            name = what or folder.state.staged
            if name is None:
                raise Failure(ExitCode.USAGE, "error.content.nothing_staged", folder=content)
            folder.apply(name, checks, time.time_ns(), by_hand=True)
            manifest = folder.manifest(name)
    except BadContent as error:
        raise told_failure(error, what or content, terminal, ExitCode.INTEGRITY) from None
    terminal.tell("content.applied", label=manifest.label, rules=checks.rules, trials=checks.trials)


def roll_back(context: typer.Context, content: Content, lang: option.Lang = None) -> None:
    """The version that is taken back comes no more from a bundle; `apply VERSION` takes it all the same."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    import time

    from api.content.folder import ContentFolder
    from api.content.trouble import BadContent

    folder = ContentFolder(content)
    try:
        name = folder.roll_back(time.time_ns())
        label = folder.manifest(name).label
    except BadContent as error:
        raise told_failure(error, content, terminal, ExitCode.CONFIGURATION) from None
    terminal.tell("content.rolled_back", label=label)


def status(context: typer.Context, content: Content, as_json: option.Json = False, lang: option.Lang = None) -> None:
    """What is in force, what waits, what was refused and why, what each sensor runs."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.content.folder import ContentFolder
    from api.content.trouble import BadContent

    try:
        _tell(ContentFolder(content), terminal, as_json=as_json)
    except BadContent as error:
        raise told_failure(error, content, terminal, ExitCode.CONFIGURATION) from None


def checks_of(terminal: Terminal, beat: Callable[[], None] = lambda: None) -> Checks:
    """The checks, told with -v; `beat` is called with each capture, for they take minutes."""
    from api.content.checking import Checks

    def tell(capture: str) -> None:
        beat()
        terminal.more("cli.proving", capture=capture)

    return Checks(tell)


def _tell(folder: ContentFolder, terminal: Terminal, *, as_json: bool) -> None:
    from api.content.running import read_running
    from api.content.trouble import document, told
    from api.output.documents import dumps
    from api.output.moments import iso

    state, running, words = folder.state, list(read_running(folder.root)), terminal.texts
    refused = state.refused
    if as_json:
        why: list[Json] = [document(each) for each in refused.troubles] if refused else []
        sensors: list[Json] = [
            {"sensor": r.sensor, "version": r.version, "state": r.state, "at": iso(r.at),
             "troubles": [document(each) for each in r.troubles]}
            for r in running
        ]  # fmt: skip
        body: dict[str, Json] = {
            "current": state.current,
            "since": iso(state.since) if state.current else None,
            "previous": state.previous,
            "staged": state.staged,
            "highest": state.highest,
            "refused": {"version": refused.version, "at": iso(refused.at), "troubles": why} if refused else None,
            "sensors": sensors,
        }
        terminal.data(dumps({"schema": "bittern.content-status/v1", "data": body}))
        return
    lines = []
    if state.current is None:
        lines.append(words.get("content.none"))
    else:
        manifest = folder.manifest(state.current)
        until = shown_time(manifest.expires) if manifest.expires is not None else words.get("content.never")
        lines.append(words.get("content.in_force", name=state.current, since=shown_time(state.since), until=until))
    for key, name in (("content.before", state.previous), ("content.waits", state.staged)):
        if name is not None:
            lines.append(words.get(key, name=name))
    if refused is not None:
        lines.append(words.get("content.was_refused", version=refused.version, at=shown_time(refused.at)))
        lines += [f"  {told(each, words)}" for each in refused.troubles]
    for each in running:
        at = shown_time(each.at)
        lines.append(words.get(f"content.sensor_{each.state}", sensor=each.sensor, name=each.version, at=at))
        lines += [f"  {told(trouble, words)}" for trouble in each.troubles]
    terminal.data("\n".join(lines))
