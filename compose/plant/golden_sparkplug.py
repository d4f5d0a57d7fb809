"""Golden capture of Sparkplug B over MQTT: birth, data, command, death."""

from __future__ import annotations

import time

from compose.plant import sparkplug
from compose.plant.catalogue import capture
from compose.plant.golden_mqtt import HOSTS, PAUSE, with_broker
from compose.plant.lab import Lab
from compose.plant.mqtt_nodes import Node
from compose.plant.sparkplug import BDSEQ, DEVICE, REBIRTH, Metric, payload, topic


@capture(
    "mqtt/sparkplug.pcap",
    "Sparkplug B: NBIRTH, DBIRTH, NDATA and DDATA by alias, NCMD, DCMD, DDEATH, NDEATH (last will), STATE, data types.",
    HOSTS,
    kind="golden",
    check={f"mqtt.topic contains {kind}": 1 for kind in ("NBIRTH", "DBIRTH", "NDATA", "DDATA", "NCMD", "DCMD")},
)
def sparkplug_b(lab: Lab) -> None:
    """One life of an edge node, with a rebirth."""

    def work() -> None:
        host = Node(lab, "hmi", "primary-host", "operator").connect().subscribe("spBv1.0/Marsh/#", qos=1)
        host.publish("spBv1.0/STATE/primary", b'{"online": true, "timestamp": 1795000000000}', qos=1, retain=True)
        node = Node(lab, "edge", "edge-line1", "edge")
        node.client.will_set(topic("NDEATH"), payload([Metric(BDSEQ, sparkplug.UINT64, 3)], None), qos=1)
        node.connect().subscribe(topic("NCMD"), topic("DCMD") + "/#")
        time.sleep(PAUSE)
        sequence = _life(node, 0)
        host.publish(topic("NCMD"), payload([Metric(REBIRTH, sparkplug.BOOLEAN, True)], None))
        time.sleep(PAUSE)
        _life(node, 0)
        order = [Metric("Set-point", sparkplug.INT32, 2100), Metric("Pump", sparkplug.BOOLEAN, False)]
        host.publish(topic("DCMD", DEVICE), payload(order, None))
        time.sleep(PAUSE)
        node.publish(topic("DDEATH", DEVICE), payload([], sequence))
        time.sleep(PAUSE)
        connection = node.client.socket()
        assert connection is not None, "the login was refused"
        node.client.loop_stop()
        connection.close()
        time.sleep(PAUSE)
        host.close()

    with_broker(lab, work)


def _life(node: Node, sequence: int) -> int:
    """Publish births and four data messages; return the next sequence number."""
    birth = [
        Metric(BDSEQ, sparkplug.UINT64, 3),
        Metric(REBIRTH, sparkplug.BOOLEAN, False),
        Metric("Load", sparkplug.FLOAT, 0.25, 1),
    ]
    device = [
        Metric("Level", sparkplug.DOUBLE, 2000.5, 10),
        Metric("Temperature", sparkplug.FLOAT, 65.25, 11),
        Metric("Valve", sparkplug.INT32, -5, 12),
        Metric("Pump", sparkplug.BOOLEAN, True, 13),
        Metric("Batch", sparkplug.STRING, "B-0117 液位", 14),
        Metric("Total", sparkplug.INT64, 9_007_199_254_740_993, 15),
        Metric("Unknown", sparkplug.DOUBLE, None, 16),
    ]
    node.publish(topic("NBIRTH"), payload(birth, sequence))
    node.publish(topic("DBIRTH", DEVICE), payload(device, sequence + 1))
    time.sleep(PAUSE)
    node.publish(topic("NDATA"), payload([Metric("Load", sparkplug.FLOAT, 0.5, 1)], sequence + 2, False))
    for step, value in enumerate((2001.5, 2002.25, 2003.0)):
        data = [Metric("Level", sparkplug.DOUBLE, value, 10), Metric("Valve", sparkplug.INT32, step, 12)]
        node.publish(topic("DDATA", DEVICE), payload(data, sequence + 3 + step, False))
        time.sleep(PAUSE)
    return sequence + 6
