"""What tshark says of OPC UA replies: results by item, values, publications, by service (OPC UA Part 4)."""

from __future__ import annotations

from collections.abc import Callable

from tests.oracles.agreement import said
from tests.oracles.opcua_stream import Asked, Stream
from tests.oracles.opcua_tree import data_value, node_id, number, part, parts, raw, real, text, variant
from tests.oracles.tshark import Tree


def _statuses(body: Tree, asked: Asked, stream: Stream) -> dict[str, str]:
    """A StatusCode for each item, alone or in a structure."""
    codes = [int(node.show, 0) if node.name else number(node, "StatusCode") or 0 for node in parts(body, "Results")]
    return {f"status {i}": said(code) for i, code in enumerate(codes)}


def _read_reply(body: Tree, asked: Asked, stream: Stream) -> dict[str, str]:
    return {f"{key} {i}": value for i, node in enumerate(parts(body, "Results"))
            for key, value in data_value(node).items()}  # fmt: skip


def _browse_reply(body: Tree, asked: Asked, stream: Stream) -> dict[str, str]:
    fields = _statuses(body, asked, stream)
    for i, node in enumerate(parts(body, "Results")):
        point = part(node, "ContinuationPoint")
        if point and point.show:
            stream.points[raw(point)] = asked.fields.get(f"node {i}", "")
            fields[f"more {i}"] = "1"
        fields[f"returned {i}"] = said(len(parts(node, "References")))
    return fields


def _translate_reply(body: Tree, asked: Asked, stream: Stream) -> dict[str, str]:
    fields = _statuses(body, asked, stream)
    for i, node in enumerate(parts(body, "Results")):
        for target in parts(node, "Targets")[:1]:
            fields[f"target {i}"] = node_id(part(target, "TargetId"))
    return fields


def _call_reply(body: Tree, asked: Asked, stream: Stream) -> dict[str, str]:
    fields = _statuses(body, asked, stream)
    for i, node in enumerate(parts(body, "Results")):
        values = [variant(value) for value in parts(node, "OutputArguments")]
        if values:
            fields[f"result values {i}"] = "; ".join(value[1] if value else "null" for value in values)
    return fields


def _monitor_reply(body: Tree, asked: Asked, stream: Stream) -> dict[str, str]:
    fields = _statuses(body, asked, stream)
    subscription = int(asked.fields["subscription"])
    wishes = parts(asked.tree, "ItemsToCreate")
    for i, (wish, node) in enumerate(zip(wishes, parts(body, "Results"), strict=False)):
        fields[f"revised sampling {i}"] = real(node, "RevisedSamplingInterval")
        if fields[f"status {i}"] == "0":
            handle = number(wish, "RequestedParameters", "ClientHandle") or 0
            stream.handles[subscription, handle] = asked.fields[f"node {i}"]
            stream.items[subscription, number(node, "MonitoredItemId") or 0] = asked.fields[f"node {i}"]
    return fields


def _modify_reply(body: Tree, asked: Asked, stream: Stream) -> dict[str, str]:
    fields = _statuses(body, asked, stream)
    for i, node in enumerate(parts(body, "Results")):
        fields[f"revised sampling {i}"] = real(node, "RevisedSamplingInterval")
    return fields


def _history_reply(body: Tree, asked: Asked, stream: Stream) -> dict[str, str]:
    fields = _statuses(body, asked, stream)
    for i, node in enumerate(parts(body, "Results")):
        data = part(node, "HistoryData", "HistoryData")
        if data:
            fields[f"returned {i}"] = said(len(parts(data, "DataValues")))
    return fields


def _subscribe_reply(body: Tree, asked: Asked, stream: Stream) -> dict[str, str]:
    identifier = said(number(body, "SubscriptionId"))
    return {"node 0": f"subscription:{identifier}", "revised interval": real(body, "RevisedPublishingInterval")}


def _session_reply(body: Tree, asked: Asked, stream: Stream) -> dict[str, str]:
    return {"revised timeout": real(body, "RevisedSessionTimeout")}


def _endpoints_reply(body: Tree, asked: Asked, stream: Stream) -> dict[str, str]:
    offered = parts(body, "Endpoints")
    fields = {"endpoints": said(len(offered))}
    server = text(part(offered[0], "Server", "ApplicationUri")) if offered else ""
    return fields | ({"server uri": server} if server else {})


def _servers_reply(body: Tree, asked: Asked, stream: Stream) -> dict[str, str]:
    return {"servers": said(len(parts(body, "Servers")))}


def _added_reply(body: Tree, asked: Asked, stream: Stream) -> dict[str, str]:
    fields = _statuses(body, asked, stream)
    for i, node in enumerate(parts(body, "Results")):
        added = node_id(part(node, "AddedNodeId"))
        if fields[f"status {i}"] == "0" and added:
            fields[f"node {i}"] = added
    return fields


def publication(body: Tree, stream: Stream) -> dict[str, str]:
    """A Publish reply: the items of its data changes."""
    subscription = number(body, "SubscriptionId") or 0
    fields, count = {"subscription": said(subscription)}, 0
    for data in parts(body, "NotificationMessage", "NotificationData"):
        for item in parts(data, "DataChangeNotification", "MonitoredItems"):
            handle = number(item, "ClientHandle") or 0
            unknown = f"subscription:{subscription}/handle:{handle}"
            fields[f"node {count}"] = stream.handles.get((subscription, handle), unknown)
            fields |= {f"{key} {count}": value for key, value in data_value(part(item, "Value")).items()}
            count += 1
    if not count:
        fields["node 0"] = f"subscription:{subscription}"
    return fields | {"items": said(max(count, 1))}


REPLIES: dict[str, Callable[[Tree, Asked, Stream], dict[str, str]]] = {
    "Read": _read_reply,
    "Browse": _browse_reply,
    "BrowseNext": _browse_reply,
    "TranslateBrowsePathsToNodeIds": _translate_reply,
    "Call": _call_reply,
    "CreateMonitoredItems": _monitor_reply,
    "CreateSubscription": _subscribe_reply,
    "CreateSession": _session_reply,
    "GetEndpoints": _endpoints_reply,
    "FindServers": _servers_reply,
    "AddNodes": _added_reply,
    "HistoryRead": _history_reply,
    "ModifyMonitoredItems": _modify_reply,
    **dict.fromkeys(("Write", "HistoryUpdate", "AddReferences", "DeleteNodes", "DeleteReferences",
     "SetMonitoringMode", "DeleteMonitoredItems", "SetPublishingMode",
     "TransferSubscriptions", "DeleteSubscriptions"),
    _statuses),
}  # fmt: skip
