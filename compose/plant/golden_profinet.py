"""Golden captures of DCP and connection management for the parser: real clients, a device made by hand."""

from __future__ import annotations

import contextlib
import time

from pnio_dcp import DCP, ResetFactoryModes  # type: ignore[import-untyped]  # pnio-dcp has no types
from profinet.exceptions import ProfinetError
from profinet.rpc import RPCCon, epm_lookup

from compose.plant.addresses import ip, mac
from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.profinet_controller import configure, control, ready
from compose.plant.profinet_device import Device, Running

_HAND = "Clients pnio-dcp and profinet-py are real, the device is made by hand: no device stack exists."


@capture(
    "profinet/dcp.pcap",
    "Identify all, Get of name and address, Set of name and address, a name refused, blink, both factory resets."
    f" {_HAND}",
    "plc1 gw eng",
    kind="golden",
    check={"pn_dcp": 16},
)
def services(lab: Lab) -> None:
    """Two devices answer the group."""

    def work(tool: DCP) -> None:
        tool.identify_all()
        tool.get_name_of_station(mac("gw"))
        tool.get_ip_address(mac("gw"))
        tool.set_name_of_station(mac("gw"), "valves-2")
        tool.set_ip_address(mac("gw"), [ip("gw"), "255.255.255.0", ip("plc1")])
        tool.set_name_of_station(mac("plc1"), "intruder")
        tool.blink(mac("gw"))
        tool.reset_to_factory(mac("gw"), ResetFactoryModes.RESET_COMMUNICATION)
        tool.factory_reset(mac("gw"))

    device = Device("gw", "valves-1")
    controller = Device("plc1", "filling", station="S7-1500", ident=0x010E, role=2, refuse=((2, 2),))
    with Running(lab, device), Running(lab, controller):
        configure(lab, "eng", work)


@capture(
    "profinet/connection.pcap",
    f"Connect with cyclic data and alarms, record reads and writes, PrmEnd, ApplicationReady, Release. {_HAND}",
    "plc1 gw",
    kind="golden",
    check={"pn_io_device": 16, "pn_io_controller": 2},
)
def connection(lab: Lab) -> None:
    """The device answers from the port that it was called on; one module is another than expected."""

    def work(connection: RPCCon) -> None:
        connection.read(0, 0, 1, 0xAFF0)
        connection.read(0, 0, 1, 0xAFF1)
        connection.write(0, 1, 1, 0x0001, bytes.fromhex("0102030405060708"))
        connection.write_multiple([(1, 1, 0x0002, b"\x10\x20", 0), (0, 0x8001, 0x802F, bytes(8), 0)])
        with contextlib.suppress(ProfinetError):
            connection.write(0, 1, 1, 0x7777, b"x")
        with contextlib.suppress(ProfinetError):
            connection.read(0, 1, 1, 0x1234)
        ready(connection)

    with Running(lab, Device("gw", "valves-1", wrong_module=True)):
        control(lab, "plc1", "valves-1", work)


@capture(
    "profinet/other-port.pcap",
    f"The device answers from a port of its own, as many do; the endpoint mapper is asked. {_HAND}",
    "plc1 gw",
    kind="golden",
    check={"pn_io_device": 6, "epm": 2},
)
def other_port(lab: Lab) -> None:
    """Device access without cyclic data."""

    def work(connection: RPCCon) -> None:
        connection.read_implicit(0, 0, 1, 0xAFF0)
        connection.write(0, 0, 1, 0xAFF1, b"\0\x21\0\x38\1\0" + b"line 4 valves".ljust(32) + b"hall 3".ljust(22))

    with Running(lab, Device("gw", "valves-1", answer_from=49161)):
        control(lab, "plc1", "valves-1", work, cyclic=False)
        lab["plc1"].call(_lookup)
        time.sleep(0.2)


def _lookup() -> None:
    epm_lookup(ip("gw"), timeout=2)
