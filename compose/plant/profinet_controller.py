"""Clients of PROFINET: pnio-dcp and profinet-py on a host of the plant."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from pnio_dcp import DCP  # type: ignore[import-untyped]  # pnio-dcp has no types
from profinet.rpc import IOCRSetup, IOSlot, RPCCon, get_station_info
from profinet.util import ethernet_socket

from compose.plant.addresses import ip, mac
from compose.plant.frames import mac_bytes
from compose.plant.lab import Lab

SLOTS = [
    IOSlot(slot=0, subslot=1, input_length=0, output_length=0, module_ident=0x20, submodule_ident=0x21),
    IOSlot(slot=1, subslot=1, input_length=4, output_length=4, module_ident=0x30, submodule_ident=0x31),
]


def configure(lab: Lab, host: str, work: Callable[[DCP], None]) -> None:
    """Runs work with pnio-dcp on a host."""

    def run() -> None:
        tool = DCP(ip(host))
        tool.identify_all_timeout, tool.default_timeout = 2, 3
        work(tool)

    lab[host].call(run)


def control(lab: Lab, host: str, station: str, work: Callable[[RPCCon], None], cyclic: bool = True) -> None:
    """Runs work with a connection of profinet-py to the device of this name: found by DCP, connected, released."""

    def run() -> None:
        raw = ethernet_socket("eth0", 0x8892)
        try:
            info = get_station_info(raw, mac_bytes(mac(host)), station, timeout_sec=3)
        finally:
            raw.close()
        with RPCCon(info, timeout=3) as connection:
            setup = IOCRSetup(slots=SLOTS) if cyclic else None
            connection.connect(mac_bytes(mac(host)), iocr_setup=setup)
            work(connection)

    lab[host].call(run)


def ready(connection: RPCCon) -> None:
    """Parameters are through: the device tells when it is ready."""
    done = threading.Thread(target=connection.application_ready, kwargs={"timeout": 5.0})
    done.start()
    time.sleep(0.2)
    connection.prm_end()
    done.join()
