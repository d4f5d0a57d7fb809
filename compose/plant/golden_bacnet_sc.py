"""Golden capture of BACnet/SC without TLS: handshakes and frames by `websockets`, what is in them by hand."""

from __future__ import annotations

import asyncio
import contextlib

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from compose.plant.addresses import ip
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

PORT = 8080
HUB, DIRECT = Subprotocol("hub.bsc.bacnet.org"), Subprotocol("dc.bsc.bacnet.org")
CONNECT_REQUEST = bytes.fromhex("06000001") + bytes.fromhex("020000000033") + bytes(16) + bytes.fromhex("05c405c4")
"""BVLC-SC (ANSI/ASHRAE 135 AB.2.10): function, flags, message id, VMAC, UUID, lengths."""
HEARTBEAT = bytes.fromhex("0a000002")


@capture("bacnet_sc/handshakes.pcap", "A node connects to a hub and to another node of BACnet/SC, both without TLS.",
         "ahu bms", kind="golden", check={"websocket": 8})  # fmt: skip
def handshakes(lab: Lab) -> None:
    """The library on both ends; each message is answered with itself."""

    async def echo(peer: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in peer:
                await peer.send(message)

    async def listen() -> asyncio.Event:
        over = asyncio.Event()
        ready = asyncio.Event()

        async def hold() -> None:
            async with serve(echo, ip("ahu"), PORT, subprotocols=[HUB, DIRECT]):
                ready.set()
                await over.wait()

        held.append(asyncio.create_task(hold()))
        await ready.wait()
        return over

    async def ask(protocol: Subprotocol) -> None:
        async with connect(f"ws://{ip('ahu')}:{PORT}/", subprotocols=[protocol], proxy=None) as hub:
            for message in (CONNECT_REQUEST, HEARTBEAT):
                await hub.send(message)
                await hub.recv()

    async def stop() -> None:
        over.set()
        await held[0]

    held: list[asyncio.Task[None]] = []
    over = lab["ahu"].run(listen())
    lab["bms"].run(ask(HUB))
    lab["bms"].run(ask(DIRECT))
    lab["ahu"].run(stop())
