"""Dissectors written as scapy layers.

scapy is no part of the product (GPL-2.0): it is installed by who wants it (`bittern[scapy]`), imported by the
dissector's own module, and so by its own process only. Nothing here imports it: a layer is any class made of bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from sensors.dissector.facts import Fact
from sensors.dissector.protocol import Dissector, Flow, Side


class LayerDissector(Dissector):
    """Each whole message is taken apart by `layer`, a scapy `Packet` class; `facts` says what the packet means."""

    layer: ClassVar[Any]

    def message(self, side: Side, data: bytes, flow: Flow) -> Iterable[Fact]:
        return self.facts(side, self.layer(data), flow)

    def facts(self, side: Side, packet: Any, flow: Flow) -> Iterable[Fact]:
        """Facts of one message that scapy took apart."""
        raise NotImplementedError
