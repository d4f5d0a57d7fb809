"""`bittern run`: sensor, worker, API and console on one machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.options import terminal_of
from api.cli.packet_keys import PacketsKey, keys_of
from api.cli.sensor import (
    Interfaces,
    KernelFilter,
    PacketsDays,
    PacketsGb,
    RingMb,
    RunAs,
    SensorName,
)
from api.cli.sensor_content import ContentFolder
from api.cli.sensor_spool import LEAST_MB, MOST_DAYS, MOST_MB, SpoolDays, SpoolMb
from api.cli.serve import Data, Host, Port, TlsCert, TlsKey

if TYPE_CHECKING:
    from api.running import Account, Role

FINAL = (ExitCode.USAGE, ExitCode.CONFIGURATION, ExitCode.INPUT, ExitCode.PERMISSION, ExitCode.INTEGRITY)
"""What a process says when beginning it again would not help."""
Sensors = Annotated[int, typer.Option("--sensors", metavar="N", min=1, max=16, help="help.option.sensors")]
Given = dict[str, object]
"""Options by name; those that are None were not given."""


def run(
    context: typer.Context,
    interfaces: Interfaces,
    data: Data = Path("bittern-data"),
    store: option.StoreToFill = None,
    host: Host = "127.0.0.1",
    port: Port = 8080,
    name: SensorName = "sensor",
    capture_filter: option.Filter = None,
    kernel_filter: KernelFilter = None,
    sensors: Sensors = 1,
    ring_mb: RingMb = 64,
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
    base_url: Annotated[str, typer.Option("--base-url", metavar="URL", help="help.option.base_url")] = "",
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    log_format: option.LogFormat = "text",
    lang: option.Lang = None,
    quiet: option.Quiet = False,
) -> None:
    """Until Ctrl-C or SIGTERM, which end the sensor first."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet, log_format=log_format)
    import os
    import signal

    from api.pulse import pulse_of
    from api.running import Running
    from sensors.kept_packets import RINGS

    pulse = pulse_of(os.environ)
    keys_of(packets_key)  # what is wrong with it is told once, here
    account = _prepared(data, user)
    everywhere: Given = {
        "lang": lang, "quiet": quiet, "log-format": log_format, "rules": rules, "with-parent": True,
        "packets-key": packets_key,
    }  # fmt: skip
    records: Given = {"store": store, "data": data, "base-url": base_url or None}
    # Several share what is to be kept as they share the traffic.
    sensing: Given = {
        "interface": interfaces, "filter": capture_filter, "kernel-filter": kernel_filter, "ring-mb": ring_mb,
        "packets": data / RINGS, "packets-gb": packets_gb / sensors, "packets-days": packets_days,
        "spool-mb": max(LEAST_MB, spool_mb // sensors), "spool-days": spool_days, "site": site, "baseline": baseline,
        "content": content, "user": user,
    }  # fmt: skip
    each = _parts(data / "spool", name, sensors)
    # What waits from a start with another number of sensors is taken too.
    spools = sorted({*(Path(str(part["spool"])) for part in each), *data.glob("spool*")})
    serving: Given = {"host": host, "port": port, "site": site, "tls-cert": tls_cert, "tls-key": tls_key}
    roles = [
        *(_role("sensor", sensing | part | everywhere, None) for part in each),
        _role("worker", {"spool": spools, "content": content} | records | everywhere, account),
        _role("serve", serving | {"content": content} | records | everywhere, account),
    ]
    running = Running(
        roles,
        frozenset(map(int, FINAL)),
        lambda role, code, seconds: terminal.warn("run.ended", role=role, code=code, seconds=round(seconds)),
        hangs=lambda role, seconds: terminal.warn("run.hangs", role=role, seconds=round(seconds)),
        ready=lambda: pulse.ready(terminal.texts.get("run.status", data=data)),
        pulse=pulse,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: running.stop())
    terminal.tell("run.begins", data=data)
    code = running.run()
    if code:  # the process said why
        raise typer.Exit(code)
    terminal.tell("run.done")


def _parts(spool: Path, name: str, sensors: int) -> list[Given]:
    """What each of the sensors that share an interface has of its own; one alone has everything."""
    if sensors == 1:
        return [{"spool": spool, "sensor": name}]
    return [
        {"spool": spool.with_name(f"{spool.name}-{n}"), "sensor": f"{name}-{n}", "share": f"{n}/{sensors}"}
        for n in range(1, sensors + 1)
    ]


def _prepared(data: Path, user: str | None) -> Account | None:
    """The folder for everything, and whom it belongs to."""
    from api.cli.account import account_of, check_readable, give

    account = account_of(user) if user is not None else None
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if user is not None and account is not None:
        check_readable(user, account)
        give(data, account)
    return account


def _role(command: str, given: Given, account: Account | None) -> Role:
    from api.running import Role

    words = [sys.executable, "-m", "api.cli", command]
    for name, value in given.items():
        each = value if isinstance(value, list | tuple) else [value]
        for one in each:
            if one is True:
                words.append(f"--{name}")
            elif one is not None and one is not False:
                words += [f"--{name}", str(one)]
    return Role(command, words, account)
