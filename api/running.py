"""Sensor, worker and API beside each other on one machine, each a process: what ends is begun again.

They meet only through files and the store, so that any of them may die alone. What no beginning again can mend, such as
an interface that is not there, ends all of them.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

STEP = 0.1
"""Seconds between two looks at the processes."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds until a process that ended is begun again: doubled while that goes on."""
WELL = 60.0
"""Seconds after which a process counts as running well: its pauses begin anew."""
GRACE = 20.0
"""Seconds that a process has to end when it is told to."""


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

    def begin(self, now: float) -> None:
        """Begins it, in a session of its own: ^C is for who began it, who ends it in order."""
        account = self.account
        self.begun = now
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,  # its end tells it that whoever began it is gone, however that ended
            start_new_session=True,
            user=account.user if account else None,
            group=account.group if account else None,
            extra_groups=[] if account else None,
        )

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
        self.process = None


@dataclass
class Running:
    """Keeps roles running, in the order in which they also end. A role that ends with a code of `final` ends all.

    `tell` is called with the role, its exit code and the seconds until it is begun again.
    """

    roles: Sequence[Role]
    final: Collection[int]
    tell: Callable[[str, int, float], None]
    clock: Callable[[], float] = time.monotonic
    _stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> int:
        """Until `stop`, then 0; or the code of the role that ended all."""
        try:
            while not self._stopped.is_set():
                for role in self.roles:
                    code = self._look(role)
                    if code is not None:
                        return code
                self._stopped.wait(STEP)
            return 0
        finally:
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
        code = role.process.poll()
        if code is None:
            return None
        if code in self.final:
            return code
        if now - role.begun >= WELL:
            role.pause = FIRST_PAUSE
        role.process, role.again = None, now + role.pause
        self.tell(role.name, code, role.pause)
        role.pause = min(2 * role.pause, LONGEST_PAUSE)
        return None
