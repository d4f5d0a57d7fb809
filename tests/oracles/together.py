"""Small captures as one file, so that tshark, which takes a third of a second to start, starts once for all of them.

Each capture has IP addresses of its own in that file: what tshark keeps of a conversation is not taken for part of
another one's. What is read of the file is told of the captures again, with their addresses and frame numbers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.captures import records

LONGEST = 300_000
"""Bytes of a capture beyond which the start is a small part of what it costs."""
HEAD = bytes.fromhex("4d3cb2a1020004000000000000000000ffff000001000000")
"""Of a file with nanoseconds and frames of Ethernet."""
SECOND = 1_000_000_000
BEGINNING = 1_700_000_000 * SECOND
TAGS = (0x8100, 0x88A8, 0x9100)
ADDRESSES = {0x0800: (12, 16, 4), 0x86DD: (8, 24, 16)}
"""By EtherType: where an IP header holds the sender's and the receiver's address, and how long one is."""
MADE = {4: b"\x0a", 16: b"\x20\x01\x0d\xb8"}
"""How addresses of the file begin, by length."""


class Group:
    """Captures in one file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.captures: list[Path] = []
        self._begins: list[int] = []
        self._made: dict[tuple[Path, bytes], bytes] = {}
        self._own: dict[str, str] = {}

    def whose(self, frame: int) -> tuple[Path, int]:
        """The capture that a frame of the file is of, and how many frames stand before that capture's first."""
        place = bisect_right(self._begins, frame - 1) - 1
        return self.captures[place], self._begins[place]

    def own(self, address: str) -> str:
        """An address of the file as the capture has it."""
        return self._own.get(address, address)

    def write(self, captures: Iterable[tuple[Path, list[tuple[int, bytes, bytes]]]]) -> None:
        """Writes the file from each capture's records."""
        clock, frames = BEGINNING, 0
        with self.file.open("wb") as out:
            out.write(HEAD)
            for capture, taken in captures:
                self.captures.append(capture)
                self._begins.append(frames)
                frames += len(taken)
                for gap, lengths, frame in taken:
                    clock += min(gap, SECOND)
                    seconds, rest = divmod(clock, SECOND)
                    out.write(seconds.to_bytes(4, "little") + rest.to_bytes(4, "little") + lengths)
                    out.write(self._apart(capture, frame))

    def _apart(self, capture: Path, frame: bytes) -> bytes:
        """The frame with addresses that no other capture has."""
        at = 12
        while int.from_bytes(frame[at : at + 2], "big") in TAGS:
            at += 4
        sender, receiver, length = ADDRESSES.get(int.from_bytes(frame[at : at + 2], "big"), (0, 0, 0))
        if not length or len(frame) < at + 2 + receiver + length:
            return frame
        changed = bytearray(frame)
        for place in (at + 2 + sender, at + 2 + receiver):
            changed[place : place + length] = self._address(capture, frame[place : place + length])
        return bytes(changed)

    def _address(self, capture: Path, own: bytes) -> bytes:
        """Addresses are counted up; those of groups stay."""
        address = ip_address(own)
        if address.is_multicast or address.is_unspecified or own == b"\xff" * 4:
            return own
        if (capture, own) not in self._made:
            head = MADE[len(own)]
            made = head + (len(self._made) + 1).to_bytes(len(own) - len(head), "big")
            self._made[capture, own] = made
            self._own[str(ip_address(made))] = str(address)
        return self._made[capture, own]


_groups: dict[Path, Group] = {}


@contextmanager
def together(captures: Iterable[tuple[Path, tuple[str, ...]]]) -> Iterator[None]:
    """While it lasts, captures that tshark is to read with the same options are one file where they can be."""
    alike: dict[tuple[str, ...], list[tuple[Path, list[tuple[int, bytes, bytes]]]]] = {}
    for capture, options in captures:
        if capture.stat().st_size <= LONGEST and (taken := records(capture)):
            alike.setdefault(options, []).append((capture, taken))
    with TemporaryDirectory(prefix="bittern-oracles-") as folder:
        for number, taken_of in enumerate(alike.values()):
            if len(taken_of) < 2:
                continue
            group = Group(Path(folder) / f"{number}.pcap")
            group.write(taken_of)
            _groups.update({capture: group for capture, _ in taken_of})
        try:
            yield
        finally:
            _groups.clear()


def group_of(capture: Path) -> Group | None:
    """The file that holds a capture beside others."""
    return _groups.get(capture)
