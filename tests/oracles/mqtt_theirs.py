"""What tshark says of the MQTT packets of a capture, acknowledgements joined to what they acknowledge."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.oracles import mqtt_words as words
from tests.oracles import sparkplug
from tests.oracles.agreement import ABSENT, TEXT_LIMIT, Facts, said
from tests.oracles.mqtt_words import NAMES
from tests.oracles.tshark import Message, Tree, messages

NUMBER_PROPERTIES = {
    0x01: "payload is text", 0x02: "message expiry", 0x0B: "subscription id", 0x11: "session expiry",
    0x13: "server keepalive", 0x17: "request problem", 0x18: "will delay", 0x19: "request response",
    0x21: "receive maximum", 0x22: "topic alias maximum", 0x23: "alias", 0x24: "maximum qos",
    0x25: "retain available", 0x27: "maximum packet size", 0x28: "wildcard available",
    0x29: "subscription id available", 0x2A: "shared available",
}  # fmt: skip
TEXT_PROPERTIES = {
    0x03: "content type", 0x08: "response topic", 0x12: "assigned client id", 0x15: "authentication method",
    0x1A: "response information", 0x1C: "server reference", 0x1F: "reason string",
}  # fmt: skip
OF_SERVER = ("session expiry", "receive maximum", "topic alias maximum", "maximum packet size")
"""Properties that CONNECT and CONNACK may both hold."""
JSON_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
REASON_CODES = (
    "mqtt.connack.reason_code", "mqtt.puback.reason_code", "mqtt.pubrec.reason_code", "mqtt.pubcomp.reason_code",
    "mqtt.suback.reason_code", "mqtt.unsuback.reason_code", "mqtt.disconnect.reason_code", "mqtt.auth.reason_code",
    "mqtt.conack.val", "mqtt.suback.qos",
)  # fmt: skip


class Stream:
    """What was said on one connection so far."""

    def __init__(self) -> None:
        self.five = False
        self.waiting: dict[tuple[int, str, str], dict[str, str]] = {}
        self.sessions: list[dict[str, str]] = []
        self.aliases: sparkplug.Aliases = {}


def facts(capture: Path, options: Sequence[str]) -> Facts:
    """Facts by message, as ours are."""
    found, streams = Facts(), dict[int, Stream]()
    for message in messages(capture, "mqtt", *options):
        kind = message.tree.number("mqtt.msgtype")
        if kind is not None:
            _packet(kind, message, streams.setdefault(message.stream, Stream()), found)
    return found


def _packet(kind: int, message: Message, stream: Stream, found: Facts) -> None:
    tree, identifier = message.tree, message.tree.first("mqtt.msgid") or ""
    if kind == words.PUBREC and not any(code >= 0x80 for code in _codes(tree)):
        return
    if kind == words.PUBREL:
        return
    if kind in words.ACKNOWLEDGES:
        asked = words.ACKNOWLEDGES[kind]
        # The other end's request: whoever sends this one is not its sender.
        waiting = [key for key in stream.waiting if key[:2] == (asked, identifier) and key[2] != message.sender]
        if not waiting:
            found.message(message.first, f"lone {NAMES[kind]}")
            return
        fields = stream.waiting.pop(waiting[-1])
        fields |= {"answered in": said(message.last)} | _answer(kind, tree, stream)
        if kind == words.CONNACK:
            assigned = _properties(tree.all("mqtt.properties")).get("assigned client id")
            for each in (fields, stream.sessions.pop()):
                each |= {"status 0": fields["status 0"]} | ({"client id": assigned} if assigned else {})
        return
    fields = found.message(message.first, NAMES[kind])
    if kind in words.ACKNOWLEDGED:
        stream.waiting[kind, identifier, message.sender] = fields
    if kind == words.CONNECT:
        stream.five = tree.number("mqtt.ver") == 5
        fields |= _connect(tree)
        session = found.message(message.first, "session")
        session |= {key: fields[key] for key in ("client id", "user name", "level")}
        session["secret"] = said(tree.number("mqtt.conflag.passwd") == 1 or "authentication method" in fields)
        stream.sessions.append(session)
    elif kind == words.PUBLISH:
        fields |= _publish(tree, stream)
    elif kind in (words.SUBSCRIBE, words.UNSUBSCRIBE):
        fields |= _filters(tree, stream)
    elif kind in (words.DISCONNECT, words.AUTH) and stream.five:
        fields |= {"status 0": said(next(iter(_codes(tree)), 0))} | _properties(tree.all("mqtt.properties"))


def _codes(tree: Tree) -> list[int]:
    return [int(node.show, 0) for name in REASON_CODES for node in tree.all(name)]


def _answer(kind: int, tree: Tree, stream: Stream) -> dict[str, str]:
    codes = _codes(tree)
    if stream.five and not codes and kind not in (words.PINGRESP,):
        codes = [0]  # Left out, it means success (MQTT 5.0, 3.4.2.1).
    fields = {f"status {i}": said(code) for i, code in enumerate(codes)}
    properties = _properties(tree.all("mqtt.properties"))
    properties.pop("assigned client id", None)
    if "user properties" in properties:
        properties["answer user properties"] = properties.pop("user properties")
    if kind == words.CONNACK:
        properties.pop("authentication method", None)
        for name in OF_SERVER:
            if name in properties:
                properties[f"server {name}"] = properties.pop(name)
        present = tree.number("mqtt.conack.flags.sp")
        if present is not None:
            fields["session present"] = said(present)
    return fields | properties


def _text(node: Tree) -> str:
    return bytes.fromhex(node.value)[:TEXT_LIMIT].decode(errors="replace")


def _properties(blocks: list[Tree]) -> dict[str, str]:
    fields: dict[str, str] = {}
    pairs: list[str] = []
    for block in blocks:
        identifier, key = 0, ""
        for node in block:
            if node.name == "mqtt.property_id":
                identifier = int(node.show, 0)
            elif node.name == "mqtt.prop_key":
                key = _text(node)
            elif node.name == "mqtt.prop_value":
                pairs.append(f"{key}={_text(node)}")
            elif identifier in NUMBER_PROPERTIES and not node.name.endswith("_len"):
                fields[NUMBER_PROPERTIES[identifier]] = said(int(node.value, 16) if identifier != 0x0B else node.show)
            elif identifier in TEXT_PROPERTIES and not node.name.endswith("_len"):
                fields[TEXT_PROPERTIES[identifier]] = _text(node)
            elif identifier == 0x09 and not node.name.endswith("_len"):
                fields["correlation bytes"] = said(len(node.value) // 2)
    if pairs:
        fields["user properties"] = "\n".join(pairs)
    return fields


def _connect(tree: Tree) -> dict[str, str]:
    texts = {name: [_text(node) for node in tree.all(f"mqtt.{name}")] for name in ("clientid", "username")}
    # tshark shows an empty identifier without bytes.
    fields = {
        "client id": "".join(texts["clientid"]) or ABSENT,
        "user name": texts["username"][0] if texts["username"] else ABSENT,
        "level": said((tree.number("mqtt.ver") or 0) & 0x7F),
        "keepalive": said(tree.number("mqtt.kalive")),
        "clean": said(tree.number("mqtt.conflag.cleansess")),
    }
    if tree.number("mqtt.conflag.willflag"):
        fields |= {
            "will topic": "".join(_text(node) for node in tree.all("mqtt.willtopic")),
            "will qos": said(tree.number("mqtt.conflag.qos")),
            "will retain": said(tree.number("mqtt.conflag.retain")),
            "will bytes": said(tree.number("mqtt.willmsg_len")),
        }
        will = _properties(tree.all("mqtt.will_properties"))
        fields |= {key: will[key] for key in ("will delay",) if key in will}
    return fields | _properties(tree.all("mqtt.properties"))


def _filters(tree: Tree, stream: Stream) -> dict[str, str]:
    fields = {f"filter {i}": _text(node) for i, node in enumerate(tree.all("mqtt.topic"))}
    asked = ("mqtt.sub.qos", "mqtt.subscription_options_qos")
    for i, node in enumerate(node for name in asked for node in tree.all(name)):
        fields[f"asked qos {i}"] = said(int(node.show, 0) & 3)
    for word, name in (("no local", "nl"), ("retain as published", "rap"), ("retain handling", "retain")):
        for i, node in enumerate(tree.all(f"mqtt.subscription_options_{name}")):
            fields[f"{word} {i}"] = said(int(node.show, 0))
    return fields | _properties(tree.all("mqtt.properties"))


def _publish(tree: Tree, stream: Stream) -> dict[str, str]:
    named = [node for node in tree.all("mqtt.topic") if node.value]
    # Behind an alias tshark shows the name it resolved, without bytes.
    topic = _text(named[0]) if named else next((node.show for node in tree.all("mqtt.topic") if node.show), "")
    payload = b"".join(bytes.fromhex(node.value) for node in tree.all("mqtt.msg"))
    fields = {
        "qos": said(tree.number("mqtt.qos")),
        "retain": said(tree.number("mqtt.retain")),
        "dup": said(tree.number("mqtt.dupflag")),
        "payload bytes": said(len(payload)),
    }
    metrics = sparkplug.facts(topic, payload, stream.aliases)
    command = metrics is not None and metrics["sparkplug type"].endswith("CMD") and metrics["sparkplug metrics"] != "0"
    if not command:
        fields["topic"] = topic
    fields |= _properties(tree.all("mqtt.properties"))
    return fields | (_values(payload) if metrics is None else metrics)


def _values(payload: bytes) -> dict[str, str]:
    """Number, text or leaves of a document, as Python reads them."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return {}
    if JSON_NUMBER.fullmatch(text.strip(" \t\r\n")) and len(text) <= 64:
        return {"value": _number(text.strip(" \t\r\n"))}
    if text.lstrip(" \t\r\n")[:1] in ("{", "["):
        try:
            document = json.loads(text, parse_int=_Written, parse_float=_Written)
        except ValueError:
            pass
        else:
            return dict(_leaves(document, "$"))
    printable = all(c in "\t\r\n" or not (ord(c) < 32 or 127 <= ord(c) < 160) for c in text)
    return {"value": text} if text and printable and len(payload) <= TEXT_LIMIT else {}


class _Written(str):
    """A number as it is written."""


def _number(written: str) -> str:
    if re.fullmatch(r"-?\d+", written) and abs(int(written)) >= 2**53:
        return written
    return said(float(written))


def _leaves(value: Any, path: str) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in _leaves(inner, f"{path}.{key}")]
    if isinstance(value, list):
        return [leaf for i, inner in enumerate(value) for leaf in _leaves(inner, f"{path}[{i}]")]
    if value is None:
        return []
    if isinstance(value, _Written):
        return [(f"value {path}", _number(value))]
    return [(f"value {path}", said(value).replace("\0", "\ufffd"))]
