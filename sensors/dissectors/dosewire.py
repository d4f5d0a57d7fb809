"""Dosewire 1, the worked example: a protocol of dosing controllers, invented to show how a dissector is written.

    | 0 magic "DW" | 2 version 1 | 3 kind 1: 1 request, 2 reply, 3 report | 4 body length 2 | 6 sequence 2 |
    | 8 station 1 | 9 function 1 | 10 body | checksum 2: sum of all bytes before it, modulo 65536 |

Numbers are big-endian. Functions and bodies: docs/dissectors.md.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable

from sensors.dissector import (
    Bad,
    Dissector,
    Fact,
    Flag,
    Flow,
    Identity,
    Item,
    Mine,
    Need,
    Outcome,
    Publication,
    Reply,
    Request,
    Session,
    Side,
    Transport,
)

MAGIC = b"DW\x01"
REQUEST, REPLY, REPORT = 1, 2, 3
HEAD, SUM, BODY = 10, 2, 1024

IDENTIFY, READ_WEIGHT, WRITE_SETPOINT, START_BATCH, STOP_BATCH, TARE = 0x01, 0x10, 0x20, 0x30, 0x31, 0x32
CALIBRATE_SPAN, BREAK_SEAL, LOGIN, STORE_RECIPE, WEIGHT_REPORT = 0x40, 0x41, 0x50, 0x60, 0x70

FUNCTIONS = {
    IDENTIFY: ("Identify", "identify.device"),
    READ_WEIGHT: ("Read weight", "read"),
    WRITE_SETPOINT: ("Write setpoint", "write"),
    START_BATCH: ("Start batch", "mode.run"),
    STOP_BATCH: ("Stop batch", "mode.stop"),
    TARE: ("Tare", "control.direct"),
    CALIBRATE_SPAN: ("Calibrate span", "configure.device"),
    BREAK_SEAL: ("Break seal", "security.unlock"),
    LOGIN: ("Login", "security.login"),
    STORE_RECIPE: ("Store recipe", "program.download"),
    WEIGHT_REPORT: ("Weight report", "publish"),
}
STATUS = {
    0: "OK", 1: "Unknown function", 2: "Out of range", 3: "Sealed", 4: "Not logged in", 5: "Busy", 6: "Wrong PIN",
}  # fmt: skip
ATTRIBUTES = ("vendor", "model", "firmware", "serial")


class Dosewire(Dissector):
    """Reads Dosewire 1."""

    def probe(self, data: bytes, transport: Transport, ended: bool) -> Mine | Need | None:
        framed = self.framing("client", data)
        if not isinstance(framed, int):
            return framed if isinstance(framed, Need) and not ended else None
        if len(data) < HEAD or data[9] not in FUNCTIONS:
            return Need(HEAD) if len(data) < HEAD and not ended else None
        whole = len(data) >= framed
        if whole and not _sum_holds(data[:framed]):
            return None
        return Mine(0.99 if whole else 0.9, "client" if data[3] == REQUEST else "server")

    def framing(self, side: Side, data: bytes) -> int | Need | Bad:
        if not MAGIC.startswith(data[:3]) or (len(data) > 3 and data[3] not in (REQUEST, REPLY, REPORT)):
            return Bad("dosewire.header")
        if len(data) < 6:
            return Need(6)
        body = int.from_bytes(data[4:6], "big")
        return HEAD + body + SUM if body <= BODY else Bad("dosewire.header")

    def message(self, side: Side, data: bytes, flow: Flow) -> Iterable[Fact]:
        kind, sequence, station, code = struct.unpack_from(">3xB2xHBB", data)
        body = data[HEAD:-SUM]
        if not _sum_holds(data):
            yield Flag("dosewire.checksum", len(data) - SUM)
        if code not in FUNCTIONS:
            yield Flag("dosewire.function_unknown", 9)
        try:
            yield from _facts(kind, code, (sequence, station), body, flow)
        except (struct.error, IndexError, ValueError):
            yield Flag("dosewire.body", HEAD)
            if kind == REQUEST:
                yield Request([Item(_operation(code))], sequence << 8 | station, _name(code), code, unit=station)


def _sum_holds(data: bytes) -> bool:
    return sum(data[:-SUM]) & 0xFFFF == int.from_bytes(data[-SUM:], "big")


def _name(code: int) -> str | None:
    return FUNCTIONS[code][0] if code in FUNCTIONS else None


def _operation(code: int) -> str:
    return FUNCTIONS[code][1] if code in FUNCTIONS else "unknown"


def _facts(kind: int, code: int, who: tuple[int, int], body: bytes, flow: Flow) -> Iterable[Fact]:
    sequence, station = who
    key = sequence << 8 | station
    operation = _operation(code)
    if kind == REPORT:
        scale, weight = struct.unpack(">Bf", body)
        item = Item(operation, "scale", start=scale, count=1, values=[weight], type="float32")
        return [Publication([item], _name(code), code, unit=station)]
    if kind == REQUEST:
        item = ASKED.get(code, _nothing)(operation, body)
        if code == LOGIN:
            flow["user"] = item.address
            return [Request([Item(operation)], key, _name(code), code, unit=station, user=item.address)]
        return [Request([item], key, _name(code), code, unit=station)]
    return _reply(code, operation, key, station, body, flow)


def _reply(code: int, operation: str, key: int, station: int, body: bytes, flow: Flow) -> list[Fact]:
    status = (body[0], STATUS.get(body[0], "Undefined status"))
    done = body[0] == 0
    outcome: Outcome = "success" if done else "failure"
    item, facts = Item(operation), list[Fact]()
    if done and code == READ_WEIGHT:
        weights = struct.unpack(f">{(len(body) - 1) // 4}f", body[1:])
        item = Item(operation, values=weights, type="float32")
    if done and code == IDENTIFY:
        facts += [Identity(name, value) for name, value in zip(ATTRIBUTES, _texts(body[1:]), strict=True)]
    if code == LOGIN:
        user = flow.pop("user", None)
        facts.append(Session("dosewire_login", operation, outcome, status, user=user, secret_kind="password"))
    return [Reply(outcome, [item], key, None if done else status, _name(code), code, unit=station), *facts]


def _nothing(operation: str, body: bytes) -> Item:
    return Item(operation)


def _weights(operation: str, body: bytes) -> Item:
    first, count = struct.unpack(">BB", body)
    return Item(operation, "scale", start=first, count=count)


def _setpoint(operation: str, body: bytes) -> Item:
    scale, value = struct.unpack(">Bf", body)
    return Item(operation, "setpoint", start=scale, count=1, values=[value], type="float32")


def _batch(operation: str, body: bytes) -> Item:
    (recipe,) = struct.unpack(">H", body)
    return Item(operation, "recipe", address=str(recipe))


def _scale(operation: str, body: bytes) -> Item:
    (scale,) = struct.unpack(">B", body)
    return Item(operation, "scale", start=scale, count=1)


def _span(operation: str, body: bytes) -> Item:
    scale, gram = struct.unpack(">BI", body)
    return Item(operation, "scale", start=scale, count=1, details={"span_gram": gram})


def _recipe(operation: str, body: bytes) -> Item:
    (recipe,) = struct.unpack_from(">H", body)
    return Item(operation, "recipe", address=str(recipe), details={"recipe": recipe})


def _user(operation: str, body: bytes) -> Item:
    """Only the user's name: the PIN behind it reaches no event."""
    user, _ = _texts(body)
    return Item(operation, address=user)


def _texts(body: bytes) -> list[str]:
    """Texts one after another, each behind its length."""
    found, at = [], 0
    while at < len(body):
        end = at + 1 + body[at]
        if end > len(body):
            raise ValueError("text")
        found.append(body[at + 1 : end].decode("latin-1"))
        at = end
    return found


ASKED: dict[int, Callable[[str, bytes], Item]] = {
    READ_WEIGHT: _weights,
    WRITE_SETPOINT: _setpoint,
    START_BATCH: _batch,
    TARE: _scale,
    CALIBRATE_SPAN: _span,
    STORE_RECIPE: _recipe,
    LOGIN: _user,
}
