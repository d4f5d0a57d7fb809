"""`bittern quickstart`: from an installed program to a running one, by a few questions that options answer as well."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.options import terminal_of
from api.cli.serve import Host, Port

if TYPE_CHECKING:
    from api.cli.asking import Asking
    from api.cli.doctor_findings import Check
    from api.cli.terminal import Terminal

ADMINISTRATOR = "admin"
MIRROR_SECONDS = "10"
BY = "quickstart"

Interface = Annotated[str | None, typer.Option("--interface", "-i", metavar="IF", help="help.option.doctor_interface")]
Data = Annotated[Path | None, typer.Option("--data", metavar="DIR", help="help.option.data")]
Admin = Annotated[str | None, typer.Option("--admin", metavar="NAME", help="help.option.admin")]
SensorName = Annotated[str | None, typer.Option("--sensor", metavar="NAME", help="help.option.sensor")]
RunAs = Annotated[str | None, typer.Option("--user", metavar="NAME", help="help.option.run_as")]
Start = Annotated[bool | None, typer.Option("--start/--no-start", help="help.option.start")]
NoMirror = Annotated[bool, typer.Option("--no-mirror", help="help.option.no_mirror")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="help.option.yes")]


def quickstart(
    context: typer.Context,
    interface: Interface = None,
    data: Data = None,
    admin: Admin = None,
    name: SensorName = None,
    site: option.Site = None,
    host: Host = "127.0.0.1",
    port: Port = 8080,
    user: RunAs = None,
    start: Start = None,
    no_mirror: NoMirror = False,
    yes: Yes = False,
    lang: option.Lang = None,
) -> None:
    """May be run again: what is there stays."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.cli.asking import Asking
    from api.cli.interfaces_here import fitting, told
    from api.cli.quick_setup import Setup, services_here, written

    asking = Asking(terminal, quiet=yes)
    here = told(terminal.texts)
    if interface is None:
        if not yes and not here:
            raise Failure(ExitCode.CONFIGURATION, "quickstart.no_interfaces")
        interface = asking.choice("quickstart.which", here, fitting(), "--interface")
    services = services_here()
    proposed = "/var/lib/bittern" if services else "bittern-data"
    _examined(interface, data or Path(proposed), terminal, asking)
    if not no_mirror:
        _mirror(interface, terminal, asking)
    folder = data or Path(asking.line("quickstart.where", proposed))
    setup = Setup(
        data=folder,
        interface=interface,
        sensor=name or asking.line("quickstart.sensor", f"{os.uname().nodename}-{interface}"),
        site=site,
        host=host,
        port=port,
        user=user or ("bittern" if services else None),
        services=services,
    )
    account = admin or asking.line("quickstart.admin", ADMINISTRATOR)
    secret = _administrator(setup.data, account, terminal)
    files = written(setup)
    for path in files:
        terminal.tell("quickstart.written", path=path)
    if secret is not None:
        terminal.tell("quickstart.sign_in", name=account)
        terminal.data(f"{setup.url}/#one-time={secret}")
    begins = start if start is not None else asking.agrees("quickstart.start", default=True)
    command = setup.command
    if not begins:
        terminal.tell("quickstart.begin_with", command=setup.shown)
        return
    terminal.out.flush()
    os.execvp(command[0], command)


def _examined(interface: str, data: Path, terminal: Terminal, asking: Asking) -> None:
    """What the doctor finds of the machine and the interface; what fails must be agreed to."""
    from api.cli.doctor import MARKS
    from api.cli.doctor_checks import check_disk
    from api.cli.doctor_findings import Patient
    from api.cli.doctor_machine import check_clock, check_interfaces, check_privileges

    patient = Patient(store=None, rules=(), time_zone="UTC", data=data, interfaces=(interface,))
    found: list[Check] = [
        check_privileges(patient),
        check_clock(patient),
        *check_interfaces(patient),
        check_disk(patient),
    ]
    for check in found:
        terminal.tell(
            "quickstart.found", mark=MARKS[check.status][0], text=terminal.texts.get(check.key, **check.parameters)
        )
        if check.fix:
            terminal.tell("quickstart.found", mark="  →", text=terminal.texts.get(check.fix, **check.parameters))
    absent = next((check for check in found if check.key == "doctor.no_interface"), None)
    if absent is not None:
        raise Failure(ExitCode.INPUT, absent.key, **absent.parameters)
    if any(check.status == "fail" for check in found) and not asking.agrees("quickstart.go_on", default=False):
        raise Failure(ExitCode.CONFIGURATION, "quickstart.stopped")


def _mirror(interface: str, terminal: Terminal, asking: Asking) -> None:
    """The mirror doctor: in a process of its own, which seals itself."""
    import subprocess
    import sys

    terminal.tell("quickstart.mirror", interface=interface, seconds=MIRROR_SECONDS)
    words = ["sensor", "test-mirror", "--interface", interface, "--seconds", MIRROR_SECONDS, "--lang", terminal.lang]
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", *words], stdin=subprocess.DEVNULL, stdout=terminal.err, check=False
    )
    if done.returncode and not asking.agrees("quickstart.go_on", default=True):
        raise Failure(ExitCode.CONFIGURATION, "quickstart.stopped")


def _administrator(data: Path, name: str, terminal: Terminal) -> str | None:
    """The secret by which the administrator signs in once; None where there are accounts already."""
    from api.auth.accounts import Accounts
    from api.storage import open_store
    from api.wiring import random_secret, wall_clock

    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open_store(f"embedded:{data / 'store'}") as store:
        accounts = Accounts(store, wall_clock, random_secret)
        if accounts.everybody():
            terminal.tell("quickstart.accounts_there")
            return None
        return accounts.create(name, ("admin",), by=BY)[1]
