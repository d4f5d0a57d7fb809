"""Counts what a mirror port gives: for a while at open interfaces, or in capture files to their end. Facts alone.

Importing this needs no Polars: the process is sealed before it counts (`sensors.interfaces`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sensors import _core

NETWORK = Path("/sys/class/net")


@dataclass(frozen=True)
class Heard:
    """An interface that was listened to: `link` is `up`, `down` or `gone`; totals by name as those of
    `sensors.live.InterfaceHealth`; speed of the link in Mbit/s, None where it says none."""

    interface: str
    link: str
    counts: Mapping[str, int]
    mbit: int | None = None


@dataclass(frozen=True)
class Address:
    """An IP address: datagrams it sent and received, stations behind it (3 for three or more), openings of TCP it sent
    by the time to live its system begins with (32, 64, 128, 255)."""

    ip: str
    sent: int
    received: int
    stations: int = 1
    openings: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass(frozen=True)
class Station:
    """A MAC address: frames it sent and received, IP addresses that were first seen as its."""

    mac: str
    sent: int
    received: int
    addresses: int


@dataclass(frozen=True)
class Clock:
    """A time server: `ahead` is the median of the time of its frames less the time they tell, ns."""

    source: str
    ahead: int
    samples: int


@dataclass(frozen=True)
class MirrorFacts:
    """What was counted (`wire/src/mirror` names each total). `heard` is empty for files; `span` are the times of the
    first and the last frame, ns since the epoch, None where there was none; `unread` are files that could not be read
    to their end, as the core tells them: this is imported before the process is sealed, and Polars begins threads."""

    counts: Mapping[str, int]
    vlans: Mapping[int, int] = field(default_factory=dict)
    stations: tuple[Station, ...] = ()
    addresses: tuple[Address, ...] = ()
    clocks: tuple[Clock, ...] = ()
    one_way: tuple[tuple[str, str], ...] = ()
    span: tuple[int, int] | None = None
    heard: tuple[Heard, ...] = ()
    unread: tuple[_core.BadCapture, ...] = ()

    def count(self, name: str) -> int:
        """A total, 0 where nothing was counted."""
        return self.counts.get(name, 0)


class MirrorTest:
    """Counting that goes on in a thread of the core."""

    def __init__(self, core: _core.Mirror, interfaces: Sequence[str] = ()) -> None:
        self._core = core
        self._interfaces = tuple(interfaces)

    @classmethod
    def at(cls, opened: _core.Interfaces, interfaces: Sequence[str], seconds: float) -> MirrorTest:
        """Listens to open interfaces. Frames to and from their own addresses count as this machine's own."""
        own = [mac for name in interfaces if (mac := own_mac(name))]
        return cls(_core.Mirror.live(opened, round(seconds * 1000), own), interfaces)

    @classmethod
    def of(cls, files: Sequence[Path], own: Sequence[bytes] = ()) -> MirrorTest:
        """Reads captures; `own` are MAC addresses of the machine that captured."""
        return cls(_core.Mirror.files(list(files), list(own)))

    @property
    def frames(self) -> int:
        """Frames so far; may be asked from any thread."""
        return self._core.position[1]

    @property
    def read(self) -> int:
        """Bytes of the files read so far; may be asked from any thread."""
        return self._core.position[0]

    def finish(self) -> None:
        """Ends early. May be called by a signal handler."""
        self._core.finish()

    def facts(self) -> MirrorFacts:
        """Waits to the end; once."""
        return facts_of(self._core.facts(), self._core.health, self._core.errors)


def facts_of(
    told: _core.MirrorFacts, health: Sequence[_core.InterfaceHealth], unread: Sequence[_core.BadCapture] = ()
) -> MirrorFacts:
    """What the core counted."""
    return MirrorFacts(
        counts=told.counts,
        vlans=told.vlans,
        stations=tuple(Station(*row) for row in told.stations),
        addresses=tuple(
            Address(ip, sent, received, stations, (a, b, c, d))
            for ip, sent, received, stations, (a, b, c, d) in told.addresses
        ),
        clocks=tuple(Clock(*row) for row in told.clocks),
        one_way=tuple(told.one_way),
        span=told.span,
        heard=tuple(Heard(h.interface, h.link, h.counts, speed(h.interface)) for h in health),
        unread=tuple(unread),
    )


def own_mac(interface: str) -> bytes | None:
    """The MAC address of an interface of this machine; None where it has none (a tunnel, the loopback)."""
    try:
        mac = bytes.fromhex((NETWORK / interface / "address").read_text().strip().replace(":", ""))
    except (OSError, ValueError):
        return None
    return mac if len(mac) == 6 and any(mac) else None


def speed(interface: str) -> int | None:
    """Mbit/s of a link, None where the interface has no such thing."""
    try:
        found = int((NETWORK / interface / "speed").read_text())
    except (OSError, ValueError):
        return None
    return found if found > 0 else None
