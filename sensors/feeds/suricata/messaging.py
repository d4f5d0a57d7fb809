"""MQTT: connections, publications, subscriptions. A password that the log holds is not read.

Source: Suricata user guide, EVE JSON format, "Event type: MQTT"; OASIS MQTT 3.1.1 and 5.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sensors.feed.rows import Rows, part, whole, words
from sensors.feeds.suricata.record import Eve

REFUSALS = {1: "Unacceptable Protocol Version", 2: "Identifier Rejected", 3: "Server Unavailable",
            4: "Bad User Name or Password", 5: "Not Authorized", 134: "Bad User Name or Password",
            135: "Not Authorized"}  # fmt: skip


def mqtt(eve: Eve, rows: Rows) -> None:
    """What a message and its acknowledgements say."""
    said = eve.part("mqtt")
    for name, tell in (("connect", _connect), ("publish", _publish), ("subscribe", _subscribe),
                       ("unsubscribe", _unsubscribe), ("disconnect", _disconnect)):  # fmt: skip
        if isinstance(part(said, name), Mapping):
            tell(eve, said, rows)


def _connect(eve: Eve, said: Any, rows: Rows) -> None:
    connect, code = part(said, "connect"), whole(part(said, "connack", "return_code"))
    if code is None:
        code = whole(part(said, "connack", "reason_code"))
    user = words(part(connect, "username"))
    with_secret = part(connect, "flags", "password") is True
    outcome = "unknown" if code is None else "failure" if code else "success"
    common = {
        "event.outcome": outcome,
        "ot.reply": None if code is None else "answered",
        "ot.status.code": code or None,
        "ot.status.name": REFUSALS.get(code or 0),
        "ot.client_name": words(part(connect, "client_id")),
        "user.name": user,
    }
    operation = "security.login" if with_secret or user else "session.open"
    function = {"ot.function.code": 1, "ot.function.name": "CONNECT"}
    rows.add("transaction", {**eve.transaction("mqtt", operation), **common, **function})
    session = {
        **eve.row("mqtt"),
        **common,
        "ot.session_kind": "mqtt_connect",
        "ot.operation": operation,
        "ot.secret_kind": "password" if with_secret else "none",
        "ot.secret_encrypted": False if with_secret else None,
        "ot.details": {
            "level": whole(part(connect, "protocol_version")),
            "clean": part(connect, "flags", "clean_session"),
            "will_topic": words(part(connect, "will", "topic")),
            "will_retain": part(connect, "flags", "will_retain") if part(connect, "flags", "will") else None,
        },
    }
    rows.add("session", session)


def _publish(eve: Eve, said: Any, rows: Rows) -> None:
    publish = part(said, "publish")
    function = {"ot.function.code": 3, "ot.function.name": "PUBLISH", "event.outcome": "unknown", "ot.reply": "none"}
    details = {"retain": part(publish, "retain"), "qos": whole(part(publish, "qos"))}
    topic = {"ot.object.kind": "topic", "ot.object.address": words(part(publish, "topic"))}
    rows.add("transaction", {**eve.transaction("mqtt", "publish"), **function, **topic, "ot.details": details})


def _subscribe(eve: Eve, said: Any, rows: Rows) -> None:
    asked = part(said, "subscribe", "topics")
    topics = [part(each, "topic") for each in asked] if isinstance(asked, list) else []
    answered = part(said, "suback") is not None
    _topics(eve, rows, topics, "subscribe.start", 8, "SUBSCRIBE", answered=answered)


def _unsubscribe(eve: Eve, said: Any, rows: Rows) -> None:
    asked = part(said, "unsubscribe", "topics")
    topics = asked if isinstance(asked, list) else []
    answered = part(said, "unsuback") is not None
    _topics(eve, rows, topics, "subscribe.stop", 10, "UNSUBSCRIBE", answered=answered)


def _topics(eve: Eve, rows: Rows, topics: list[Any], operation: str, code: int, name: str, *, answered: bool) -> None:
    for place, topic in enumerate(topics[:1000]):
        said = {
            "ot.function.code": code,
            "ot.function.name": name,
            "ot.object.kind": "topic",
            "ot.object.address": words(topic),
            "ot.item": place,
            "ot.items": len(topics),
            "event.outcome": "success" if answered else "unknown",
            "ot.reply": "answered" if answered else None,
        }
        rows.add("transaction", {**eve.transaction("mqtt", operation), **said})


def _disconnect(eve: Eve, said: Any, rows: Rows) -> None:
    del said  # that it came says all
    function = {
        "ot.function.code": 14,
        "ot.function.name": "DISCONNECT",
        "event.outcome": "unknown",
        "ot.reply": "none",
    }
    rows.add("transaction", {**eve.transaction("mqtt", "session.close"), **function})
