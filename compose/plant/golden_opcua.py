"""Golden captures of OPC UA for the parser: security modes, logins, every service, chunks, discovery."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Awaitable, Callable, Sequence

from asyncua import ua
from asyncua.client.client import Client
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.uaerrors import UaError

from compose.plant.addresses import OPCUA_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.opcua_cell import OpcuaCell
from compose.plant.opcua_client import (
    Login,
    Notifications,
    client_for,
    node,
    session,
)
from compose.plant.opcua_device import OPEN
from compose.plant.opcua_names import INDEX, own, standard
from compose.plant.opcua_work import change_trust, rewrite_history

HOSTS = "opc hmi"
Work = Callable[[Client], Awaitable[object]]
PLAIN = Login("golden-client")


def serve(
    lab: Lab, login: Callable[[OpcuaCell], Login], work: Work, policies: Sequence[ua.SecurityPolicyType] = OPEN
) -> None:
    cell = OpcuaCell(lab, policies)

    async def talk() -> None:
        async with session(login(cell)) as client:
            await work(client)

    lab["hmi"].run(talk())
    cell.stop()


async def read_and_write(client: Client) -> None:
    """Read values, several attributes, a node that does not exist; write one value, several, one that may not be."""
    await node(client, "Tank.Level").read_value()
    await client.read_values(
        [node(client, name) for name in ("Tank.Level", "Tank.Pump", "Tank.Batch", "Drive.Current")]
    )
    attributes = [AttributeIds.NodeClass, AttributeIds.BrowseName, AttributeIds.DisplayName]
    await node(client, "Tank.Level").read_attributes([*attributes, AttributeIds.DataType])
    await client.get_node(standard(ObjectIds.Server_ServerStatus)).read_value()
    await client.get_node(standard(ObjectIds.Server_NamespaceArray)).read_value()
    await node(client, "Tank.Setpoint").write_value(2050.5, ua.VariantType.Double)
    values = [ua.Variant(2100.0, ua.VariantType.Double), ua.Variant(1400.0, ua.VariantType.Double)]
    await client.write_values([node(client, "Tank.Setpoint"), node(client, "Drive.Setpoint")], values)
    for attempt in (
        node(client, "No.Such").read_value(),
        node(client, "Tank.Level").write_value(1.0, ua.VariantType.Double),
    ):
        try:
            await attempt
        except UaError:
            await asyncio.sleep(0)  # the refusal is what the capture is for


@capture(
    "opcua/none-read-write.pcap",
    "Policy None, anonymous: reads of values and attributes, writes, a node that is missing, a write refused.",
    HOSTS,
    kind="golden",
    check={"opcua.servicenodeid.numeric==631": 5, "opcua.servicenodeid.numeric==673": 2},
)
def none_read_write(lab: Lab) -> None:
    """Values of every type the server has."""
    serve(lab, lambda cell: PLAIN, read_and_write)


async def browse(client: Client) -> None:
    """Browse, BrowseNext twice, release, an invalid continuation point, TranslateBrowsePaths, RegisterNodes."""
    description = ua.BrowseDescription(NodeId=own("Tank"), BrowseDirection=ua.BrowseDirection.Forward, ResultMask=63)
    description.ReferenceTypeId, description.IncludeSubtypes = standard(ObjectIds.References), True
    parameters = ua.BrowseParameters(RequestedMaxReferencesPerNode=3, NodesToBrowse=[description])
    point = (await client.uaclient.browse(parameters))[0].ContinuationPoint
    for release in (False, True):
        more = ua.BrowseNextParameters(ReleaseContinuationPoints=release, ContinuationPoints=[point])
        found = await client.uaclient.browse_next(more)
        point = found[0].ContinuationPoint or point
    await client.uaclient.browse_next(ua.BrowseNextParameters(False, [b"nobody"]))
    await client.nodes.objects.get_child([f"{INDEX}:Tank", f"{INDEX}:Level"])
    nodes = await client.register_nodes([node(client, "Tank.Level"), node(client, "Drive.Speed")])
    await client.unregister_nodes(nodes)


@capture(
    "opcua/none-browse.pcap",
    "Browse with a limit, BrowseNext, release, TranslateBrowsePathsToNodeIds, RegisterNodes, UnregisterNodes.",
    HOSTS,
    kind="golden",
    check={"opcua.servicenodeid.numeric==533": 3, "opcua.servicenodeid.numeric==554": 1},
)
def none_browse(lab: Lab) -> None:
    """The tank's children in pages of three."""
    serve(lab, lambda cell: PLAIN, browse)


async def subscribe(client: Client) -> None:
    """Create, modify and delete a subscription and its items; publish with data, keep-alive and acknowledgement."""
    subscription = await client.create_subscription(200, Notifications())
    handles = await subscription.subscribe_data_change([node(client, "Tank.Level"), node(client, "Drive.Speed")])
    await asyncio.sleep(1.2)
    first = handles[0]
    assert isinstance(first, int), "the server refused the item"
    await subscription.modify_monitored_item(first, ua.Double(500.0), 5)
    await subscription.set_monitoring_mode(ua.MonitoringMode.Disabled)
    await subscription.set_publishing_mode(False)
    await asyncio.sleep(0.4)
    await subscription.unsubscribe(first)
    await subscription.delete()


@capture(
    "opcua/none-subscribe.pcap",
    "CreateSubscription, CreateMonitoredItems, Publish with data, ModifyMonitoredItems, modes, deletion.",
    HOSTS,
    kind="golden",
    check={"opcua.servicenodeid.numeric==826": 3, "opcua.servicenodeid.numeric==751": 1},
)
def none_subscribe(lab: Lab) -> None:
    """One subscription's life."""
    serve(lab, lambda cell: PLAIN, subscribe)


async def call_and_change(client: Client) -> None:
    """Call methods (one missing), read and rewrite history, add and delete nodes and references."""
    for name in ("Stop", "Start"):
        await node(client, "Drive").call_method(own(f"Drive.{name}"), "golden")
    missing = ua.CallMethodRequest(ObjectId=own("Drive"), MethodId=own("Drive.Explode"))
    await client.uaclient.call([missing])
    await change_trust(client)
    await asyncio.sleep(1.2)
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=1)
    await node(client, "Tank.Level").read_raw_history(start, numvalues=3)
    await rewrite_history(client)
    extra = await client.nodes.objects.add_object(own("Extra"), f"{INDEX}:Extra")
    value = await extra.add_variable(own("Extra.Value"), f"{INDEX}:Value", 1.5)
    await extra.add_reference(node(client, "Tank"), ObjectIds.Organizes)
    await extra.delete_reference(node(client, "Tank"), ObjectIds.Organizes)
    await client.delete_nodes([value, extra])


@capture(
    "opcua/none-call-change.pcap",
    "Call, also of a missing method and of ServerConfiguration; HistoryRead, HistoryUpdate; nodes and references.",
    HOSTS,
    kind="golden",
    check={f"opcua.servicenodeid.numeric=={service}": 1 for service in (712, 664, 700, 488, 494, 500, 506)},
)
def none_call_change(lab: Lab) -> None:
    """As the engineer, whose password travels encrypted."""
    serve(lab, lambda cell: Login("golden-client", "engineer"), call_and_change)


@capture(
    "opcua/discovery.pcap",
    "FindServers, GetEndpoints, FindServersOnNetwork (refused), RegisterServer, RegisterServer2, channel renewal.",
    HOSTS,
    kind="golden",
    check={f"opcua.servicenodeid.numeric=={service}": 1 for service in (422, 428, 437)},
)
def discovery(lab: Lab) -> None:
    """Services that need no session."""

    async def talk() -> None:
        client = await client_for(PLAIN)
        await client.connect_sessionless()
        await client.find_servers()
        await client.get_endpoints()
        try:
            await client.find_servers_on_network()
        except UaError:
            await asyncio.sleep(0)  # asyncua's server has no such service
        server = ua.RegisteredServer(
            ServerUri="urn:marsh.example:opc:line2",
            ProductUri="urn:marsh.example",
            ServerNames=[ua.LocalizedText("Marsh line 2")],
            ServerType=ua.ApplicationType.Server,
            DiscoveryUrls=[f"opc.tcp://{ip('opc')}:{OPCUA_PORT + 1}/line2"],
            IsOnline=True,
        )
        await client.uaclient.register_server(server)
        await client.uaclient.register_server2(ua.RegisterServer2Parameters(Server=server))
        await client.open_secure_channel(renew=True)
        await client.get_endpoints()
        await client.disconnect_sessionless()

    cell = OpcuaCell(lab)
    lab["hmi"].run(talk())
    cell.stop()


@capture(
    "opcua/chunks.pcap",
    "A write of 100,000 bytes in two chunks, and a transfer of a subscription.",
    HOSTS,
    kind="golden",
    check={"opcua.transport.chunk==C": 1},
)
def chunks(lab: Lab) -> None:
    """A long text in the batch node; TransferSubscriptions for a subscription of another session."""

    async def talk(client: Client) -> None:
        await node(client, "Tank.Batch").write_value("B-" + "0117" * 25000, ua.VariantType.String)
        subscription = await client.create_subscription(1000, Notifications())
        await subscription.subscribe_data_change(node(client, "Tank.Level"))
        async with session(PLAIN) as other:
            wish = ua.TransferSubscriptionsParameters([subscription.subscription_id or 0, 9999], True)
            await other.uaclient.transfer_subscriptions(wish)
        await asyncio.sleep(0.2)

    serve(lab, lambda cell: PLAIN, talk)
