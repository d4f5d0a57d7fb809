"""Proof captures of the MQTT and Sparkplug rules MQ01 to MQ13 made with paho and mosquitto."""

from __future__ import annotations

import time

from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.mqtt_broker import Broker, BrokerSettings
from compose.plant.mqtt_cell import MqttCell, mqtt_cell
from compose.plant.mqtt_nodes import COMMAND_TOPIC, STATUS_TOPIC, TELEMETRY_TOPIC, Node

NORMAL = "mqtt/normal.pcap"
CELL = "broker edge hmi"
QUIET = "MQ01 MQ02 MQ04 MQ05 MQ06 MQ07 MQ08 MQ09 MQ10 MQ11 MQ12 MQ13 MQ14"
STRANGER = "ip.src==10.9.1.66 && mqtt"


def _operate(cell: MqttCell, commands: int) -> None:
    for number in range(commands):
        cell.command((2000, 1950, 2050)[number % 3])
        time.sleep(3)


@capture(
    NORMAL,
    "The MQTT cell at work: JSON and Sparkplug telemetry, status retained by its owner, commands by the operator.",
    f"{CELL} hist",
    rules=QUIET,
    kind="benign",
    check={"mqtt.msgtype==3": 100, "mqtt.topic contains NBIRTH": 1},
)
def normal(lab: Lab) -> None:
    """25 seconds of normal work."""
    with mqtt_cell(lab) as cell:
        _operate(cell, 7)


@capture(
    "mqtt/normal-later.pcap",
    "The same cell later; the operator's client reconnects once from its own address. Nothing may fire.",
    f"{CELL} hist",
    rules=QUIET,
    kind="benign",
    learn=NORMAL,
    check={"mqtt.msgtype==1": 4},
)
def normal_later(lab: Lab) -> None:
    """12 seconds, one reconnection."""
    with mqtt_cell(lab) as cell:
        _operate(cell, 1)
        cell.operator.close()
        time.sleep(1)
        cell.operator.connect().subscribe("plant/line1/+/telemetry", "plant/line1/status", "spBv1.0/Marsh/#")
        _operate(cell, 2)


@capture(
    "mqtt/wildcard-subscriptions.pcap",
    "A logged-in stranger subscribes to everything: #, $SYS/#, +, +/# and +/+/+.",
    f"{CELL} att",
    rules="MQ01",
    learn=NORMAL,
    check={f"{STRANGER}.msgtype==8": 5},
)
def wildcard_subscriptions(lab: Lab) -> None:
    """Five filters, one SUBSCRIBE each."""
    with mqtt_cell(lab), lab.step("wildcard subscription", "att", "broker", ["T0801", "T0802", "T0861"], ["MQ01"]):
        node = Node(lab, "att", "mqtt-explorer-7f3a", "historian").connect()
        for word in ("#", "$SYS/#", "+", "+/#", "+/+/+"):
            node.subscribe(word)
            time.sleep(0.5)
        time.sleep(1)
        node.close()


@capture(
    "mqtt/new-publisher.pcap",
    "A stranger with a stolen login publishes telemetry, a new topic and a command.",
    f"{CELL} att",
    rules="MQ05",
    learn=NORMAL,
    check={f"{STRANGER}.msgtype==3": 3},
)
def new_publisher(lab: Lab) -> None:
    """Three topics."""
    with mqtt_cell(lab) as cell:
        node = Node(lab, "att", "paho-1182", "operator").connect()
        with lab.step("telemetry by a new publisher", "att", "broker", ["T0856"], ["MQ05"]):
            node.publish(TELEMETRY_TOPIC, cell.edge.telemetry())
            time.sleep(1)
        with lab.step("new topic", "att", "broker", ["T0855"], ["MQ05"]):
            node.publish("plant/line1/tank/notes", "hello")
            time.sleep(1)
        with lab.step("command by a new publisher", "att", "broker", ["T0855"], ["MQ05"]):
            node.publish(COMMAND_TOPIC, {"level_setpoint": 2900}, qos=1)
            time.sleep(1)
        node.close()


@capture(
    "mqtt/retained-poisoned.pcap",
    "A stranger overwrites the retained status of the line, then deletes it with an empty message.",
    f"{CELL} att",
    rules="MQ06 MQ05",
    learn=NORMAL,
    check={f"{STRANGER}.msgtype==3 && mqtt.retain==1": 2},
)
def retained_poisoned(lab: Lab) -> None:
    """Overwrite and delete."""
    with mqtt_cell(lab):
        node = Node(lab, "att", "paho-2291", "edge").connect()
        with lab.step("retained message overwritten", "att", "broker", ["T0856", "T0832"], ["MQ06"]):
            node.publish(STATUS_TOPIC, "stopped", qos=1, retain=True)
            time.sleep(1.5)
        with lab.step("retained message deleted", "att", "broker", ["T0856"], ["MQ06"]):
            node.publish(STATUS_TOPIC, b"", qos=1, retain=True)
            time.sleep(1.5)
        node.close()


@capture(
    "mqtt/client-id-takeover.pcap",
    "A stranger connects as hmi-1; the broker throws the operator out, who comes back, and so on.",
    f"{CELL} att",
    rules="MQ07",
    learn=NORMAL,
    check={'mqtt.msgtype==1 && mqtt.clientid=="hmi-1"': 6},
)
def client_id_takeover(lab: Lab) -> None:
    """Both reconnect by themselves for eight seconds."""
    with mqtt_cell(lab):
        with lab.step("client id takeover", "att", "broker", ["T0849", "T0830"], ["MQ07"]):
            node = Node(lab, "att", "hmi-1", "operator").connect()
            time.sleep(8)
            node.close()
        time.sleep(1.5)


@capture(
    "mqtt/will-on-command-topic.pcap",
    "A client leaves a last will on the command topic and dies: the broker gives the command in its place.",
    f"{CELL} att",
    rules="MQ08",
    learn=NORMAL,
    check={f"{STRANGER}.conflag.willflag==1": 1},
)
def will_on_command_topic(lab: Lab) -> None:
    """The connection is cut without a DISCONNECT."""
    with mqtt_cell(lab), lab.step("last will on a command topic", "att", "broker", ["T0855", "T0815"], ["MQ08"]):
        node = Node(lab, "att", "paho-3301", "operator")
        node.client.will_set(COMMAND_TOPIC, b'{"level_setpoint": 3900}', qos=1, retain=True)
        node.connect()
        time.sleep(1)
        connection = node.client.socket()
        assert connection is not None, "the login was refused"
        node.client.loop_stop()
        connection.close()
        time.sleep(2)


@capture(
    "mqtt/publish-flood.pcap",
    "A stranger publishes 1300 small messages within ten seconds.",
    f"{CELL} att",
    rules="MQ09",
    learn=NORMAL,
    check={f"{STRANGER}.msgtype==3": 300},
)
def publish_flood(lab: Lab) -> None:
    """About 140 messages a second to a topic nobody reads."""
    with mqtt_cell(lab):
        node = Node(lab, "att", "paho-9001", "engineer").connect()
        with lab.step("publish flood", "att", "broker", ["T0814"], ["MQ09"]):
            for number in range(1300):
                node.publish("test/x", str(number))
                time.sleep(0.007)
        time.sleep(1)
        node.close()


@capture(
    "mqtt/payload-changed.pcap",
    "The edge node's own telemetry changes: level as text, a key gone, a new key, a value beyond the tank.",
    CELL,
    rules="MQ11",
    learn=NORMAL,
    check={"mqtt.topic contains telemetry": 8},
)
def payload_changed(lab: Lab) -> None:
    """Four odd messages by the right publisher."""
    with mqtt_cell(lab) as cell:
        good = cell.edge.telemetry()
        odd: dict[str, dict[str, object]] = {
            "number became text": good | {"level": "2000.0"},
            "key missing": {key: value for key, value in good.items() if key != "pump"},
            "new key": good | {"override": 1},
            "value beyond the tank": good | {"level": 9000.0},
        }
        for name, content in odd.items():
            with lab.step(name, "edge", "broker", ["T0856", "T0836"], ["MQ11"]):
                cell.edge.node.publish(TELEMETRY_TOPIC, content)
                time.sleep(1.2)


@capture(
    "mqtt/bridge-to-public-broker.pcap",
    "The plant's broker sends everything to a broker on a public address.",
    f"{CELL} internet",
    rules="MQ13 G08",
    learn=NORMAL,
    check={"ip.dst==203.0.113.50 && mqtt.msgtype==1": 1, "ip.dst==203.0.113.50 && mqtt.msgtype==3": 5},
)
def bridge_to_public_broker(lab: Lab) -> None:
    """mosquitto's own bridge, to a second mosquitto."""
    outside = Broker(lab, BrokerSettings("internet", anonymous=True))
    step = lab.step("bridge to a public broker", "broker", "internet", ["T0884", "T0869"], ["MQ13"])
    with step, mqtt_cell(lab, BrokerSettings(bridge_to="internet")):
        time.sleep(6)
    outside.stop()
