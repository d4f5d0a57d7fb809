"""Proof captures of the MQTT and Sparkplug rules MQ01 to MQ13 made with paho and mosquitto."""

from __future__ import annotations

import time

from paho.mqtt.enums import MQTTProtocolVersion

from compose.plant import sparkplug
from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.mqtt_broker import Broker, BrokerSettings
from compose.plant.mqtt_cell import MqttCell, mqtt_cell
from compose.plant.mqtt_nodes import COMMAND_TOPIC, STATUS_TOPIC, TELEMETRY_TOPIC, Node
from compose.plant.sparkplug import BDSEQ, DEVICE, REBIRTH, Metric, payload, topic

NORMAL = "mqtt/normal.pcap"
CELL = "broker edge hmi"
QUIET = "MQ01 MQ02 MQ04 MQ05 MQ06 MQ07 MQ08 MQ09 MQ10 MQ11 MQ12 MQ13 MQ14"
_STRANGER = "ip.src==10.9.1.66 && mqtt"


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
    check={f"{_STRANGER}.msgtype==8": 5},
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
    "mqtt/anonymous-login.pcap",
    "The broker lets clients in without a user name (3.1.1 and 5).",
    f"{CELL} att",
    rules="MQ02",
    learn=NORMAL,
    check={f"{_STRANGER}.msgtype==1 && mqtt.conflag.uname==0": 2},
)
def anonymous_login(lab: Lab) -> None:
    """Two anonymous clients."""
    with mqtt_cell(lab, BrokerSettings(anonymous=True)):
        for version in (MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5):
            with lab.step("anonymous login accepted", "att", "broker", ["T0859"], ["MQ02"]):
                node = Node(lab, "att", f"guest-{version}", protocol=version).connect()
                time.sleep(0.5)
                node.close()


@capture(
    "mqtt/clear-text-password.pcap",
    "Logins with user name and password on port 1883: anyone on the wire can read them.",
    CELL,
    rules="MQ03 G12",
    check={"mqtt.conflag.passwd==1": 2},
)
def clear_text_password(lab: Lab) -> None:
    """The operator and the edge node log in without TLS."""
    with mqtt_cell(lab, warm_up=1), lab.step("password in clear text", "hmi", "broker", ["T0859", "T0842"], ["MQ03"]):
        node = Node(lab, "hmi", "hmi-2", "operator").connect()
        time.sleep(1)
        node.close()


@capture(
    "mqtt/default-password.pcap",
    "A stranger logs in with the user and password the broker's maker ships.",
    "broker edge hmi hist att",
    rules="G13 MQ03",
    check={"ip.src==10.9.1.66 && mqtt.conflag.passwd==1": 1},
)
def default_password(lab: Lab) -> None:
    """One login of admin."""
    with mqtt_cell(lab, warm_up=1), lab.step("default password", "att", "broker", ["T0812", "T0891"], ["G13"]):
        node = Node(lab, "att", "mqttx-1", "admin").connect()
        time.sleep(1)
        node.close()


@capture(
    "mqtt/tls.pcap",
    "The operator's client on port 8883: user name, password and topics are encrypted.",
    "broker hmi",
    rules="MQ01 MQ02 MQ03 MQ05 MQ14 G12",
    kind="benign",
    check={"tls.handshake.type==1": 1, "tcp.port==8883": 20},
)
def tls(lab: Lab) -> None:
    """Log in, subscribe and publish within TLS 1.3."""
    broker = Broker(lab, BrokerSettings(tls=True))
    node = Node(lab, "hmi", "hmi-1", "operator", tls=True).connect().subscribe("plant/line1/+/telemetry")
    for number in range(5):
        node.publish(COMMAND_TOPIC, {"level_setpoint": 2000 + number}, qos=1)
        time.sleep(0.4)
    node.close()
    broker.stop()


@capture(
    "mqtt/login-brute-force.pcap",
    "Twelve wrong passwords in a few seconds, in MQTT 3.1.1 (return code 5) and MQTT 5 (reason 0x87).",
    f"{CELL} att",
    rules="MQ04 G14",
    learn=NORMAL,
    check={"mqtt.conack.val==5": 6, "mqtt.msgtype==2": 12},
)
def login_brute_force(lab: Lab) -> None:
    """Six guesses in each version."""
    with mqtt_cell(lab):
        with lab.step("MQTT login brute force", "att", "broker", ["T0859"], ["MQ04", "G14"]):
            guess_passwords(lab, 6)
        time.sleep(1)


def guess_passwords(lab: Lab, count: int) -> None:
    """Guess the operator's password `count` times in each protocol version."""
    for version in (MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5):
        for number in range(count):
            node = Node(lab, "att", f"probe-{number}", "operator", f"guess-{number}", version)
            node.connect().close()
            time.sleep(0.15)


@capture(
    "mqtt/login-mistyped.pcap",
    "One wrong password, then the right one: a typing error, no attack.",
    CELL,
    rules="MQ04 G14",
    kind="benign",
    learn=NORMAL,
    check={"mqtt.conack.val==5": 1},
)
def login_mistyped(lab: Lab) -> None:
    """One refusal."""
    with mqtt_cell(lab):
        Node(lab, "hmi", "hmi-3", "operator", "bulrush-33").connect().close()
        time.sleep(2)
        node = Node(lab, "hmi", "hmi-3", "operator").connect()
        time.sleep(1)
        node.close()


@capture(
    "mqtt/new-publisher.pcap",
    "A stranger with a stolen login publishes telemetry, a new topic and a command.",
    f"{CELL} att",
    rules="MQ05",
    learn=NORMAL,
    check={f"{_STRANGER}.msgtype==3": 3},
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
    check={f"{_STRANGER}.msgtype==3 && mqtt.retain==1": 2},
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
    check={f"{_STRANGER}.conflag.willflag==1": 1},
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
    check={f"{_STRANGER}.msgtype==3": 300},
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
    "mqtt/sparkplug-rogue-command.pcap",
    "A stranger gives Sparkplug commands: rebirth by NCMD, a set-point by DCMD.",
    f"{CELL} att",
    rules="MQ12 MQ05",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && mqtt.topic contains NCMD": 1, "ip.src==10.9.1.66 && mqtt.topic contains DCMD": 1},
)
def sparkplug_rogue_command(lab: Lab) -> None:
    """One NCMD, one DCMD."""
    with mqtt_cell(lab):
        node = Node(lab, "att", "scada-x", "operator").connect()
        with lab.step("rogue NCMD", "att", "broker", ["T0855"], ["MQ12"]):
            node.publish(topic("NCMD"), payload([Metric(REBIRTH, sparkplug.BOOLEAN, True)], None))
            time.sleep(1)
        with lab.step("rogue DCMD", "att", "broker", ["T0855"], ["MQ12"]):
            order = [Metric("Level set-point", sparkplug.INT32, 3900)]
            node.publish(topic("DCMD", DEVICE), payload(order, None))
            time.sleep(1)
        node.close()


@capture(
    "mqtt/sparkplug-forged-state.pcap",
    "A stranger forges the edge node's state: NDEATH and NBIRTH again and again, and data out of sequence.",
    f"{CELL} att",
    rules="MQ12 MQ05",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && mqtt.topic contains NDEATH": 6, "ip.src==10.9.1.66 && mqtt.topic contains DDATA": 3},
)
def sparkplug_forged_state(lab: Lab) -> None:
    """Eight deaths and births, three data messages with sequence numbers that do not fit."""
    with mqtt_cell(lab) as cell:
        node = Node(lab, "att", "edge-x", "edge").connect()
        with lab.step("NDEATH and NBIRTH storm", "att", "broker", ["T0814", "T0856"], ["MQ12"]):
            for number in range(8):
                node.publish(topic("NDEATH"), payload([Metric(BDSEQ, sparkplug.UINT64, 0)], None))
                node.publish(topic("NBIRTH"), payload([Metric(BDSEQ, sparkplug.UINT64, number)], 0))
                time.sleep(0.2)
        with lab.step("sequence gap", "att", "broker", ["T0856"], ["MQ12"]):
            for sequence in (77, 12, 200):
                metrics = [metric for metric in cell.edge.device_metrics() if metric.alias == 10]
                node.publish(topic("DDATA", DEVICE), payload(metrics, sequence, False))
                time.sleep(0.4)
        node.close()


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
