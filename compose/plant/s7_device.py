"""The plant's S7 controller and its clients: python-snap7 3.3.0, pure Python; status list and services filled in."""

from __future__ import annotations

import contextlib
import struct
import time
from collections.abc import Callable, Iterator

from snap7.client import Client
from snap7.server import Server
from snap7.type import Area, SrvArea

from compose.plant.addresses import S7_PORT, ip
from compose.plant.lab import Lab
from compose.plant.namespaces import PlantError, stop_child

PG, OP, BASIC = 1, 2, 3
_NATIVE = ("build/plant-venv-snap7/bin/python", "compose/plant/s7_native.py")

ORDER_NUMBER = b"6ES7 315-2EH14-0AB0"
_COMPONENTS = {
    1: b"Tank 1",
    2: b"PLC_1",
    3: b"Filling line",
    4: b"Original Siemens Equipment",
    5: b"S C-X4U421302009",
    7: b"CPU 315-2 PN/DP",
    8: b"MMC 267FF11F",
}


def block(kind: int, number: int, body: bytes) -> bytearray:
    """A program block as STEP 7 loads it: header, body, footer. kind: type digit as in the header (0x0A data block)."""
    length = 36 + len(body) + 36
    head = struct.pack(">HHBBHI", 0x7070, 0x0101, 0x05, kind, number, length)
    return bytearray((head + bytes(22) + struct.pack(">H", len(body)) + body).ljust(length, b"\0"))


class Controller(Server):
    """A controller with data blocks, a process image, and the identification of a real CPU 315-2 PN/DP.

    host: name in the lab; start it in the host's namespace.
    """

    def __init__(self, host: str) -> None:
        super().__init__(log=False)
        self._address = ip(host)
        blocks = {1: bytes(range(64)), 2: bytes(16), 10: struct.pack(">fhHiI", 21.5, -3, 500, -70000, 90000).ljust(64)}
        for number, content in blocks.items():
            self.register_area(SrvArea.DB, number, bytearray(content.ljust(512, b"\0")))
        self.register_area(SrvArea.MK, 0, bytearray(range(128)))
        self.register_area(SrvArea.PE, 0, bytearray([0x55, 0x01] + [0] * 62))
        self.register_area(SrvArea.PA, 0, bytearray([0x0F] + [0] * 63))
        self.register_area(SrvArea.TM, 0, bytearray([0x01, 0x27] * 32))
        self.register_area(SrvArea.CT, 0, bytearray([0x00, 0x42] * 32))

    def serve(self) -> None:
        """Listen on the host's own address."""
        self.start_to(self._address, S7_PORT)

    def _get_szl_data(self, szl_id: int, szl_index: int) -> bytes | None:
        if szl_id in (0x0011, 0x0111):
            numbers = ((1, 0xC0, 4, 1), (6, 0xC0, 4, 1), (7, 0xC0, 0x5603, 0x0206), (0x81, 0xC0, 0x4103, 0x0203))
            wanted = [n for n in numbers if szl_id == 0x0011 or n[0] == szl_index]
            records = [struct.pack(">H20sHHH", n[0], ORDER_NUMBER.ljust(20), n[1], n[2], n[3]) for n in wanted]
            return struct.pack(">HH", 28, len(records)) + b"".join(records)
        if szl_id in (0x001C, 0x011C):
            texts = {n: t for n, t in _COMPONENTS.items() if szl_id == 0x001C or n == szl_index}
            return struct.pack(">HH", 34, len(texts)) + b"".join(struct.pack(">H32s", n, t) for n, t in texts.items())
        if (szl_id, szl_index) in ((0x0132, 4), (0x0232, 4)):
            return struct.pack(">HH", 40, 1) + struct.pack(">HHHHHH", 4, 1, 0, 1, 2, 1).ljust(40, b"\0")
        if szl_id == 0x0424:
            return struct.pack(">HH", 20, 1) + bytes([0x51, 0x44, 0xFF, 0x08]).ljust(20, b"\0")
        if szl_id == 0x0000:
            ids = (0x0000, 0x0011, 0x0111, 0x001C, 0x011C, 0x0132, 0x0424)
            return struct.pack(">HH", 2, len(ids)) + b"".join(struct.pack(">H", n) for n in ids)
        return None


@contextlib.contextmanager
def controller(lab: Lab, host: str = "plc1") -> Iterator[Controller]:
    """A running controller on a host of the lab."""
    device = Controller(host)
    lab[host].call(device.serve)
    try:
        yield device
    finally:
        lab[host].call(device.stop)


def work_as(
    lab: Lab, host: str, work: Callable[[Client], None], kind: int = OP, slot: int = 2, server: str = "plc1"
) -> None:
    """Connect from `host` to rack 0 and `slot` of `server` as a PG, OP or basic partner, do the work and hang up."""
    lab[host].call(talk, work, kind, slot, server)


def talk(work: Callable[[Client], None], kind: int = OP, slot: int = 2, server: str = "plc1") -> None:
    """The same from the host whose thread this is, for as long as the work takes."""
    client = Client()
    client.set_connection_type(kind)
    client.connect(ip(server), 0, slot, S7_PORT)
    try:
        work(client)
    finally:
        client.disconnect()
        time.sleep(0.05)


class NativeController:
    """Native Snap7 as a controller: its identification is that of the library. Runs in an environment of its own."""

    def __init__(self, lab: Lab, host: str = "plc1") -> None:
        log = lab.folder / f"snap7-{host}"
        self._child = lab[host].daemon([*_NATIVE, "serve", ip(host)], log)
        deadline = time.monotonic() + 10
        while b"serving" not in log.read_bytes():
            if time.monotonic() > deadline:
                raise PlantError(f"native Snap7 does not start: {log.read_text()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End the controller."""
        stop_child(self._child)


def native(lab: Lab, host: str, job: str, server: str = "plc1") -> None:
    """Let the native client on `host` do one of the jobs of s7_native."""
    lab[host].command(*_NATIVE, job, ip(server))


def merker(client: Client, start: int, size: int) -> bytearray:
    """Read flags."""
    return client.read_area(Area.MK, 0, start, size)
