"""`bittern sensor`: listens to network interfaces; what detection makes of them goes into a spool."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.failures import bad_filter, bad_interface
from api.cli.options import terminal_of
from api.cli.parent import WithParent, follow
from api.cli.terminal import Terminal
from api.cli.worker import SpoolFolder

if TYPE_CHECKING:
    from api.pulse import Pulse
    from api.sensing_health import Health
    from sensors.interfaces import OpenInterfaces

Interfaces = Annotated[list[str], typer.Option("--interface", "-i", metavar="IF", help="help.option.interface")]
SensorName = Annotated[str, typer.Option("--sensor", metavar="NAME", help="help.option.sensor")]
RingMb = Annotated[int, typer.Option("--ring-mb", metavar="N", min=4, max=2048, help="help.option.ring_mb")]
RunAs = Annotated[str | None, typer.Option("--user", metavar="NAME", help="help.option.run_as")]


def sensor(
    context: typer.Context,
    interfaces: Interfaces,
    spool: SpoolFolder,
    name: SensorName = "sensor",
    capture_filter: option.Filter = None,
    ring_mb: RingMb = 64,
    site: option.Site = None,
    baseline: option.BaselineFolder = None,
    rules: option.RuleFolders = None,
    user: RunAs = None,
    with_parent: WithParent = False,
    log_format: option.LogFormat = "text",
    lang: option.Lang = None,
    quiet: option.Quiet = False,
    verbose: option.Verbose = 0,
) -> None:
    """Until Ctrl-C or SIGTERM; what is still open is told and handed over first."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet, verbose=verbose, log_format=log_format)
    import os
    import signal

    # Whoever speaks for this process, then the sockets, and both before anything that begins threads: those would keep
    # the privileges that are given up here.
    pulse = _pulse(user, terminal)
    opened = _sealed(list(dict.fromkeys(interfaces)), ring_mb, spool, user)

    from api.cli.inputs import rules_in_force
    from api.handing_over import HandingOver
    from api.sensing_health import Health
    from api.sensor import Pace, Sensing
    from detection.baseline import read_baseline
    from detection.engine import Detection
    from detection.site_reading import load_site
    from sensors._core import BadFilter
    from sensors.live import LiveCapture
    from sensors.spool import Spool

    try:
        capture = LiveCapture(opened, sensor=name, capture_filter=capture_filter)
    except BadFilter as error:
        raise bad_filter(capture_filter or "", error, terminal.texts) from error
    loaded = rules_in_force(rules or (), terminal)
    site_model = load_site(site) if site else None
    known = read_baseline(baseline) if baseline else None
    into = Spool(spool)
    patient = HandingOver(
        into,
        refused=lambda error: terminal.warn("sensor.spool_refused", spool=spool, why=error.strerror or str(error)),
        taken=lambda rows, alerts: terminal.tell("sensor.spool_takes", spool=spool, rows=rows, occurrences=alerts),
    )
    sensing = Sensing(
        into,
        lambda: Detection(loaded, site=site_model, known=known, sensor=name),
        sensor=name,
        pace=Pace(),
        patient=patient,
    )
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: capture.finish())
    if os.geteuid() == 0:
        terminal.warn("sensor.as_root")
    if with_parent:
        follow(capture.finish)
    ready = terminal.tell(
        "sensor.ready",
        sensor=name,
        spool=spool,
        interfaces=", ".join(
            terminal.texts.get(
                "sensor.interface", name=h.interface, link=terminal.texts.word("link", h.link), mib=h.ring_mib
            )
            for h in capture.health
        ),
    )
    pulse.ready(ready)
    health = Health(capture, lambda each: _tell(each, terminal, pulse))
    with closing(capture):
        segments = sensing.run(pulse.beside(health.watched()))
    pulse.stopping()
    for part, (count, last) in sensing.detection.failures.items():
        terminal.warn("sensor.failed", part=part, count=count, last=last)
    terminal.tell("sensor.done", packets=capture.position.packets, segments=segments, spool=spool)


def _pulse(user: str | None, terminal: Terminal) -> Pulse:
    """What speaks for this process, in another process where it may not itself."""
    import os

    from api.cli.account import account_of, become
    from api.messenger import sealed_pulse

    account = account_of(user) if user is not None else None
    return sealed_pulse(
        os.environ,
        (lambda: become(account)) if account else (lambda: None),
        lambda error: terminal.warn("sensor.no_messenger", why=error),
    )


def _sealed(interfaces: list[str], ring_mb: int, spool: Path, user: str | None) -> OpenInterfaces:
    """Interfaces opened, and the process without privileges and without a way to send."""
    from api.cli.account import account_of, become, check_readable, give
    from sensors.interfaces import BadInterface, OpenInterfaces, interfaces_here

    here = interfaces_here()
    try:
        opened = OpenInterfaces(interfaces, ring_mib=ring_mb)
        spool.mkdir(parents=True, exist_ok=True)
        if user is not None:
            account = account_of(user)
            check_readable(user, account)
            give(spool, account)
            become(account)
        opened.seal()
    except BadInterface as error:
        raise bad_interface(error, here) from error
    return opened


def _tell(health: Health, terminal: Terminal, pulse: Pulse) -> None:
    """What changed at an interface at once; all of them once a minute where a person looks, and for `systemctl`."""
    for each in health.changed:
        key = "sensor.link" if each.link == "up" else "sensor.link_lost"
        terminal.tell(key, interface=each.interface, link=terminal.texts.word("link", each.link))
    lines = [
        ("sensor.health", {
            "interface": each.interface,
            "link": terminal.texts.word("link", each.link),
            "packets": each.counts["packets"],
            "drops": each.counts["drops"],
            "fill": round(100 * each.fill),
        })
        for each in health.interfaces
    ]  # fmt: skip
    pulse.status(" ".join(terminal.texts.get(key, **parameters) for key, parameters in lines))
    if health.minute and (terminal.err.isatty() or terminal.log_format == "json"):
        for key, parameters in lines:
            terminal.tell(key, **parameters)
    for interface, drops in health.dropped:
        terminal.warn("sensor.dropped", interface=interface, drops=drops)
