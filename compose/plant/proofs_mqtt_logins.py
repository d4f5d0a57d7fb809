"""Proof captures of MQTT logins: anonymous, readable, guessed, mistyped, over TLS."""

from __future__ import annotations

import time

from paho.mqtt.enums import MQTTProtocolVersion

from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.mqtt_broker import Broker, BrokerSettings
from compose.plant.mqtt_cell import mqtt_cell
from compose.plant.mqtt_nodes import COMMAND_TOPIC, Node
from compose.plant.proofs_mqtt import CELL, NORMAL, STRANGER


@capture(
    "mqtt/anonymous-login.pcap",
    "The broker lets clients in without a user name (3.1.1 and 5).",
    f"{CELL} att",
    rules="MQ02",
    learn=NORMAL,
    check={f"{STRANGER}.msgtype==1 && mqtt.conflag.uname==0": 2},
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
