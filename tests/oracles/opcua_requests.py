"""What tshark says of OPC UA requests: nodes, values, arguments, by service (OPC UA Part 4)."""

from __future__ import annotations

from collections.abc import Callable

from tests.oracles.agreement import ABSENT, said
from tests.oracles.opcua_stream import Stream
from tests.oracles.opcua_tree import data_value, node_id, number, part, parts, qualified, raw, real, text, variant
from tests.oracles.tshark import Tree

MONITORING = {0: "disabled", 1: "sampling", 2: "reporting"}
TOKENS = {
    "AnonymousIdentityToken": "none",
    "UserNameIdentityToken": "password",
    "X509IdentityToken": "certificate",
    "IssuedIdentityToken": "token",
}


def _attribute(item: Tree) -> str:
    """Address of a ReadValueId or WriteValue (`#N` for an attribute other than 13, `[range]`)."""
    attribute, within = number(item, "AttributeId") or 13, text(part(item, "IndexRange"))
    address = node_id(part(item, "NodeId"))
    return address + (f"#{attribute}" if attribute != 13 or within else "") + (f"[{within}]" if within else "")


def _addresses(array: str, address: Callable[[Tree], str]) -> Callable[[Tree, Stream], dict[str, str]]:
    def read(body: Tree, stream: Stream) -> dict[str, str]:
        found = {f"node {i}": address(item) for i, item in enumerate(parts(body, array))}
        return found | {"items": said(max(len(found), 1))}

    return read


def _named(label: str) -> Callable[[Tree], str]:
    return lambda item: node_id(part(item, label))


def _write(body: Tree, stream: Stream) -> dict[str, str]:
    fields = _addresses("NodesToWrite", _attribute)(body, stream)
    for i, item in enumerate(parts(body, "NodesToWrite")):
        value = data_value(part(item, "Value"))
        status = value.pop("status", "0")
        fields |= {f"{key} {i}": said for key, said in value.items()}
        if status != "0":
            fields[f"written status {i}"] = status
    return fields


def _call(body: Tree, stream: Stream) -> dict[str, str]:
    fields = _addresses("MethodsToCall", _named("MethodId"))(body, stream)
    for i, item in enumerate(parts(body, "MethodsToCall")):
        arguments = [variant(node) for node in parts(item, "InputArguments")]
        fields |= {f"object {i}": node_id(part(item, "ObjectId")), f"arguments {i}": said(len(arguments))}
        if arguments:
            fields[f"argument values {i}"] = "; ".join(value[1] if value else "null" for value in arguments)
    return fields


def _monitor(body: Tree, stream: Stream) -> dict[str, str]:
    fields = _addresses("ItemsToCreate", lambda item: _attribute(part(item, "ItemToMonitor") or item))(body, stream)
    fields["subscription"] = said(number(body, "SubscriptionId"))
    for i, item in enumerate(parts(body, "ItemsToCreate")):
        asked = part(item, "RequestedParameters")
        fields[f"monitoring mode {i}"] = MONITORING.get(number(item, "MonitoringMode") or 0, "?")
        if asked:
            fields[f"sampling {i}"] = real(asked, "SamplingInterval")
            fields[f"queue {i}"] = said(number(asked, "QueueSize"))
    return fields


def _items(array: str) -> Callable[[Tree, Stream], dict[str, str]]:
    """Requests that name monitored items by their number."""

    def read(body: Tree, stream: Stream) -> dict[str, str]:
        subscription = number(body, "SubscriptionId") or 0
        numbers = [number(item, "MonitoredItemId") if not item.name else int(item.show) for item in parts(body, array)]
        found = {f"node {i}": stream.items.get((subscription, item or 0), "?") for i, item in enumerate(numbers)}
        mode = number(body, "MonitoringMode")
        for i, item in enumerate(parts(body, array)):
            asked = None if item.name else part(item, "RequestedParameters")
            if asked:
                found |= {
                    f"sampling {i}": real(asked, "SamplingInterval"),
                    f"queue {i}": said(number(asked, "QueueSize")),
                }
            if mode is not None:
                found[f"monitoring mode {i}"] = MONITORING[mode]
        return found | {"items": said(len(numbers)), "subscription": said(subscription)}

    return read


def _subscriptions(body: Tree, stream: Stream) -> dict[str, str]:
    numbers = [node.show for node in parts(body, "SubscriptionIds")]
    return {f"node {i}": f"subscription:{one}" for i, one in enumerate(numbers)} | {"items": said(len(numbers))}


def _subscribe(body: Tree, stream: Stream) -> dict[str, str]:
    return {
        "items": "1",
        "publishing interval": real(body, "RequestedPublishingInterval"),
        "lifetime count": said(number(body, "RequestedLifetimeCount")),
        "keep alive count": said(number(body, "RequestedMaxKeepAliveCount")),
        "max notifications": said(number(body, "MaxNotificationsPerPublish")),
        "publishing enabled": said(number(body, "PublishingEnabled")),
    }


def _create_session(body: Tree, stream: Stream) -> dict[str, str]:
    texts = {"endpoint": "EndpointUrl", "session name": "SessionName", "server uri": "ServerUri"}
    fields = {word: text(part(body, label)) for word, label in texts.items()}
    fields["application uri"] = text(part(body, "ClientDescription", "ApplicationUri"))
    fields["application name"] = text(part(body, "ClientDescription", "ApplicationName", "loctext.Text"))
    fields["timeout"] = real(body, "RequestedSessionTimeout")
    return {key: value for key, value in fields.items() if value}


def _activate(body: Tree, stream: Stream) -> dict[str, str]:
    for label, kind in TOKENS.items():
        token = part(body, "UserIdentityToken", label)
        if token:
            fields = {"token": kind, "token policy": text(part(token, "PolicyId"))}
            user = text(part(token, "UserName"))
            return {key: value for key, value in (fields | {"user": user}).items() if value}
    return {}


def _endpoint(body: Tree, stream: Stream) -> dict[str, str]:
    return {"endpoint": text(part(body, "EndpointUrl")) or ABSENT}


def _register(body: Tree, stream: Stream) -> dict[str, str]:
    return {"server uri": text(part(body, "Server", "ServerUri"))}


def _add_nodes(body: Tree, stream: Stream) -> dict[str, str]:
    items = parts(body, "NodesToAdd")
    fields = {"items": said(len(items))}
    for i, item in enumerate(items):
        wanted = node_id(part(item, "RequestedNewNodeId"))
        fields |= {f"node {i}": wanted if wanted != "i=0" else "", f"parent {i}": node_id(part(item, "ParentNodeId"))}
        fields[f"browse name {i}"] = qualified(part(item, "BrowseName"))
    return fields


def _references(array: str) -> Callable[[Tree, Stream], dict[str, str]]:
    def read(body: Tree, stream: Stream) -> dict[str, str]:
        fields = _addresses(array, _named("SourceNodeId"))(body, stream)
        for i, item in enumerate(parts(body, array)):
            fields[f"target {i}"] = node_id(part(item, "TargetNodeId"))
            fields[f"reference type {i}"] = node_id(part(item, "ReferenceTypeId"))
            fields[f"forward {i}"] = said(number(item, "IsForward"))
        return fields

    return read


def _browse_next(body: Tree, stream: Stream) -> dict[str, str]:
    points = parts(body, "ContinuationPoints")
    found = {f"node {i}": stream.points.get(raw(point), "") for i, point in enumerate(points)}
    known = {key: node for key, node in found.items() if node}
    return known | ({"items": said(len(points))} if known else {})


REQUESTS: dict[str, Callable[[Tree, Stream], dict[str, str]]] = {
    "GetEndpoints": _endpoint,
    "FindServers": _endpoint,
    "RegisterServer": _register,
    "RegisterServer2": _register,
    "CreateSession": _create_session,
    "ActivateSession": _activate,
    "Read": _addresses("NodesToRead", _attribute),
    "HistoryRead": _addresses("NodesToRead", _named("NodeId")),
    "Write": _write,
    "Browse": _addresses("NodesToBrowse", _named("NodeId")),
    "BrowseNext": _browse_next,
    "TranslateBrowsePathsToNodeIds": _addresses("BrowsePaths", _named("StartingNode")),
    "RegisterNodes": _addresses("NodesToRegister", node_id),
    "UnregisterNodes": _addresses("NodesToUnregister", node_id),
    "Call": _call,
    "AddNodes": _add_nodes,
    "DeleteNodes": _addresses("NodesToDelete", _named("NodeId")),
    "AddReferences": _references("ReferencesToAdd"),
    "DeleteReferences": _references("ReferencesToDelete"),
    "CreateMonitoredItems": _monitor,
    "ModifyMonitoredItems": _items("ItemsToModify"),
    "SetMonitoringMode": _items("MonitoredItemIds"),
    "DeleteMonitoredItems": _items("MonitoredItemIds"),
    "CreateSubscription": _subscribe,
    "SetPublishingMode": _subscriptions,
    "TransferSubscriptions": _subscriptions,
    "DeleteSubscriptions": _subscriptions,
}
