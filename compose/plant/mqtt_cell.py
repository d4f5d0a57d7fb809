"""The normal life of MQTT in a lab: broker, edge node, operator station and historian."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import Future

from compose.plant import sparkplug
from compose.plant.lab import Lab
from compose.plant.mqtt_broker import Broker, BrokerSettings
from compose.plant.mqtt_nodes import COMMAND_TOPIC, EdgeNode, Node
from compose.plant.sparkplug import DEVICE, REBIRTH, Metric, payload, topic


class MqttCell:
    """The running clients of the cell."""

    def __init__(self, lab: Lab, settings: BrokerSettings | None = None, edge: EdgeNode | None = None) -> None:
        self.lab = lab
        self.broker = Broker(lab, settings)
        self.edge = edge or EdgeNode(lab)
        self.operator = Node(lab, "hmi", "hmi-1", "operator")
        self.historian = Node(lab, "hist", "historian", "historian") if "hist" in lab else None
        self.operator.on_return = self._ask_for_births
        self._reporting: Future[None] | None = None

    def start(self) -> None:
        """Connect everyone; subscribers first, so that they see the births."""
        if self.historian is not None:
            self.historian.connect().subscribe("plant/line1/#", "spBv1.0/Marsh/#", qos=1)
        self.operator.connect().subscribe("plant/line1/+/telemetry", "plant/line1/status", "spBv1.0/Marsh/#")
        self.edge.node.connect().subscribe(COMMAND_TOPIC, qos=1)
        self.edge.node.subscribe(topic("NCMD"), topic("DCMD") + "/#")
        self._reporting = self.lab["edge"].start(self.edge.live())

    def _ask_for_births(self) -> None:
        """The names behind the aliases are told at birth only: who comes back asks for them, as a host does."""
        self.operator.publish(topic("NCMD"), payload([Metric(REBIRTH, sparkplug.BOOLEAN, True)], None))

    def command(self, setpoint: int) -> None:
        """Give a set-point as the operator, in JSON and as a Sparkplug DCMD."""
        self.operator.publish(COMMAND_TOPIC, {"level_setpoint": setpoint}, qos=1)
        order = [Metric("Level set-point", sparkplug.INT32, setpoint)]
        self.operator.publish(topic("DCMD", DEVICE), payload(order, None))

    def stop(self) -> None:
        """Disconnect everyone and end the broker."""
        if self._reporting is not None:
            self._reporting.cancel()
            if not self._reporting.cancelled() and self._reporting.done():
                self._reporting.result()
        for node in (self.operator, self.historian, self.edge.node):
            if node is not None:
                node.close()
        self.broker.stop()


@contextlib.contextmanager
def mqtt_cell(lab: Lab, settings: BrokerSettings | None = None, warm_up: float = 2.5) -> Iterator[MqttCell]:
    """Run the cell; the block begins after `warm_up` seconds of normal traffic."""
    cell = MqttCell(lab, settings)
    cell.start()
    time.sleep(warm_up)
    try:
        yield cell
    finally:
        cell.stop()
