"""Proof captures of floods, exhaustion, silence, and of a mirror port that does not show everything."""

from __future__ import annotations

import socket
import time

from compose.plant import attack_network as attack
from compose.plant.addresses import MODBUS_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.cell import modbus_cell
from compose.plant.lab import Lab
from compose.plant.proofs_modbus import NORMAL, WARM_UP

_POLL = (("hmi", "plc1"), ("hmi", "plc2"))
_SLOWER = 2.0  # so that a minute of polling stays small
_CYCLE = 70.0  # seconds of polling that make a cycle whose end is a silence


@capture(
    "general/syn-flood.pcap",
    "900 SYN segments to a controller's Modbus port in eleven seconds, from an address that never answers.",
    "plc1 plc2 hmi att",
    rules="G23 G25",
    learn=NORMAL,
    check={"ip.src==10.9.1.67 && tcp.flags.syn==1": 900},
)
def syn_flood(lab: Lab) -> None:
    """80 a second."""
    with modbus_cell(lab, (("hmi", "plc1"),)):
        time.sleep(WARM_UP)
        lab["att"].call(attack.learn_mac, "plc1")
        with lab.step("SYN flood", "10.9.1.67", "plc1", ["T0814"], ["G23", "G25"]):
            lab["att"].call(attack.syn_flood, "plc1", MODBUS_PORT, 900, 0.012)
        time.sleep(1)


@capture(
    "general/half-open-connections.pcap",
    "90 connections to a controller that are never completed, over ten seconds.",
    "plc1 plc2 hmi att",
    rules="G25",
    learn=NORMAL,
    check={"ip.src==10.9.1.67 && tcp.flags.syn==1": 90},
)
def half_open_connections(lab: Lab) -> None:
    """Nine a second: too few for a flood, enough to fill the controller's table."""
    with modbus_cell(lab, (("hmi", "plc1"),)):
        time.sleep(1)
        lab["att"].call(attack.learn_mac, "plc1")
        with lab.step("half-open connections", "10.9.1.67", "plc1", ["T0814"], ["G25"]):
            lab["att"].call(attack.syn_flood, "plc1", MODBUS_PORT, 90, 0.11)
        time.sleep(2)


@capture(
    "general/session-exhaustion.pcap",
    "60 complete connections to one controller are opened and held without a request.",
    "plc1 plc2 hmi att",
    rules="G25",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && tcp.flags.syn==1": 60},
)
def session_exhaustion(lab: Lab) -> None:
    """Six a second, held for four seconds."""

    def hold() -> None:
        links = []
        for _ in range(60):
            links.append(socket.create_connection((ip("plc1"), MODBUS_PORT), timeout=2))
            time.sleep(0.15)
        time.sleep(4)
        for link in links:
            link.close()

    with modbus_cell(lab, (("hmi", "plc1"),)):
        time.sleep(1)
        with lab.step("session exhaustion", "att", "plc1", ["T0814"], ["G25"]):
            lab["att"].call(hold)


@capture(
    "general/polling-stops.pcap",
    "The HMI's polling of one controller ends and does not come back; the other controller is still polled.",
    "plc1 plc2 gw hmi",
    rules="G24",
    learn=NORMAL,
    check={"ip.dst==10.9.1.12 && modbus": 60},
)
def polling_stops(lab: Lab) -> None:
    """70 s of polling, 20 s of silence."""
    with modbus_cell(lab, _POLL, slower=_SLOWER) as cell:
        time.sleep(_CYCLE)
        with lab.step("polling stops", "hmi", "plc1", ["T0815", "T0829", "T0826"], ["G24"]):
            cell.stop_polling("hmi", "plc1")
            time.sleep(20)


@capture(
    "general/device-gone.pcap",
    "A controller's cable is pulled: requests are repeated and stay without answer, the other controller lives.",
    "plc1 plc2 gw hmi",
    rules="G24",
    learn=NORMAL,
    check={"ip.dst==10.9.1.12 && modbus": 60},
)
def device_gone(lab: Lab) -> None:
    """70 s of polling, 20 s without the device."""
    with modbus_cell(lab, _POLL, slower=_SLOWER):
        time.sleep(_CYCLE)
        with lab.step("device gone", "hmi", "plc1", ["T0815", "T0829", "T0826"], ["G24"]):
            lab["plc1"].command("ip", "link", "set", "eth0", "down")
            time.sleep(20)
        lab["plc1"].command("ip", "link", "set", "eth0", "up")


@capture(
    "general/short-pause.pcap",
    "The polling of one controller pauses for three seconds, as when an HMI screen changes, and goes on.",
    "plc1 plc2 gw hmi",
    rules="G24 G23 G25",
    kind="benign",
    learn=NORMAL,
    check={"ip.dst==10.9.1.11 && modbus": 30},
)
def short_pause(lab: Lab) -> None:
    """Three seconds of pause after a minute of polling."""
    with modbus_cell(lab, _POLL) as cell:
        time.sleep(_CYCLE)
        cell.stop_polling("hmi", "plc1")
        time.sleep(3)
        cell.poll("hmi", "plc1")
        time.sleep(8)


@capture(
    "general/mirror-one-sided.pcap",
    "A mirror that shows only what the controllers send: no request is seen.",
    "plc1 plc2 hmi",
    rules="G30",
    learn=NORMAL,
    mirrored="plc1 plc2",
    check={"ip.src==10.9.1.11 && tcp.port==502": 50},
)
def mirror_one_sided(lab: Lab) -> None:
    """Ten seconds of one direction."""
    with modbus_cell(lab, _POLL), lab.step("one direction only", "plc1", "hmi", ["T0815"], ["G30"]):
        time.sleep(10)


@capture(
    "general/mirror-lossy.pcap",
    "A mirror port that loses every 20th frame (5 %).",
    "plc1 plc2 hmi",
    rules="G30",
    learn=NORMAL,
    lose_every=20,
    check={"tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment": 5},
)
def mirror_lossy(lab: Lab) -> None:
    """Ten seconds of polling; the frames are taken out of the file afterwards."""
    with modbus_cell(lab, _POLL), lab.step("frames lost", "hmi", "plc1", ["T0815"], ["G30"]):
        time.sleep(10)
