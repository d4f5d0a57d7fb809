"""Golden captures of control protocols inside TLS and DTLS: real stacks, and OpenSSL around those that have none."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import time

import c104
from pycomm3 import CIPDriver
from pymodbus import FramerType
from pymodbus.client import AsyncModbusTlsClient
from pymodbus.server import ModbusTlsServer
from pymodbus.simulator import DataType, SimData, SimDevice

from compose.plant.addresses import FOX_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.cip_device import PORT as ENIP_PORT
from compose.plant.cip_device import LogixController
from compose.plant.fox_station import USERS, Workbench, station
from compose.plant.lab import Lab
from compose.plant.mqtt_broker import Broker, BrokerSettings
from compose.plant.mqtt_nodes import Node
from compose.plant.secured import (
    ENIPS_PORT,
    FOXS_PORT,
    IEC104S_PORT,
    MBAPS_PORT,
    back,
    certificate,
    client_side,
    front,
    server_side,
)


@capture(
    "mbaps/session.pcap",
    "MODBUS/TCP Security: registers read and written inside TLS 1.2, the client shows a certificate with its role.",
    "plc2 hmi",
    kind="golden",
    check={"tls.handshake.type==1": 1, "tls.handshake.type==11": 2, "tls.app_data": 12},
)
def mbaps(lab: Lab) -> None:
    """pymodbus on both ends."""
    held = server_side(lab, "plc2", ssl.TLSVersion.TLSv1_2)
    held.verify_mode = ssl.CERT_REQUIRED
    shown = certificate(lab.folder, "operator", role="Operator")
    held.load_verify_locations(shown[0])
    asks = client_side()
    asks.load_cert_chain(*shown)

    async def serve() -> ModbusTlsServer:
        device = SimDevice(1, simdata=[SimData(0, values=[0] * 200, datatype=DataType.REGISTERS)])
        server = ModbusTlsServer(device, framer=FramerType.TLS, address=(ip("plc2"), MBAPS_PORT), sslctx=held)
        await server.serve_forever(background=True)
        return server

    async def ask() -> None:
        client = AsyncModbusTlsClient(ip("plc2"), port=MBAPS_PORT, sslctx=asks)
        await client.connect()
        for number in range(5):
            await client.read_holding_registers(10, count=4)
            await client.write_register(12, number)
        client.close()
        await asyncio.sleep(0.2)

    server = lab["plc2"].run(serve())
    lab["hmi"].run(ask())
    lab["plc2"].run(server.shutdown())  # type: ignore[no-untyped-call]


@capture(
    "enips/stream.pcap",
    "CIP Security: an identity asked inside TLS 1.3 on port 2221.",
    "plc4 hmi",
    kind="golden",
    check={"tls.handshake.type==1": 1, "tcp.port==2221 && tls.app_data": 6},
)
def enips(lab: Lab) -> None:
    """pycomm3 and cm-ethernetip, TLS of OpenSSL around them."""
    controller = LogixController("plc4")
    lab["plc4"].run(controller.serve())

    def ask() -> None:
        with CIPDriver("127.0.0.1") as client:
            client.get_module_info(0)
        time.sleep(0.2)

    with front(lab, "plc4", ENIPS_PORT, ENIP_PORT), back(lab, "hmi", ENIP_PORT, "plc4", ENIPS_PORT):
        lab["hmi"].call(ask)
    lab["plc4"].run(controller.stop())


@capture(
    "enips/datagrams.pcap",
    "CIP Security of I/O data: a DTLS 1.2 handshake on port 2221 and data inside it.",
    "plc4 hmi",
    kind="golden",
    check={"dtls.handshake.type==1": 2, "dtls.record.content_type==23": 5},
)
def enips_datagrams(lab: Lab) -> None:
    """DTLS of OpenSSL; what it keeps are bytes of ours, for no stack speaks CIP Security."""
    shown, key = certificate(lab.folder, "plc4")
    at = f"{ip('plc4')}:{ENIPS_PORT}"
    quiet = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

    def started(*words: str) -> subprocess.Popen[bytes]:
        # OpenSSL ends where its own input does.
        return subprocess.Popen(["openssl", *words, "-dtls1_2", "-quiet"], **quiet)  # type: ignore[call-overload,no-any-return]

    server = lab["plc4"].call(started, "s_server", "-accept", at, "-cert", shown, "-key", key, "-listen")
    time.sleep(0.5)
    client = lab["hmi"].call(started, "s_client", "-connect", at)
    time.sleep(0.5)
    for letter in b"ABCDE":
        if client.stdin is not None:
            client.stdin.write(bytes([letter]) * 24 + b"\n")
            client.stdin.flush()
        time.sleep(0.1)
    for end in (client, server):
        end.kill()
        end.communicate()


def _kept(folder: Lab, host: str) -> c104.TransportSecurity:
    shown = c104.TransportSecurity(validate=False, only_known=False)
    shown.set_certificate(*certificate(folder.folder, host))
    return shown


@capture(
    "iec104s/session.pcap",
    "IEC 60870-5-104 inside TLS: a general interrogation and values.",
    "rtu hmi",
    kind="golden",
    check={"tls.handshake.type==1": 1, "tcp.port==19998 && tls.app_data": 4},
)
def iec104s(lab: Lab) -> None:
    """c104 on both ends, with its own TLS."""

    def serve() -> c104.Server:
        server = c104.Server(ip=ip("rtu"), port=IEC104S_PORT, tick_rate_ms=50, transport_security=_kept(lab, "rtu"))
        added = server.add_station(common_address=1)
        if added is not None:
            added.add_point(io_address=11, type=c104.Type.M_ME_NC_1, report_ms=200)
        server.start()
        return server

    def ask() -> None:
        client = c104.Client(tick_rate_ms=50, command_timeout_ms=2000, transport_security=_kept(lab, "hmi"))
        client.add_connection(ip=ip("rtu"), port=IEC104S_PORT, init=c104.Init.INTERROGATION)
        client.start()
        time.sleep(2)
        client.stop()

    server = lab["rtu"].call(serve)
    time.sleep(0.5)
    lab["hmi"].call(ask)
    lab["rtu"].call(server.stop)


@capture(
    "mqtts/session.pcap",
    "MQTT inside TLS 1.3: a login, a subscription, publications.",
    "broker hmi",
    kind="golden",
    check={"tls.handshake.type==1": 1, "tcp.port==8883 && tls.app_data": 8},
)
def mqtts(lab: Lab) -> None:
    """paho-mqtt and Mosquitto."""
    broker = Broker(lab, BrokerSettings(tls=True))
    node = Node(lab, "hmi", "hmi-1", "operator", tls=True).connect().subscribe("plant/line1/+/telemetry")
    for number in range(4):
        node.publish("plant/line1/tank/command", {"level_setpoint": 2000 + number}, qos=1)
    node.close()
    broker.stop()


@capture(
    "foxs/session.pcap",
    "Niagara Fox inside TLS 1.3: hello, login, summary; what it keeps is made by hand.",
    "jace bms",
    kind="golden",
    check={"tls.handshake.type==1": 1, "tcp.port==4911 && tls.app_data": 8},
)
def foxs(lab: Lab) -> None:
    """An engineer at the workbench."""

    def work() -> None:
        plain = socket.create_connection((ip("jace"), FOXS_PORT), timeout=5)
        with plain, client_side().wrap_socket(plain) as end:
            bench = Workbench(end, "bms")
            bench.greet()
            bench.log_in("engineer", USERS["engineer"])
            bench.ask("sys", "summary")
            bench.leave()

    with station(lab), front(lab, "jace", FOXS_PORT, FOX_PORT):
        lab["bms"].call(work)
