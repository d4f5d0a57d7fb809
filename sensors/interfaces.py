"""Opens network interfaces, and seals the process that did.

Opening needs the right to open packet sockets (`CAP_NET_RAW`). `seal` gives up that right and every other, and each
call by which this process could send a packet, for good. It stands apart from `sensors.live` because privileges belong
to threads, and the import of Polars begins some: open and seal before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sensors import _core

RING_MIB = 64
SMALLEST_RING_MIB, LARGEST_RING_MIB = 4, 2048
"""Memory of an interface for packets that wait to be read, MiB."""
MOST_SHARES = 64
"""Parts that an interface is cut into, at most."""
KNOWN = Path("/sys/class/net")


class BadInterface(Exception):
    """An interface that cannot be listened to: its name (empty: the process), a code (`tap/src/error.rs`), and a number
    and system call where the code's message has them."""

    def __init__(self, interface: str, code: str, number: int, call: str) -> None:
        self.interface, self.code, self.number, self.call = interface, code, number, call
        super().__init__(f"{interface}: {code} {call} {number}")


@dataclass(frozen=True)
class Share:
    """One part of an interface's pairs of hosts: 1 ≤ `number` ≤ `of` ≤ 64. So several sensors share its traffic."""

    number: int
    of: int

    @classmethod
    def read(cls, text: str) -> Share:
        """From `2/4`. Raises ValueError when it is not one."""
        number, _, of = text.partition("/")
        share = cls(int(number), int(of))
        if not 1 <= share.number <= share.of <= MOST_SHARES:
            raise ValueError(text)
        return share

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


class OpenInterfaces:
    """Interfaces whose packets are gathered from now on, each in a ring of `ring_mib` (or less, where memory is short).

    The kernel hands over nothing of what `kernel_filter` leaves out; of a `share` it passes that part of the pairs of
    hosts alone. Both are for Ethernet.

    Raises BadInterface, `_core.BadFilter` when the filter cannot be understood or is too long for the kernel.
    """

    def __init__(
        self,
        names: Sequence[str],
        *,
        ring_mib: int = RING_MIB,
        kernel_filter: str | None = None,
        share: Share | None = None,
    ) -> None:
        self.names = tuple(names)
        parts = (share.number, share.of) if share is not None else None
        try:
            self.opened = _core.Interfaces(list(names), ring_mib=ring_mib, kernel_filter=kernel_filter, share=parts)
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
