"""A conversation of given frames: what no station of the plant sends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from compose.plant.addresses import IEC101_PORT, ip
from compose.plant.lab import Lab

PAUSE = 0.02


def scripted(lab: Lab, client: str, server: str, turns: Sequence[tuple[bytes, Sequence[bytes]]]) -> None:
    """Let `client` send the first of each turn; `server` answers with the frames behind it, each in a segment."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            for asked, answers in turns:
                await reader.readexactly(len(asked))
                for each in answers:
                    writer.write(each)
                    await writer.drain()
                    await asyncio.sleep(PAUSE)
            await reader.read()
        writer.close()

    async def ask() -> None:
        reader, writer = await asyncio.open_connection(ip(server), IEC101_PORT)
        for asked, answers in turns:
            writer.write(asked)
            await writer.drain()
            if answers:
                await reader.readexactly(sum(len(each) for each in answers))
            await asyncio.sleep(PAUSE)
        writer.close()

    async def serve() -> asyncio.Server:
        return await asyncio.start_server(answer, ip(server), IEC101_PORT)

    serving = lab[server].run(serve())
    lab[client].run(ask())
    lab[server].run(_close(serving))


async def _close(server: asyncio.Server) -> None:
    server.close()
