"""What tshark says of the OPC UA messages of a capture, chunks put together, replies joined to their requests."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.oracles.agreement import ABSENT, Facts, said
from tests.oracles.opcua_replies import REPLIES, publication
from tests.oracles.opcua_requests import REQUESTS
from tests.oracles.opcua_stream import Asked, Stream
from tests.oracles.opcua_tree import number
from tests.oracles.tshark import Message, Tree, messages

MODES = {1: "None", 2: "Sign", 3: "SignAndEncrypt"}
SERVICE = re.compile(r"(\w+?)(Request|Response)$")


def facts(capture: Path, options: Sequence[str]) -> Facts:
    """Facts by message, as ours are."""
    found, streams = Facts(), dict[int, Stream]()
    for message in messages(capture, "opcua", *options):
        stream = streams.setdefault(message.stream, Stream())
        READERS.get(message.tree.first("opcua.transport.type") or "", _nothing)(message, stream, found)
    for stream in streams.values():
        for asked in stream.waiting.values():
            if asked.service == "Publish":
                # Told as a request only where no publication came of it.
                found.message(asked.message.first, "Publish").update(asked.fields)
    return found


def _nothing(message: Message, stream: Stream, found: Facts) -> None:
    return None


def _hello(message: Message, stream: Stream, found: Facts) -> None:
    fields = found.message(message.first, "Hello")
    stream.endpoint = message.tree.first("opcua.transport.endpoint") or ABSENT
    fields |= {"endpoint": stream.endpoint} | _buffers(message.tree, "")
    fields["version"] = said(message.tree.number("opcua.transport.ver"))
    stream.hello.append(Asked("Hello", message.sender, fields, None, message))


def _buffers(tree: Tree, prefix: str) -> dict[str, str]:
    words = {"rbs": "receive buffer", "sbs": "send buffer", "mms": "message size", "mcc": "chunk count"}
    return {prefix + word: said(tree.number(f"opcua.transport.{name}")) for name, word in words.items()}


def _acknowledge(message: Message, stream: Stream, found: Facts) -> None:
    if stream.hello:
        fields = stream.hello.pop().fields
        fields |= {"answered in": said(message.last)} | _buffers(message.tree, "revised ")


def _error(message: Message, stream: Stream, found: Facts) -> None:
    status = said(message.tree.number("opcua.transport.error"))
    for waiting in (stream.hello, stream.opening):
        if waiting:
            waiting.pop(0).fields |= {"answered in": said(message.last), "status 0": status}
            return
    found.message(message.first, "Error").update(
        {"status 0": status, "reason": message.tree.first("opcua.transport.reason") or ABSENT}
    )


def _body(message: Message) -> tuple[str, str, Tree | None]:
    """Service, `Request` or `Response`, and the body; no service when tshark cannot read it."""
    for outer in message.tree:
        for body in outer:
            found = SERVICE.match(body.show) if not body.name else None
            if found:
                return found[1], found[2], body
            if not body.name and body.show.startswith("ServiceFault"):
                return "ServiceFault", "Response", body
    return "", "", None


def _open(message: Message, stream: Stream, found: Facts) -> None:
    _, direction, body = _body(message)
    policy = (message.tree.first("opcua.security.spu") or "").rsplit("#", 1)[-1]
    request = direction == "Request" or (not direction and _from_client(message, stream))
    if request:
        fields = found.message(message.first, "OpenSecureChannel")
        fields |= {"policy": policy, "endpoint": stream.endpoint}
        session = found.message(message.first, "channel")
        session["policy"] = policy
        if body:
            mode = MODES.get(number(body, "MessageSecurityMode") or 0, "?")
            kind = "renew" if number(body, "SecurityTokenRequestType") else "issue"
            fields |= {"mode": mode, "request type": kind, "lifetime": said(number(body, "RequestedLifetime"))}
            session |= {"mode": mode}
        stream.opening.append(Asked("OpenSecureChannel", message.sender, fields, body, message, session))
    elif stream.opening:
        asked = stream.opening.pop(0)
        asked.fields["answered in"] = said(message.last)
        asked.session["channel"] = said(message.tree.number("opcua.transport.scid"))
        if body:
            asked.fields |= {"status 0": _result(body), "revised lifetime": said(
                number(body, "SecurityToken", "RevisedLifetime"))}  # fmt: skip


def _from_client(message: Message, stream: Stream) -> bool:
    """Who opened the channel is known by the Hello, which only a client sends; without one, by turns."""
    return not stream.opening or stream.opening[-1].sender == message.sender


def _close(message: Message, stream: Stream, found: Facts) -> None:
    found.message(message.first, "CloseSecureChannel")


def _result(body: Tree) -> str:
    return said(number(body, "ResponseHeader", "ServiceResult") or 0)


def _message(message: Message, stream: Stream, found: Facts) -> None:
    request_id = message.tree.number("opcua.security.rqid") or 0
    began = stream.begun.setdefault((message.sender, request_id), message.first)
    if message.tree.first("opcua.transport.chunk") != "F":
        return
    del stream.begun[message.sender, request_id]
    service, direction, body = _body(message)
    if body is None:
        # A body whose type tshark reads, and which names no service, is not encrypted.
        found.message(began, "EncryptedMessage" if message.tree.number("opcua.servicenodeid.numeric") is None else "-")
    elif direction == "Request":
        asked = Asked(service, message.sender, {}, body, Message(began, *_rest(message)))
        if service != "Publish":
            asked.fields = found.message(began, service)
            asked.fields |= REQUESTS[service](body, stream) if service in REQUESTS else {}
        stream.waiting[message.sender, request_id] = asked
    else:
        _reply(service, body, request_id, began, message, stream, found)


def _rest(message: Message) -> tuple[int, int, str, Tree]:
    return message.last, message.stream, message.sender, message.tree


def _reply(
    service: str, body: Tree, request_id: int, began: int, message: Message, stream: Stream, found: Facts
) -> None:
    key = next((key for key in stream.waiting if key[1] == request_id and key[0] != message.sender), None)
    asked = stream.waiting.pop(key) if key else None
    result = _result(body)
    if service == "Publish" and not int(result) & 0x8000_0000:
        found.message(began, "Publish").update({"status 0": result} | publication(body, stream))
        return
    if asked is None:
        found.message(began, f"lone {service}")["status 0"] = result
        return
    if asked.service == "Publish":
        asked.fields = found.message(asked.message.first, "Publish")
    asked.fields["answered in"] = said(message.last)
    count = int(asked.fields.get("items", "1"))
    asked.fields |= {f"status {i}": result for i in range(count)}
    if service in REPLIES and not int(result) & 0x8000_0000:
        asked.fields |= REPLIES[service](body, asked, stream)


READERS: dict[str, Callable[[Message, Stream, Facts], None]] = {
    "HEL": _hello,
    "ACK": _acknowledge,
    "ERR": _error,
    "OPN": _open,
    "CLO": _close,
    "MSG": _message,
}
