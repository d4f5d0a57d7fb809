"""`bittern sensor`: listens to network interfaces; what detection makes of them goes into a spool."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli import options as option
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.mirror_doctor import mirror_doctor
from api.cli.options import terminal_of
from api.cli.packet_keys import PacketsKey, keys_of
from api.cli.parent import WithParent, follow
from api.cli.sensor_content import ContentFolder
from api.cli.sensor_folder import sensor_folder
from api.cli.sensor_interfaces import listening, sealed, share_of
from api.cli.sensor_spool import MOST_DAYS, MOST_MB, SpoolDays, SpoolMb, handing_over, keeper_of
from api.cli.terminal import Terminal
from api.cli.worker import SpoolFolder

if TYPE_CHECKING:
    from api.pulse import Pulse
    from api.sensing_health import Health
    from sensors.packet_ring import RingSettings

Interfaces = Annotated[list[str], typer.Option("--interface", "-i", metavar="IF", help="help.option.interface")]
SensorName = Annotated[str, typer.Option("--sensor", metavar="NAME", help="help.option.sensor")]
RingMb = Annotated[int, typer.Option("--ring-mb", metavar="N", min=4, max=2048, help="help.option.ring_mb")]
KernelFilter = Annotated[str | None, typer.Option("--kernel-filter", metavar="EXPR", help="help.option.kernel_filter")]
PartOf = Annotated[str | None, typer.Option("--share", metavar="K/N", help="help.option.share")]
Packets = Annotated[Path | None, typer.Option("--packets", metavar="DIR", help="help.option.packets")]
PacketsGb = Annotated[float, typer.Option("--packets-gb", metavar="N", min=0, help="help.option.packets_gb")]
PacketsDays = Annotated[float, typer.Option("--packets-days", metavar="N", min=0, help="help.option.packets_days")]
RunAs = Annotated[str | None, typer.Option("--user", metavar="NAME", help="help.option.run_as")]


class SensorGroup(HelpfulGroup):
    """Listens, or does what a command below it does: then nothing is needed that listening needs."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # Typer's vendored classes cannot be named
        if args and args[0] in self.commands:
            for each in self.params:
                each.required = False
        return super().parse_args(ctx, args)


app = typer.Typer(cls=SensorGroup, rich_markup_mode=None)


@app.callback(invoke_without_command=True, epilog="help.epilog")
def sensor(
    context: typer.Context,
    interfaces: Interfaces,
    spool: SpoolFolder,
    name: SensorName = "sensor",
    capture_filter: option.Filter = None,
    kernel_filter: KernelFilter = None,
    share: PartOf = None,
    ring_mb: RingMb = 64,
    packets: Packets = None,
    packets_gb: PacketsGb = 10,
    packets_days: PacketsDays = 7,
    packets_key: PacketsKey = None,
    spool_mb: SpoolMb = MOST_MB,
    spool_days: SpoolDays = MOST_DAYS,
    site: option.Site = None,
    baseline: option.BaselineFolder = None,
    rules: option.RuleFolders = None,
    content: ContentFolder = None,
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
    if context.invoked_subcommand is not None:
        return
    import os
    import signal
    import time

    # Whoever speaks for this process, then the sockets, and both before anything that begins threads: those would keep
    # the privileges that are given up here.
    pulse = _pulse(user, terminal)
    keys = keys_of(packets_key)
    shared, folders = share_of(share), [spool, packets] if packets else [spool]
    opened = sealed(list(dict.fromkeys(interfaces)), ring_mb, kernel_filter, shared, folders, user, terminal)

    from api.cli.inputs import rules_in_force
    from api.cli.sensor_content import taking_of, with_content
    from api.content.knowledge import Knowledge
    from api.mirror_watch import with_mirror
    from api.sensing_health import Health
    from api.sensor import Pace, Sensing
    from api.surroundings import Surroundings
    from detection.baseline import read_baseline
    from detection.engine import Detection
    from detection.site_reading import load_site
    from sensors.carried_packets import Carrier
    from sensors.packet_ring import PacketRing
    from sensors.spool import Spool
    from sensors.spool_bounds import Bounds

    ring = _ring(packets, packets_gb, packets_days, keys)
    capture = listening(opened, name, capture_filter, ring, spool, terminal)
    knowledge = Knowledge(
        rules_in_force(rules or (), terminal),
        load_site(site) if site else None,
        read_baseline(baseline) if baseline else None,
    )
    taking = taking_of(content, name, knowledge, terminal) if content is not None else None
    judged = taking.begin() if taking is not None else knowledge
    into = Spool(spool)
    sensing = Sensing(
        into,
        lambda: Detection(judged.rules, site=judged.site, known=judged.known, sensor=name),
        sensor=name,
        pace=Pace(),
        patient=handing_over(into, terminal),
        carrier=Carrier(PacketRing(ring.folder, keys), name) if ring is not None else None,
        now=time.time_ns,
        around=Surroundings(
            name,
            spool,
            spool_mb << 20,
            lambda: keeper.lying,
            lambda: capture.kept.octets if capture.kept is not None else None,
        ),
    )
    keeper = keeper_of(into, Bounds(spool_mb << 20, spool_days), sensing, terminal)
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
    if kernel_filter:
        terminal.tell("sensor.kernel_filter", filter=kernel_filter)
    if shared is not None:
        terminal.tell("sensor.share", share=str(shared))
    health = Health(capture, lambda each: _tell(each, terminal, pulse))
    into.open_for_writing()
    keeper.start()
    with closing(capture), closing(keeper):
        looked = with_mirror(pulse.beside(health.watched()), capture, name)
        segments = sensing.run(with_content(looked, taking, sensing))
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


def _ring(folder: Path | None, gigabytes: float, days: float, keys: tuple[bytes, ...]) -> RingSettings | None:
    """Where packets are kept; None: nowhere."""
    from sensors.packet_ring import RingSettings

    return RingSettings(folder, gigabytes, days, keys) if folder is not None and gigabytes and days else None


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
    if health.ring_refuses:
        terminal.warn("sensor.ring_refuses", why=health.ring_refuses)
    if health.evidence_lost:
        terminal.warn("sensor.evidence_lost", frames=health.evidence_lost)


app.command("folder", cls=HelpfulCommand, help="help.sensor_folder", epilog="help.epilog")(sensor_folder)
app.command("test-mirror", cls=HelpfulCommand, help="help.sensor_test_mirror", epilog="help.epilog")(mirror_doctor)
