"""Carries the words of a sensor to systemd.

The process that looks at packets may not send, not even to a socket of this machine (docs/decisions/live-capture.md).
So before it opens anything it begins this one, which never sees a packet and takes nothing but lines from a pipe. The
messenger gives up what the sensor gives up, by the same filter: it can write into the one socket it has connected to,
and neither make nor use another. It hands on four words, no others: a sensor that was taken over cannot speak to
systemd of other processes or of files.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from typing import NoReturn

from api.pulse import LONGEST_STATUS, PIPE, SOCKET, Datagrams, Pipe, Pulse, pulse_of, taken
from sensors.interfaces import OpenInterfaces

SAID = re.compile(rf"READY=1|WATCHDOG=1|STOPPING=1|STATUS=[^\x00-\x1f\x7f]{{0,{LONGEST_STATUS}}}")
LONGEST_LINE = 4 * LONGEST_STATUS + 64


def sealed_pulse(
    environment: MutableMapping[str, str], become: Callable[[], None], failed: Callable[[Exception], None]
) -> Pulse:
    """The pulse of a process that will seal itself: begins a messenger where systemd listens. To be called while there
    is one thread and nothing is open; `become` makes the messenger another user, `failed` tells why it cannot be."""
    if PIPE in environment or not environment.get(SOCKET):
        return pulse_of(environment)
    address, every = taken(environment)
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.close(writing)
        _carry(reading, address, become, failed)
    os.close(reading)
    return Pulse(Pipe(writing), every)


def _carry(reading: int, address: str, become: Callable[[], None], failed: Callable[[Exception], None]) -> NoReturn:
    """Until the other end of the pipe is gone, however that happened."""
    code = 1
    try:
        for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        to = Datagrams(address)
        become()
        OpenInterfaces([]).seal()
        with os.fdopen(reading, "rb") as lines:
            while line := lines.readline(LONGEST_LINE):
                text = line.decode("utf-8", "replace").rstrip("\n")
                if SAID.fullmatch(text):
                    with suppress(OSError):
                        os.write(to.fileno(), text.encode())
        code = 0
    except Exception as error:  # whatever it is: the sensor would be taken for one that never begins
        failed(error)
    finally:
        os._exit(code)  # the sensor's own end, its messages and its files, is not this process's to do
