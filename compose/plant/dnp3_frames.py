"""DNP3 frames built by hand, for what no stack sends (IEEE 1815-2012 clause 9)."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Sequence

from compose.plant.addresses import DNP3_PORT, ip
from compose.plant.dnp3_outstation import MASTER, OUTSTATION

FROM_MASTER, FROM_OUTSTATION, LINK_STATUS = 0xC4, 0x44, 0xC9
_POLYNOMIAL = 0xA6BC


def crc(data: bytes) -> bytes:
    """Return the checksum of a block, as it is sent."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
    return struct.pack("<H", ~value & 0xFFFF)


def frame(user: bytes = b"", control: int = FROM_MASTER, to: int = OUTSTATION, source: int = MASTER) -> bytes:
    """Return a link frame. user: transport byte and application fragment."""
    head = struct.pack("<2sBBHH", b"\x05\x64", len(user) + 5, control, to, source)
    blocks = (user[at : at + 16] for at in range(0, len(user), 16))
    return head + crc(head) + b"".join(block + crc(block) for block in blocks)


def request(sequence: int, function: int, objects: bytes = b"") -> bytes:
    """Return a request in one frame."""
    return frame(bytes([0xC0 | sequence, 0xC0 | sequence, function]) + objects)


def response(sequence: int, objects: bytes = b"", function: int = 129, iin: int = 0) -> bytes:
    """Return a response in one frame; function 130 makes it unsolicited, with a confirm asked for."""
    control = 0xC0 | sequence | (0x30 if function == 130 else 0)
    user = bytes([0xC0 | sequence, control, function]) + struct.pack("<H", iin) + objects
    return frame(user, FROM_OUTSTATION, MASTER, OUTSTATION)


async def send(server: str, frames: Sequence[bytes], pause: float = 0.1) -> None:
    """Send frames to an outstation over one connection."""
    _, writer = await asyncio.open_connection(ip(server), DNP3_PORT)
    for each in frames:
        writer.write(each)
        await writer.drain()
        await asyncio.sleep(pause)
    writer.close()


class Speaker:
    """An outstation that answers each thing it gets with the next frames of a list."""

    def __init__(self, host: str, answers: Sequence[Sequence[bytes]]) -> None:
        self._host, self._answers = host, list(answers)
        self._server: asyncio.Server | None = None

    async def serve(self) -> None:
        """Listen on port 20000."""
        self._server = await asyncio.start_server(self._answer, ip(self._host), DNP3_PORT)

    async def stop(self) -> None:
        """Stop listening."""
        assert self._server is not None
        self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self._answers and await reader.read(4096):
            for each in self._answers.pop(0):
                writer.write(each)
                await writer.drain()
                await asyncio.sleep(0.05)
        writer.close()
