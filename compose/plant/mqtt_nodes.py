"""The plant's MQTT clients on paho: a plain client, and the edge node that publishes JSON and Sparkplug B."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections.abc import Callable

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from compose.plant import sparkplug
from compose.plant.addresses import MQTT_PORT, ip
from compose.plant.lab import Lab
from compose.plant.mqtt_broker import PASSWORDS, TLS_PORT
from compose.plant.process import Drive, Tank
from compose.plant.sparkplug import BDSEQ, DEVICE, REBIRTH, Metric, payload, topic

STATUS_TOPIC = "plant/line1/status"
COMMAND_TOPIC = "plant/line1/tank/cmd"
TELEMETRY_TOPIC = "plant/line1/tank/telemetry"
DRIVE_TOPIC = "plant/line1/drive/telemetry"


class Node:
    """A paho client on a host of the lab.

    user: key of PASSWORDS or "" for an anonymous login; protocol: MQTTv31, MQTTv311 or MQTTv5.
    """

    def __init__(
        self,
        lab: Lab,
        host: str,
        client_id: str,
        user: str = "",
        password: str | None = None,
        protocol: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv311,
        keepalive: int = 30,
        tls: bool = False,
        broker: str = "broker",
    ) -> None:
        self._space = lab[host]
        self._port, self._broker, self._keepalive = (TLS_PORT if tls else MQTT_PORT), broker, keepalive
        self._answered = threading.Event()
        self.refused = ""
        self._filters: list[tuple[str, int]] = []
        self.on_return: Callable[[], None] = lambda: None
        self.client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=protocol)
        self.client.on_connect = self._on_connect
        if user:
            self.client.username_pw_set(user, PASSWORDS[user] if password is None else password)
        if tls:
            self.client.tls_set(cert_reqs=ssl.CERT_NONE)

    def _on_connect(
        self,
        client: paho.Client,
        userdata: object,
        flags: paho.ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        self.refused = str(reason) if reason.is_failure else ""
        if self._filters and not reason.is_failure:
            client.subscribe(self._filters)  # a clean session forgets them with the connection
            self.on_return()
        self._answered.set()

    def connect(self, properties: Properties | None = None) -> Node:
        """Connect and wait for the broker's answer; `refused` then holds its reason, or "" when it agreed."""

        def open_connection() -> None:
            self.client.connect(ip(self._broker), self._port, self._keepalive, properties=properties)
            self.client.loop_start()

        self._space.call(open_connection)
        if not self._answered.wait(5):
            self.refused = "no answer"
        return self

    def subscribe(self, *filters: str, qos: int = 0) -> Node:
        """Subscribe to the topic filters."""
        wanted = [(word, qos) for word in filters]
        self._filters += wanted
        self.client.subscribe(wanted)
        return self

    def publish(self, name: str, content: bytes | str | dict[str, object], qos: int = 0, retain: bool = False) -> None:
        """Publish a message; a dict is sent as JSON."""
        data = json.dumps(content) if isinstance(content, dict) else content
        self.client.publish(name, data, qos=qos, retain=retain)

    def close(self) -> None:
        """Say goodbye (DISCONNECT) and stop."""
        self.client.disconnect()
        self.client.loop_stop()


class EdgeNode:
    """The edge node of line 1: JSON telemetry of the process, Sparkplug births, data and death.

    process: a tank and drive that others move; None: the node has its own and moves them. period: seconds.
    """

    def __init__(self, lab: Lab, process: tuple[Tank, Drive] | None = None, period: float = 1.0) -> None:
        self.node = Node(lab, "edge", "edge-line1", "edge")
        self._sequence = 0
        self._birth = 0
        self._moves, self._period = process is None, period
        self._speaking = threading.Lock()  # paho's thread answers commands while the other one reports
        self.node.client.on_message = self._ordered
        self.tank, self.drive = process or (Tank(), Drive())
        death = payload([Metric(BDSEQ, sparkplug.UINT64, self._birth)], None)
        self.node.client.will_set(topic("NDEATH"), death, qos=0, retain=False)

    def _ordered(self, client: paho.Client, userdata: object, message: paho.MQTTMessage) -> None:
        """Announce itself again when told to; every NCMD here is a rebirth."""
        if message.topic == topic("NCMD"):
            self.born()

    def _next(self) -> int:
        number = self._sequence
        self._sequence = (self._sequence + 1) % 256
        return number

    def device_metrics(self) -> list[Metric]:
        """The tank's metrics with aliases 10 to 14."""
        return [
            Metric("Level", sparkplug.DOUBLE, round(self.tank.level, 1), 10),
            Metric("Temperature", sparkplug.FLOAT, round(self.tank.temperature / 10, 1), 11),
            Metric("Valve", sparkplug.INT32, round(self.tank.valve), 12),
            Metric("Pump", sparkplug.BOOLEAN, self.tank.pump, 13),
            Metric("Batch", sparkplug.STRING, "B-0117", 14),
        ]

    def born(self) -> None:
        """Publish NBIRTH and DBIRTH."""
        with self._speaking:
            self._announce()

    def _announce(self) -> None:
        self._sequence = 0
        node = [
            Metric(BDSEQ, sparkplug.UINT64, self._birth),
            Metric(REBIRTH, sparkplug.BOOLEAN, False),
            Metric("Properties/Model", sparkplug.STRING, "Heron edge 4"),
            Metric("Load", sparkplug.FLOAT, 0.25, 1),
        ]
        self.node.publish(topic("NBIRTH"), payload(node, self._next()))
        self.node.publish(topic("DBIRTH", DEVICE), payload(self.device_metrics(), self._next()))

    def report(self) -> None:
        """Publish NDATA and DDATA by alias, and the JSON telemetry."""
        with self._speaking:
            self._tell()

    def _tell(self) -> None:
        self.node.publish(topic("NDATA"), payload([Metric("Load", sparkplug.FLOAT, 0.25, 1)], self._next(), False))
        changed = [metric for metric in self.device_metrics() if metric.alias in (10, 11, 12)]
        self.node.publish(topic("DDATA", DEVICE), payload(changed, self._next(), False))
        self.node.publish(TELEMETRY_TOPIC, self.telemetry())
        drive: dict[str, object] = {"speed": round(self.drive.speed, 1), "running": self.drive.running}
        self.node.publish(DRIVE_TOPIC, drive, qos=1)

    def telemetry(self) -> dict[str, object]:
        """The tank's values as they go into JSON."""
        return {
            "level": round(self.tank.level, 1),
            "temperature": round(self.tank.temperature / 10, 1),
            "valve": round(self.tank.valve),
            "pump": self.tank.pump,
        }

    async def live(self) -> None:
        """Announce, then report every period until cancelled. The node must be connected."""
        self.node.publish(STATUS_TOPIC, {"state": "running", "batch": "B-0117"}, qos=1, retain=True)
        self.born()
        while True:
            for _ in range(10 if self._moves else 0):
                self.tank.step(0.1)
                self.drive.step(0.1)
            self.report()
            await asyncio.sleep(self._period)
