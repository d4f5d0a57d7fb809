"""Proof captures of the OPC UA rules about services: UA08 to UA13, UA17 and UA18."""

from __future__ import annotations

import asyncio

from asyncua import ua
from asyncua.client.client import Client
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.uaerrors import UaError

from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.opcua_cell import opcua_cell
from compose.plant.opcua_client import (
    harvest,
    node,
)
from compose.plant.opcua_names import INDEX, own
from compose.plant.opcua_work import change_trust, rewrite_history, stop_and_start
from compose.plant.proofs_opcua import (
    FROM_STRANGER,
    NORMAL,
    Silent,
    act_labelled,
)


@capture(
    "opcua/address-space-harvest.pcap",
    "A stranger browses 400 nodes of the address space from the root.",
    "opc hmi att",
    rules="UA08",
    learn=NORMAL,
    check={f"{FROM_STRANGER}.servicenodeid.numeric==527": 30},
)
def address_space_harvest(lab: Lab) -> None:
    """Breadth first."""
    with opcua_cell(lab):
        act_labelled(lab, "address space harvest", "T0861 T0802", "UA08", lambda client: harvest(client, 400))


@capture(
    "opcua/new-writer.pcap",
    "A stranger writes the level set-point; then the operator writes a node he never wrote.",
    "opc hmi att",
    rules="UA09",
    learn=NORMAL,
    check={f"{FROM_STRANGER}.servicenodeid.numeric==673": 1},
)
def new_writer(lab: Lab) -> None:
    """New writer, then new node."""

    async def by_stranger(client: Client) -> None:
        await node(client, "Tank.Setpoint").write_value(2900.0, ua.VariantType.Double)

    async def by_operator(client: Client) -> None:
        await node(client, "Tank.Batch").write_value("B-9999", ua.VariantType.String)

    with opcua_cell(lab) as cell:
        act_labelled(lab, "write by a new writer", "T0855 T0836", "UA09", by_stranger)
        act_labelled(lab, "write to a new node", "T0836", "UA09", by_operator, cell.login("hmi", "operator"), "hmi")


@capture(
    "opcua/method-call-by-stranger.pcap",
    "A stranger calls the methods Stop and Start of the drive.",
    "opc hmi att",
    rules="UA10",
    learn=NORMAL,
    check={f"{FROM_STRANGER}.servicenodeid.numeric==712": 2},
)
def method_call_by_stranger(lab: Lab) -> None:
    """Stop, one second, start."""
    with opcua_cell(lab):
        act_labelled(lab, "method call by a stranger", "T0871 T0855", "UA10", stop_and_start)


@capture(
    "opcua/nodes-added-and-deleted.pcap",
    "AddNodes, AddReferences and DeleteNodes by a stranger with the engineer's password.",
    "opc hmi att",
    rules="UA11",
    learn=NORMAL,
    check={f"{FROM_STRANGER}.servicenodeid.numeric=={service}": 1 for service in (488, 494, 500)},
)
def nodes_added_and_deleted(lab: Lab) -> None:
    """One object and variable come and go."""

    async def change(client: Client) -> None:
        extra = await client.nodes.objects.add_object(own("Extra"), f"{INDEX}:Extra")
        value = await extra.add_variable(own("Extra.Value"), f"{INDEX}:Value", 1.0)
        await extra.add_reference(node(client, "Tank"), ObjectIds.Organizes)
        await client.delete_nodes([value, extra])

    with opcua_cell(lab):
        act_labelled(lab, "address space changed", "T0836 T0809", "UA11", change)


@capture(
    "opcua/history-rewritten.pcap",
    "HistoryUpdate: a stranger replaces values of the level's history and deletes a span of it.",
    "opc hmi att",
    rules="UA12",
    learn=NORMAL,
    check={f"{FROM_STRANGER}.servicenodeid.numeric==700": 2},
)
def history_rewritten(lab: Lab) -> None:
    """Update, then delete."""
    with opcua_cell(lab):
        act_labelled(lab, "history rewritten", "T0872 T0809", "UA12", rewrite_history)


@capture(
    "opcua/mass-subscription.pcap",
    "A stranger creates 240 monitored items with a sampling interval of 5 ms in a subscription of 10 ms.",
    "opc hmi att",
    rules="UA13",
    learn=NORMAL,
    check={f"{FROM_STRANGER}.servicenodeid.numeric==751": 4},
)
def mass_subscription(lab: Lab) -> None:
    """40 times the same six nodes."""

    async def subscribe(client: Client) -> None:
        subscription = await client.create_subscription(10, Silent())
        nodes = [node(client, name) for name in ("Tank.Level", "Tank.Valve", "Drive.Speed")]
        for _ in range(8):
            await subscription.subscribe_data_change(nodes * 10, sampling_interval=ua.Double(5.0))
        await asyncio.sleep(2)

    with opcua_cell(lab):
        act_labelled(lab, "mass subscription", "T0814 T0801", "UA13", subscribe)


@capture(
    "opcua/trust-and-users-changed.pcap",
    "Calls on ServerConfiguration and UserManagement: UpdateCertificate, ApplyChanges, TrustList Open, AddUser.",
    "opc hmi att",
    rules="UA17",
    learn=NORMAL,
    check={f"{FROM_STRANGER}.servicenodeid.numeric==712": 4},
)
def trust_and_users_changed(lab: Lab) -> None:
    """Four calls; asyncua refuses them, the requests are what counts."""
    with opcua_cell(lab):
        act_labelled(lab, "trust list and users changed", "T0892 T0859", "UA17", change_trust)


@capture(
    "opcua/bad-status-burst.pcap",
    "40 reads and writes of nodes that do not exist or may not be written: Bad_* answers in a few seconds.",
    "opc hmi att",
    rules="UA18",
    learn=NORMAL,
    check={f"{FROM_STRANGER}.servicenodeid.numeric==631": 30},
)
def bad_status_burst(lab: Lab) -> None:
    """30 reads, 10 writes."""

    async def probe(client: Client) -> None:
        for number in range(40):
            wrong = client.get_node(own(f"Guess.{number}"))
            try:
                await (wrong.read_value() if number % 4 else node(client, "Tank.Level").write_value(1.0))
            except UaError:
                await asyncio.sleep(0.08)

    with opcua_cell(lab):
        act_labelled(lab, "bad status burst", "T0846 T0806", "UA18", probe)
