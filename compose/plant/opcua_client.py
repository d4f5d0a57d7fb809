"""The plant's OPC UA clients on asyncua: login with every security mode, and what each kind of client usually does."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
from collections.abc import AsyncIterator
from dataclasses import dataclass

from asyncua import ua
from asyncua.client.client import Client
from asyncua.common.node import Node
from asyncua.crypto.security_policies import SecurityPolicy, SecurityPolicyBasic256Sha256
from asyncua.crypto.uacrypto import CertProperties
from asyncua.ua.object_ids import ObjectIds

from compose.plant.addresses import OPCUA_PORT, ip
from compose.plant.opcua_device import PASSWORDS
from compose.plant.opcua_names import own, standard
from compose.plant.opcua_security import Credentials

SIGN = ua.MessageSecurityMode.Sign
ENCRYPT = ua.MessageSecurityMode.SignAndEncrypt
READABLE = ("Tank.Level", "Tank.Temperature", "Tank.Valve", "Tank.Pump", "Drive.Speed", "Drive.Current")


@dataclass(frozen=True)
class Login:
    """How a client logs in. credentials None: policy None. user "": anonymous. server: certificate known beforehand,
    None: asked for over an unprotected channel first (discovery)."""

    name: str
    user: str = ""
    password: str | None = None
    credentials: Credentials | None = None
    mode: ua.MessageSecurityMode = SIGN
    policy: type[SecurityPolicy] = SecurityPolicyBasic256Sha256
    server: Credentials | None = None
    host: str = "opc"


async def client_for(login: Login) -> Client:
    """Return a client that is ready to connect."""
    client = Client(f"opc.tcp://{ip(login.host)}:{OPCUA_PORT}/line1", timeout=3, watchdog_intervall=30)
    client.name = login.name
    client.description = login.name
    client.application_uri = login.credentials.uri if login.credentials else f"urn:marsh.example:{login.name}"
    if login.user:
        client.set_user(login.user)
        client.set_password(PASSWORDS[login.user] if login.password is None else login.password)
    if login.credentials is not None:
        server = None if login.server is None else CertProperties(login.server.certificate, "der")
        await client.set_security(
            login.policy,
            CertProperties(login.credentials.certificate, "der"),
            CertProperties(login.credentials.key, "pem"),
            server_certificate=server,
            mode=login.mode,
        )
    return client


@contextlib.asynccontextmanager
async def session(login: Login) -> AsyncIterator[Client]:
    """Connect, activate the session, and close everything at the end."""
    client = await client_for(login)
    await client.connect()
    try:
        yield client
    finally:
        await client.disconnect()


def node(client: Client, name: str) -> Node:
    """Return a node of the plant by its name, such as Tank.Level."""
    return client.get_node(own(name))


class Notifications:
    """Counts what a subscription brings."""

    def __init__(self) -> None:
        self.count = 0

    def datachange_notification(self, source: Node, value: object, data: object) -> None:
        """Take one value."""
        self.count += 1


async def watch(client: Client, names: tuple[str, ...] = READABLE, interval: float = 500.0) -> Notifications:
    """Subscribe to nodes; interval in milliseconds."""
    seen = Notifications()
    subscription = await client.create_subscription(interval, seen)
    await subscription.subscribe_data_change([node(client, name) for name in names])
    return seen


async def operate(login: Login, writes: int, pause: float = 3.0) -> None:
    """Work as the operator: subscription, set-points in their range, an acknowledged alarm."""
    async with session(login) as client:
        await watch(client)
        for number in range(writes):
            await asyncio.sleep(pause / 2)
            await node(client, "Tank.Setpoint").write_value(2000.0 + 50.0 * (number % 3 - 1), ua.VariantType.Double)
            await asyncio.sleep(pause / 2)
            await node(client, "Drive.Setpoint").write_value(1450.0 - 25.0 * (number % 3), ua.VariantType.Double)
            await node(client, "Tank").call_method(own("Tank.AcknowledgeAlarm"), "operator")


async def archive(login: Login, seconds: float) -> None:
    """Work as the historian: read every second, and the level's history at the end."""
    async with session(login) as client:
        nodes = [node(client, name) for name in READABLE]
        for _ in range(int(seconds)):
            await client.read_values(nodes)
            await asyncio.sleep(1)
        start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=1)
        await node(client, "Tank.Level").read_raw_history(start, numvalues=5)


async def inspect(login: Login) -> None:
    """Work as the engineering station: browse the line, read its build information."""
    async with session(login) as client:
        for name in ("Tank", "Drive"):
            await node(client, name).get_children()
        await client.get_node(standard(ObjectIds.Server_ServerStatus_BuildInfo)).read_value()


async def harvest(client: Client, limit: int) -> int:
    """Browse breadth first from the root until `limit` nodes are seen; return how many."""
    queue, seen = [client.nodes.root], 0
    while queue and seen < limit:
        found = await queue.pop(0).get_children()
        seen += len(found)
        queue.extend(found)
    return seen
