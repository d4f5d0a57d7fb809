"""The plant's hosts: one address plan for the demo, the proofs and the golden captures (rules/proofs/site.yml)."""

from __future__ import annotations

from dataclasses import dataclass

CONTROL_NETWORK = "10.9.1.0/24"
OFFICE_NETWORK = "10.9.2.0/24"
PUBLIC_NETWORK = "203.0.113.0/24"  # RFC 5737 TEST-NET-3: never routed outside the namespaces
CONTROL_ROUTER = "10.9.1.1"


@dataclass(frozen=True)
class Host:
    """One host of the plant.

    name: word used in scripts; ip: IPv4 address with /24; mac: address with the maker's prefix;
    attached: "switch" for the mirrored control switch, "router" for a network behind the router.
    """

    name: str
    ip: str
    mac: str
    attached: str
    role: str


_LIST = (
    Host("rtr", CONTROL_ROUTER, "00:80:63:10:00:01", "switch", "router between the zones"),
    Host("plc1", "10.9.1.11", "00:0e:8c:10:00:11", "switch", "controller of the tank"),
    Host("plc2", "10.9.1.12", "00:80:f4:10:00:12", "switch", "controller of the drive"),
    Host("gw", "10.9.1.13", "00:90:e8:10:00:13", "switch", "serial gateway, units 1 to 3"),
    Host("plc3", "10.9.1.14", "00:0e:8c:10:00:14", "switch", "controller of the filling line, S7comm"),
    Host("plc4", "10.9.1.15", "00:00:bc:10:00:15", "switch", "controller of the packing line, EtherNet/IP"),
    Host("io4", "10.9.1.16", "00:00:bc:10:00:16", "switch", "I/O station of the packing line"),
    Host("rtu", "10.9.1.17", "00:a0:3d:10:00:17", "switch", "substation outstation, IEC 60870-5-104"),
    Host("pump", "10.9.1.18", "00:30:a7:10:00:18", "switch", "pump station's outstation, DNP3"),
    Host("relay", "10.9.1.19", "00:21:c1:10:00:19", "switch", "protection relay of a bay, GOOSE"),
    Host("opc", "10.9.1.20", "00:01:05:10:00:20", "switch", "OPC UA server, polls both controllers"),
    Host("broker", "10.9.1.21", "00:30:18:10:00:21", "switch", "MQTT broker"),
    Host("edge", "10.9.1.22", "00:d0:c9:10:00:22", "switch", "Sparkplug edge node and JSON publisher"),
    Host("ahu", "10.9.1.23", "00:40:ae:10:00:23", "switch", "controller of an air-handling unit, BACnet/IP"),
    Host("ipc", "10.9.1.44", "00:01:05:10:00:44", "switch", "controller of the palletiser, Beckhoff TwinCAT"),
    Host("plc5", "10.9.1.40", "00:00:0a:10:00:40", "switch", "controller of the depalletiser, FINS"),
    Host("plc6", "10.9.1.41", "00:26:92:10:00:41", "switch", "controller of the wrapper, SLMP"),
    Host("sis", "10.9.1.48", "00:00:54:10:00:48", "switch", "safety controller of the reactor, TriStation"),
    Host("mach", "10.9.1.60", "00:60:65:10:00:60", "switch", "controller of the labeller, manages POWERLINK"),
    Host("drv", "10.9.1.61", "00:60:65:10:00:61", "switch", "drive of the labeller, POWERLINK node 1"),
    Host("vlv", "10.9.1.62", "00:60:65:10:00:62", "switch", "valves of the labeller, POWERLINK node 2"),
    Host("knx", "10.9.1.52", "00:24:6d:10:00:52", "switch", "interface to the KNX line of the hall"),
    Host("mtr1", "10.9.1.45", "00:22:a1:10:00:45", "switch", "electricity meter of line 1, DLMS/COSEM"),
    Host("mtr2", "10.9.1.46", "00:22:a1:10:00:46", "switch", "electricity meter of line 2, DLMS/COSEM"),
    Host("mtr3", "10.9.1.47", "00:22:a1:10:00:47", "switch", "electricity meter of the compressors, DLMS/COSEM"),
    Host("mux", "10.9.1.54", "00:26:16:10:00:54", "switch", "I/O system of the tank farm's transmitters, HART-IP"),
    Host("jace", "10.9.1.56", "00:01:f0:10:00:56", "switch", "station of the boiler house, Niagara Fox"),
    Host("feeder", "10.9.1.70", "00:90:e8:10:00:70", "switch", "device server of the feeder switches, IEC 60870-5-101"),
    Host("cc1", "10.9.1.73", "00:14:22:10:00:73", "switch", "control centre of the energy supply, ICCP"),
    Host("cc2", "10.9.1.74", "00:14:22:10:00:74", "switch", "control centre of the neighbour, ICCP, may command"),
    Host("mbgw", "10.9.1.71", "00:90:e8:10:00:71", "switch", "device server of the utility meters, M-Bus"),
    Host("plc7", "10.9.1.80", "00:30:de:10:00:80", "switch", "controller of the mixer, CODESYS V3"),
    Host("plc8", "10.9.1.81", "00:30:de:10:00:81", "switch", "controller of the dryer, CODESYS V2.3"),
    Host("pac", "10.9.1.90", "00:09:91:10:00:90", "switch", "controller of the boiler house, GE SRTP"),
    Host("robot", "10.9.1.91", "00:e0:e4:10:00:91", "switch", "palletising robot, GE SRTP"),
    Host("mtr4", "10.9.1.93", "00:0e:d6:10:00:93", "switch", "electricity meter of the feeder, ANSI C12.22"),
    Host("flow", "10.9.1.84", "00:26:16:10:00:84", "switch", "flow computer of the gas station, ROC Plus"),
    Host("hmi", "10.9.1.30", "00:14:22:10:00:30", "switch", "operator station, may write"),
    Host("eng", "10.9.1.31", "00:14:22:10:00:31", "switch", "engineering station, may program"),
    Host("hist", "10.9.1.32", "00:1b:78:10:00:32", "switch", "historian, reads only"),
    Host("bms", "10.9.1.33", "00:14:22:10:00:33", "switch", "building management workstation, BACnet/IP"),
    Host("att", "10.9.1.66", "b8:27:eb:10:00:66", "switch", "attacker, not in the site model"),
    Host("vend", "10.9.1.77", "3c:97:0e:10:00:77", "switch", "contractor's laptop, not in the site model"),
    Host("office", "10.9.2.50", "00:23:ae:10:02:50", "router", "office workstation"),
    Host("internet", "203.0.113.50", "00:00:5e:10:03:50", "router", "a public address"),
)
HOSTS: dict[str, Host] = {host.name: host for host in _LIST}

MODBUS_PORT = 502
DNP3_PORT = 20000
OPCUA_PORT = 4840
MQTT_PORT = 1883
S7_PORT = 102
IEC104_PORT = 2404
BACNET_PORT = 47808
MMS_PORT = 102
FINS_PORT = 9600
HART_PORT = 5094
EGD_PORT = 18246
SLMP_PORT = 5007
MELSEC_1E_PORT = 5551
TRISTATION_PORT = 1502
FOX_PORT = 1911
IEC101_PORT = 4001
MBUS_PORT = 10001
KNX_PORT = 3671
POWERLINK_PORT = 3819
CODESYS_TCP_PORT = 11740
CODESYS_UDP_PORT = 1740
CODESYS_V2_PORT = 2455
C1222_PORT = 1153
SRTP_PORT = 18245
SNPX_PORT = 60008
ROC_PORT = 4000


def ip(name: str) -> str:
    """Return the IPv4 address of the host `name`."""
    return HOSTS[name].ip


def mac(name: str) -> str:
    """Return the MAC address of the host `name` as aa:bb:cc:dd:ee:ff."""
    return HOSTS[name].mac
