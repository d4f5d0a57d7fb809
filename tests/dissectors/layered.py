"""Dosewire once more, as a scapy layer with a small mapping: what an engineer who knows scapy would write.

scapy is GPL-2.0: it is there in the plant's environment and in no other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scapy.fields import (  # type: ignore[import-not-found]  # the plant's environment has it
    ByteEnumField,
    ByteField,
    FieldLenField,
    IEEEFloatField,
    ShortField,
    StrFixedLenField,
    StrLenField,
    XShortField,
)
from scapy.packet import Packet  # type: ignore[import-not-found]  # the plant's environment has it

from sensors.dissector import Bad, Fact, Flow, Item, Mine, Need, Publication, Reply, Request, Side, Transport
from sensors.dissector.layers import LayerDissector

REQUEST, REPLY, REPORT = 1, 2, 3
SETPOINT = 0x20
OPERATIONS = {0x30: ("Start batch", "mode.run"), 0x31: ("Stop batch", "mode.stop"), 0x32: ("Tare", "control.direct")}


class Frame(Packet):  # type: ignore[misc]  # scapy has no types here
    """The frame as docs/dissectors.md draws it."""

    name = "Dosewire"
    fields_desc = (
        StrFixedLenField("magic", b"DW\x01", 3),
        ByteEnumField("kind", REQUEST, {REQUEST: "request", REPLY: "reply", REPORT: "report"}),
        FieldLenField("length", None, length_of="body", fmt="H"),
        ShortField("sequence", 0),
        ByteField("station", 0),
        ByteField("function", 0),
        StrLenField("body", b"", length_from=lambda packet: packet.length),
        XShortField("checksum", 0),
    )


class Setpoint(Packet):  # type: ignore[misc]  # scapy has no types here
    name = "Dosewire setpoint"
    fields_desc = (ByteField("scale", 0), IEEEFloatField("value", 0.0))


class Layered(LayerDissector):
    """Reads setpoints, batches and tares; a weight is only a read of a scale."""

    layer = Frame

    def probe(self, data: bytes, transport: Transport, ended: bool) -> Mine | Need | None:
        if len(data) < 10:
            return Need(10)
        return Mine(0.9, "client" if data[3] == REQUEST else "server") if data.startswith(b"DW\x01") else None

    def framing(self, side: Side, data: bytes) -> int | Need | Bad:
        if not b"DW\x01".startswith(data[:3]):
            return Bad("dosewire.header")
        return 12 + int.from_bytes(data[4:6], "big") if len(data) >= 6 else Need(6)

    def facts(self, side: Side, packet: Any, flow: Flow) -> Iterable[Fact]:
        name, operation = OPERATIONS.get(packet.function, (None, "unknown"))
        item = Item(operation)
        if packet.function == SETPOINT and packet.kind == REQUEST:
            setpoint = Setpoint(packet.body)
            name = "Write setpoint"
            item = Item("write", "setpoint", start=setpoint.scale, count=1, values=[setpoint.value], type="float32")
        key = packet.sequence << 8 | packet.station
        told: dict[str, Any] = {"function": name, "function_code": packet.function, "unit": packet.station}
        if packet.kind == REPORT:
            return [Publication([Item("publish", "scale")], **told)]
        if packet.kind == REPLY:
            return [Reply("failure" if packet.body[0] else "success", key=key, **told)]
        return [Request([item], key=key, **told)]
