"""Clients of the KNX interface: tunnels, management connections, routing and searches of `xknx`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from xknx import XKNX
from xknx.dpt.payload import DPTArray, DPTBinary
from xknx.io import ConnectionConfig, ConnectionType, SecureConfig
from xknx.telegram import GroupAddress, IndividualAddress, Telegram
from xknx.telegram.apci import APCI, GroupValueRead, GroupValueWrite

from compose.plant.addresses import KNX_PORT, ip
from compose.plant.knx_secure import DEVICE_PASSWORD, USER, USER_PASSWORD
from compose.plant.lab import Lab

Work = Callable[["Station"], Awaitable[None]]
BACKBONE_KEY = "4d617273684d617273684d617273684d"
logging.getLogger("xknx.log").setLevel(logging.CRITICAL)


class Station:
    """A started XKNX with short words for what scripts do."""

    def __init__(self, own: XKNX) -> None:
        self.own = own

    async def say(self, destination: GroupAddress | IndividualAddress, payload: APCI) -> None:
        """Send a telegram and wait for its confirmation."""
        await self.own.cemi_handler.send_telegram(Telegram(destination, payload=payload))

    async def write(self, group: str, value: int | bytes) -> None:
        """GroupValueWrite of six bits (a number) or of bytes."""
        held = DPTBinary(value) if isinstance(value, int) else DPTArray(tuple(value))
        await self.say(GroupAddress(group), GroupValueWrite(held))

    async def read(self, group: str) -> None:
        """GroupValueRead."""
        await self.say(GroupAddress(group), GroupValueRead())
        await asyncio.sleep(0.05)

    async def all(self, payload: APCI) -> None:
        """Send to every device."""
        await self.own.management.broadcast.send(payload)
        await asyncio.sleep(0.1)

    async def ask(self, device: str, *payloads: APCI) -> None:
        """Open a connection to a device, ask one after another, close it. What stays unanswered is passed over."""
        async with self.own.management.connection(IndividualAddress(device)) as connection:
            for payload in payloads:
                with contextlib.suppress(Exception):  # refusals are what scripts want to see on the wire
                    if hasattr(payload, "RESPONSE_TYPE"):
                        await asyncio.wait_for(connection.request(payload), 2)
                    else:
                        await asyncio.wait_for(connection.send_data(payload), 2)


@contextlib.asynccontextmanager
async def started(config: ConnectionConfig) -> AsyncIterator[Station]:
    """A station that is connected while the block runs."""
    own = XKNX(connection_config=config)
    await own.start()
    try:
        yield Station(own)
    finally:
        await own.stop()


def work_as(lab: Lab, host: str, work: Work, tcp: bool = False, server: str = "knx") -> None:
    """Do the work from `host` through a tunnel, over UDP or TCP."""
    kind = ConnectionType.TUNNELING_TCP if tcp else ConnectionType.TUNNELING
    config = ConnectionConfig(connection_type=kind, gateway_ip=ip(server), local_ip=ip(host), auto_reconnect=False)

    async def talk() -> None:
        async with started(config) as station:
            await work(station)
            await asyncio.sleep(0.2)

    lab[host].run(talk())


def secured_as(lab: Lab, host: str, work: Work, server: str = "knx") -> None:
    """Do the work from `host` through a secured tunnel."""
    secret = SecureConfig(
        user_id=USER, user_password=USER_PASSWORD, device_authentication_password=DEVICE_PASSWORD
    )  # fmt: skip
    config = ConnectionConfig(
        connection_type=ConnectionType.TUNNELING_TCP_SECURE, gateway_ip=ip(server), local_ip=ip(host),
        auto_reconnect=False, secure_config=secret,
    )  # fmt: skip

    async def talk() -> None:
        async with started(config) as station:
            await work(station)
            await asyncio.sleep(0.2)

    lab[host].run(talk())


def route_as(lab: Lab, host: str, work: Work, own: str = "1.1.200", secure: bool = False) -> None:
    """Do the work from `host` by routing, plain or with a backbone key."""
    key = SecureConfig(backbone_key=BACKBONE_KEY, latency_ms=1000) if secure else None
    config = ConnectionConfig(
        connection_type=ConnectionType.ROUTING_SECURE if secure else ConnectionType.ROUTING,
        individual_address=own, local_ip=ip(host), secure_config=key,
    )  # fmt: skip

    async def talk() -> None:
        async with started(config) as station:
            await work(station)
            await asyncio.sleep(0.2)

    lab[host].run(talk())


def send_raw(source: str, target: str, frames: tuple[bytes, ...], pause: float = 0.05) -> None:
    """Send datagrams to the port of a host or group, without waiting for answers. Call it in a namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.bind((ip(source), 0))
        end.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(ip(source)))
        for data in frames:
            end.sendto(data, (target, KNX_PORT))
            time.sleep(pause)
