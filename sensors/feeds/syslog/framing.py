"""Messages of a stream taken apart: octet counting and lines (RFC 6587, 3.4)."""

from __future__ import annotations

from collections.abc import Iterator

LONGEST = 65_536
"""Octets of a message; longer ones are cut there and counted."""


class Frames:
    """Messages of one stream: `LENGTH MESSAGE` (octet counting) or lines, whichever a message begins like."""

    def __init__(self) -> None:
        self._rest = b""
        self._cut = 0
        self._skip = 0

    def take(self, received: bytes) -> Iterator[bytes]:
        self._rest += received
        while self._rest:
            if self._skip:
                gone = min(self._skip, len(self._rest))
                self._rest, self._skip = self._rest[gone:], self._skip - gone
                continue
            head, space, _ = self._rest[:12].partition(b" ")
            if head.isdigit() and head[:1] != b"0" and (space or len(head) < 8) and len(head) < 8:
                if not space:
                    return
                length, begin = int(head), len(head) + 1
                if length > LONGEST:
                    if len(self._rest) < begin + LONGEST:
                        return
                    self._cut += 1
                    yield self._rest[begin : begin + LONGEST]
                    self._skip = begin + length
                    continue
                if len(self._rest) < begin + length:
                    return
                yield self._rest[begin : begin + length]
                self._rest = self._rest[begin + length :]
                continue
            line, end, rest = self._rest.partition(b"\n")
            if not end:
                if len(line) > LONGEST:
                    self._cut += 1
                    yield line[:LONGEST]
                    self._rest = b""
                return
            self._rest = rest
            yield line

    def finish(self) -> tuple[bytes, bool]:
        """What is left when the stream ends, and whether less came of it than was announced. A line without its end is
        a message like others."""
        rest, self._rest = self._rest, b""
        head, space, body = rest.partition(b" ")
        if self._skip or not rest:
            return b"", False
        if space and head.isdigit() and head[:1] != b"0" and len(head) < 8:
            return body[:LONGEST], True
        return rest[:LONGEST], False

    def taken_cut(self) -> int:
        """How many were cut since it was asked last."""
        cut, self._cut = self._cut, 0
        return cut
