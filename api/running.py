"""Sensor, worker and API beside each other on one machine, each a process: what ends is begun again.

They meet only through files and the store, so that any of them may die alone. What no beginning again can mend, such as
an interface that is not there, ends all of them. Each gives its pulse through a pipe: one that falls silent while it
runs hangs, is killed, and begun again.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from api.pulse import PIPE, Pulse

STEP = 0.1
"""Seconds between two looks at the processes."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds until a process that ended is begun again: doubled while that goes on."""
WELL = 60.0
"""Seconds after which a process counts as running well: its pauses begin anew."""
GRACE = 20.0
"""Seconds that a process has to end when it is told to."""
QUIET = 180.0
"""Seconds without a pulse after which a process that was ready is taken to hang: more than any duty of the worker waits
for a server."""
BEGINNING = 900.0
"""Seconds that a process may take until it is ready: a large store may have to be brought to a new form."""
READ_AT_ONCE = 65_536


@dataclass(frozen=True)
class Account:
    """The user and the group that processes run as."""

    user: int
    group: int


@dataclass
class Role:
    """A process that is to run: its name, its command, and whom it runs as (None: whoever begins it)."""

    name: str
    command: Sequence[str]
    account: Account | None = None
    process: subprocess.Popen[bytes] | None = None
    begun: float = 0.0
    again: float = 0.0
    """When to begin it, where it is not running."""
    pause: float = FIRST_PAUSE
    is_ready: bool = False
    heard: float = 0.0
    """When its last pulse came."""
    _pulse: int | None = None

    def begin(self, now: float) -> None:
        """Begins it, in a session of its own: ^C is for who began it, who ends it in order."""
        account = self.account
        self.begun = self.heard = now
        self.is_ready = False
        self._pulse, writing = os.pipe()
        os.set_blocking(self._pulse, False)
        try:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,  # its end tells it that whoever began it is gone, however that ended
                start_new_session=True,
                user=account.user if account else None,
                group=account.group if account else None,
                extra_groups=[] if account else None,
                pass_fds=(writing,),
                env={**os.environ, PIPE: str(writing)},
            )
        finally:
            os.close(writing)

    def listen(self, now: float) -> None:
        """Takes what came of its pulse."""
        if self._pulse is None:
            return
        with suppress(BlockingIOError):
            said = os.read(self._pulse, READ_AT_ONCE)
            if said:
                self.heard = now
                self.is_ready = self.is_ready or b"READY=1\n" in said

    def end(self) -> None:
        """Tells it to end, and waits."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.ended()

    def ended(self) -> None:
        """Forgets a process that is no more."""
        process, pulse = self.process, self._pulse
        self.process = self._pulse = None
        if process is not None and process.stdin is not None:
            process.stdin.close()
        if pulse is not None:
            os.close(pulse)


@dataclass
class Running:
    """Keeps roles running, in the order in which they also end. A role that ends with a code of `final` ends all.

    `tell` is called with the role, its exit code and the seconds until it is begun again; `hangs` with a role that is
    killed since it gave no pulse, and the seconds of its silence. `pulse` is the own one.
    """

    roles: Sequence[Role]
    final: Collection[int]
    tell: Callable[[str, int, float], None]
    hangs: Callable[[str, float], None]
    ready: Callable[[], None]
    pulse: Pulse = field(default_factory=lambda: Pulse(None, None))
    quiet: float = QUIET
    clock: Callable[[], float] = time.monotonic
    _said_ready: bool = False
    _stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> int:
        """Until `stop`, then 0; or the code of the role that ended all."""
        try:
            while not self._stopped.is_set():
                for role in self.roles:
                    code = self._look(role)
                    if code is not None:
                        return code
                if not self._said_ready and all(role.is_ready for role in self.roles):
                    self._said_ready = True
                    self.ready()
                self.pulse.beat()
                self._stopped.wait(STEP)
            return 0
        finally:
            self.pulse.stopping()
            for role in self.roles:
                role.end()

    def stop(self) -> None:
        """Ends `run`; may be called by a signal handler, and twice."""
        self._stopped.set()

    def _look(self, role: Role) -> int | None:
        """Begins a role that is to run; gives the code of one that ended for good."""
        now = self.clock()
        if role.process is None:
            if now >= role.again:
                role.begin(now)
            return None
        role.listen(now)
        code = role.process.poll()
        if code is None:
            silence = now - role.heard
            if silence > (self.quiet if role.is_ready else BEGINNING):
                self.hangs(role.name, silence)
                role.process.kill()
                role.heard = now
            return None
        if code in self.final:
            return code
        if now - role.begun >= WELL:
            role.pause = FIRST_PAUSE
        role.ended()
        role.again = now + role.pause
        self.tell(role.name, code, role.pause)
        role.pause = min(2 * role.pause, LONGEST_PAUSE)
        return None
