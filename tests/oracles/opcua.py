"""OPC UA binary against tshark: handshakes, channels, services with their items, values, publications."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.oracles import opcua_theirs, ours
from tests.oracles.agreement import Agreement, Facts, compare, said
from tests.oracles.opcua_tree import COMPARED

HEAD = {
    "endpoint_url": "endpoint", "protocol_version": "version", "receive_buffer": "receive buffer",
    "send_buffer": "send buffer", "max_message_size": "message size", "max_chunk_count": "chunk count",
    "revised_receive_buffer": "revised receive buffer", "revised_send_buffer": "revised send buffer",
    "revised_max_message_size": "revised message size", "revised_max_chunk_count": "revised chunk count",
    "reason": "reason", "policy": "policy", "mode": "mode", "request_type": "request type", "lifetime": "lifetime",
    "revised_lifetime": "revised lifetime", "session_name": "session name", "application_uri": "application uri",
    "application_name": "application name", "server_uri": "server uri",
    "session_timeout": "timeout", "revised_session_timeout": "revised timeout",
    "token": "token", "token_policy": "token policy", "publishing_interval": "publishing interval",
    "lifetime_count": "lifetime count", "keep_alive_count": "keep alive count",
    "max_notifications": "max notifications", "revised_publishing_interval": "revised interval",
}  # fmt: skip
"""Details of a message as a whole, and the word of the comparison."""
ITEM = {
    "written_status": "written status", "object": "object", "arguments": "arguments", "source_time": "source time",
    "monitoring_mode": "monitoring mode", "sampling_interval": "sampling", "queue_size": "queue",
    "revised_sampling_interval": "revised sampling", "returned": "returned", "more": "more", "parent": "parent",
    "browse_name": "browse name", "target": "target", "reference_type": "reference type", "forward": "forward",
}  # fmt: skip
OF_SUBSCRIPTION = (
    "CreateMonitoredItems", "ModifyMonitoredItems", "DeleteMonitoredItems", "SetMonitoringMode", "Publish",
)  # fmt: skip

LEAST_FACTS = 20_000
"""A comparison of fewer facts that agree compares nothing."""
WITHOUT_ADDRESS = ("HistoryUpdate", "RegisterServer", "RegisterServer2", "FindServersOnNetwork")
"""Services of which only outcome and number of answers are compared."""


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture; `options` tell tshark which port speaks OPC UA."""
    return compare(name, ours_of(capture), opcua_theirs.facts(capture, options))


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for items in sorted(ours.messages(capture, "opcua"), key=lambda m: (m[0]["ot.packet.first"], m[0]["ot.message"])):
        _message(items, facts)
    for row in ours.rows(capture, "session", "opcua"):
        if row["ot.session_kind"] == "opcua_channel":
            fields = facts.message(row["ot.packet.first"], "channel")
            fields["policy"] = said(row["ot.security.policy"])
            if row["ot.security.mode"] and row["ot.security.policy"] == "None":
                fields["mode"] = row["ot.security.mode"]
            if "channel" in row["ot.details"]:
                fields["channel"] = said(row["ot.details"]["channel"])
    return facts


def _message(items: Sequence[ours.Row], facts: Facts) -> None:
    head = items[0]
    name, reply, frame = head["ot.function.name"], head["ot.reply"], head["ot.packet.first"]
    if reply == "unexpected" and name != "Publish":
        facts.message(frame, f"lone {name}")["status 0"] = said(head["ot.status.code"])
        return
    fields = facts.message(frame, said(name))
    if reply == "answered":
        fields["answered in"] = said(head["ot.packet.last"])
    details = head["ot.details"]
    fields |= {word: said(details[key]) for key, word in HEAD.items() if key in details}
    if name == "OpenSecureChannel" and details.get("policy") != "None":
        # What we conclude of an encrypted opening from what follows, tshark does not say.
        fields.pop("request type", None)
        return
    if name == "ActivateSession" and head["user.name"]:
        fields["user"] = head["user.name"]
    for key in ("endpoints", "servers"):
        if key in details:
            fields[key] = said(len(details[key]))
    if "publishing_enabled" in details and name == "CreateSubscription":
        fields["publishing enabled"] = said(details["publishing_enabled"])
    if name in OF_SUBSCRIPTION:
        fields["subscription"] = said(details.get("subscription"))
    for i, row in enumerate(items):
        if row["ot.status.code"] is not None:
            fields[f"status {i}"] = said(row["ot.status.code"])
        if name not in WITHOUT_ADDRESS:
            fields |= _item(i, row)
    if any(key.startswith("node ") for key in fields):
        fields["items"] = said(head["ot.items"])


def _item(i: int, row: ours.Row) -> dict[str, str]:
    details = row["ot.details"]
    fields = {f"{word} {i}": said(details[key]) for key, word in ITEM.items() if key in details}
    if row["ot.object.address"] is not None:
        fields[f"node {i}"] = row["ot.object.address"]
    for key in ("argument_values", "result_values"):
        if key in details:
            fields[f"{key.replace('_', ' ')} {i}"] = "; ".join(details[key])
    kind = row["ot.value.type"]
    if kind is not None:
        fields |= _value(i, kind, row)
    return fields


def _value(i: int, kind: str, row: ours.Row) -> dict[str, str]:
    numbers, exact = row["ot.value.numbers"], row["ot.value.exact"]
    if kind not in COMPARED:
        return {f"type {i}": kind}
    if numbers is None:
        return {f"type {i}": kind, f"value {i}": row["ot.value.text"] or ""}
    if exact is not None and ":" not in exact:
        return {f"type {i}": kind, f"value {i}": exact}
    # Of an array, `2:9223372036854775807` gives all digits of an element.
    digits = dict(part.split(":") for part in (exact or "").split(",") if part)
    value = ", ".join(digits.get(str(at), said(number)) for at, number in enumerate(numbers))
    return {f"type {i}": kind, f"value {i}": value if len(numbers) == 1 else f"[{value}]"}
