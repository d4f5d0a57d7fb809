"""What a process says of itself to whoever began it: that it is ready, how it is, and that its work goes on.

systemd is told by datagrams (`sd_notify(3)`), `bittern run` through a pipe; both in the same words, `NAME=value` lines.
A pulse is given by the loop that works, never by a thread beside it: where the work hangs, the pulse stops.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TypeVar

SOCKET, WATCHDOG, WATCHED = "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"
"""What systemd says to a process it begins: where it listens, after how many µs of silence it ends which process."""
PIPE = "BITTERN_PULSE"
"""What `bittern run` says to its processes: the descriptor of the pipe through which it listens."""
FILE = "BITTERN_PULSE_FILE"
"""What whoever watches a container says: the file whose time is that of the last pulse."""
FILE_EVERY = 5.0
PIPE_EVERY = 1.0
"""Seconds between two pulses into that pipe."""
LONGEST_STATUS = 400
"""Letters of a status."""
Item = TypeVar("Item")


class Channel(Protocol):
    """A way to whoever listens. What cannot be said is dropped: a pulse that is missed is what watchdogs are for."""

    def say(self, line: str) -> None: ...

    def close(self) -> None: ...


class Datagrams:
    """To the socket of a service manager; `@name` is an abstract one. Raises OSError where nobody listens there."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        try:
            self._socket.settimeout(1.0)  # its queue may be full for a moment; nobody's work waits longer than this
            self._socket.connect("\0" + address[1:] if address.startswith("@") else address)
        except OSError:
            self._socket.close()
            raise

    def say(self, line: str) -> None:
        with suppress(OSError):
            self._socket.send(line.encode())

    def fileno(self) -> int:
        """The connected socket, for who may write to it and send nothing."""
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()


class Pipe:
    """Into a pipe. One that is full, since nobody reads it, takes nothing more."""

    def __init__(self, descriptor: int) -> None:
        os.set_inheritable(descriptor, False)
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor

    def say(self, line: str) -> None:
        with suppress(OSError):
            os.write(self._descriptor, f"{line}\n".encode())

    def close(self) -> None:
        with suppress(OSError):
            os.close(self._descriptor)


class File:
    """The time of a file is that of the last pulse: it comes with the first, and goes when the work ends in order."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def say(self, line: str) -> None:
        with suppress(OSError):
            if line == "WATCHDOG=1":
                os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644))
                os.utime(self._path)

    def close(self) -> None:
        with suppress(OSError):
            self._path.unlink()


class Pulse:
    """What is said through `channel` (None: nobody listens), a pulse each `every` seconds at most (None: no pulse)."""

    def __init__(
        self, channel: Channel | None, every: float | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._channel, self._clock = channel, clock
        self.every = every if channel is not None else None
        self._said: float | None = None
        self._status = ""

    def ready(self, status: str) -> None:
        """The work begins; `status` says in a line what it is."""
        self._say("READY=1")
        self.status(status)

    def status(self, text: str) -> None:
        """How it is, in a line for people; nothing secret."""
        line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:LONGEST_STATUS]
        if line != self._status:
            self._status = line
            self._say(f"STATUS={line}")

    def beat(self) -> None:
        """The work went on. To be called often: it is cheap."""
        if self.every is None:
            return
        now = self._clock()
        if self._said is None or now - self._said >= self.every:
            self._said = now
            self._say("WATCHDOG=1")

    def stopping(self) -> None:
        """The work ends in order; nothing is said after that."""
        self._say("STOPPING=1")
        if self._channel is not None:
            self._channel.close()
        self._channel = self.every = None

    def beside(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items, with a pulse whenever the next one is asked for and there."""
        for item in items:
            self.beat()
            yield item

    def _say(self, line: str) -> None:
        if self._channel is not None:
            self._channel.say(line)


def pulse_of(environment: MutableMapping[str, str]) -> Pulse:
    """The pulse of this process, by what whoever began it left in the environment, and takes it from there: what this
    process begins is not watched. Nobody listens where nothing was left."""
    descriptor, path = environment.pop(PIPE, ""), environment.pop(FILE, "")
    address, every = taken(environment)
    if descriptor.isdigit():
        return Pulse(Pipe(int(descriptor)), PIPE_EVERY)
    if not address:
        return Pulse(File(path), FILE_EVERY) if path else Pulse(None, None)
    try:
        return Pulse(Datagrams(address), every)
    except OSError:  # whoever waits for word will say that none came
        return Pulse(None, None)


def taken(environment: MutableMapping[str, str]) -> tuple[str, float | None]:
    """Where the service manager listens ("": there is none), and the seconds between two pulses: a quarter of its
    patience, so that one that is lost ends nothing."""
    address = environment.pop(SOCKET, "")
    patience, process = environment.pop(WATCHDOG, ""), environment.pop(WATCHED, "")
    mine = process in ("", str(os.getpid()))
    return address, int(patience) / 4_000_000 if mine and patience.isdigit() and int(patience) else None
