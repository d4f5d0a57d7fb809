"""`bittern feed`: what other sensors logged goes the way of what our own saw."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.options import terminal_of
from api.cli.parent import WithParent, follow
from api.cli.terminal import Terminal
from api.cli.worker import SpoolFolder

if TYPE_CHECKING:
    from api.feeding import Fed, Judging
    from sensors.feed.feed import Feed

app = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)
FILE_FEEDS = ("zeek", "suricata", "windows")
Logs = Annotated[list[Path], typer.Argument(metavar="FILE|DIR...", help="help.option.logs")]
SensorName = Annotated[str | None, typer.Option("--sensor", metavar="NAME", help="help.option.feed_sensor")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="help.option.follow")]
Clients = Annotated[Path | None, typer.Option("--client-ca", metavar="FILE", help="help.option.feed_client_ca")]
Certificate = Annotated[Path | None, typer.Option("--tls-cert", metavar="FILE", help="help.option.syslog_cert")]
ListenAs = Annotated[str | None, typer.Option("--user", metavar="NAME", help="help.option.listen_as")]
StatePath = Annotated[Path | None, typer.Option("--position", metavar="FILE", help="help.option.feed_state")]


def _command(name: str) -> Callable[..., None]:
    def feed(
        context: typer.Context,
        logs: Logs,
        spool: SpoolFolder,
        sensor: SensorName = None,
        follow_on: Follow = False,
        state: StatePath = None,
        site: option.Site = None,
        baseline: option.BaselineFolder = None,
        rules: option.RuleFolders = None,
        with_parent: WithParent = False,
        lang: option.Lang = None,
        quiet: option.Quiet = False,
        verbose: option.Verbose = 0,
    ) -> None:
        """To the end of the logs, or with --follow until Ctrl-C or SIGTERM."""
        terminal = terminal_of(context)
        terminal.adjust(lang=lang, quiet=quiet, verbose=verbose)
        judging = judging_of(sensor or name, site, baseline, rules, terminal)
        _read(name, logs, spool, state, judging, terminal, follow_on=follow_on, with_parent=with_parent)

    return feed


for _name in FILE_FEEDS:
    app.command(_name, cls=HelpfulCommand, help=f"help.feed_{_name}", epilog="help.epilog")(_command(_name))


def _read(
    name: str,
    logs: list[Path],
    spool: Path,
    state: Path | None,
    judging: Judging,
    terminal: Terminal,
    *,
    follow_on: bool,
    with_parent: bool,
) -> None:
    many_files()
    if follow_on:
        _follow(name, logs, spool, state, judging, terminal, with_parent=with_parent)
        return
    from api.feeding import feed_files
    from sensors.spool import Spool

    tell(feed_files(logs, feed_named(name), Spool(spool), judging), spool, terminal)


def _follow(
    name: str,
    logs: list[Path],
    spool: Path,
    state: Path | None,
    judging: Judging,
    terminal: Terminal,
    *,
    with_parent: bool,
) -> None:
    import signal

    from api.feeding import follow_files
    from sensors.feed.following import Following
    from sensors.feed.state import BadState, StateFile
    from sensors.spool import Spool

    file = StateFile(state or spool / f"feed-{name}-{re.sub(r'[^A-Za-z0-9._-]', '_', judging.sensor)}.json", name)
    try:
        before = file.read()
    except BadState as error:
        raise Failure(ExitCode.CONFIGURATION, f"error.feed_state_{error.why}", path=error.path, feed=name) from error
    for path in logs:
        if not path.exists():
            terminal.warn("feed.not_there", path=path)
    following = Following(
        logs,
        feed_named(name),
        sensor=judging.sensor,
        state=before,
        refused=lambda path, why: terminal.warn("feed.unreadable", path=path, why=why),
    )
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: following.finish())
    if with_parent:
        follow(following.finish)
    terminal.tell("feed.ready", sensor=judging.sensor, logs=", ".join(map(str, logs)), spool=spool, state=file.path)
    tell(follow_files(following, Spool(spool), file, judging), spool, terminal)


@app.command("syslog", cls=HelpfulCommand, help="help.feed_syslog", epilog="help.epilog")
def syslog(
    context: typer.Context,
    spool: SpoolFolder,
    logs: Annotated[list[Path] | None, typer.Argument(metavar="[FILE|DIR...]", help="help.option.logs")] = None,
    listen: Annotated[list[str] | None, typer.Option("--listen", metavar="URL", help="help.option.listen")] = None,
    certificate: Certificate = None,
    key: Annotated[Path | None, typer.Option("--tls-key", metavar="FILE", help="help.option.syslog_key")] = None,
    clients: Clients = None,
    sensor: SensorName = None,
    follow_on: Follow = False,
    state: StatePath = None,
    site: option.Site = None,
    baseline: option.BaselineFolder = None,
    rules: option.RuleFolders = None,
    user: ListenAs = None,
    with_parent: WithParent = False,
    lang: option.Lang = None,
    quiet: option.Quiet = False,
    verbose: option.Verbose = 0,
) -> None:
    """From files, or with --listen from the network until Ctrl-C or SIGTERM."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet, verbose=verbose)
    if bool(logs) == bool(listen):
        raise Failure(ExitCode.USAGE, "error.feed_source")
    if not listen:
        files = logs or []
        _read("syslog", files, spool, state, judging_of(sensor or "syslog", site, baseline, rules, terminal), terminal,
              follow_on=follow_on, with_parent=with_parent)  # fmt: skip
        return
    judging = judging_of(sensor or "syslog", site, baseline, rules, terminal)
    _receive(listen, (certificate, key, clients), spool, user, judging, terminal, with_parent=with_parent)


def _receive(
    urls: list[str],
    pem: tuple[Path | None, Path | None, Path | None],
    spool: Path,
    user: str | None,
    judging: Judging,
    terminal: Terminal,
    *,
    with_parent: bool,
) -> None:
    import signal
    from contextlib import closing

    from api.cli.account import account_of, become, give
    from api.feeding import receive
    from api.handing_over import HandingOver
    from sensors.feeds.syslog.listener import BadListener, Listener
    from sensors.feeds.syslog.receiver import Receiver
    from sensors.spool import Spool

    certificate, key, clients = pem
    try:
        receiver = Receiver(
            [Listener.of(url) for url in urls],
            sensor=judging.sensor,
            certificate=certificate,
            key=key,
            clients=clients,
        )
    except BadListener as error:
        code = ExitCode.PERMISSION if error.code == "not_permitted" else ExitCode.CONFIGURATION
        raise Failure(code, f"error.listener_{error.code}", url=error.url, why=error.why) from error
    spool.mkdir(parents=True, exist_ok=True)
    if user is not None:  # sockets are open; nothing after this needs root
        account = account_of(user)
        give(spool, account)
        become(account)
    into = Spool(spool)
    patient = HandingOver(
        into,
        refused=lambda error: terminal.warn("sensor.spool_refused", spool=spool, why=error.strerror or str(error)),
        taken=lambda rows, alerts: terminal.tell("sensor.spool_takes", spool=spool, rows=rows, occurrences=alerts),
    )
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: receiver.finish())
    if with_parent:
        follow(receiver.finish)
    terminal.tell("feed.listening", sensor=judging.sensor, urls=", ".join(receiver.addresses), spool=spool)
    with closing(receiver):
        tell(receive(receiver, into, judging, patient), spool, terminal)


def judging_of(
    sensor: str, site: Path | None, baseline: Path | None, rules: list[Path] | None, terminal: Terminal
) -> Judging:
    """What detection knows, read from the files that were named."""
    from api.cli.inputs import rules_in_force
    from api.feeding import Judging
    from detection.baseline import read_baseline
    from detection.site_reading import load_site

    loaded = rules_in_force(rules or (), terminal)
    return Judging(loaded, load_site(site) if site else None, read_baseline(baseline) if baseline else None, sensor)


def feed_named(name: str) -> Feed:
    """The feed of this name."""
    from sensors.feeds import FEEDS

    return next(feed for feed in FEEDS if feed.name == name)


def tell(fed: Fed, spool: Path, terminal: Terminal) -> None:
    """What was read and what could not be. Raises Failure when nothing could be read."""
    counted = fed.tally.totals
    malformed = sum(count for counter, count in counted.items() if counter.startswith("malformed"))
    passed = sum(count for counter, count in counted.items() if counter.startswith("passed"))
    lines = counted.get("lines", 0)
    for path in fed.broken:
        terminal.warn("feed.broken", path=path)
    for part, (count, last) in fed.failures.items():
        terminal.warn("sensor.failed", part=part, count=count, last=last)
    first = fed.tally.first_malformed
    if malformed and first is not None:
        if malformed + counted.get("passed_empty", 0) == lines:
            raise Failure(ExitCode.INPUT, "error.feed_nothing", lines=lines, log=first[0], line=first[1])
        terminal.warn("feed.malformed", count=malformed, log=first[0], line=first[1])
    for counter, count in sorted(counted.items()):
        if counter != "lines":
            terminal.more("feed.counted", counter=counter, count=count)
    terminal.tell("feed.done", lines=lines, passed=passed, segments=fed.segments, spool=spool)


def many_files() -> None:
    """A folder of logs may hold more files than a process may open at first."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
