"""MQTT against tshark: packets with their acknowledgements, logins, subscriptions, publications and their payloads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.oracles import mqtt_theirs, ours
from tests.oracles.agreement import ABSENT, Agreement, Facts, compare, said
from tests.oracles.mqtt_words import ACKNOWLEDGED, CONNECT, NAMES, PUBLISH, SPARKPLUG

LEAST_FACTS = 40_000
"""A comparison of fewer facts that agree compares nothing."""

TEXTS = {
    "will_topic": "will topic",
    "auth_method": "authentication method",
    "content_type": "content type",
    "response_topic": "response topic",
    "reason_string": "reason string",
    "response_information": "response information",
    "server_reference": "server reference",
}
NUMBERS = {
    "level": "level",
    "keepalive": "keepalive",
    "clean": "clean",
    "will_qos": "will qos",
    "will_retain": "will retain",
    "will_payload_bytes": "will bytes",
    "will_delay": "will delay",
    "session_present": "session present",
    "session_expiry": "session expiry",
    "receive_maximum": "receive maximum",
    "maximum_packet_size": "maximum packet size",
    "topic_alias_maximum": "topic alias maximum",
    "request_problem": "request problem",
    "request_response": "request response",
    "server_keepalive": "server keepalive",
    "maximum_qos": "maximum qos",
    "retain_available": "retain available",
    "wildcard_available": "wildcard available",
    "subscription_id_available": "subscription id available",
    "shared_available": "shared available",
    "server_session_expiry": "server session expiry",
    "server_receive_maximum": "server receive maximum",
    "server_topic_alias_maximum": "server topic alias maximum",
    "server_maximum_packet_size": "server maximum packet size",
    "alias": "alias",
    "message_expiry": "message expiry",
    "payload_is_text": "payload is text",
    "correlation_bytes": "correlation bytes",
    "subscription_id": "subscription id",
    "payload_bytes": "payload bytes",
}
SUBSCRIBED = {
    "qos": "asked qos",
    "no_local": "no local",
    "retain_as_published": "retain as published",
    "retain_handling": "retain handling",
}


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture; `options` tell tshark which port speaks MQTT."""
    return compare(name, ours_of(capture), mqtt_theirs.facts(capture, options))


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for items in sorted(ours.messages(capture, "mqtt"), key=lambda m: (m[0]["ot.packet.first"], m[0]["ot.message"])):
        head = items[0]
        code, reply, frame = head["ot.function.code"], head["ot.reply"], head["ot.packet.first"]
        if reply == "unexpected":
            facts.message(frame, f"lone {NAMES[code]}")
            continue
        fields = facts.message(frame, NAMES[code])
        details = head["ot.details"]
        if code in ACKNOWLEDGED and reply == "answered":
            fields["answered in"] = said(head["ot.packet.last"])
        statuses = [row["ot.status.code"] for row in items] if code in (8, 10) else [head["ot.status.code"]]
        fields |= {f"status {i}": said(status) for i, status in enumerate(statuses) if status is not None}
        fields |= {word: said(details[key]) for key, word in NUMBERS.items() if key in details}
        fields |= {word: details[key] for key, word in TEXTS.items() if key in details}
        for key in ("user_properties", "answer_user_properties"):
            if key in details:
                fields[key.replace("_", " ")] = "\n".join(details[key])
        if code == CONNECT:
            fields |= _identity(head["ot.client_name"], head["user.name"])
        elif code == PUBLISH:
            fields |= _publication(items)
        elif code in (8, 10):
            for i, row in enumerate(items):
                fields[f"filter {i}"] = said(row["ot.object.address"])
                fields |= {f"{word} {i}": said(row["ot.details"][key]) for key, word in SUBSCRIBED.items()
                           if key in row["ot.details"]}  # fmt: skip
    for row in ours.rows(capture, "session", "mqtt"):
        details = row["ot.details"]
        fields = facts.message(row["ot.packet.first"], "session")
        fields |= _identity(row["ot.client_name"], row["user.name"])
        fields |= {"secret": said(row["ot.secret_kind"] != "none"), "level": said(details.get("level"))}
        if row["ot.status.code"] is not None:
            fields["status 0"] = said(row["ot.status.code"])
    return facts


def _identity(client: str | None, user: str | None) -> dict[str, str]:
    return {"client id": client or ABSENT, "user name": user or ABSENT}


def _publication(items: Sequence[ours.Row]) -> dict[str, str]:
    head = items[0]
    details = head["ot.details"]
    fields = {"qos": said(details["qos"]), "retain": said(details["retain"]), "dup": said(details.get("dup", False))}
    if details.get("sparkplug_type") and details["payload_shape"] == "sparkplug":
        fields |= {f"sparkplug {key}": said(details[f"sparkplug_{key}"]) for key in SPARKPLUG
                   if f"sparkplug_{key}" in details}  # fmt: skip
        for row in items:
            if row["ot.object.kind"] == "metric":
                fields |= _metric(row)
    if head["ot.object.kind"] == "topic":
        fields["topic"] = said(head["ot.object.address"])
    for row in items:
        if row["ot.object.kind"] == "topic":
            path = (row["ot.object.address"] or "")[len(head["ot.object.address"] or "") :]
            fields |= _value(f"value {path}".rstrip(), row)
    return fields


def _metric(row: ours.Row) -> dict[str, str]:
    name, details = row["ot.object.address"].split(":", 1)[1], row["ot.details"]
    fields = {f"metric {name}": "seen"} | _value(f"metric {name} value", row)
    fields |= {f"metric {name} {key}": said(details[f"metric_{key}"]) for key in ("alias", "type", "time")
               if f"metric_{key}" in details}  # fmt: skip
    return fields


def _value(name: str, row: ours.Row) -> dict[str, str]:
    if row["ot.value.exact"] is not None:
        return {name: row["ot.value.exact"]}
    if row["ot.value.numbers"] is not None:
        return {name: said(row["ot.value.numbers"][0])}
    if row["ot.value.text"] is not None and row["ot.value.type"] != "hash":
        return {name: row["ot.value.text"]}
    return {}
