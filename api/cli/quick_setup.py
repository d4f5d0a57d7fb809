"""What `bittern quickstart` writes: settings for the services of systemd where they are installed, else a script that
begins everything on this machine."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from api.cli.account import account_of, give
from sensors.whole_files import write_whole

SYSTEMD, UNITS = Path("/run/systemd/system"), Path("/etc/systemd/system")
SETTINGS = Path("/etc/bittern")
SCRIPT = "start"


@dataclass(frozen=True)
class Setup:
    """Where everything lies, what is listened to, who may reach it."""

    data: Path
    interface: str
    sensor: str
    site: Path | None
    host: str
    port: int
    user: str | None
    services: bool

    @property
    def url(self) -> str:
        """Where the console will answer."""
        from api.serving import is_loopback

        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'http' if is_loopback(self.host) else 'https'}://{shown}:{self.port}"

    @property
    def command(self) -> list[str]:
        """What begins everything."""
        if self.services:
            return ["systemctl", "enable", "--now", f"bittern-sensor@{self.interface}.service", "bittern.target"]
        return [str(self.data.resolve() / SCRIPT)]

    @property
    def shown(self) -> str:
        """The command as one writes it into a shell."""
        return shlex.join(self.command)


def services_here() -> bool:
    """Whether systemd runs this machine, the units are installed, and this process may change their settings."""
    return SYSTEMD.exists() and (UNITS / "bittern.target").exists() and os.geteuid() == 0


def written(setup: Setup) -> list[Path]:
    """Writes the settings; gives the files. Raises Failure, OSError."""
    return _of_services(setup, SETTINGS) if setup.services else [_script(setup)]


def _of_services(setup: Setup, folder: Path) -> list[Path]:
    """Of the sensor at this interface, and of the API."""
    site = f"BITTERN_SENSOR_OPTIONS=--site {shlex.quote(str(setup.site.resolve()))}\n" if setup.site else ""
    sensor = folder / f"sensor-{setup.interface}.env"
    serve = folder / "serve.env"
    write_whole(sensor, f"BITTERN_SENSOR={setup.sensor}\n{site}".encode())
    write_whole(serve, f"BITTERN_HOST={setup.host}\nBITTERN_PORT={setup.port}\n".encode())
    if setup.user is not None:
        give(setup.data, account_of(setup.user))
    return [sensor, serve]


def _script(setup: Setup) -> Path:
    """A script beside the store, for this user alone."""
    words = [
        sys.executable, "-m", "api.cli", "run", "--interface", setup.interface, "--data", str(setup.data.resolve()),
        "--sensor", setup.sensor, "--host", setup.host, "--port", str(setup.port),
    ]  # fmt: skip
    if setup.site is not None:
        words += ["--site", str(setup.site.resolve())]
    if setup.user is not None:
        words += ["--user", setup.user]
    path = setup.data / SCRIPT
    told = "# Begins sensor, worker and console. Written by bittern quickstart."
    write_whole(path, f'#!/bin/sh\n{told}\nexec {shlex.join(words)} "$@"\n'.encode())
    path.chmod(0o700)
    return path
