"""The interfaces of this machine, as one chooses among them where to listen."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from api.texts import Texts

NETWORK = Path("/sys/class/net")


@dataclass(frozen=True)
class Here:
    """An interface: whether its link is up, and the addresses that somebody gave to it."""

    name: str
    is_up: bool
    addresses: tuple[str, ...]


def interfaces() -> tuple[Here, ...]:
    """All but the loopback, by name; none where the system does not say."""
    try:
        names = sorted(path.name for path in NETWORK.iterdir() if path.name != "lo" and (path / "operstate").exists())
    except OSError:
        return ()
    return tuple(
        Here(name, (NETWORK / name / "operstate").read_text().strip() == "up", addresses(name)) for name in names
    )


def addresses(name: str) -> tuple[str, ...]:
    """Addresses that somebody gave to an interface; not those that come by themselves."""
    command = ["ip", "-oneline", "address", "show", "dev", name, "scope", "global"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ()
    return tuple(line.split()[3] for line in done.stdout.splitlines() if len(line.split()) > 3)


def fitting() -> str | None:
    """The one to listen at, if it is plain which: up, and nobody's way in."""
    free = [each for each in interfaces() if not each.addresses]
    up = [each for each in free if each.is_up]
    return up[0].name if len(up) == 1 else free[0].name if len(free) == 1 else None


def told(words: Texts) -> list[tuple[str, str]]:
    """Each with what speaks for and against it."""
    lines = []
    for each in interfaces():
        link = words.word("link", "up" if each.is_up else "down")
        used = words.get("quickstart.used", addresses=", ".join(each.addresses)) if each.addresses else ""
        lines.append((each.name, words.get("quickstart.interface", link=link, used=used)))
    return lines
