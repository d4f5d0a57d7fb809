"""Opens network interfaces, and seals the process that did.

Opening needs the right to open packet sockets (`CAP_NET_RAW`). `seal` gives up that right and every other, and each
call by which this process could send a packet, for good. It stands apart from `sensors.live` because privileges belong
to threads, and the import of Polars begins some: open and seal before.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sensors import _core

RING_MIB = 64
SMALLEST_RING_MIB, LARGEST_RING_MIB = 4, 2048
"""Memory of an interface for packets that wait to be read, MiB."""
KNOWN = Path("/sys/class/net")


class BadInterface(Exception):
    """An interface that cannot be listened to: its name (empty: the process), a code (`tap/src/error.rs`), and a number
    and system call where the code's message has them."""

    def __init__(self, interface: str, code: str, number: int, call: str) -> None:
        self.interface, self.code, self.number, self.call = interface, code, number, call
        super().__init__(f"{interface}: {code} {call} {number}")


class OpenInterfaces:
    """Interfaces whose packets are gathered from now on, each in a ring of `ring_mib` (or less, where memory is short).

    Raises BadInterface.
    """

    def __init__(self, names: Sequence[str], *, ring_mib: int = RING_MIB) -> None:
        self.names = tuple(names)
        try:
            self.opened = _core.Interfaces(list(names), ring_mib=ring_mib)
        except _core.BadInterface as error:
            raise BadInterface(*error.args) from None

    def seal(self) -> None:
        """Seal the process. Raises BadInterface with an empty name, also when another thread keeps privileges."""
        try:
            self.opened.seal()
        except _core.BadInterface as error:
            raise BadInterface(*error.args) from None


def interfaces_here() -> tuple[str, ...]:
    """Names of the interfaces of this machine, as far as it says."""
    try:
        return tuple(sorted(path.name for path in KNOWN.iterdir()))
    except OSError:
        return ()
