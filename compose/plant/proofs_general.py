"""Proof captures of the general network rules: scans, sweeps, new devices and conversations, wrong directions."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Sequence

from compose.plant import attack_network as attack
from compose.plant import modbus_master as master
from compose.plant.addresses import MODBUS_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.cell import modbus_cell
from compose.plant.lab import Lab
from compose.plant.modbus_device import IDENTITIES, Controller
from compose.plant.modbus_work import maintain_normally, session
from compose.plant.proofs_modbus import NORMAL, WARM_UP

WHOLE = "rtr plc1 plc2 gw opc broker edge hmi eng hist att"
_POLL = (("hmi", "plc1"), ("hmi", "plc2"))


async def _read_once(server: str, port: int = MODBUS_PORT) -> None:
    client = await master.connect(server, port)
    await master.read(client, master.Poll(4, 0, 4, 1.0))
    client.close()


class TalkingServer:
    """A TCP server that greets and answers fixed bytes: stands for SSH, VNC, HTTP and the like."""

    def __init__(self, lab: Lab, host: str, port: int, greeting: bytes = b"", answer: bytes = b"") -> None:
        self._greeting, self._answer = greeting, answer
        self._space = lab[host]
        self._server = self._space.run(asyncio.start_server(self._talk, ip(host), port))

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self._greeting)
        while await reader.read(4096):
            writer.write(self._answer)
        writer.close()

    def stop(self) -> None:
        """Stop listening."""
        self._space.loop.call_soon_threadsafe(self._server.close)


def talk_to(host: str, port: int, words: Sequence[bytes]) -> None:
    """Connect, send each of `words` and wait a moment for what comes back."""
    with socket.create_connection((ip(host), port), timeout=3) as link:
        link.settimeout(0.5)
        for word in words:
            link.sendall(word)
            try:
                link.recv(4096)
            except TimeoutError:
                continue


@capture(
    "general/new-device.pcap",
    "A device nobody knows appears: it asks for its neighbours and reads a register.",
    "plc1 plc2 hmi att",
    rules="G01 G02",
    learn=NORMAL,
    check={"arp.src.proto_ipv4==10.9.1.66": 2},
)
def new_device(lab: Lab) -> None:
    """The attacker's first packets."""
    with modbus_cell(lab, _POLL):
        time.sleep(WARM_UP)
        with lab.step("new device", "att", "plc1", ["T0864", "T0848"], ["G01", "G02"]):
            lab["att"].run(_read_once("plc1"))
            lab["att"].call(attack.icmp_echo, "att", ["hmi"], 2, 0.5)
        time.sleep(1)


@capture(
    "general/new-conversation.pcap",
    "Known hosts talk to each other for the first time: the historian to the gateway, an office host to a controller.",
    "plc1 plc2 gw hmi hist office",
    rules="G02 G09",
    learn=NORMAL,
    check={"ip.src==10.9.2.50 && modbus": 1, "ip.src==10.9.1.32 && ip.dst==10.9.1.13 && modbus": 1},
)
def new_conversation(lab: Lab) -> None:
    """One inside the zone, one across zones."""
    with modbus_cell(lab, _POLL):
        time.sleep(WARM_UP)
        with lab.step("new conversation", "hist", "gw", ["T0886"], ["G02"]):
            lab["hist"].run(_read_once("gw"))
        time.sleep(1)
        with lab.step("new conversation across zones", "office", "plc1", ["T0886", "T0846"], ["G02", "G09"]):
            lab["office"].run(_read_once("plc1"))
        time.sleep(1)


@capture(
    "general/port-scan.pcap",
    "40 ports of one controller are tried within two seconds.",
    "plc1 plc2 hmi att",
    rules="G03",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && tcp.flags.syn==1": 40},
)
def port_scan(lab: Lab) -> None:
    """A connect scan."""
    with modbus_cell(lab, _POLL):
        time.sleep(WARM_UP)
        with lab.step("TCP port scan", "att", "plc1", ["T0846"], ["G03"]):
            lab["att"].call(attack.port_scan, "plc1")
        time.sleep(1)


@capture(
    "general/port-sweep.pcap",
    "Port 502, then port 22, is tried on every host of the control network.",
    WHOLE,
    rules="G04",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && tcp.flags.syn==1 && tcp.dstport==502": 10},
)
def port_sweep(lab: Lab) -> None:
    """Ten hosts on an OT port, ten on another."""
    with modbus_cell(lab, _POLL):
        time.sleep(WARM_UP)
        for port in (MODBUS_PORT, 22):
            with lab.step(f"sweep of port {port}", "att", "10.9.1.0/24", ["T0846", "T0888"], ["G04"]):
                lab["att"].call(attack.sweep, port, attack.control_hosts())
        time.sleep(1)


@capture(
    "general/slow-scan.pcap",
    "22 new ports on three hosts, one every 1.5 seconds: below the limits of fast scans.",
    "plc1 plc2 gw hmi att",
    rules="G05",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && tcp.flags.syn==1": 22},
)
def slow_scan(lab: Lab) -> None:
    """Round robin over three hosts; no port on more than one of them."""
    targets = [(ip(("plc1", "plc2", "gw")[n % 3]), port) for n, port in enumerate(attack.KNOWN_PORTS)]
    with modbus_cell(lab, (("hmi", "gw"),)):
        time.sleep(1)
        with lab.step("slow scan", "att", "10.9.1.0/24", ["T0846"], ["G05"]):
            lab["att"].call(attack.connect_scan, targets, 1.5)


@capture(
    "general/arp-sweep.pcap",
    "100 addresses are asked for by ARP within two seconds.",
    "plc1 plc2 hmi att",
    rules="G06",
    learn=NORMAL,
    check={"arp.opcode==1 && arp.src.proto_ipv4==10.9.1.66": 90},
)
def arp_sweep(lab: Lab) -> None:
    """10.9.1.1 to 10.9.1.100."""
    with modbus_cell(lab, _POLL):
        time.sleep(WARM_UP)
        with lab.step("ARP sweep", "att", "10.9.1.0/24", ["T0846"], ["G06"]):
            lab["att"].call(attack.arp_sweep, "att")
        time.sleep(1)


@capture(
    "general/router-arp.pcap",
    "The router asks for six neighbours, as a gateway does: no sweep.",
    "rtr plc1 plc2 gw opc hmi eng hist",
    rules="G06 L01",
    kind="benign",
    learn=NORMAL,
    check={"arp.opcode==1 && arp.src.proto_ipv4==10.9.1.1": 6},
)
def router_arp(lab: Lab) -> None:
    """One packet to each neighbour."""
    with modbus_cell(lab, _POLL):
        time.sleep(1)
        for name in ("plc1", "plc2", "gw", "opc", "hmi", "eng", "hist"):
            lab["rtr"].call(attack.icmp_echo, "rtr", [name], 1, 0.3)
        time.sleep(1)


@capture(
    "general/engineer-checks.pcap",
    "The engineering station pings three hosts and tries three ports of the gateway after a fault: no scan.",
    "plc1 plc2 gw hmi eng",
    rules="G03 G04 G05 G06 G07 G20",
    kind="benign",
    learn=NORMAL,
    check={"ip.src==10.9.1.31 && icmp.type==8": 9, "ip.src==10.9.1.31 && tcp.flags.syn==1": 3},
)
def engineer_checks(lab: Lab) -> None:
    """Three pings each, then HTTP, HTTPS and Modbus on one host."""
    with modbus_cell(lab, _POLL):
        time.sleep(1)
        lab["eng"].call(attack.icmp_echo, "eng", ["plc1", "plc2", "gw"], 3, 0.3)
        lab["eng"].call(attack.connect_scan, [(ip("gw"), port) for port in (80, 443, MODBUS_PORT)], 0.8)
        time.sleep(1)


@capture(
    "general/icmp-sweep.pcap",
    "Every host of the control network is pinged once within two seconds.",
    WHOLE,
    rules="G07",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && icmp.type==8": 10},
)
def icmp_sweep(lab: Lab) -> None:
    """Ten hosts."""
    with modbus_cell(lab, _POLL):
        time.sleep(WARM_UP)
        with lab.step("ICMP sweep", "att", "10.9.1.0/24", ["T0846"], ["G07"]):
            lab["att"].call(attack.icmp_echo, "att", attack.control_hosts(), 1, 0.15)
        time.sleep(1)


@capture(
    "general/icmp-flood.pcap",
    "900 pings to one controller in eleven seconds.",
    "plc1 plc2 hmi att",
    rules="G07",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && icmp.type==8": 900},
)
def icmp_flood(lab: Lab) -> None:
    """About 80 a second."""
    with modbus_cell(lab, (("hmi", "plc1"),)):
        time.sleep(WARM_UP)
        with lab.step("ICMP flood", "att", "plc1", ["T0814"], ["G07"]):
            lab["att"].call(attack.icmp_echo, "att", ["plc1"], 900, 0.012)
        time.sleep(1)


@capture(
    "general/controller-to-internet.pcap",
    "A controller opens a connection to a public address and sends an HTTP request.",
    "plc1 plc2 hmi internet",
    rules="G08 G02",
    learn=NORMAL,
    check={"ip.src==10.9.1.11 && ip.dst==203.0.113.50 && http.request": 1},
)
def controller_to_internet(lab: Lab) -> None:
    """One request, one answer."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    with modbus_cell(lab, _POLL):
        server = TalkingServer(lab, "internet", 80, answer=answer)
        time.sleep(WARM_UP)
        with lab.step("controller talks to the Internet", "plc1", "internet", ["T0883", "T0885"], ["G08"]):
            request = b"GET /check HTTP/1.1\r\nHost: update.example\r\n\r\n"
            lab["plc1"].call(talk_to, "internet", 80, [request])
        time.sleep(1)
        server.stop()


@capture(
    "general/internet-to-controller.pcap",
    "A public address reads a controller's registers.",
    "plc1 plc2 hmi internet",
    rules="G09 G08 G02",
    learn=NORMAL,
    check={"ip.src==203.0.113.50 && modbus": 3},
)
def internet_to_controller(lab: Lab) -> None:
    """Three reads."""
    with modbus_cell(lab, _POLL):
        time.sleep(WARM_UP)
        with lab.step("Internet reaches a controller", "internet", "plc1", ["T0883", "T0822"], ["G09", "G08"]):
            for _ in range(3):
                lab["internet"].run(_read_once("plc1"))
        time.sleep(1)


@capture(
    "general/remote-access.pcap",
    "An office host opens SSH, VNC and Telnet connections to the engineering station (greetings only).",
    "plc1 plc2 hmi eng office",
    rules="G10 G02",
    learn=NORMAL,
    check={"ip.src==10.9.2.50 && tcp.flags.syn==1": 3},
)
def remote_access(lab: Lab) -> None:
    """The first messages of each protocol."""
    vnc, telnet = b"RFB 003.008\n", b"\xff\xfd\x18\xff\xfd\x20"
    talks = {
        22: (b"SSH-2.0-OpenSSH_9.2\r\n", [b"SSH-2.0-OpenSSH_9.6\r\n"]),
        5900: (vnc, [vnc]),
        23: (telnet + b"login: ", [b"\xff\xfb\x18", b"engineer\r\n"]),
    }
    with modbus_cell(lab, _POLL):
        servers = [TalkingServer(lab, "eng", port, greeting) for port, (greeting, _) in talks.items()]
        time.sleep(WARM_UP)
        for port, (_, words) in talks.items():
            with lab.step(f"remote access on port {port}", "office", "eng", ["T0822", "T0886"], ["G10"]):
                lab["office"].call(talk_to, "eng", port, words)
        time.sleep(1)
        for server in servers:
            server.stop()


@capture(
    "general/controller-as-client.pcap",
    "A controller, always a server before, reads and writes another controller.",
    "plc1 plc2 hmi",
    rules="G17 G18 G02 MB01",
    learn=NORMAL,
    check={"ip.src==10.9.1.11 && ip.dst==10.9.1.12 && modbus": 3},
)
def controller_as_client(lab: Lab) -> None:
    """Two reads and a write from plc1 to plc2."""

    async def act() -> None:
        client = await master.connect("plc2")
        for _ in range(2):
            await master.read(client, master.Poll(4, 0, 7, 1.0))
        await client.write_register(100, 1400)
        client.close()

    with modbus_cell(lab, _POLL):
        time.sleep(WARM_UP)
        with lab.step("controller acts as client", "plc1", "plc2", ["T0848", "T0866", "T0855"], ["G17", "G18"]):
            lab["plc1"].run(act())
        time.sleep(1)


@capture(
    "general/gateway-as-client.pcap",
    "The OPC UA server host polls both controllers, as it always does: a server elsewhere, a client on port 502.",
    "plc1 plc2 opc hmi",
    rules="G17 G18",
    kind="benign",
    learn=NORMAL,
    check={"ip.src==10.9.1.20 && modbus": 10},
)
def gateway_as_client(lab: Lab) -> None:
    """Eight seconds of polling."""
    with modbus_cell(lab, (*_POLL, ("opc", "plc1"), ("opc", "plc2"))):
        time.sleep(8)


@capture(
    "general/protocol-mismatch.pcap",
    "HTTP and SSH on port 502, Modbus on port 8502.",
    "plc1 plc2 gw hmi att",
    rules="G19",
    learn=NORMAL,
    check={"tcp.port==502 && ip.src==10.9.1.66 && tcp.len>0": 2, "tcp.port==8502 && tcp.len>0": 10},
)
def protocol_mismatch(lab: Lab) -> None:
    """Three wrong pairs of port and protocol."""
    with modbus_cell(lab, (("hmi", "plc1"),), devices=("plc1", "gw")):
        time.sleep(1)
        http = TalkingServer(lab, "plc2", MODBUS_PORT, b"SSH-2.0-dropbear_2022.83\r\n")
        with lab.step("SSH on port 502", "att", "plc2", ["T0885", "T0869"], ["G19"]):
            lab["att"].call(talk_to, "plc2", MODBUS_PORT, [b"SSH-2.0-OpenSSH_9.6\r\n"])
        with lab.step("HTTP on port 502", "att", "gw", ["T0885", "T0869"], ["G19"]):
            lab["att"].call(talk_to, "gw", MODBUS_PORT, [b"GET / HTTP/1.1\r\nHost: 10.9.1.13\r\n\r\n"])
        hidden = Controller("plc2", (ip("plc2"), 8502))
        lab["plc2"].run(hidden.serve())
        with lab.step("Modbus on port 8502", "att", "plc2", ["T0885"], ["G19"]):
            for _ in range(6):
                lab["att"].run(_read_once("plc2", 8502))
        lab["plc2"].run(hidden.stop())
        http.stop()


@capture(
    "general/identity-changed.pcap",
    "A controller comes back after a restart with another firmware version and model.",
    "plc1 plc2 hmi eng",
    rules="G26",
    learn=NORMAL,
    check={"modbus.func_code==43": 6},
)
def identity_changed(lab: Lab) -> None:
    """V3.2.6 before, V3.9.0 after."""
    with modbus_cell(lab, _POLL) as cell:
        time.sleep(1)
        lab["eng"].run(session("plc1", maintain_normally))
        time.sleep(1)
        with lab.step("firmware changed", "plc1", "eng", ["T0857", "T0849"], ["G26"]):
            cell.stop_device("plc1")
            changed = IDENTITIES["plc1"] | {"MajorMinorRevision": "V3.9.0", "ModelName": "tank-1b"}
            time.sleep(1)
            cell.start_device("plc1", Controller("plc1", (ip("plc1"), MODBUS_PORT), identity=changed))
            time.sleep(1.5)
            lab["eng"].run(session("plc1", maintain_normally))
        time.sleep(1.5)
