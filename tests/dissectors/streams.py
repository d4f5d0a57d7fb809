"""Captures taken apart and put together again: TCP over IPv4 in Ethernet, as the plant's recorder writes them."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from pathlib import Path

HEADER, RECORD, ETHERNET = 24, 16, 14
LINKTYPE_ETHERNET = 1


@dataclass(frozen=True)
class Frame:
    """A frame with its time; `start` is where its TCP payload begins, None without one."""

    stamp: bytes
    data: bytes

    @property
    def start(self) -> int | None:
        if self.data[12:14] != b"\x08\0" or self.data[23] != 6:
            return None
        header = ETHERNET + 4 * (self.data[14] & 15)
        start = header + 4 * (self.data[header + 12] >> 4)
        return start if start < ETHERNET + int.from_bytes(self.data[16:18], "big") else None

    @property
    def payload(self) -> bytes:
        end = ETHERNET + int.from_bytes(self.data[16:18], "big")
        return b"" if self.start is None else self.data[self.start : end]

    @property
    def source(self) -> int:
        """Port it comes from."""
        return int.from_bytes(self.data[34:36], "big")

    def part(self, begin: int, end: int) -> Frame:
        """The same segment with a piece of its payload."""
        assert self.start is not None
        data = bytearray(self.data[: self.start] + self.payload[begin:end])
        data[16:18] = struct.pack(">H", len(data) - ETHERNET)
        sequence = int.from_bytes(data[38:42], "big") + begin
        data[38:42] = struct.pack(">I", sequence & 0xFFFFFFFF)
        return replace(self, data=bytes(data))


def frames(path: Path) -> list[Frame]:
    """All frames of a pcap file; none of another link than Ethernet, such as a serial line."""
    whole, at, found = path.read_bytes(), HEADER, []
    if struct.unpack_from("<I", whole, 20)[0] & 0xFFFF != LINKTYPE_ETHERNET:
        return []
    while at < len(whole):
        end = at + RECORD + struct.unpack_from("<I", whole, at + 8)[0]
        found.append(Frame(whole[at : at + 8], whole[at + RECORD : end]))
        at = end
    return found


def write(path: Path, taken: list[Frame], like: Path) -> Path:
    """Writes frames with the file header of `like`."""
    records = [f.stamp + struct.pack("<II", len(f.data), len(f.data)) + f.data for f in taken]
    path.write_bytes(like.read_bytes()[:HEADER] + b"".join(records))
    return path


def cut(taken: list[Frame], step: int) -> list[Frame]:
    """Every segment with payload as two, each cut at another place for another `step`."""
    pieces = []
    for frame in taken:
        length = len(frame.payload)
        if length < 2:
            pieces.append(frame)
            continue
        at = 1 + step % (length - 1)
        pieces += [frame.part(0, at), frame.part(at, length)]
    return pieces
