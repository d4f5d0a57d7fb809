"""Proof captures of the general network rules: new devices and conversations, wrong directions, changed identities."""

from __future__ import annotations

import time

from compose.plant import attack_network as attack
from compose.plant import modbus_master as master
from compose.plant.addresses import MODBUS_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.cell import modbus_cell
from compose.plant.fixed_words import TalkingServer, talk_to
from compose.plant.lab import Lab
from compose.plant.modbus_device import IDENTITIES, Controller
from compose.plant.modbus_work import maintain_normally, session
from compose.plant.proofs_modbus import NORMAL, WARM_UP

WHOLE = "rtr plc1 plc2 gw opc broker edge hmi eng hist att"
POLL = (("hmi", "plc1"), ("hmi", "plc2"))


async def _read_once(server: str, port: int = MODBUS_PORT) -> None:
    client = await master.connect(server, port)
    await master.read(client, master.Poll(4, 0, 4, 1.0))
    client.close()


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
    with modbus_cell(lab, POLL):
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
    with modbus_cell(lab, POLL):
        time.sleep(WARM_UP)
        with lab.step("new conversation", "hist", "gw", ["T0886"], ["G02"]):
            lab["hist"].run(_read_once("gw"))
        time.sleep(1)
        with lab.step("new conversation across zones", "office", "plc1", ["T0886", "T0846"], ["G02", "G09"]):
            lab["office"].run(_read_once("plc1"))
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
    with modbus_cell(lab, POLL):
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
    with modbus_cell(lab, POLL):
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
    with modbus_cell(lab, POLL):
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

    with modbus_cell(lab, POLL):
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
    with modbus_cell(lab, (*POLL, ("opc", "plc1"), ("opc", "plc2"))):
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
    with modbus_cell(lab, POLL) as cell:
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
