"""Golden captures of MQTT 3.1, 3.1.1, 5 and Sparkplug B for the parser, each with mosquitto and paho."""

from __future__ import annotations

import time
from collections.abc import Callable

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.mqtt_broker import Broker, BrokerSettings
from compose.plant.mqtt_nodes import Node

HOSTS = "broker hmi edge"
PAUSE = 0.12  # seconds: lets each message travel in a segment of its own


def with_broker(lab: Lab, work: Callable[[], None], settings: BrokerSettings | None = None) -> None:
    broker = Broker(lab, settings)
    work()
    time.sleep(0.2)
    broker.stop()


def _exchange(lab: Lab, version: MQTTProtocolVersion) -> None:
    """Will, three qualities of service, retained messages, unsubscribe, ping, goodbye and a death without one."""
    reader = Node(lab, "hmi", "reader", "operator", protocol=version, keepalive=1).connect()
    reader.subscribe("plant/line1/#", qos=2)
    reader.subscribe("plant/+/other", "plant/line2/x", qos=1)
    writer = Node(lab, "edge", "writer", "edge", protocol=version)
    writer.client.will_set("plant/line1/state", b"gone", qos=1, retain=True)
    writer.connect()
    for quality in (0, 1, 2):
        writer.publish("plant/line1/level", f"200{quality}.5", qos=quality)
        time.sleep(PAUSE)
    writer.publish("plant/line1/state", {"state": "running", "shift": 2}, qos=1, retain=True)
    writer.publish("plant/line1/état/液位", "17,5 °C".encode(), qos=0)
    writer.publish("plant/line1/blob", bytes(range(256)), qos=0)
    writer.publish("plant/line1/old", b"", qos=0, retain=True)
    time.sleep(PAUSE)
    late = Node(lab, "hmi", "late-reader", "operator", protocol=version).connect()
    late.subscribe("plant/line1/state", qos=0)
    time.sleep(PAUSE)
    late.client.unsubscribe("plant/line1/state")
    time.sleep(1.4)  # the reader's keep alive of one second makes it ping
    connection = writer.client.socket()
    assert connection is not None, "the login was refused"
    writer.client.loop_stop()
    connection.close()
    time.sleep(PAUSE)
    late.close()
    reader.close()


@capture(
    "mqtt/v31.pcap",
    "MQTT 3.1 (MQIsdp, level 3): will, QoS 0 to 2, retained, UTF-8 topic, binary payload, unsubscribe, ping.",
    HOSTS,
    kind="golden",
    check={'mqtt.protoname=="MQIsdp"': 3, "mqtt.msgtype==6": 1, "mqtt.msgtype==12": 1},
)
def version_31(lab: Lab) -> None:
    """The common exchange in 3.1."""
    with_broker(lab, lambda: _exchange(lab, MQTTProtocolVersion.MQTTv31))


@capture(
    "mqtt/v311.pcap",
    "MQTT 3.1.1: will, QoS 0 to 2, retained, UTF-8 topic, binary payload, unsubscribe, ping.",
    HOSTS,
    kind="golden",
    check={"mqtt.ver==4": 3, "mqtt.msgtype==5": 2, "mqtt.msgtype==10": 1, "mqtt.msgtype==14": 1},
)
def version_311(lab: Lab) -> None:
    """The common exchange in 3.1.1."""
    with_broker(lab, lambda: _exchange(lab, MQTTProtocolVersion.MQTTv311))


@capture(
    "mqtt/refusals.pcap",
    "Refused logins in 3.1.1 (return code 5) and 5 (0x87, 0x85), an anonymous client let in, an empty client id.",
    "broker att",
    kind="golden",
    check={"mqtt.msgtype==2": 5},
)
def refusals(lab: Lab) -> None:
    """Wrong password, no user, no client id."""

    def work() -> None:
        v311, v5 = MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5
        for version in (v311, v5):
            Node(lab, "att", "guess", "operator", "wrong", version).connect().close()
            Node(lab, "att", "", "", None, version).connect().close()
            Node(lab, "att", f"guest-{version}", "", None, version).connect().close()

    with_broker(lab, work, BrokerSettings(anonymous=True))


def _properties(kind: int, **values: object) -> Properties:
    properties = Properties(kind)  # type: ignore[no-untyped-call]  # paho has no types here
    for name, value in values.items():
        setattr(properties, name, value)
    return properties


def _publish5(client: paho.Client, name: str, content: bytes, qos: int = 0, **values: object) -> None:
    client.publish(name, content, qos=qos, properties=_properties(PacketTypes.PUBLISH, **values))
    time.sleep(PAUSE)


@capture(
    "mqtt/v5.pcap",
    "MQTT 5: properties of every packet, topic aliases, will with delay, shared and optioned subscriptions, reasons.",
    HOSTS,
    kind="golden",
    check={"mqtt.ver==5": 2, "mqtt.msgtype==3": 12},
)
def version_5(lab: Lab) -> None:
    """Both sides with properties."""

    def work() -> None:
        v5 = MQTTProtocolVersion.MQTTv5
        reader = Node(lab, "hmi", "reader", "operator", protocol=v5)
        reader.connect(
            _properties(
                PacketTypes.CONNECT,
                SessionExpiryInterval=60,
                ReceiveMaximum=20,
                MaximumPacketSize=4096,
                TopicAliasMaximum=8,
                RequestResponseInformation=1,
                RequestProblemInformation=1,
                UserProperty=[("site", "marsh"), ("line", "1")],
            )
        )
        options = SubscribeOptions(qos=2, noLocal=True, retainAsPublished=True, retainHandling=1)
        reader.client.subscribe(
            "plant/line1/#", options=options, properties=_properties(PacketTypes.SUBSCRIBE, SubscriptionIdentifier=7)
        )
        reader.client.subscribe([("$share/g/plant/line2/#", SubscribeOptions(qos=1)), ("a/b", SubscribeOptions(qos=0))])
        writer = Node(lab, "edge", "writer", "edge", protocol=v5)
        will = _properties(
            PacketTypes.WILLMESSAGE, WillDelayInterval=1, MessageExpiryInterval=30, ContentType="text/plain"
        )
        writer.client.will_set("plant/line1/state", b"gone", qos=1, retain=True, properties=will)
        writer.connect(_properties(PacketTypes.CONNECT, TopicAliasMaximum=4))
        _messages5(writer.client)
        reader.client.unsubscribe("a/b", properties=_properties(PacketTypes.UNSUBSCRIBE, UserProperty=("why", "done")))
        reader.client.unsubscribe("never/subscribed")
        time.sleep(PAUSE)
        connection = writer.client.socket()
        assert connection is not None, "the login was refused"
        writer.client.loop_stop()
        connection.close()
        time.sleep(1.5)
        goodbye = _properties(PacketTypes.DISCONNECT, SessionExpiryInterval=0, UserProperty=("why", "end of shift"))
        reader.client.disconnect(ReasonCode(PacketTypes.DISCONNECT, "Normal disconnection"), goodbye)
        time.sleep(PAUSE)
        reader.client.loop_stop()

    with_broker(lab, work)


def _messages5(client: paho.Client) -> None:
    _publish5(client, "plant/line1/level", b"2000.5", 0, TopicAlias=1, PayloadFormatIndicator=1)
    _publish5(client, "", b"2001.5", 0, TopicAlias=1)
    _publish5(client, "", b"2002.5", 1, TopicAlias=1)
    _publish5(client, "plant/line1/temperature", b"65.2", 2, TopicAlias=1)
    _publish5(client, "", b"65.3", 0, TopicAlias=1)
    _publish5(
        client,
        "plant/line1/request",
        b'{"ask": "level"}',
        1,
        ContentType="application/json",
        ResponseTopic="plant/line1/reply",
        CorrelationData=b"\x01\x02\x03",
        MessageExpiryInterval=60,
        UserProperty=[("unit", "mm"), ("unit", "twice")],
    )
    _publish5(client, "nobody/listens", b"x", 1)
